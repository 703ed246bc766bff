/* Records that cannot be true, one kind after the other, and those that can. */
#include "check.h"

#include "analyse/possible.h"
#include "base/mem.h"

#define GO 1000000000ULL
#define MS 1000000ULL
#define LATER (GO + 10000 * MS)

enum { OPS = 10 };

static struct plan_request requests[OPS];
static struct plan plan = { .requests = requests, .op_count = OPS };
static struct trial trial;
static char why[REPLICA_BAD_BYTES];

/* Two replicas, 3 in flight in each, ranges of 1,000 bytes; every second
 * operation carries a CRC. */
static int make(void **state)
{
	struct trial_spec spec;

	(void)state;
	spec_init(&spec);
	spec.library = "lib";
	spec.replicas = 2;
	spec.concurrency = 3;
	spec.operation_timeout_s = 1;
	spec.timeout_s = 2;
	trial_init(&trial, &spec);
	trial.go_ns = GO;
	for (int i = 0; i < OPS; i++)
		requests[i] = (struct plan_request){ .length = 1000,
					   .has_crc32 = i % 4 < 2 };
	return 0;
}

static int undo(void **state)
{
	(void)state;
	trial_release(&trial);
	return 0;
}

/* Of replica 1, whose first operation is number 1. */
static struct record good(void)
{
	return (struct record){ .intended_ns = GO + 5 * MS,
				.start_ns = GO + 5 * MS,
				.end_ns = GO + 9 * MS,
				.bytes = 1000,
				.op = 1,
				.status = 206,
				.flags = RECORD_FLAG_CRC_CHECKED,
				.outcome = OUTCOME_OK };
}

static bool is_possible(const struct record *record)
{
	struct possible possible;
	bool answer;

	possible_init(&possible, &trial, 1, &plan);
	*why = '\0';
	answer = possible_next(&possible, record, LATER, why);
	possible_release(&possible);
	return answer;
}

static void check_good(void **state)
{
	struct record r = good();

	(void)state;
	if (!is_possible(&r))
		fail_msg("%s", why);
	r.first_byte_ns = GO + 6 * MS;
	r.start_ns = GO + 6 * MS; /* it waited for its turn */
	assert_true(is_possible(&r));
	r.outcome = OUTCOME_TRUNCATED;
	r.bytes = 999;
	assert_true(is_possible(&r));
	r.outcome = OUTCOME_WRONG_BYTES; /* the whole object came */
	r.bytes = 218000000;
	assert_true(is_possible(&r));
	r.outcome = OUTCOME_HTTP_ERROR;
	r.bytes = 0;
	r.status = 503;
	assert_true(is_possible(&r));
	r.outcome = OUTCOME_TIMEOUT; /* seen late on a busy machine */
	r.end_ns = GO + 3000 * MS;
	assert_true(is_possible(&r));
}

#define IMPOSSIBLE(change, says)                                               \
	do {                                                                   \
		struct record r = good();                                      \
		change;                                                        \
		assert_false(is_possible(&r));                                 \
		if (!strstr(why, (says)))                                      \
			fail_msg("'%s' does not say '%s'", why, (says));       \
	} while (0)

static void check_each_kind(void **state)
{
	(void)state;
	IMPOSSIBLE(r.bytes = 1ULL << 62, "4611686018427387904 bytes, and");
	IMPOSSIBLE(r.bytes = 999, "ok with 999 bytes, and its answer has 1000");
	IMPOSSIBLE((r.outcome = OUTCOME_RESET, r.bytes = 1001, r.status = 0),
		   "reset with 1001");
	IMPOSSIBLE((r.outcome = OUTCOME_TIMEOUT, r.bytes = 1ULL << 60),
		   "timeout with");
	IMPOSSIBLE(r.intended_ns = 1, "intended 1 s before GO");
	IMPOSSIBLE(r.intended_ns = GO - MS, "before GO");
	IMPOSSIBLE(r.start_ns = r.intended_ns - MS, "before it was intended");
	IMPOSSIBLE(r.end_ns = r.start_ns - 1, "before it was started");
	IMPOSSIBLE((r.start_ns = r.end_ns, r.intended_ns = r.end_ns + 1),
		   "before it was intended");
	IMPOSSIBLE(r.end_ns = UINT64_MAX, "after it was read");
	IMPOSSIBLE(r.intended_ns = UINT64_MAX, "before it was intended");
	IMPOSSIBLE(r.start_ns = UINT64_MAX, "before it was started");
	IMPOSSIBLE((r.intended_ns = r.start_ns = r.end_ns = UINT64_MAX),
		   "after it was read");
	IMPOSSIBLE((r.intended_ns = r.start_ns = r.end_ns = 0), "before GO");
	IMPOSSIBLE(r.end_ns = LATER + 1, "after it was read");
	IMPOSSIBLE(r.end_ns = GO + 1200 * MS, "ok after 1.195 s");
	IMPOSSIBLE(r.first_byte_ns = GO + 4 * MS, "first byte");
	IMPOSSIBLE(r.first_byte_ns = GO + 10 * MS, "first byte");
	IMPOSSIBLE(r.outcome = OUTCOME_COUNT, "outcome 11");
	IMPOSSIBLE(r.outcome = 255, "outcome 255");
	IMPOSSIBLE(r.flags = 0x10, "flags 0x10");
	IMPOSSIBLE(r.status = 65535, "status 65535");
	IMPOSSIBLE(r.status = 404, "outcome ok with status 404");
	IMPOSSIBLE(r.op = OPS, "beyond the plan of 10");
	IMPOSSIBLE(r.op = 0, "another replica's share");
	IMPOSSIBLE(r.op = 7, "4th of its share");
	IMPOSSIBLE((r.op = 3), "the plan has none");
}

static bool next(struct possible *possible, uint32_t op)
{
	struct record r = good();

	r.op = op;
	r.flags = 0;
	return possible_next(possible, &r, LATER, why);
}

/* The share of replica 1 is 1, 3, 5, 7, 9 and then again from 1. */
static void check_order(void **state)
{
	static const uint32_t order[] = { 5, 1, 3, 9, 7, 3, 5, 1, 7, 9, 3 };
	struct possible possible;

	(void)state;
	possible_init(&possible, &trial, 1, &plan);
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (!next(&possible, order[i]))
			fail_msg("%zu: %s", i, why);
	assert_false(next(&possible, 3)); /* the round is not there yet */
	assert_non_null(strstr(why, "17th of its share"));
	possible_release(&possible);
}

static void check_same_operation_again(void **state)
{
	struct possible possible;

	(void)state;
	possible_init(&possible, &trial, 1, &plan);
	assert_true(next(&possible, 1));
	assert_false(next(&possible, 1));
	possible_release(&possible);
}

static void check_too_many(void **state)
{
	struct possible possible;

	(void)state;
	trial.spec.n_requests = 2;
	possible_init(&possible, &trial, 1, &plan);
	assert_true(next(&possible, 1));
	assert_true(next(&possible, 3));
	assert_false(next(&possible, 5));
	assert_non_null(strstr(why, "one more than the 2"));
	possible_release(&possible);
}

/* 100 a second for two replicas: each has one every 20 ms. */
static void check_open_loop(void **state)
{
	struct record r = good();
	struct possible possible;

	(void)state;
	trial.spec.rate = 100;
	r.intended_ns = GO;
	assert_true(is_possible(&r));
	r.intended_ns = GO + 5 * 20 * MS; /* of the second round */
	r.start_ns = r.end_ns = r.intended_ns + MS;
	assert_true(is_possible(&r));
	r.intended_ns = GO + 20 * MS;
	assert_false(is_possible(&r));
	assert_non_null(strstr(why, "no time of its at this rate"));
	r.intended_ns = GO + 2100 * MS;
	r.start_ns = r.end_ns = r.intended_ns;
	assert_false(is_possible(&r));
	assert_non_null(strstr(why, "beyond the deadline"));

	trial.spec.rate = 3; /* whose period is no whole number of ns */
	possible_init(&possible, &trial, 1, &plan);
	for (uint32_t i = 0; i < 3; i++) {
		r.op = 1 + 2 * i;
		r.flags = 0;
		r.intended_ns = GO + (uint64_t)(i * 1e9 * 2 / 3);
		r.start_ns = r.end_ns = r.intended_ns;
		if (!possible_next(&possible, &r, LATER, why))
			fail_msg("%s", why);
	}
	possible_release(&possible);
}

/* A plan that is shorter than the number of replicas. */
static void check_no_share(void **state)
{
	struct possible possible;
	struct record r = good();

	(void)state;
	plan.op_count = 1;
	possible_init(&possible, &trial, 1, &plan);
	assert_false(possible_next(&possible, &r, LATER, NULL));
	possible_release(&possible);
	plan.op_count = OPS;
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, make, undo)

/* A head and a suffix at once, then two ranges; every fourth has a CRC. */
static struct plan *stages(void)
{
	static struct plan_request at[4 * OPS];
	static struct plan_part parts[2] = { { 0, 300 }, { 500, 200 } };
	static uint32_t first[OPS + 1];
	static struct plan staged = { .requests = at, .first = first,
				      .parts = parts, .op_count = OPS };

	for (uint32_t i = 0; i < OPS; i++) {
		struct plan_request *r = at + 3 * i;

		r[0] = (struct plan_request){ .verb = PLAN_HEAD,
					      .length = 99999 };
		r[1] = (struct plan_request){ .verb = PLAN_GET_SUFFIX,
					      .length = 500,
					      .has_crc32 = i % 4 == 0 };
		r[2] = (struct plan_request){ .verb = PLAN_GET_RANGES,
					      .length = 500, .parts = 2,
					      .stage = true };
		first[i + 1] = 3 * (i + 1);
	}
	return &staged;
}

static bool is_possible_of(const struct plan *of, const struct record *record)
{
	struct possible possible;
	bool answer;

	possible_init(&possible, &trial, 1, of);
	answer = possible_next(&possible, record, LATER, why);
	possible_release(&possible);
	return answer;
}

/* Bytes are those of all bodies, and a CRC is that of any request. */
static void check_stages(void **state)
{
	struct plan *staged = stages();
	struct record r = good();

	(void)state;
	r.flags = 0;
	assert_true(is_possible_of(staged, &r));
	r.bytes = 999;
	assert_false(is_possible_of(staged, &r));
	r.bytes = 1000;
	r.flags = RECORD_FLAG_CRC_CHECKED;
	assert_false(is_possible_of(staged, &r));
	if (!strstr(why, "the plan has none"))
		fail_msg("%s", why);
	staged->requests[3].has_crc32 = true;
	assert_true(is_possible_of(staged, &r));
	/* One operation that is longer: no longer are all alike. */
	staged->requests[10].length = 501;
	assert_true(is_possible_of(staged, &r));
	r.op = 3;
	r.flags = 0;
	assert_false(is_possible_of(staged, &r));
	r.bytes = 1001;
	assert_true(is_possible_of(staged, &r));
}

static void check_expectations(void **state)
{
	struct plan *staged = stages();
	struct plan_request list[3] = { { .verb = PLAN_LIST, .length = 0 },
					{ .verb = PLAN_LIST, .length = 2000 },
					{ .verb = PLAN_GET, .length = 7,
					  .stage = true } };
	struct plan_expect e;

	(void)state;
	plan_expect(staged, 4, &e);
	assert_int_equal(e.requests.least, 3);
	assert_int_equal(e.requests.most, 4); /* two ranges may be two */
	assert_int_equal(e.begun, 2);         /* of the first stage */
	assert_int_equal(e.answer_bytes, 1000);
	assert_int_equal(e.body_bytes.least, 1000);
	assert_int_equal(e.body_bytes.most, 1000);
	assert_true(e.has_crc32);
	plan_expect_requests(list, 3, NULL, &e);
	assert_int_equal(e.requests.least, 1 + 2 + 1);
	assert_int_equal(e.requests.most, 1 + 3 + 1);
	assert_int_equal(e.begun, 2);
	assert_int_equal(e.answer_bytes, 7);
	assert_true(e.body_bytes.most == UINT64_MAX);
	assert_int_equal(plan_widest(staged), 2);
	assert_int_equal(plan_widest(&plan), 1);
	staged->requests[2].parts = 3; /* as many requests as ranges */
	assert_int_equal(plan_widest(staged), 3);
	assert_true(plan_is_staged(staged));
	assert_false(plan_is_staged(&plan));
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(check_good),	CHECK(check_each_kind),
		CHECK(check_order),	CHECK(check_same_operation_again),
		CHECK(check_too_many),	CHECK(check_open_loop),
		CHECK(check_no_share),	CHECK(check_stages),
		CHECK(check_expectations),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
