/* Limits that were asked for, and those that hold. */
#include "check.h"
#include "said.h"

#include "analyse/limits.h"
#include "base/mem.h"

#define GO 1000000000ULL
#define MS 1000000ULL

static struct trial trial;
static struct limits limits;

/* 2 s with all limits, as they were asked for. */
static int make(void **state)
{
	struct trial_spec spec;

	(void)state;
	spec_init(&spec);
	spec.replicas = 2;
	spec.cpus_limit = 0.2;
	spec.memory_limit_bytes = 20 << 20;
	spec.pids_limit = 4;
	spec.link_bits_per_second = 80000000;
	trial_init(&trial, &spec);
	trial.go_ns = GO;
	trial.window_end_ns = GO + 2000 * MS;
	trial.applied = (struct applied){ true, 0.2, 20 << 20, 4,
					  COUNT_UNKNOWN };
	for (unsigned i = 0; i < 2; i++) {
		trial.replica[i].done_ns = trial.window_end_ns;
		trial.replica[i].cpu_ns = 400 * MS;
		trial.replica[i].memory_peak_bytes = 20 << 20;
		trial.replica[i].link_rx_bytes = 20000000;
	}
	return 0;
}

static int undo(void **state)
{
	(void)state;
	trial_release(&trial);
	return 0;
}

static void assert_says(const char *part)
{
	limits_reconcile(&trial);
	limits_that_hold(&trial, &limits);
	if (!part)
		assert_int_equal(trial.findings.count, 0);
	else if (!strstr(said(&trial.findings), part))
		fail_msg("'%s' does not say '%s'", said(&trial.findings), part);
}

static void check_held(void **state)
{
	(void)state;
	assert_says(NULL);
	assert_true(limits.cpus == 0.2);
	assert_int_equal(limits.memory_bytes, 20 << 20);
	assert_int_equal(limits.pids, 4);
	assert_false(limits.link_broken);
}

/* An engine that leaves them out says so, or not. */
static void check_ignored(void **state)
{
	(void)state;
	trial.applied = (struct applied){ .known = true };
	assert_says("--cpus 0.2 was not applied: the replicas' control groups "
		    "have no such limit");
	assert_says("--memory 20971520 B was not applied");
	assert_says("--pids 4 was not applied");
	assert_true(limits.cpus == 0);
	assert_int_equal(limits.memory_bytes, 0);
	assert_int_equal(limits.pids, 0);
}

static void check_another(void **state)
{
	(void)state;
	trial.applied.memory_bytes = 16 << 20;
	assert_says("--memory 20971520 B was asked for, and 16777216 B is what "
		    "the replicas have");
	assert_int_equal(limits.memory_bytes, 16 << 20);
}

/* Nobody can be asked: use tells. */
static void check_use(void **state)
{
	struct sample sample = { .replica = 1, .threads = 9 };

	(void)state;
	trial.applied.known = false;
	trial.applied.cpus = 0;
	assert_says(NULL);
	assert_true(limits.cpus == 0.2);
	trial.replica[1].cpu_ns = 800 * MS;
	assert_says("--cpus 0.2 did not hold: a replica used 0.35");
	assert_true(limits.cpus == 0);
	trial.replica[1].memory_peak_bytes = COUNT_UNKNOWN;
	trial.replica[1].peak_rss_bytes = 60 << 20; /* of three that share */
	trial_add_sample(&trial, &(struct sample){ .replica = 1,
						   .memory_bytes = 19 << 20 });
	assert_says("--cpus 0.2 did not hold: a replica used 0.35");
	assert_true(limits.memory_bytes == 20 << 20);
	trial_add_sample(&trial, &(struct sample){ .replica = 1,
						   .memory_bytes = 25 << 20 });
	assert_says("--memory 20971520 B did not hold: a replica used "
		    "26214400 B");
	trial.replica[1].memory_peak_bytes = 25 << 20;
	assert_says("--memory 20971520 B did not hold: a replica used "
		    "26214400 B");
	trial_add_sample(&trial, &sample);
	assert_says("--pids 4 did not hold: a replica used 9");
	trial.replica[1].link_rx_bytes = 30000000;
	assert_says("--link-rate 80000000 bit/s did not hold");
	assert_true(limits.link_broken);
}

/* What nobody asked for is no limit of this trial. */
static void check_none(void **state)
{
	(void)state;
	trial.spec.cpus_limit = NAN;
	trial.spec.memory_limit_bytes = trial.spec.pids_limit = COUNT_UNKNOWN;
	trial.spec.link_bits_per_second = COUNT_UNKNOWN;
	trial.replica[0].cpu_ns = 4000 * MS;
	assert_says(NULL);
	assert_true(limits.cpus == 0);
	assert_int_equal(limits.pids, 0);
}

/* A tenth of a second of work says nothing of a quota. */
static void check_short(void **state)
{
	(void)state;
	trial.window_end_ns = GO + 100 * MS;
	trial.replica[0].cpu_ns = 100 * MS;
	assert_says(NULL);
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, make, undo)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(check_held), CHECK(check_ignored), CHECK(check_another),
		CHECK(check_use),  CHECK(check_none),	 CHECK(check_short),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
