/* Operations of stages, done by the tests of worker_verbs.h. */
#include "worker_verbs.h"

#include "base/mem.h"

/* Puts `count` operations of these stages into the file. */
static void put_stages(struct harness *h, const char *name, unsigned count,
		       const char *stages)
{
	struct str text = STR_INIT;

	for (unsigned i = 0; i < count; i++)
		str_addf(&text, "{\"op\":%u,\"stages\":[%s]}\n", i, stages);
	put_file(h, name, text.buf, text.len);
	str_release(&text);
}

#define RANGE(key) "{\"key\":\"" key "\",\"start\":16,\"length\":1000}"
#define SUFFIX(key)                                                            \
	"{\"verb\":\"get_suffix\",\"key\":\"" key "\",\"length\":500}"
#define GET(key) "{\"verb\":\"get\",\"key\":\"" key "\",\"length\":3000}"
#define HEAD(key) "{\"verb\":\"head\",\"key\":\"" key "\",\"length\":3000}"

/* One session; the test's journal begins anew. */
static json_t *session(struct harness *h, enum form form)
{
	json_t *done;

	memset(seen, 0, OPERATIONS * sizeof(*seen));
	atomic_store(most_slots, 0);
	clear_records(h);
	done = harness_session(h, &tests[form]);
	close(h->fd);
	h->fd = -1;
	return done;
}

/* A thread that is late finds nothing left to do. */
static void expect_slots(enum form form, unsigned operations, unsigned width)
{
	unsigned most = atomic_load(most_slots);

	assert_int_equal(most % width, 0);
	assert_true(most <= operations * width);
	assert_true(most == operations * width || form == THREADS);
}

static void expect_order(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		assert_false(atomic_load(&seen[i].is_wrong));
}

/* All verbs, in three stages; wider ones than the first. */
static char *all_verbs(void)
{
	unsigned char joined[30];
	uint32_t names = (uint32_t)crc32_z(0, (const void *)"a\na/b\nb\n", 8);

	content(joined, 100, 20);
	content(joined + 20, 0, 10);
	return mem_printf(
		"[" RANGE("0-1-ok") "],"
		"[" RANGE("1-4-ok") "," RANGE("1-4-ok") ","
		"{\"verb\":\"get\",\"key\":\"1-4-ok\",\"length\":3000,"
		"\"crc32\":%u},"
		"{\"verb\":\"get_ranges\",\"key\":\"1-4-ok\","
		"\"ranges\":[[100,20],[0,10]],\"crc32\":%u}],"
		"[" SUFFIX("2-3-ok") "," HEAD("2-3-ok") ","
		"{\"verb\":\"list\",\"key\":\"2-3-ok\",\"keys\":3,"
		"\"crc32\":%u}]",
		content_crc32(0, 3000),
		(unsigned)crc32_z(0, joined, sizeof(joined)), names);
}

static void stages_in_turn(void **state)
{
	struct harness *h = *state;
	char *stages = all_verbs();

	put_stages(h, "plan", 20, stages);
	free(stages);
	set_count(h, "n_requests", 20);
	set_count(h, "concurrency", 3);
	for (int form = 0; form < FORMS; form++) {
		json_t *done = session(h, form);

		assert_int_equal(count_in(done, "finished"), 20);
		assert_int_equal(count_in(done, "unfinished"), 0);
		json_decref(done);
		assert_int_equal(record_count(h), 20);
		expect_slots(form, 3, 4);
		expect_order(20);
		for (unsigned i = 0; i < 20; i++) {
			const struct record *r = &h->records[i];

			assert_int_equal(r->outcome, OUTCOME_OK);
			assert_int_equal(r->bytes, 3000 + 3000 + 30 + 500);
			assert_int_equal(r->attempts, 8);
			assert_true(r->status == 200 || r->status == 206);
			assert_int_equal(r->flags, RECORD_FLAG_CRC_CHECKED);
			assert_true(r->intended_ns <= r->start_ns);
			assert_true(r->start_ns < r->end_ns);
			assert_int_equal(atomic_load(&seen[i].ended[1]), 4);
			assert_int_equal(atomic_load(&seen[i].ended[2]), 3);
		}
	}
}

/* The next stage then begins after the next wait. */
static void ends_within_start(void **state)
{
	struct harness *h = *state;

	put_stages(h, "plan", 20,
		   "[" RANGE("0-1-ok") "," RANGE("0-1-ok") "],"
		   "[" HEAD("1-1-ok") "],[" GET("2-1-ok") "]");
	set_count(h, "n_requests", 20);
	json_decref(session(h, AT_ONCE));
	assert_int_equal(record_count(h), 20);
	expect_order(20);
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(h->records[i].outcome, OUTCOME_OK);
		assert_int_equal(h->records[i].attempts, 4);
	}
}

/* Operations of one ranged GET and of stages in one plan. */
static void both_kinds(void **state)
{
	struct harness *h = *state;
	static const char text[] =
		"{\"op\":0,\"key\":\"0-1-ok\",\"start\":16,\"length\":1000}\n"
		"{\"op\":1,\"stages\":[[" RANGE("0-2-ok") "," GET("0-2-ok")
		"],[" HEAD("1-1-ok") "]]}\n";

	put_file(h, "plan", text, sizeof(text) - 1);
	set_count(h, "n_requests", 2);
	for (int form = 0; form < FORMS; form++) {
		json_decref(session(h, form));
		assert_int_equal(record_count(h), 2);
		for (unsigned i = 0; i < 2; i++) {
			const struct record *r = &h->records[i];

			assert_int_equal(r->outcome, OUTCOME_OK);
			assert_int_equal(r->bytes, r->op ? 4000 : 1000);
			assert_int_equal(r->attempts, r->op ? 3 : 1);
		}
	}
}

/* Four operations that fail in their second stage: their third never begins, the
 * others of the second are awaited. */
static void fails(struct harness *h, enum form form, const char *stages,
		  unsigned outcome, unsigned status, const char *text)
{
	json_t *done, *failures;

	put_stages(h, "plan", 4, stages);
	set_count(h, "n_requests", 4);
	done = session(h, form);
	failures = json_object_get(done, "failures");
	assert_string_equal(text_in(failures, outcome_name(outcome)), text);
	json_decref(done);
	assert_int_equal(record_count(h), 4);
	expect_order(4);
	for (unsigned i = 0; i < 4; i++) {
		const struct record *r = &h->records[i];

		assert_int_equal(r->outcome, outcome);
		assert_int_equal(r->status, status);
		assert_int_equal(atomic_load(&seen[i].begun[0]), 1);
		assert_int_equal(atomic_load(&seen[i].begun[1]), 2);
		assert_int_equal(atomic_load(&seen[i].begun[2]), 0);
	}
}

#define SECOND(request)                                                        \
	"[" RANGE("0-1-ok") "],[" request "," GET("1-2-ok") "],"               \
	"[" RANGE("2-1-ok") "]"

/* Of any length, judged by their digest; they are no bytes of an object. What is
 * to be read stands in the plan. */
static void readers_return_values(void **state)
{
	struct harness *h = *state;
	char *stages = mem_printf(
		"[" RANGE("0-1-ok") "],[{\"verb\":\"read_values\",\"key\":"
		"\"1-2-ok\",\"n\":70,\"crc32\":%u},{\"verb\":"
		"\"read_values\",\"key\":\"1-2-ok\",\"n\":900}]",
		content_crc32(0, 70));

	set_count(h, "n_requests", 4);
	set_count(h, "concurrency", 1);
	for (int form = 0; form < FORMS; form++) {
		put_stages(h, "plan", 4, stages);
		json_decref(session(h, form));
		assert_int_equal(record_count(h), 4);
		for (unsigned i = 0; i < 4; i++) {
			const struct record *r = &h->records[i];

			assert_int_equal(r->outcome, OUTCOME_OK);
			assert_int_equal(r->bytes, 1000);
			assert_int_equal(r->flags, RECORD_FLAG_CRC_CHECKED);
		}
		fails(h, form,
		      SECOND("{\"verb\":\"read_values\",\"key\":\"1-2-bad\","
			     "\"n\":9,\"crc32\":7}"),
		      OUTCOME_WRONG_BYTES, 206,
		      "operation 0 (read_values 1-2-bad, {\"n\":9}): the CRC "
		      "of the answer is 745067175 instead of 7");
	}
	free(stages);
}

static void one_request_fails(void **state)
{
	struct harness *h = *state;

	set_count(h, "concurrency", 1);
	for (int form = 0; form < FORMS; form++) {
		fails(h, form, SECOND(RANGE("1-2-throttled")),
		      OUTCOME_THROTTLED, 503,
		      "operation 0 (1-2-throttled, 1000 bytes from 16): "
		      "throttled (status 503)");
		fails(h, form, SECOND(HEAD("1-2-bad")), OUTCOME_WRONG_BYTES,
		      200,
		      "operation 0 (head 1-2-bad): a size of 3001 instead of "
		      "3000");
		fails(h, form,
		      SECOND("{\"verb\":\"list\",\"key\":\"1-2-bad\","
			     "\"keys\":3}"),
		      OUTCOME_WRONG_BYTES, 200,
		      "operation 0 (list 1-2-bad): 2 names instead of 3");
		fails(h, form,
		      SECOND("{\"verb\":\"list\",\"key\":\"1-2-ok\","
			     "\"keys\":3,\"crc32\":7}"),
		      OUTCOME_WRONG_BYTES, 200,
		      "operation 0 (list 1-2-ok): the CRC of the answer is "
		      "1988894285 instead of 7");
		fails(h, form,
		      SECOND("{\"verb\":\"get_suffix\",\"key\":\"1-2-bad\","
			     "\"length\":9,\"crc32\":7}"),
		      OUTCOME_WRONG_BYTES, 206,
		      "operation 0 (get_suffix 1-2-bad, 9 bytes): the CRC of "
		      "the answer is 2350151592 instead of 7");
	}
}

/* The limit is the operation's: a stage that is stuck ends it, and the next
 * operation has the slots again. */
static void limit_of_an_operation(void **state)
{
	struct harness *h = *state;

	put_stages(h, "plan", 6,
		   "[" RANGE("0-1-ok") "],[" RANGE("1-2-stuck") ","
		   RANGE("1-2-ok") "],[" RANGE("2-1-ok") "]");
	set_count(h, "n_requests", 6);
	set_count(h, "concurrency", 2);
	set_number(h, "operation_timeout_seconds", 0.05);
	for (int form = 0; form < FORMS; form++) {
		json_decref(session(h, form));
		assert_int_equal(record_count(h), 6);
		for (unsigned i = 0; i < 6; i++) {
			const struct record *r = &h->records[i];

			assert_int_equal(r->outcome, OUTCOME_TIMEOUT);
			assert_true(r->end_ns - r->start_ns >= 50 * NS_PER_MS);
			assert_true(r->bytes <= 2000);
			assert_int_equal(atomic_load(&seen[i].begun[2]), 0);
		}
	}
}

/* What is in flight at the end leaves no record, in whatever stage it is. */
static void unfinished(void **state)
{
	struct harness *h = *state;

	put_stages(h, "plan", 6,
		   "[" RANGE("0-1-ok") "],[" RANGE("1-2-stuck") ","
		   RANGE("1-2-ok") "]");
	set_count(h, "concurrency", 2);
	set_number(h, "timeout_seconds", 0.05);
	for (int form = 0; form < FORMS; form++) {
		json_t *done = session(h, form);

		for (int i = 0;
		     i < TRIES && count_in(done, "unfinished") != 2; i++) {
			json_decref(done); /* the machine stood still */
			done = session(h, form);
		}
		assert_string_equal(text_in(done, "stopped_by"), "deadline");
		assert_int_equal(count_in(done, "unfinished"), 2);
		assert_int_equal(count_in(done, "finished"), 0);
		assert_int_equal(record_count(h), 0);
		json_decref(done);
	}
}

static void open_loop(void **state)
{
	struct harness *h = *state;

	put_stages(h, "plan", 20,
		   "[" RANGE("0-1-ok") "],[" RANGE("1-2-ok") ","
		   HEAD("1-2-ok") "]");
	set_count(h, "n_requests", 20);
	set_number(h, "rate", 500);
	for (int form = 0; form < FORMS; form++) {
		json_decref(session(h, form));
		assert_int_equal(record_count(h), 20);
		for (unsigned i = 0; i < 20; i++) {
			const struct record *r = &h->records[i];

			assert_int_equal(r->outcome, OUTCOME_OK);
			assert_int_equal(r->intended_ns -
						 r->op * 2 * NS_PER_MS,
					 h->records[0].intended_ns -
						 h->records[0].op * 2 *
							 NS_PER_MS);
			assert_true(r->start_ns >= r->intended_ns);
		}
	}
}

/* Bodies of get* in the order of the requests; head and list have none. */
static void put_proof(struct harness *h, const char *suffix_key)
{
	unsigned char bytes[2 * 4500];
	char stages[512];

	snprintf(stages, sizeof(stages),
		 "[" RANGE("0-2-ok") "," HEAD("0-2-ok") "],[" GET("1-2-ok") ","
		 "{\"verb\":\"get_suffix\",\"key\":\"%s\",\"length\":500}]",
		 suffix_key);
	for (unsigned i = 0; i < 2; i++) {
		content(bytes + i * 4500, 16, 1000);
		content(bytes + i * 4500 + 1000, 0, 3000);
		content(bytes + i * 4500 + 4000, 2500, 500);
	}
	put_stages(h, "proof", 2, stages);
	put_file(h, "proof_bytes", bytes, sizeof(bytes));
	set_verify(h, "proof", "proof");
	set_verify(h, "proof_bytes", "proof_bytes");
}

static void proof(void **state)
{
	struct harness *h = *state;

	put_stages(h, "plan", 4, "[" RANGE("0-1-ok") "]");
	set_count(h, "n_requests", 4);
	for (int form = 0; form < FORMS; form++) {
		put_proof(h, "1-2-ok");
		json_decref(session(h, form));
		assert_int_equal(record_count(h), 4);
		put_proof(h, "1-2-bad");
		memset(seen, 0, OPERATIONS * sizeof(*seen));
		harness_refused(h, &tests[form], "proof",
				"operation 0 (get_suffix 1-2-bad, 500 bytes): "
				"byte 1 of the answer is wrong");
		close(h->fd);
		h->fd = -1;
	}
}

/* The burst is wider than the plan: its requests are in flight at once too. */
static void burst(void **state)
{
	struct harness *h = *state;
	char stages[512];

	put_stages(h, "plan", 4, "[" RANGE("0-1-ok") "]");
	set_count(h, "n_requests", 4);
	set_verify(h, "burst", "burst");
	for (int form = 0; form < FORMS; form++) {
		snprintf(stages, sizeof(stages),
			 "[" RANGE("0-3-ok") "," RANGE("0-3-ok") ","
			 "{\"verb\":\"get_suffix\",\"key\":\"0-3-ok\","
			 "\"length\":500,\"crc32\":%u}]",
			 content_crc32(2500, 500));
		put_stages(h, "burst", 4, stages);
		json_decref(session(h, form));
		assert_int_equal(record_count(h), 4);
		expect_slots(form, 4, 3);
		put_stages(h, "burst", 4,
			   "[" RANGE("0-2-ok") "," HEAD("0-2-bad") "]");
		memset(seen, 0, OPERATIONS * sizeof(*seen));
		harness_refused(h, &tests[form], "burst",
				"4 of 4 operations at once failed");
		close(h->fd);
		h->fd = -1;
	}
}

static void stages_that_a_test_cannot_do(void **state)
{
	struct benchmark_test old = tests[EVENTS], ranges = tests[THREADS];
	struct harness *h = *state;

	old.verbs = 0;
	ranges.verbs = BENCHMARK_DOES(BENCHMARK_GET_RANGE);
	put_stages(h, "plan", 4, "[" RANGE("0-1-ok") "],[" HEAD("1-1-ok") "]");
	harness_refused(h, &old, "setup",
			"line 1, stage 1, request 1: this test does single "
			"ranged GETs and no stages");
	close(h->fd);
	harness_refused(h, &ranges, "setup",
			"line 1, stage 2, request 1: this test does not do "
			"head, only get_range");
	close(h->fd);
	put_stages(h, "plan", 4, "[" RANGE("0-2-ok") "," RANGE("0-2-ok") "]");
	set_count(h, "concurrency", INT32_MAX);
	harness_refused(h, &ranges, "setup", "lower the concurrency");
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(stages_in_turn),
		CHECK(ends_within_start),
		CHECK(both_kinds),
		CHECK(readers_return_values),
		CHECK(one_request_fails),
		CHECK(limit_of_an_operation),
		CHECK(unfinished),
		CHECK(open_loop),
		CHECK(proof),
		CHECK(burst),
		CHECK(stages_that_a_test_cannot_do),
	};

	return cmocka_run_group_tests(checks, share, NULL);
}
