/* Quantiles of all operations: where enough lie beyond, and none is a failure. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "analyse/summary_latency.h"
#include "base/mem.h"

#define MS 1000000ULL

/* n successes of 1, 2, … n ms. */
static struct result_row row_of(unsigned n, uint64_t failures, uint64_t never)
{
	struct histogram *h = mem_new(sizeof(*h));
	struct result_row row;

	for (unsigned i = 1; i <= n; i++)
		histogram_add(h, i * MS);
	result_row_init(&row);
	row.number_failures = failures;
	row.operations_never_started = never;
	summary_latency(&row, h);
	free(h);
	return row;
}

static void near(double value, double expected)
{
	if (!(fabs(value - expected) <= expected / 256))
		fail_msg("%g is not %g", value, expected);
}

static void check_enough(void **state)
{
	struct result_row row = row_of(19, 0, COUNT_UNKNOWN);

	(void)state;
	assert_true(isnan(row.latency_p50_ms));
	near(row.latency_max_ms, 19);
	near(row_of(20, 0, COUNT_UNKNOWN).latency_p50_ms, 10);
	assert_true(isnan(row_of(99, 0, COUNT_UNKNOWN).latency_p90_ms));
	near(row_of(100, 0, COUNT_UNKNOWN).latency_p90_ms, 90);
	assert_true(isnan(row_of(999, 0, COUNT_UNKNOWN).latency_p99_ms));
	near(row_of(1000, 0, COUNT_UNKNOWN).latency_p99_ms, 990);
	assert_true(isnan(row_of(9999, 0, COUNT_UNKNOWN).latency_p99_9_ms));
	near(row_of(10000, 0, COUNT_UNKNOWN).latency_p99_9_ms, 9990);
	row = row_of(0, 5, COUNT_UNKNOWN);
	assert_true(isnan(row.latency_p50_ms) && isnan(row.latency_max_ms));
}

/* Each that failed, or never started, is slower than the slowest. */
static void check_lost(void **state)
{
	struct result_row row = row_of(1980, 20, COUNT_UNKNOWN);

	(void)state;
	near(row.latency_p50_ms, 1000);
	near(row.latency_p90_ms, 1800);
	near(row.latency_p99_ms, 1980); /* the last that succeeded */
	near(row.latency_max_ms, 1980);
	row = row_of(1979, 21, COUNT_UNKNOWN);
	assert_true(isnan(row.latency_p99_ms));
	near(row.latency_p90_ms, 1800);
	row = row_of(1979, 0, 21);
	assert_true(isnan(row.latency_p99_ms));
	row = row_of(1500, 250, 250);
	near(row.latency_p50_ms, 1000);
	assert_true(isnan(row.latency_p90_ms));
	near(row.latency_max_ms, 1500);
	row = row_of(40, 60, 0);
	assert_true(isnan(row.latency_p50_ms));
}

/* At the end of a trial they were begun too late to say anything. */
static void check_given_up(void **state)
{
	struct result_row row = row_of(1980, 0, 0);

	(void)state;
	row.unfinished = 21;
	assert_int_equal(latency_slower(&row), 0);
	row.slices = 3;
	assert_int_equal(latency_slower(&row), 21);
	row.number_failures = 4;
	assert_int_equal(latency_slower(&row), 25);
	row.unfinished = COUNT_UNKNOWN;
	assert_int_equal(latency_slower(&row), 4);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_enough),
		cmocka_unit_test(check_lost),
		cmocka_unit_test(check_given_up),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
