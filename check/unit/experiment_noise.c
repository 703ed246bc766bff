/* What others used, as the difference of two readings. */
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "experiment/sampler_noise.h"

#define MS NS_PER_MS

static const struct noise_reading before = {
	5000 * MS, 100 * MS, 40 * MS, 7 * MS, 0
};

static void expect(struct noise_reading after, uint64_t cells_ns,
		   uint64_t others_ns)
{
	struct noise_between between;

	noise_between(&before, &after, cells_ns, &between);
	assert_int_equal(between.others_ns, others_ns);
}

static void check_difference(void **state)
{
	struct noise_reading after = { 8400 * MS, 350 * MS, 60 * MS, 17 * MS,
				       30 * MS };
	struct noise_between between;

	(void)state;
	noise_between(&before, &after, 1500 * MS, &between);
	assert_int_equal(between.busy_ns, 3400 * MS);
	assert_int_equal(between.steal_ns, 250 * MS);
	assert_int_equal(between.waited_ns, 30 * MS);
	/* 3,400 less cells 1,500, harness 20, ksoftirqd 10. */
	assert_int_equal(between.others_ns, 1870 * MS);
	/* Ticks that say less than our own exact time: nobody else. */
	expect(after, 3600 * MS, 0);
	/* ksoftirqd is not seen: what it used is among the others. */
	after.nobody_ns = COUNT_UNKNOWN;
	expect(after, 1500 * MS, 1880 * MS);
}

static void check_unknown(void **state)
{
	struct noise_reading after = { COUNT_UNKNOWN, COUNT_UNKNOWN, 60 * MS, 0,
				       0 };

	(void)state;
	expect(after, 0, COUNT_UNKNOWN);
}

/* Far more than any machine needs until its ticks have seen it. */
#define PATIENCE_NS (20 * NS_PER_S)

/* The harness's clock does not have the interrupts that came upon it, or it does:
 * the line of /proc/stat says which. */
static void check_interrupts(void **state)
{
	static const char *const lines[] = {
		"cpu  1000 0 500 9000 0 0 300 0 0 0\n",
		"cpu  1000 0 500 9000 0 1 299 0 0 0\n",
	};
	int fd = memfd_create("stat", MFD_CLOEXEC);
	struct machine_meter meter = { .stat = fd, .pressure = { -1, -1, -1 },
				       .vmstat = -1 };
	struct noise_reading reading;
	struct machine_time time;
	struct noise noise;

	(void)state;
	noise_open(&noise, &meter, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pwrite(fd, lines[i], strlen(lines[i]), 0),
				 strlen(lines[i]));
		assert_true(machine_parse_time(lines[i], &time));
		noise_read(&noise, &reading);
		assert_int_equal(reading.busy_ns, 18000 * MS);
		assert_true(reading.nobody_ns ==
			    (time.apart ? 3000 * MS : COUNT_UNKNOWN));
	}
	close(fd);
}

/* Our own work between two readings is not somebody else's. */
static void check_own_work(void **state)
{
	struct noise_reading from, to;
	struct noise_between with, without;
	struct machine_meter meter;
	struct noise noise;

	(void)state;
	machine_open(&meter);
	noise_open(&noise, &meter, 0);
	noise_read(&noise, &from);
	do {
		uint64_t harness_ns;

		noise_read(&noise, &to);
		noise_between(&from, &to, 0, &with);
		harness_ns = to.harness_ns - from.harness_ns;
		to.harness_ns = from.harness_ns;
		noise_between(&from, &to, 0, &without);
		if (harness_ns >= 300 * MS && without.others_ns >= 200 * MS)
			break;
		assert_true(harness_ns < PATIENCE_NS);
	} while (true);
	assert_true(with.others_ns <= without.others_ns - 200 * MS);
	machine_close(&meter);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_difference),
		cmocka_unit_test(check_unknown),
		cmocka_unit_test(check_interrupts),
		cmocka_unit_test(check_own_work),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
