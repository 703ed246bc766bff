/* What others used, as the difference of two readings. */
#include "check.h"

#include "base/clock.h"
#include "experiment/sampler_noise.h"

#define MS NS_PER_MS

static const struct noise_reading before = { 5000 * MS, 100 * MS, 40 * MS,
					     7 * MS };

static void expect(struct noise_reading after, uint64_t cells_ns,
		   uint64_t others_ns)
{
	struct noise_between between;

	noise_between(&before, &after, cells_ns, &between);
	assert_int_equal(between.others_ns, others_ns);
}

static void check_difference(void **state)
{
	struct noise_reading after = { 8400 * MS, 350 * MS, 60 * MS, 17 * MS };
	struct noise_between between;

	(void)state;
	noise_between(&before, &after, 1500 * MS, &between);
	assert_int_equal(between.busy_ns, 3400 * MS);
	assert_int_equal(between.steal_ns, 250 * MS);
	/* 3,400 less cells 1,500, harness 20, ksoftirqd 10. */
	assert_int_equal(between.others_ns, 1870 * MS);
	/* Ticks that say less than our own exact time: nobody else. */
	expect(after, 3600 * MS, 0);
}

static void check_unknown(void **state)
{
	struct noise_reading after = { COUNT_UNKNOWN, COUNT_UNKNOWN, 60 * MS, 0 };

	(void)state;
	expect(after, 0, COUNT_UNKNOWN);
}

/* Far more than any machine needs until its ticks have seen it. */
#define PATIENCE_NS (20 * NS_PER_S)

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
		cmocka_unit_test(check_own_work),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
