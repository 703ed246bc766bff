/* Counters of the machine: texts like those of /proc and /sys, and what work does
 * to the real ones. */
#include "check.h"
#include "put_at.h"

#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

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
	assert_true(time.interrupts_ns == (6 + 7) * TICK_NS);
}

/* Whom the kernel charges with interrupts is told by irq alone: softirq is
 * counted by ticks, too. */
static void check_interrupts_apart(void **state)
{
	struct machine_time time;

	(void)state;
	assert_true(machine_parse_time(
		"cpu  1964829 350644 808577 2106444 6966 0 256906 1719 0 0\n",
		&time));
	assert_false(time.apart);
	assert_true(time.interrupts_ns == 256906 * TICK_NS);
	assert_true(machine_parse_time(
		"cpu  1964829 350644 808577 2106444 6966 311 256906 1719 0 0\n",
		&time));
#if defined(__powerpc__) || defined(__s390__)
	assert_false(time.apart);
#else
	assert_true(time.apart);
#endif
	assert_true(time.interrupts_ns == (256906 + 311) * TICK_NS);
	assert_true(time.busy_ns == (1964829ULL + 350644 + 808577 + 311 +
				     256906) * TICK_NS);
}

static void check_odd_lines(void **state)
{
	static const char *const lines[] = {
		"", "cpu", "cpu  1 2 3", "intr 1 2 3 4 5 6 7 8 9",
		"cpu  a b c d e f g h", "cpu  0 0 0 0 0 0 0 0 0 0\n",
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

/* ---------------------------------------------------- a made-up machine --- */

#define FREQUENCY "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq"
#define PRESSURE(us)                                                           \
	"some avg10=0.00 avg60=0.10 avg300=1.00 total=" us "\n"                \
	"full avg10=0.00 avg60=0.00 avg300=0.00 total=1\n"

/* With two threads of the kernel, and two that call themselves so. */
static void put_threads(const char *root)
{
	put_at(root, "/proc/16/stat", "16 (ksoftirqd/0) S 2 0 0 0 -1 69238848");
	put_at(root, "/proc/16/schedstat", "1000 77 3\n");
	put_at(root, "/proc/22/stat", "22 (ksoftirqd/1) R 2 0 0 0 -1 69238848");
	put_at(root, "/proc/22/schedstat", "234 77 3\n");
	put_at(root, "/proc/23/stat", "23 (ksoftirqd/2) R 1 0 0 0 -1 0");
	put_at(root, "/proc/23/schedstat", "50000 77 3\n");
	put_at(root, "/proc/24/stat", "24 (sh) R 2 0 0 0 -1 0");
	put_at(root, "/proc/24/schedstat", "50000 77 3\n");
}

static void read_in(const char *root, struct machine_sample *out)
{
	struct machine_meter meter;

	machine_open_in(&meter, root);
	machine_read(&meter, out);
	machine_close(&meter);
}

static void check_made_up(void **state)
{
	char *root = root_new("machine");
	struct machine_sample sample;

	(void)state;
	put_threads(root);
	put_at(root, "/proc/stat", "cpu  1000 20 300 40000 500 6 7 80 0 0\n");
	put_at(root, "/proc/vmstat", "nr_free_pages 9\npswpinx 1000\n"
				     "pswpin 120\npswpout 3\npgfault 12\n");
	put_at(root, "/proc/pressure/cpu", PRESSURE("12345"));
	put_at(root, "/proc/pressure/memory", PRESSURE("67"));
	put_at(root, "/proc/pressure/io", PRESSURE("890"));
	read_in(root, &sample);
	assert_true(sample.ksoftirqd_ns == 1234);
	assert_true(sample.busy_ns == 1333 * TICK_NS);
	assert_true(sample.steal_ns == 80 * TICK_NS);
	assert_true(sample.idle_ns == 40500 * TICK_NS);
	assert_true(sample.swap_pages == 123);
	assert_true(sample.stalled_cpu_us == 12345);
	assert_true(sample.stalled_memory_us == 67);
	assert_true(sample.stalled_io_us == 890);
	assert_true(isnan(sample.cpu_mhz));
	root_free(root);
}

/* A time of the machine that never moves is none; one that moved once is. */
static void check_standstill(void **state)
{
	static const char moved[] = "cpu  1000 20 300 40001 500 6 7 80 0 0\n";
	char *root = root_new("machine"), *path;
	struct machine_meter meter;
	struct machine_time time;

	(void)state;
	put_at(root, "/proc/stat", "cpu  1000 20 300 40000 500 6 7 80 0 0\n");
	machine_open_in(&meter, root);
	meter.opened_ns = clock_now_ns();
	machine_read_time(&meter, &time); /* nothing need move in a moment */
	if (clock_now_ns() < meter.opened_ns + 100 * NS_PER_MS)
		assert_true(time.busy_ns == 1333 * TICK_NS);
	clock_sleep_until(meter.opened_ns + 101 * NS_PER_MS);
	machine_read_time(&meter, &time);
	assert_true(time.busy_ns == COUNT_UNKNOWN &&
		    time.steal_ns == COUNT_UNKNOWN &&
		    time.idle_ns == COUNT_UNKNOWN);
	put_at(root, "/proc/stat", moved);
	path = mem_printf("%s/proc/stat", root);
	close(meter.stat);
	meter.stat = open(path, O_RDONLY);
	free(path);
	for (int i = 0; i < 2; i++) {
		machine_read_time(&meter, &time);
		assert_true(time.idle_ns == 40501 * TICK_NS);
	}
	machine_close(&meter);
	root_free(root);
}

static void check_nothing_there(void **state)
{
	char *root = root_new("machine");
	struct machine_sample sample;

	(void)state;
	read_in(root, &sample);
	assert_true(sample.ksoftirqd_ns == COUNT_UNKNOWN);
	assert_true(sample.busy_ns == COUNT_UNKNOWN);
	assert_true(sample.steal_ns == COUNT_UNKNOWN);
	assert_true(sample.idle_ns == COUNT_UNKNOWN);
	assert_true(sample.swap_pages == COUNT_UNKNOWN);
	assert_true(sample.stalled_cpu_us == COUNT_UNKNOWN);
	put_at(root, "/proc/pressure/cpu", "full avg10=0.00 total=1\n");
	put_at(root, "/proc/vmstat", "pgfault 12\npswpin 120\n");
	read_in(root, &sample);
	assert_true(sample.stalled_cpu_us == COUNT_UNKNOWN);
	assert_true(sample.swap_pages == COUNT_UNKNOWN);
	root_free(root);
}

/* Ours idles, says nothing, or is not there: as fast as the fastest. Those that we
 * may not use do not count. */
static void check_frequency(void **state)
{
	char *root = root_new("machine"), *path;
	struct machine_meter meter;
	struct machine_sample sample;
	cpu_set_t before, ours;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	if (CPU_COUNT(&before) < 2)
		skip();
	CPU_ZERO(&ours);
	for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&ours) < 2; cpu++)
		if (CPU_ISSET(cpu, &before))
			CPU_SET(cpu, &ours);
	for (int cpu = 0, n = 0; cpu < CPU_SETSIZE; cpu++) {
		path = mem_printf(FREQUENCY, cpu);
		if (!CPU_ISSET(cpu, &ours) && cpu < 4)
			put_at(root, path, "9000000\n");
		else if (CPU_ISSET(cpu, &ours) && n++)
			put_at(root, path, "2400000\n");
		free(path);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(ours), &ours), 0);
	machine_open_in(&meter, root);
	machine_read(&meter, &sample);
	assert_int_equal(meter.frequency_count, 1);
	assert_true(sample.cpu_mhz == 2400);
	machine_close(&meter);
	for (int cpu = 0, n = 0; cpu < CPU_SETSIZE; cpu++) {
		path = mem_printf(FREQUENCY, cpu);
		if (CPU_ISSET(cpu, &ours))
			put_at(root, path, n++ ? "800000\n" : "3100000\n");
		free(path);
	}
	read_in(root, &sample);
	assert_true(sample.cpu_mhz == 3100);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	root_free(root);
}

static void check_tick(void **state)
{
	uint64_t tick_ns = machine_tick_ns();

	(void)state;
	/* 100 to 1,000 Hz. */
	assert_true(tick_ns >= 999 * NS_PER_MS / 1000 &&
		    tick_ns <= 10 * NS_PER_MS);
}

/* ------------------------------------------------------ this machine's --- */

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
	assert_true(after.at_ns > before.at_ns);
}

/* What this machine has is read, and what it lacks is unknown. */
static void check_is_there(void **state)
{
	struct machine_sample sample;

	(void)state;
	read_in("", &sample);
	assert_int_equal(sample.stalled_cpu_us != COUNT_UNKNOWN,
			 access("/proc/pressure/cpu", R_OK) == 0);
	assert_int_equal(sample.swap_pages != COUNT_UNKNOWN,
			 access("/proc/vmstat", R_OK) == 0);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_line),
		cmocka_unit_test(check_interrupts_apart),
		cmocka_unit_test(check_odd_lines),
		cmocka_unit_test(check_made_up),
		cmocka_unit_test(check_nothing_there),
		cmocka_unit_test(check_standstill),
		cmocka_unit_test(check_frequency),
		cmocka_unit_test(check_tick),
		cmocka_unit_test(check_work_is_seen),
		cmocka_unit_test(check_is_there),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
