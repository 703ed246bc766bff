/* The machine around and in the slices of a trial: readings that count nowhere,
 * counters that go back, and who the others were. */
#include "check.h"
#include "said.h"
#include "sliced_trial.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/reconcile_noise.h"
#include "analyse/windows.h"
#include "base/clock.h"
#include "base/mem.h"

static struct trial trial;

static int make(void **state)
{
	struct trial_spec spec;

	(void)state;
	spec_init(&spec);
	spec.library = "lib";
	spec.test = "fetch_range";
	make_sliced(&trial, &spec);
	return 0;
}

static int undo(void **state)
{
	(void)state;
	trial_release(&trial);
	return 0;
}

static void add_machine(uint64_t at_ns)
{
	struct machine_sample sample = { .at_ns = at_ns };

	trial_add_machine(&trial, &sample);
}

static const size_t counters[] = {
	offsetof(struct machine_sample, busy_ns),
	offsetof(struct machine_sample, steal_ns),
	offsetof(struct machine_sample, idle_ns),
};

static uint64_t *counter_of(size_t sample, size_t offset)
{
	return (uint64_t *)((char *)&trial.machine[sample] + offset);
}

/* Each counter grows by 20 ms in a window and by 480 before the next. */
static void add_counters(void)
{
	for (uint64_t i = 0; i < SLICES; i++) {
		add_machine(trial.slices[i].begin_ns);
		add_machine(trial.slices[i].end_ns);
	}
	for (size_t i = 0; i < trial.machine_count; i++)
		for (size_t c = 0; c < 3; c++)
			*counter_of(i, counters[c]) =
				(i / 2 * 500 + i % 2 * 20) * MS;
}

/* In one reading, when a window closes or opens. */
static void a_counter_that_goes_back(void **state)
{
	static const char *const names[] = { "busy", "stolen", "idle" };
	char sentence[128];

	(void)state;
	add_counters();
	for (size_t c = 0; c < 3; c++) {
		near(windows_machine(&trial, counters[c]), 60e6);
		assert_int_equal(windows_machine_back(&trial, counters[c]), 0);
	}
	reconcile_counters(&trial);
	assert_string_equal(said(&trial.findings), "");
	for (size_t c = 0; c < 3; c++)
		for (size_t at = 2; at < 4; at++) {
			uint64_t *counter = counter_of(at, counters[c]);
			uint64_t right = *counter;

			*counter = 1 * MS;
			assert_true(isnan(windows_machine(&trial, counters[c])));
			reconcile_counters(&trial);
			snprintf(sentence, sizeof(sentence), "counter of %s "
				 "time went back, or was not there, in 1 of 3 "
				 "windows", names[c]);
			assert_non_null(strstr(said(&trial.findings), sentence));
			findings_release(&trial.findings);
			*counter = right;
		}
}

/* A machine without them has none that went back. */
static void counters_that_are_not_there(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < SLICES; i++)
		trial.slices[i].steal_ns = trial.slices[i].others_ns =
			COUNT_UNKNOWN;
	reconcile_counters(&trial);
	assert_string_equal(said(&trial.findings), "");
	trial.slices[1].others_ns = 0;
	reconcile_counters(&trial);
	assert_non_null(strstr(said(&trial.findings), "busy time went back, or "
			       "was not there, in 2 of 3 windows"));
}

/* In slices, or in one piece: what lies before GO and behind the end is for who
 * reads the database. */
static void readings_around_count_nowhere(void **state)
{
	const size_t busy = counters[0];
	size_t from, to;

	(void)state;
	add_machine(GO - 300 * MS);
	add_machine(GO - MS);
	trial.machine[1].busy_ns = 4000 * MS;
	for (uint64_t i = 0; i < 2; i++) {
		add_machine(i ? trial.slices[2].end_ns : GO);
		trial.machine[2 + i].busy_ns = (5000 + i * 2210) * MS;
	}
	add_machine(LATER);
	trial.machine[4].busy_ns = 99000 * MS;
	windows_readings(&trial, &from, &to);
	assert_int_equal(from, 2);
	assert_int_equal(to, 4);
	near(windows_machine(&trial, busy), 600e6);
	trial.slice_count = 0;
	near(windows_machine(&trial, busy), 2210e6);
	trial.machine_count = 3; /* the end is not there */
	assert_true(isnan(windows_machine(&trial, busy)));
	trial.machine_count = 5;
	trial.go_ns = 0;
	assert_true(isnan(windows_machine(&trial, busy)));
	trial.slice_count = SLICES;
}

/* Processes were looked at before the first slice and behind the last. */
static void others_have_names(void **state)
{
	(void)state;
	trial.busy_ns = 600 * MS;
	trial.others_cpu_ns = 300 * MS;
	trial.others_seen_ns = 280 * MS;
	trial.others_text = mem_dup("cc1 (pid 7) 9.00 s");
	reconcile_others(&trial);
	assert_non_null(strstr(said(&trial.findings), "less so (most: cc1 (pid "
			       "7) 9.00 s of the whole block)"));
	findings_release(&trial.findings);
	trial.others_seen_ns = 100 * MS;
	reconcile_others(&trial);
	assert_non_null(strstr(said(&trial.findings), "9.00 s of the whole "
			       "block, and 0.20 s of its slices by programs "
			       "that this namespace does not show"));
	findings_release(&trial.findings);
	free(trial.others_text);
	trial.others_text = NULL;
	trial.others_seen_ns = 0;
	reconcile_others(&trial);
	assert_non_null(strstr(said(&trial.findings), "(most: 0.30 s of its "
			       "slices by programs that this namespace"));
	findings_release(&trial.findings);
	/* What they did in the pauses is not known. */
	trial.others_cpu_ns = 0;
	trial.others_seen_ns = 300 * MS;
	reconcile_others(&trial);
	assert_string_equal(said(&trial.findings), "");
}

int main(void)
{
#define CHECK(check) cmocka_unit_test_setup_teardown(check, make, undo)
	const struct CMUnitTest checks[] = {
		CHECK(a_counter_that_goes_back),
		CHECK(counters_that_are_not_there),
		CHECK(readings_around_count_nowhere),
		CHECK(others_have_names),
	};
#undef CHECK

	return cmocka_run_group_tests(checks, NULL, NULL);
}
