/* Latencies as a curve, held against the columns of latency. */
#include "check.h"

#include <math.h>

#include "analyse/curve.h"
#include "analyse/summary_latency.h"
#include "base/clock.h"
#include "base/hash.h"

static struct curve_point points[CURVE_POINTS_MOST];

/* Values of which each has a bucket of its own, so that a rank that is off by one
 * is seen. */
static void fill(struct histogram *h, unsigned n)
{
	histogram_init(h);
	for (unsigned i = 1; i <= n; i++)
		histogram_add(h, (uint64_t)llround(1e5 * exp(i * 0.012)));
}

static void is_curve(size_t n)
{
	assert_in_range(n, 0, CURVE_POINTS_MOST);
	for (size_t i = 0; i < n; i++) {
		assert_true(points[i].fraction >= 0 && points[i].fraction < 1);
		assert_true(isfinite(points[i].ms) && points[i].ms > 0);
		if (!i)
			continue;
		assert_true(points[i].fraction > points[i - 1].fraction);
		assert_true(points[i].ms >= points[i - 1].ms);
	}
}

/* NAN: the curve has no such point. */
static double ms_at(size_t n, double fraction)
{
	for (size_t i = 0; i < n; i++)
		if (fabs(points[i].fraction - fraction) < 1e-12)
			return points[i].ms;
	return (double)NAN;
}

static void same(double a, double b, const char *what, unsigned n,
		 double slower)
{
	if (isnan(a) ? !isnan(b) : a != b)
		fail_msg("%s of %u and %g slower: %.9g, in the columns %.9g",
			 what, n, slower, a, b);
}

/* The curve and the columns say the same of the same operations, and end at the
 * same number of them. */
static void agrees_with_columns(void **state)
{
	static struct histogram h;

	(void)state;
	for (unsigned n = 1; n <= 1200; n += n < 120 ? 1 : 20)
		for (double slower = 0; slower < 60; slower += 7) {
			struct latency_quantiles q;
			size_t count;

			fill(&h, n);
			count = curve_make(&h, slower, points);
			is_curve(count);
			latency_quantiles(&h, slower, &q);
			same(ms_at(count, 0.5), q.p50_ms, "p50", n, slower);
			same(ms_at(count, 0.9), q.p90_ms, "p90", n, slower);
			same(ms_at(count, 0.99), q.p99_ms, "p99", n, slower);
			same(ms_at(count, 0.999), q.p99_9_ms, "p99.9", n,
			     slower);
		}
}

static void agrees_with_histogram(void **state)
{
	static struct histogram h;
	struct rng rng;
	size_t n;

	(void)state;
	rng_init(&rng, 11);
	histogram_init(&h);
	for (unsigned i = 0; i < 100000; i++)
		histogram_add(&h, 500000 + rng_below(&rng, 80 * NS_PER_MS));
	n = curve_make(&h, 0, points);
	is_curve(n);
	assert_true(n > 30);
	for (size_t i = 0; i < n; i++) {
		double f = points[i].fraction;
		double low = histogram_quantile_ns(&h, fmax(f - 1e-5, 0)) /
			     NS_PER_MS;
		double high = histogram_quantile_ns(&h, f + 1e-5) / NS_PER_MS;

		if (!(points[i].ms >= low && points[i].ms <= high))
			fail_msg("%g: %g ms is not within %g and %g", f,
				 points[i].ms, low, high);
	}
	assert_true(points[0].fraction == 0);
	assert_true(points[0].ms * NS_PER_MS <= (double)h.min_ns * 1.004);
	assert_true(100000 * (1 - points[n - 1].fraction) >= 10 - 1e-6);
	/* The next would have fewer beyond. */
	assert_true(100000 * (1 - points[n - 1].fraction) < 10 * 1.34);
}

/* 19 operations have no median of which 10 lie beyond; 20 have. */
static void ends_where_few_lie_beyond(void **state)
{
	static struct histogram h;
	size_t n;

	(void)state;
	fill(&h, 9);
	assert_int_equal(curve_make(&h, 0, points), 0);
	fill(&h, 10);
	n = curve_make(&h, 0, points);
	assert_int_equal(n, 1);
	assert_true(points[0].fraction == 0);
	fill(&h, 19);
	assert_true(isnan(ms_at(curve_make(&h, 0, points), 0.5)));
	fill(&h, 20);
	assert_false(isnan(ms_at(curve_make(&h, 0, points), 0.5)));
}

/* A third failed: the median of all is the third quartile of what succeeded, and
 * nothing is said of what lies among the failures. */
static void slower_ones_count(void **state)
{
	static struct histogram h;
	size_t n;

	(void)state;
	fill(&h, 600);
	n = curve_make(&h, 300, points);
	is_curve(n);
	assert_true(ms_at(n, 0.5) ==
		    histogram_quantile_ns(&h, 449.5 / 600) / NS_PER_MS);
	assert_true(points[n - 1].fraction <= 2. / 3);
	assert_true(points[n - 1].fraction > 0.5);
	assert_true(points[n - 1].ms <= (double)h.max_ns / NS_PER_MS);
	/* All but none succeeded. */
	n = curve_make(&h, 1e6, points);
	assert_true(n <= 1);
	assert_int_equal(curve_make(&h, 1e18, points) <= 1, 1);
}

static void of_nothing_there_is_none(void **state)
{
	static struct histogram empty;

	(void)state;
	histogram_init(&empty);
	assert_int_equal(curve_make(NULL, 0, points), 0);
	assert_int_equal(curve_make(NULL, 1000, points), 0);
	assert_int_equal(curve_make(&empty, 0, points), 0);
	assert_int_equal(curve_make(&empty, 1000, points), 0);
}

/* More than any trial makes: it fits. */
static void of_very_many(void **state)
{
	static struct histogram h;
	size_t n;

	(void)state;
	fill(&h, 1000);
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		h.count[i] *= 1000000000;
	h.total *= 1000000000;
	n = curve_make(&h, 0, points);
	is_curve(n);
	assert_true(n > 50);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(agrees_with_columns),
		cmocka_unit_test(agrees_with_histogram),
		cmocka_unit_test(ends_where_few_lie_beyond),
		cmocka_unit_test(slower_ones_count),
		cmocka_unit_test(of_nothing_there_is_none),
		cmocka_unit_test(of_very_many),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
