/* A trial in slices that were too short for its operations. */
#include "check.h"
#include "said.h"
#include "sliced_records.h"

#include <math.h>

#include "analyse/analyse.h"
#include "analyse/windows.h"

static void add_slices(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct slice slice = trial.slices[0];

		*trial_add_slice(&trial) = slice;
	}
}

static void give_latencies(uint64_t each_ns, double drain_ns)
{
	for (unsigned i = 0; i < 2; i++) {
		struct replica *r = &trial.replica[i];

		histogram_init(r->latency);
		for (unsigned k = 0; k < 100; k++)
			histogram_add(r->latency, each_ns);
		r->outcomes[OUTCOME_OK] = 100;
		r->drain_p50_ns = drain_ns;
	}
}

/* Six windows of 0.2 s, six places in flight: 7.2 s of latency would be all. */
static void slices_shorter_than_operations(void **state)
{
	(void)state;
	add_slices(3);
	give_latencies(35 * MS, 35.0 * MS);
	assert_true(fabs(windows_steadiness(&trial) - 7 / 7.2) < 0.01);
	assert_false(windows_are_unsteady(&trial));
	give_latencies(10 * MS, 12.0 * MS); /* lost at the edges */
	assert_true(windows_steadiness(&trial) < 0.3);
	assert_false(windows_are_unsteady(&trial));
	give_latencies(10 * MS, 50.0 * MS);
	assert_true(windows_are_unsteady(&trial));
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "only 28% of what was in flight ended within "
			       "the slices"));
	trial.slice_count = 4; /* too few to tell */
	assert_false(windows_are_unsteady(&trial));
}

/* Of 1.2 s; 2 s of latency of 7.2, and then 5.6. */
static void an_origin_that_is_away(void **state)
{
	(void)state;
	add_slices(3);
	give_latencies(10 * MS, 50.0 * MS);
	trial.origin_late_ns = 200 * MS; /* does not make that of it */
	assert_true(windows_are_unsteady(&trial));
	assert_false(windows_hide_steadiness(&trial));
	trial.origin_late_ns = 800 * MS; /* 2 of 2.4 s */
	assert_false(windows_are_unsteady(&trial));
	assert_true(windows_hide_steadiness(&trial));
	analyse_reconcile(&trial);
	assert_null(strstr(said(&trial.findings), "too short"));
	assert_non_null(strstr(said(&trial.findings),
			       "the origin was away for moments of 50 ms and "
			       "more, which touch 0.8 "
			       "of the 1.2 s of its slices, in which only 28% "
			       "of what was in flight ended"));
}

/* Beside 200 of 35 ms, which are 7 s: seldom, but for long. */
static void operations_that_hang(void **state)
{
	(void)state;
	give_latencies(35 * MS, 35.0 * MS);
	assert_false(windows_hang(&trial));
	trial.replica[1].outcomes[OUTCOME_TIMEOUT] =
		trial.replica[1].outlasted = 2;
	trial.replica[1].outlasted_ns = 1.7e9;
	assert_int_equal(windows_hung(&trial), 2);
	assert_false(windows_hang(&trial));
	trial.replica[0].unfinished = 1;
	assert_true(windows_hang(&trial));
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "3 operations took longer than a slice, and "
			       "failed or were given up"));
	trial.slice_count = 0;
	assert_false(windows_hang(&trial));
}

/* It stood still in a drain: each operation of it was given up. */
static void hung_by_the_origin(void **state)
{
	(void)state;
	give_latencies(35 * MS, 35.0 * MS);
	trial.replica[0].unfinished = 6;
	trial.turns_still_ns = 1500 * MS;
	assert_true(windows_hang(&trial));
	analyse_reconcile(&trial);
	assert_null(strstr(said(&trial.findings), "longer than a slice"));
}

/* What ended while slices drained, or filled. */
static void latencies_of_drains(void **state)
{
	struct record records[4] = {
		record_at(0, 0, 0, 9),
		record_at(1, 0, 100, 150),
		record_at(2, 0, 170, 220),
		record_at(3, 0, 171, 221),
	};

	(void)state;
	analyse_records(&trial, 0, records, 4, &plan, LATER);
	assert_true(fabs(trial.replica[0].drain_p50_ns - 50e6) < 1e6);
	analyse_records(&trial, 1, records, 0, &plan, LATER);
	assert_true(trial.replica[1].drain_p50_ns == 0);
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, make, undo)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(slices_shorter_than_operations),
		CHECK(an_origin_that_is_away),
		CHECK(operations_that_hang),
		CHECK(hung_by_the_origin),
		CHECK(latencies_of_drains),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
