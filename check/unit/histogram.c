#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "record/histogram.h"

static void check_buckets(void **state)
{
	(void)state;
	for (unsigned b = 0; b + 1 < HISTOGRAM_BUCKETS; b++) {
		uint64_t low = histogram_lower_ns(b);
		uint64_t next = histogram_lower_ns(b + 1);

		assert_int_equal(histogram_bucket(low), b);
		assert_int_equal(histogram_bucket(next - 1), b);
		assert_true(next > low);
		/* At most 1/128 of the lower edge wide. */
		assert_true(low < 128 || (next - low) * 128 <= low);
	}
	assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The promised bound, 1/256, over ten orders of magnitude. */
static void check_error_bound(void **state)
{
	static const double q[] = { 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
	enum { N = 20000 };
	struct histogram *h = mem_new(sizeof(*h));
	uint64_t *values = mem_array(N, sizeof(*values));
	struct rng rng;

	(void)state;
	rng_init(&rng, 3);
	histogram_init(h);
	for (int i = 0; i < N; i++) {
		values[i] = rng_next(&rng) >> (22 + rng_below(&rng, 38));
		histogram_add(h, values[i]);
	}
	qsort(values, N, sizeof(*values), by_value);
	for (size_t i = 0; i < sizeof(q) / sizeof(*q); i++) {
		double exact = (double)values[(size_t)ceil(q[i] * N) - 1];
		double got = histogram_quantile_ns(h, q[i]);

		if (fabs(got - exact) > exact / 256 + 0.5)
			fail_msg("q %g: %g is not %g", q[i], got, exact);
	}
	assert_int_equal(h->min_ns, values[0]);
	assert_int_equal(h->max_ns, values[N - 1]);
	free(values);
	free(h);
}

static void check_merge(void **state)
{
	struct histogram *all = mem_new(sizeof(*all));
	struct histogram *part[2] = { mem_new(sizeof(*all)),
				      mem_new(sizeof(*all)) };
	struct rng rng;

	(void)state;
	rng_init(&rng, 4);
	for (int i = 0; i < 1000; i++) {
		uint64_t value = rng_below(&rng, 1000000) + 1;

		histogram_add(all, value);
		histogram_add(part[i % 2], value);
	}
	histogram_merge(part[0], part[1]);
	assert_memory_equal(part[0]->count, all->count, sizeof(all->count));
	assert_int_equal(part[0]->total, all->total);
	assert_int_equal(part[0]->min_ns, all->min_ns);
	assert_int_equal(part[0]->max_ns, all->max_ns);
	histogram_init(part[1]);
	histogram_merge(part[0], part[1]); /* an empty one changes nothing */
	assert_int_equal(part[0]->min_ns, all->min_ns);
	free(all);
	free(part[0]);
	free(part[1]);
}

static void check_empty_and_single(void **state)
{
	struct histogram *h = mem_new(sizeof(*h));

	(void)state;
	assert_true(histogram_quantile_ns(h, 0.5) == 0);
	histogram_add(h, 12345);
	assert_true(histogram_quantile_ns(h, 0) == 12345);
	assert_true(histogram_quantile_ns(h, 0.5) == 12345);
	assert_true(histogram_quantile_ns(h, 1) == 12345);
	free(h);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_buckets),
		cmocka_unit_test(check_error_bound),
		cmocka_unit_test(check_merge),
		cmocka_unit_test(check_empty_and_single),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
