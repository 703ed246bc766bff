/* What makes a slice doubtful, and what a quiet machine shows all the same. */
#include "check.h"
#include "said.h"

#include <stdlib.h>

#include "analyse/analyse.h"
#include "analyse/marks.h"
#include "base/clock.h"

#define GO 1000000000ULL
#define MS NS_PER_MS

enum { SLICES = 20 };

static struct trial trial;

/* One replica, in slices of 0.1 s half a second apart; it and the origin use a
 * CPU of two. */
static int make(void **state)
{
	struct trial_spec spec;

	(void)state;
	spec_init(&spec);
	spec.library = "lib";
	spec.test = "fetch_range";
	spec.replicas = 1;
	trial_init(&trial, &spec);
	trial.go_ns = GO;
	for (unsigned i = 0; i < SLICES; i++) {
		struct slice *slice = trial_add_slice(&trial);

		slice->go_ns = GO + i * 500 * MS;
		slice->begin_ns = slice->go_ns + 10 * MS;
		slice->end_ns = slice->begin_ns + 100 * MS;
		slice->pause_ns = slice->end_ns + MS;
		slice->paused_ns = slice->end_ns + 20 * MS;
		slice->cpu_ns = 60 * MS;
		slice->origin_cpu_ns = 40 * MS;
		slice->steal_ns = slice->others_ns = 0;
		slice->idle_cpu_ns = i ? MS / 4 : COUNT_UNKNOWN;
		slice->operations = 100;
	}
	trial.window_end_ns = trial.slices[SLICES - 1].end_ns;
	return 0;
}

static int undo(void **state)
{
	(void)state;
	trial_release(&trial);
	return 0;
}

static void add_machine(uint64_t cpus)
{
	for (unsigned i = 0; i < 2; i++) {
		uint64_t ns = i * 12000 * MS;
		struct machine_sample sample = {
			.at_ns = GO + ns, .busy_ns = ns,
			.idle_ns = ns * (cpus - 1)
		};

		trial_add_machine(&trial, &sample);
	}
}

static void assert_marks(unsigned slice, uint32_t marks)
{
	char has[SLICE_MARKS_BYTES], wanted[SLICE_MARKS_BYTES];

	trial.slices[slice].marks = 0;
	marks_set(&trial);
	assert_string_equal(slice_marks_text(trial.slices[slice].marks, has),
			    slice_marks_text(marks, wanted));
}

static void a_quiet_machine(void **state)
{
	(void)state;
	add_machine(2);
	for (unsigned i = 0; i < SLICES; i++)
		assert_marks(i, 0);
	analyse_reconcile(&trial);
	assert_null(strstr(said(&trial.findings), "paused"));
}

/* Of 100 ms that were used, more than a tenth, and more than a step. */
static void steal(void **state)
{
	struct slice *slice = &trial.slices[3];

	(void)state;
	slice->steal_ns = 10 * MS;
	slice->cpu_ns = slice->origin_cpu_ns = MS;
	assert_marks(3, 0);
	slice->steal_ns = 20 * MS;
	assert_marks(3, SLICE_MARK(STEAL));
	slice->cpu_ns = 180 * MS;
	assert_marks(3, 0);
	slice->others_ns = COUNT_UNKNOWN;
	assert_marks(3, 0);
	slice->steal_ns = 21 * MS;
	assert_marks(3, SLICE_MARK(STEAL));
	slice->steal_ns = COUNT_UNKNOWN;
	assert_marks(3, 0);
	slice->steal_ns = 200 * MS;
	slice->end_ns = 0;
	assert_marks(3, 0);
}

/* 5 ms, a step of 10, and three deviations of 200 ms half of which is busy: 3 x
 * sqrt(4 x 50) = 42.4. */
static void others(void **state)
{
	struct slice *slice = &trial.slices[3];

	(void)state;
	add_machine(2);
	slice->others_ns = 57 * MS;
	assert_marks(3, 0);
	slice->others_ns = 58 * MS;
	assert_marks(3, SLICE_MARK(OTHERS));
	slice->others_ns = COUNT_UNKNOWN;
	assert_marks(3, 0);
	slice->cpu_ns = 170 * MS; /* all: nothing is left to chance */
	slice->others_ns = 14 * MS;
	assert_marks(3, 0);
	slice->others_ns = 16 * MS;
	assert_marks(3, SLICE_MARK(OTHERS));
}

/* The same, and 5% of 100 ms that are ours. */
static void others_or_ksoftirqd(void **state)
{
	struct slice *slice = &trial.slices[3];

	(void)state;
	add_machine(2);
	trial.machine[0].ksoftirqd_ns = COUNT_UNKNOWN;
	slice->others_ns = 62 * MS;
	assert_marks(3, 0);
	slice->others_ns = 63 * MS;
	assert_marks(3, SLICE_MARK(OTHERS));
	trial.irq_apart = true;
	slice->others_ns = 58 * MS;
	assert_marks(3, SLICE_MARK(OTHERS));
	trial.tick_ns = 10 * MS; /* 3 x sqrt(10 x 50) = 67 */
	slice->others_ns = 81 * MS;
	assert_marks(3, 0);
	slice->others_ns = 83 * MS;
	assert_marks(3, SLICE_MARK(OTHERS));
}

/* How many CPUs there are is not known: 15 + 3 x sqrt(4 x 100). */
static void others_of_unknown_cpus(void **state)
{
	struct slice *slice = &trial.slices[3];

	(void)state;
	slice->others_ns = 74 * MS;
	assert_marks(3, 0);
	slice->others_ns = 76 * MS;
	assert_marks(3, SLICE_MARK(OTHERS));
}

/* It paused for 370 ms: 3.7 of these may be the freezer's, and one a replica
 * in any case. */
static void woke(void **state)
{
	struct slice *slice = &trial.slices[3];

	(void)state;
	slice->idle_cpu_ns = 36 * MS / 10;
	assert_marks(3, 0);
	slice->idle_cpu_ns = 38 * MS / 10;
	assert_marks(3, SLICE_MARK(WOKE));
	trial.replica_count = 4;
	assert_marks(3, 0);
	trial.replica_count = 1;
	trial.slices[2].paused_ns = slice->go_ns - 50 * MS;
	slice->idle_cpu_ns = MS;
	assert_marks(3, 0);
	slice->idle_cpu_ns = MS + 1;
	assert_marks(3, SLICE_MARK(WOKE));
	slice->idle_cpu_ns = COUNT_UNKNOWN;
	assert_marks(3, 0);
}

static void one_that_woke_often(void **state)
{
	(void)state;
	trial.slices[3].idle_cpu_ns = 70 * MS;
	analyse_reconcile(&trial);
	assert_int_equal(trial.slices[3].marks, SLICE_MARK(WOKE));
	assert_null(strstr(said(&trial.findings), "paused"));
	trial.slices[7].idle_cpu_ns = 50 * MS;
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "lib used 0.12 s of CPU while it was paused, "
			       "before 2 of its 20 slices: slices of other "
			       "libraries may have suffered"));
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, make, undo)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(a_quiet_machine),
		CHECK(steal),
		CHECK(others),
		CHECK(others_or_ksoftirqd),
		CHECK(others_of_unknown_cpus),
		CHECK(woke),
		CHECK(one_that_woke_often),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
