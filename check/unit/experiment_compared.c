/* What a run keeps of its trials, compared. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "analyse/compared.h"
#include "base/mem.h"
#include "experiment/compared.h"
#include "experiment/jobs.h"

enum { BLOCKS = 12, TRIALS = 2 * BLOCKS };

static struct finished finished[TRIALS];
static struct experiment experiment = { .finished = finished };

/* Two libraries by turns; b is half as fast. Each has 500 operations a block,
 * one of them slow. */
static int make(void **state)
{
	(void)state;
	experiment.finished_count = TRIALS;
	for (unsigned i = 0; i < TRIALS; i++) {
		struct finished *one = &finished[i];
		struct result_row *row = &one->summary.total;

		*one = (struct finished){ .block = i / 2, .comparison = "c" };
		result_row_init(row);
		row->library_name = mem_dup(i % 2 ? "b" : "a");
		row->state = mem_dup("ok");
		row->duration_seconds = 1 + i % 2 + i * 1e-4;
		row->number_successes = 500;
		row->number_failures = 0;
		row->cpu_total_seconds = 0.5 + i * 1e-4;
		one->summary.latency = mem_new(sizeof(struct histogram));
		for (unsigned k = 0; k < 500; k++)
			histogram_add(one->summary.latency,
				      k ? 1000000 : 1000000 * (i + 2));
	}
	return 0;
}

static int undo(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TRIALS; i++)
		summary_release(&finished[i].summary);
	return 0;
}

static void near(double value, double expected)
{
	if (!(fabs(value - expected) <= 0.004 * expected))
		fail_msg("%g is not %g", value, expected);
}

static void fail_one(unsigned i, const char *how)
{
	struct result_row *row = &finished[i].summary.total;

	free(row->state);
	row->state = mem_dup(how);
	finished[i].failed = !strcmp(how, "failed");
}

static void of_all_blocks(void **state)
{
	struct comparison c;

	(void)state;
	analyse_compared(finished, TRIALS, "c", &c);
	assert_int_equal(c.row_count, 2);
	assert_int_equal(c.rows[0].rank[BY_RATE], 1);
	assert_int_equal(c.rows[1].rank[BY_RATE], 2);
	near(c.rows[1].latency.p50_ms, 1);
	near(c.rows[1].latency.p99_ms, 1);
	assert_true(isnan(c.rows[1].latency.p99_9_ms)); /* of 6,000 */
	near(c.rows[0].latency.max_ms, 24);
	near(c.rows[1].latency.max_ms, 25);
	comparison_release(&c);
	analyse_compared(finished, TRIALS, "another", &c);
	assert_int_equal(c.row_count, 0);
	comparison_release(&c);
}

/* 6,060 operations, 60 of which are slower than the slowest that is known. */
static void failures_are_slower(void **state)
{
	struct comparison c;

	(void)state;
	finished[1].summary.total.number_failures = 40;
	finished[3].summary.total.operations_never_started = 20;
	analyse_compared(finished, TRIALS, "c", &c);
	near(c.rows[0].latency.p99_ms, 1);
	near(c.rows[1].latency.p99_ms, 25); /* the slowest of all */
	comparison_release(&c);
	finished[3].summary.total.operations_never_started = 22;
	analyse_compared(finished, TRIALS, "c", &c);
	near(c.rows[1].latency.p50_ms, 1);
	assert_true(isnan(c.rows[1].latency.p99_ms));
	comparison_release(&c);
}

/* Whose latencies are not all known has none; its rate is known. */
static void a_histogram_is_missing(void **state)
{
	struct comparison c;

	(void)state;
	free(finished[3].summary.latency);
	finished[3].summary.latency = NULL;
	analyse_compared(finished, TRIALS, "c", &c);
	near(c.rows[0].latency.p50_ms, 1);
	assert_true(isnan(c.rows[1].latency.p50_ms));
	assert_int_equal(c.rows[1].blocks, BLOCKS);
	comparison_release(&c);
}

static void a_block_that_failed(void **state)
{
	struct comparison c;

	(void)state;
	fail_one(TRIALS - 1, "failed");
	analyse_compared(finished, TRIALS, "c", &c);
	assert_int_equal(c.rows[1].blocks, BLOCKS - 1);
	near(c.rows[1].latency.max_ms, 23);
	assert_int_equal(c.pairs[0].by[BY_RATE].verdict, VERDICT_BETTER);
	comparison_release(&c);
}

/* What is left of its replicas has half the rate. */
static void a_replica_that_ended(void **state)
{
	struct experiment kept = { 0 };
	struct trial_spec spec;
	struct trial trial;

	(void)state;
	spec_init(&spec);
	spec.library = "b";
	spec.replicas = 2;
	for (int slices = 0; slices < 2; slices++) {
		struct summary summary = { 0 };

		trial_init(&trial, &spec);
		trial.replica[1].state = REPLICA_KILLED;
		if (slices)
			trial_add_slice(&trial);
		job_keep(&kept, &trial, &summary, NULL);
		trial_release(&trial);
	}
	assert_true(kept.finished[0].partial);
	assert_false(kept.finished[1].partial); /* none has a window without
						 * it */
	for (size_t i = 0; i < kept.finished_count; i++)
		finished_release(&kept.finished[i]);
	free(kept.finished);
}

static void a_partial_block(void **state)
{
	struct comparison c;

	(void)state;
	finished[TRIALS - 1].partial = true;
	analyse_compared(finished, TRIALS, "c", &c);
	assert_int_equal(c.rows[0].blocks, BLOCKS);
	assert_int_equal(c.rows[1].blocks, BLOCKS - 1);
	comparison_release(&c);
}

/* The table says that it failed: then nobody is faster than it. How the trial
 * ended besides does not matter. */
static void a_wrong_answer(void **state)
{
	struct comparison c;

	(void)state;
	fail_one(5, "failed");
	finished[5].summary.total.failures_wrong_bytes = 1;
	analyse_compared(finished, TRIALS, "c", &c);
	assert_int_equal(c.rows[0].blocks, BLOCKS);
	assert_int_equal(c.rows[1].blocks, 0);
	assert_true(isnan(c.rows[1].figure[BY_RATE].value));
	assert_true(isnan(c.rows[1].latency.p50_ms));
	assert_int_equal(c.pairs[0].by[BY_RATE].verdict, VERDICT_NONE);
	assert_int_equal(c.rows[1].rank[BY_RATE], 0);
	assert_int_equal(c.verdicts, 0);
	comparison_release(&c);
	fail_one(5, "replica 0 killed");
	analyse_compared(finished, TRIALS, "c", &c);
	assert_int_equal(c.rows[1].blocks, 0);
	comparison_release(&c);
	finished[5].failed = true;
	strcpy(finished[5].comparison, "another");
	analyse_compared(finished, TRIALS, "c", &c);
	assert_int_equal(c.rows[1].blocks, BLOCKS - 1);
	comparison_release(&c);
}

/* What --until-precise waits for. */
static void the_widest_interval(void **state)
{
	double widest;

	(void)state;
	assert_true(compared_precision(&experiment, "c", &widest));
	assert_true(widest > 0 && widest < 0.01);
}

static void an_interval_is_missing(void **state)
{
	double widest;

	(void)state;
	for (unsigned i = 0; i < TRIALS - 8; i++)
		finished[i].failed = true; /* four blocks are too few */
	assert_true(compared_precision(&experiment, "c", &widest));
	assert_true(isnan(widest));
}

/* Then no number of blocks is enough. */
static void nobody_to_compare(void **state)
{
	double widest;

	(void)state;
	assert_false(compared_precision(&experiment, "another", &widest));
	for (unsigned i = 1; i < TRIALS - 10; i += 2)
		finished[i].failed = true; /* it fails in most blocks */
	assert_false(compared_precision(&experiment, "c", &widest));
}

static void name_all(const char *a, const char *b, bool baselines)
{
	for (unsigned i = 0; i < TRIALS; i++) {
		struct result_row *row = &finished[i].summary.total;

		free(row->library_name);
		row->library_name = mem_dup(i % 2 ? b : a);
		finished[i].baseline = baselines || i % 2;
	}
}

static void one_library_beside_reference(void **state)
{
	double widest;

	(void)state;
	name_all("a", "reference", false);
	assert_true(compared_precision(&experiment, "c", &widest));
	assert_true(widest > 0 && widest < 0.01);
	name_all("null", "reference", true);
	assert_false(compared_precision(&experiment, "c", &widest));
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, make, undo)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(of_all_blocks),	    CHECK(failures_are_slower),
		CHECK(a_histogram_is_missing), CHECK(a_block_that_failed),
		CHECK(a_replica_that_ended),   CHECK(a_partial_block),
		CHECK(a_wrong_answer),	    CHECK(the_widest_interval),
		CHECK(an_interval_is_missing), CHECK(nobody_to_compare),
		CHECK(one_library_beside_reference),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
