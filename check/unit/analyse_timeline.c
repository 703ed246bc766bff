/* What a trial did over time, of made samples. */
#include "check.h"

#include "analyse/timeline.h"
#include "base/hash.h"
#include "sliced_trial.h"

/* Each replica does so much in each ms. */
#define OK_PER_MS 3U
#define CPU_NS_PER_MS 400000U

static void begin(struct trial *trial, unsigned replicas)
{
	struct trial_spec spec;

	spec_init(&spec);
	spec.replicas = replicas;
	trial_init(trial, &spec);
	trial->go_ns = GO;
	trial->window_end_ns = GO + 10000 * MS;
}

/* A reading of one process, `us` behind the moment. */
static struct sample reading(int replica, uint64_t ms, uint64_t us)
{
	return (struct sample){
		.at_ns = GO + ms * MS + us * NS_PER_US, .replica = replica,
		.operations_ok = OK_PER_MS * ms, .operations_failed = ms,
		.cpu_ns = CPU_NS_PER_MS * ms, .memory_bytes = 1000 + ms,
		.in_flight = 5,
	};
}

static void add(struct trial *trial, int replica, uint64_t ms)
{
	struct sample sample = reading(replica, ms,
				       ms ? (uint64_t)(replica + 1) * 700 : 0);

	trial_add_sample(trial, &sample);
}

/* The origin's first, as the sampler reads. */
static void add_moment(struct trial *trial, uint64_t ms)
{
	for (int i = -1; i < (int)trial->replica_count; i++)
		add(trial, i, ms);
}

static void made(const struct trial *trial, size_t most, struct timeline *out)
{
	timeline_make(trial, most, out);
	for (size_t i = 0; i < out->count; i++) {
		const struct timeline_point *p = &out->points[i];

		assert_true(p->end_s > p->begin_s);
		assert_true(!i || p->begin_s >= out->points[i - 1].end_s);
		assert_false(p->requests_per_second < 0);
		assert_true(p->requests_per_second < 1e9);
	}
}

static double requests(const struct timeline *t)
{
	double sum = 0;

	for (size_t i = 0; i < t->count; i++)
		sum += t->points[i].requests_per_second *
		       (t->points[i].end_s - t->points[i].begin_s);
	return sum;
}

static void about(double value, double expected)
{
	if (!(fabs(value - expected) <= 0.03 * fabs(expected)))
		fail_msg("%g is not about %g", value, expected);
}

static void sums_of_replicas(void **state)
{
	struct timeline t;
	struct trial trial;

	(void)state;
	begin(&trial, 3);
	for (uint64_t ms = 0; ms <= 1000; ms += 100)
		add_moment(&trial, ms);
	made(&trial, 100, &t);
	assert_int_equal(t.count, 10);
	assert_true(t.points[0].begin_s == 0);
	assert_true(t.points[9].end_s == 1.0021);
	near(requests(&t), 3 * OK_PER_MS * 1000);
	for (size_t i = 0; i < t.count; i++) {
		const struct timeline_point *p = &t.points[i];

		about(p->requests_per_second, 3 * 1000 * OK_PER_MS);
		about(p->failures_per_second, 3 * 1000);
		about(p->cpus, 3 * 0.4);
		about(p->origin_cpus, 0.4);
		near(p->memory_bytes, 3 * (1000 + 100 * (double)(i + 1)));
		near(p->in_flight, 15);
	}
	timeline_release(&t);
	trial_release(&trial);
}

static void joined_points_keep_totals(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 3);
	for (unsigned readings = 2; readings < 60; readings++)
		for (size_t most = 1; most < 70; most += 3) {
			struct timeline t;
			struct trial trial;
			uint64_t ms = 0;

			begin(&trial, 2);
			add_moment(&trial, 0);
			for (unsigned i = 1; i < readings; i++)
				add_moment(&trial,
					   ms += 40 + rng_below(&rng, 200));
			made(&trial, most, &t);
			assert_in_range(t.count, 1, most);
			near(requests(&t), 2. * OK_PER_MS * (double)ms);
			timeline_release(&t);
			trial_release(&trial);
		}
}

/* The last reading of a trial comes when its window is over, and may come just
 * behind a tick. What was done until then is done. */
static void the_last_reading_counts(void **state)
{
	static const uint64_t behind_ms[] = { 1, 3, 9, 11 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t most = 1; most < 12; most++) {
			struct timeline t;
			struct trial trial;

			begin(&trial, 1);
			for (uint64_t ms = 0; ms <= 800; ms += 100)
				add_moment(&trial, ms);
			add_moment(&trial, 800 + behind_ms[i]);
			made(&trial, most, &t);
			assert_in_range(t.count, 1, most);
			near(requests(&t),
			     (double)(OK_PER_MS * (800 + behind_ms[i])));
			timeline_release(&t);
			trial_release(&trial);
		}
}

static void is_whole(struct trial *trial, double expected, size_t least)
{
	struct timeline t;

	made(trial, 100, &t);
	assert_in_range(t.count, least, 100);
	near(requests(&t), expected);
	timeline_release(&t);
	trial_release(trial);
}

/* A cell that could not be read in one tick, whichever it is, and one that is gone:
 * its last reading stands, and that of others goes on. */
static void some_are_missing(void **state)
{
	(void)state;
	for (int missing = -1; missing < 3; missing++) {
		struct trial once, gone;

		begin(&once, 3);
		begin(&gone, 3);
		for (uint64_t ms = 0; ms <= 1000; ms += 100)
			for (int i = -1; i < 3; i++) {
				if (i != missing || ms != 500)
					add(&once, i, ms);
				if (i != missing || ms <= 500)
					add(&gone, i, ms);
			}
		is_whole(&once, 3. * OK_PER_MS * 1000, 9);
		is_whole(&gone, OK_PER_MS * (missing < 0 ? 3000. : 2500.), 9);
	}
}

/* A replica that was never read: nothing is known of all of them. */
static void one_was_never_read(void **state)
{
	struct timeline t;
	struct trial trial;

	(void)state;
	begin(&trial, 3);
	for (uint64_t ms = 0; ms <= 500; ms += 100) {
		add(&trial, -1, ms);
		add(&trial, 0, ms);
		add(&trial, 2, ms);
	}
	made(&trial, 100, &t);
	assert_int_equal(t.count, 0);
	timeline_release(&t);
	trial_release(&trial);
}

static void unknown_gauges(void **state)
{
	struct timeline t;
	struct trial trial;

	(void)state;
	begin(&trial, 2);
	for (uint64_t ms = 0; ms <= 300; ms += 100) {
		struct sample one = reading(0, ms, 0), two = reading(1, ms, 9);

		one.in_flight = COUNT_UNKNOWN;
		two.memory_bytes = ms == 200 ? COUNT_UNKNOWN : 7;
		two.cpu_ns = ms == 300 ? COUNT_UNKNOWN : two.cpu_ns;
		trial_add_sample(&trial, &one);
		trial_add_sample(&trial, &two);
	}
	made(&trial, 100, &t);
	assert_int_equal(t.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(isnan(t.points[i].in_flight));
		assert_true(isnan(t.points[i].origin_cpus));
		assert_int_equal(isnan(t.points[i].memory_bytes), i == 1);
		assert_int_equal(isnan(t.points[i].cpus), i == 2);
	}
	timeline_release(&t);
	trial_release(&trial);
}

static void counters_that_go_back(void **state)
{
	struct timeline t;
	struct trial trial;

	(void)state;
	begin(&trial, 1);
	for (uint64_t ms = 0; ms <= 400; ms += 100) {
		struct sample sample = reading(0, ms, 0);

		if (ms == 200)
			sample.operations_ok = sample.cpu_ns = 0;
		trial_add_sample(&trial, &sample);
	}
	made(&trial, 100, &t);
	assert_int_equal(t.count, 4);
	assert_true(t.points[1].requests_per_second == 0);
	assert_true(t.points[1].cpus == 0);
	assert_true(t.points[2].requests_per_second > 0);
	timeline_release(&t);
	trial_release(&trial);
}

static void of_nothing_there_is_none(void **state)
{
	struct timeline t;
	struct trial trial;

	(void)state;
	begin(&trial, 2);
	made(&trial, 100, &t);
	assert_int_equal(t.count, 0);
	timeline_release(&t);
	add_moment(&trial, 0);
	made(&trial, 100, &t);
	assert_int_equal(t.count, 0);
	timeline_release(&t);
	made(&trial, 0, &t);
	assert_int_equal(t.count, 0);
	timeline_release(&t);
	trial_release(&trial);
}

/* As of a database whose times were changed: before GO is before 0. */
static void before_go(void **state)
{
	struct timeline t;
	struct trial trial;

	(void)state;
	begin(&trial, 1);
	trial.go_ns = GO + 250 * MS;
	for (uint64_t ms = 100; ms <= 400; ms += 100)
		add(&trial, 0, ms);
	made(&trial, 100, &t);
	assert_int_equal(t.count, 3);
	near(t.points[0].begin_s, -0.1493);
	near(t.points[0].end_s, -0.0493);
	near(t.points[2].end_s, 0.1507);
	timeline_release(&t);
	trial_release(&trial);
}

/* Numbers of replicas that there are none of are nobody's. */
static void of_no_replica(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 2);
	for (uint64_t ms = 0; ms <= 500; ms += 100) {
		add_moment(&trial, ms);
		add(&trial, 2, ms);
		add(&trial, 1000, ms);
		add(&trial, -7, ms);
	}
	is_whole(&trial, 2. * OK_PER_MS * 500, 5);
}

/* ------------------------------------------------------------------ in turns */

/* Windows of 200 ms a second apart. Before each and behind it replicas are read as
 * well, and between two all is counted that ends late. */
static void add_windows(struct trial *trial, unsigned windows, unsigned ticks)
{
	for (unsigned w = 0; w < windows; w++) {
		uint64_t ms = w * 1000 + 10;

		if (w >= SLICES)
			add_slice(trial, w);
		add_moment(trial, w * 1000);
		for (unsigned i = 0; i <= ticks; i++)
			add_moment(trial, ms + i * 200 / ticks);
		add_moment(trial, ms + 260);
	}
}

static void begin_sliced(struct trial *trial)
{
	struct trial_spec spec;

	spec_init(&spec);
	spec.replicas = 1;
	make_sliced(trial, &spec);
	trial->window_end_ns += 200000 * MS;
}

static void only_within_windows(void **state)
{
	(void)state;
	for (unsigned ticks = 1; ticks < 5; ticks++)
		for (size_t most = SLICES; most < 40; most += 3) {
			struct timeline t;
			struct trial trial;

			begin_sliced(&trial);
			add_windows(&trial, SLICES, ticks);
			made(&trial, most, &t);
			assert_in_range(t.count, SLICES, SLICES * ticks);
			near(requests(&t), SLICES * OK_PER_MS * 200);
			for (size_t i = 0; i < t.count; i++) {
				double at = fmod(t.points[i].begin_s, 1);

				assert_true(at > 0.0099 && at < 0.2);
				about(t.points[i].requests_per_second,
				      1000 * OK_PER_MS);
			}
			timeline_release(&t);
			trial_release(&trial);
		}
}

/* A point is never of two windows: each has one, however few are wanted. */
static void more_windows_than_points(void **state)
{
	struct timeline t;
	struct trial trial;

	(void)state;
	begin_sliced(&trial);
	add_windows(&trial, 50, 3);
	made(&trial, 10, &t);
	assert_int_equal(t.count, 50);
	near(requests(&t), 50 * OK_PER_MS * 200);
	timeline_release(&t);
	trial_release(&trial);
}

/* A window that was never closed has none. */
static void a_window_without_end(void **state)
{
	struct timeline t;
	struct trial trial;

	(void)state;
	begin_sliced(&trial);
	add_windows(&trial, SLICES, 2);
	trial.slices[1].end_ns = 0;
	made(&trial, 100, &t);
	near(requests(&t), 2 * OK_PER_MS * 200);
	timeline_release(&t);
	trial_release(&trial);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(sums_of_replicas),
		cmocka_unit_test(joined_points_keep_totals),
		cmocka_unit_test(the_last_reading_counts),
		cmocka_unit_test(some_are_missing),
		cmocka_unit_test(one_was_never_read),
		cmocka_unit_test(unknown_gauges),
		cmocka_unit_test(counters_that_go_back),
		cmocka_unit_test(of_nothing_there_is_none),
		cmocka_unit_test(before_go),
		cmocka_unit_test(of_no_replica),
		cmocka_unit_test(only_within_windows),
		cmocka_unit_test(more_windows_than_points),
		cmocka_unit_test(a_window_without_end),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
