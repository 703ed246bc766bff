/*
 * The blocking form of tests: a thread a slot. The fake test answers rightly;
 * keys that start with "stuck" never do, those with "slow" after 100 ms, those
 * with "met" once all slots have one.
 */
#include "worker_harness.h"

#include <pthread.h>
#include <stdatomic.h>

#define SLOTS 4

static pthread_t owners[SLOTS];

static const char *version(void)
{
	return "1.2.3";
}

static void *thread_open(void *client, struct benchmark_slot *slot)
{
	(void)client;
	owners[slot->number] = pthread_self();
	return &owners[slot->number];
}

/* The check of the child's end: all threads were closed, by themselves. */
static void thread_close(void *client, struct benchmark_slot *slot)
{
	(void)client;
	if (!pthread_equal(*(pthread_t *)slot->data, pthread_self()))
		abort();
	slot->data = NULL;
}

/* Whether all are here at once; after a while it gives up. */
static bool meet(void)
{
	static atomic_uint here;

	atomic_fetch_add(&here, 1);
	for (int i = 0; i < 5000 && atomic_load(&here) < SLOTS; i++)
		usleep(1000);
	return atomic_load(&here) >= SLOTS;
}

static enum benchmark_outcome fetch(void *client, struct benchmark_slot *slot)
{
	unsigned char bytes[1000];

	(void)client;
	if (!pthread_equal(*(pthread_t *)slot->data, pthread_self()))
		abort();
	if (strncmp(slot->op->key, "stuck", 5) == 0) {
		for (;;)
			pause();
	}
	if (strncmp(slot->op->key, "slow", 4) == 0)
		usleep(100000);
	if (strncmp(slot->op->key, "met", 3) == 0 && !meet())
		return benchmark_outcome_of_status(500);
	content(bytes, slot->op->start, sizeof(bytes));
	benchmark_body(slot, bytes, sizeof(bytes));
	slot->status = 206;
	return benchmark_outcome_of_status(slot->status);
}

static const struct benchmark_test test = {
	.version = version,
	.thread_open = thread_open,
	.thread_close = thread_close,
	.fetch = fetch,
};

static void put_verified(struct harness *h)
{
	const char *keys[] = { "k", NULL };
	unsigned char proof[3000];
	char crc[64];

	for (unsigned i = 0; i < 3; i++)
		content(proof + i * 1000, i * 16, 1000);
	put_operations(h, "proof", 3, keys, "");
	put_file(h, "proof_bytes", proof, sizeof(proof));
	snprintf(crc, sizeof(crc), ",\"crc32\":%u", content_crc32(0, 1000));
	put_operations(h, "burst", 1, keys, crc);
	set_verify(h, "proof", "proof");
	set_verify(h, "proof_bytes", "proof_bytes");
	set_verify(h, "burst", "burst");
}

static void session(void **state)
{
	struct harness *h = *state;
	bool seen[1000] = { false };
	json_t *done;

	put_plan(h, 1000, "k");
	put_verified(h);
	set_number(h, "warm_up_seconds", 0.05);
	set_count(h, "n_requests", 1000);
	done = harness_session(h, &test);
	assert_int_equal(count_in(done, "finished"), 1000);
	assert_int_equal(count_in(done, "unfinished"), 0);
	assert_string_equal(text_in(done, "stopped_by"), "n_requests");
	json_decref(done);
	assert_int_equal(record_count(h), 1000);
	for (unsigned i = 0; i < 1000; i++) {
		const struct record *r = &h->records[i];

		assert_int_equal(r->outcome, OUTCOME_OK);
		assert_int_equal(r->first_byte_ns, 0);
		assert_true(r->intended_ns <= r->start_ns);
		assert_true(r->start_ns <= r->end_ns);
		assert_false(seen[r->op]);
		seen[r->op] = true;
	}
}

/* Each ends when all have begun. */
static void really_at_once(void **state)
{
	struct harness *h = *state;
	uint64_t first = UINT64_MAX, last = 0;

	put_plan(h, 10, "met");
	set_count(h, "n_requests", SLOTS);
	json_decref(harness_session(h, &test));
	assert_int_equal(record_count(h), SLOTS);
	for (unsigned i = 0; i < SLOTS; i++) {
		const struct record *r = &h->records[i];

		assert_int_equal(r->outcome, OUTCOME_OK);
		if (r->end_ns < first)
			first = r->end_ns;
		if (r->start_ns > last)
			last = r->start_ns;
	}
	assert_true(last < first);
}

/* A thread that never comes back holds nothing up. */
static void unfinished(void **state)
{
	const char *keys[] = { "k", "k", "k", "stuck", NULL };
	struct harness *h = *state;
	json_t *done;

	put_operations(h, "plan", 8, keys, "");
	set_number(h, "timeout_seconds", 0.1);
	set_number(h, "operation_timeout_seconds", 0.3);
	done = harness_session_with(h, &test, "unfinished", 4);
	assert_int_equal(count_in(done, "unfinished"), 4);
	assert_int_equal(count_in(done, "finished"), record_count(h));
	assert_string_equal(text_in(done, "stopped_by"), "deadline");
	json_decref(done);
}

/* A library that cannot be stopped is late all the same. */
static void too_late_is_a_timeout(void **state)
{
	struct harness *h = *state;

	put_plan(h, 10, "slow");
	set_count(h, "n_requests", 4);
	set_number(h, "operation_timeout_seconds", 0.05);
	json_decref(harness_session(h, &test));
	assert_int_equal(record_count(h), 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(h->records[i].outcome, OUTCOME_TIMEOUT);
}

static void open_loop(void **state)
{
	struct harness *h = *state;
	bool seen[20] = { false };
	uint64_t at_ns;

	put_plan(h, 20, "k");
	set_count(h, "n_requests", 20);
	set_number(h, "rate", 250);
	harness_start(h, &test);
	harness_send(h, h->setup);
	at_ns = harness_go(h);
	json_decref(harness_receive(h, "done"));
	harness_bye(h);
	assert_int_equal(record_count(h), 20);
	for (unsigned i = 0; i < 20; i++) {
		const struct record *r = &h->records[i];

		assert_false(seen[r->op]);
		seen[r->op] = true;
		assert_int_equal(r->intended_ns,
				 at_ns + r->op * 4 * NS_PER_MS);
		assert_true(r->start_ns >= r->intended_ns);
	}
}

/* Nobody wakes within the one nanosecond between the second start and the
 * deadline. Returns `done`. */
static json_t *one_before_the_deadline(struct harness *h, int64_t n_requests)
{
	put_plan(h, 20, "k");
	set_count(h, "n_requests", n_requests);
	set_number(h, "timeout_seconds", 0.1);
	set_number(h, "rate", 1e9 / (0.1e9 - 1));
	return harness_session_with(h, &test, "finished", 1);
}

static void none_starts_after_the_deadline(void **state)
{
	struct harness *h = *state;
	json_t *done = one_before_the_deadline(h, 20);

	assert_int_equal(record_count(h), 1);
	assert_string_equal(text_in(done, "stopped_by"), "deadline");
	json_decref(done);
}

/* Another thread finds that all have been taken by then: they are not all
 * requests. */
static void taken_and_not_started(void **state)
{
	json_t *done = one_before_the_deadline(*state, 2);

	assert_int_equal(count_in(done, "started"), 1);
	assert_string_equal(text_in(done, "stopped_by"), "deadline");
	json_decref(done);
}

/* The records are not full without the one that is stuck. */
static void room_of_one_that_is_stuck(void **state)
{
	const char *keys[] = { "k", "k", "k", "stuck", NULL };
	struct harness *h = *state;
	json_t *done;

	put_operations(h, "plan", 8, keys, "");
	json_object_set_new(json_object_get(h->setup, "records"), "capacity",
			    json_integer(4));
	set_number(h, "timeout_seconds", 0.1);
	set_number(h, "operation_timeout_seconds", 0.3);
	done = harness_session_with(h, &test, "finished", 3);
	assert_int_equal(count_in(done, "unfinished"), 1);
	assert_string_equal(text_in(done, "stopped_by"), "deadline");
	json_decref(done);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(session),
		CHECK(really_at_once),
		CHECK(unfinished),
		CHECK(too_late_is_a_timeout),
		CHECK(open_loop),
		CHECK(none_starts_after_the_deadline),
		CHECK(taken_and_not_started),
		CHECK(room_of_one_that_is_stuck),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
