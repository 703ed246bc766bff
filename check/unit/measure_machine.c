/* Counters of the machine: lines of /proc/stat, and what work does to them. */
#include "check.h"

#include <math.h>
#include <time.h>

#include "base/clock.h"
#include "measure/machine.h"

#define TICK_NS (10 * NS_PER_MS)

static void check_line(void **state)
{
	struct machine_time time;

	(void)state;
	assert_true(machine_parse_time(
		"cpu  1000 20 300 40000 500 6 7 80 999 9\n"
		"cpu0 1 1 1 1 1 1 1 1 1 1\n", &time));
	/* Guests' time, 999, is in that of users. */
	assert_true(time.busy_ns == (1000 + 20 + 300 + 6 + 7) * TICK_NS);
	assert_true(time.steal_ns == 80 * TICK_NS);
	assert_true(time.idle_ns == 40500 * TICK_NS);
}

static void check_odd_lines(void **state)
{
	static const char *const lines[] = {
		"", "cpu", "cpu  1 2 3", "intr 1 2 3 4 5 6 7 8 9",
		"cpu  a b c d e f g h",
	};
	struct machine_time time;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		assert_false(machine_parse_time(lines[i], &time));
		assert_true(time.busy_ns == COUNT_UNKNOWN &&
			    time.steal_ns == COUNT_UNKNOWN &&
			    time.idle_ns == COUNT_UNKNOWN);
	}
}

static uint64_t own_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* Ticks see a busy loop, whatever else the machine does. */
static void check_work_is_seen(void **state)
{
	struct machine_sample before, after;
	struct machine_meter meter;
	uint64_t until;

	(void)state;
	machine_open(&meter);
	machine_read(&meter, &before);
	until = own_cpu_ns() + 300 * NS_PER_MS;
	while (own_cpu_ns() < until)
		;
	machine_read(&meter, &after);
	machine_close(&meter);
	machine_close(&meter);
	assert_true(before.busy_ns != COUNT_UNKNOWN);
	assert_true(after.busy_ns - before.busy_ns >= 200 * NS_PER_MS);
	assert_true(after.steal_ns >= before.steal_ns);
	assert_true(after.idle_ns >= before.idle_ns);
	assert_true(after.swap_pages >= before.swap_pages);
	assert_true(after.at_ns > before.at_ns);
	assert_true(isnan(after.cpu_mhz) || after.cpu_mhz > 10);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_line),
		cmocka_unit_test(check_odd_lines),
		cmocka_unit_test(check_work_is_seen),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
