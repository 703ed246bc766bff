#include "check.h"

#include <math.h>

#include "analyse/statistics.h"
#include "base/mem.h"
#include "base/values.h"

static void fill(double *values, size_t n)
{
	/* In no order: 1 to n. */
	for (size_t i = 0; i < n; i++)
		values[i] = (double)((i * 7 + 3) % n + 1);
}

static void check_middle(void **state)
{
	double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 2, 9 }, equal[] = { 5, 5 };

	(void)state;
	assert_true(isnan(statistics_middle(odd, 0)));
	assert_true(statistics_middle(odd, 1) == 3);
	assert_true(statistics_middle(odd, 3) == 2);
	assert_true(odd[0] == 1 && odd[2] == 3);
	assert_true(statistics_middle(even, 4) == 3);
	assert_true(statistics_middle(equal, 2) == 5);
}

/* Ends by rank, as tables of the sign test have them: 0 is no interval. */
static void check_ranks(void **state)
{
	static const struct {
		size_t n, rank;
		double alpha;
	} known[] = {
		{ 5, 0, 0.05 },		{ 6, 1, 0.05 },
		{ 8, 1, 0.05 },		{ 9, 2, 0.05 },
		{ 10, 2, 0.05 },	{ 12, 3, 0.05 },
		{ 18, 5, 0.05 },	{ 20, 6, 0.05 },
		{ 100, 40, 0.05 },	{ 12, 2, 0.05 / 5 },
		{ 12, 1, 0.05 / 102 },	{ 12, 0, 0.05 / 103 },
		{ 5, 1, 0.0625 },	{ 5, 0, 0.0624 },
		{ 1, 0, 0.05 },		{ 0, 0, 0.05 },
		{ 3, 2, 5 },		{ 12, 0, 0 },
		{ 12, 0, -1 },		{ 12, 0, NAN },
		{ 2500, 1201, 0.05 },
	};
	static double values[2500];
	struct estimate e;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t n = known[i].n, rank = known[i].rank;

		fill(values, n);
		statistics_median(values, n, known[i].alpha, &e);
		if (!rank) {
			assert_true(isnan(e.low) && isnan(e.high));
			continue;
		}
		assert_true(e.low == (double)rank);
		assert_true(e.high == (double)(n + 1 - rank));
		assert_true(e.value == (double)(n + 1) / 2);
	}
}

/* The k-th of the means of two values, the slow way. */
static double mean_of_two(const double *values, size_t n, size_t k)
{
	double *means = mem_array(n * (n + 1) / 2, sizeof(*means)), found;
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n; j++)
			means[count++] = (values[i] + values[j]) / 2;
	values_sort(means, count);
	found = means[k - 1];
	free(means);
	return found;
}

/* Ends by rank among the means of two, as tables of Wilcoxon's test have them
 * (the critical value and one); more than 64 by the normal distribution, which
 * gives no more than the exact rank, 1956, and 1593. */
static void check_signed_ranks(void **state)
{
	static const struct {
		size_t n, rank;
		double alpha;
	} known[] = {
		{ 5, 0, 0.05 },	       { 6, 1, 0.05 },
		{ 8, 4, 0.05 },	       { 9, 6, 0.05 },
		{ 10, 9, 0.05 },       { 12, 14, 0.05 },
		{ 15, 26, 0.05 },      { 20, 53, 0.05 },
		{ 25, 90, 0.05 },      { 50, 435, 0.05 },
		{ 8, 1, 0.01 },	       { 12, 8, 0.01 },
		{ 12, 2, 0.05 / 42 },  { 12, 1, 0.05 / 102 },
		{ 12, 0, 0.05 / 103 }, { 25, 48, 0.05 / 42 },
		{ 100, 1955, 0.05 },   { 100, 1582, 0.05 / 42 },
		{ 0, 0, 0.05 },	       { 1, 0, 0.05 },
		{ 12, 0, 0 },	       { 100, 0, 0 },
		{ 12, 0, NAN },	       { 100, 0, NAN },
		{ 3, 3, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t n = known[i].n, k = known[i].rank;
		size_t all = n * (n + 1) / 2;
		double values[100];
		struct estimate e;

		for (size_t j = 0; j < n; j++)
			values[(j * 7) % n] = pow((double)j - 20, 3) / 7;
		statistics_centre(values, n, known[i].alpha, &e);
		assert_int_equal(isnan(e.value), !n);
		assert_int_equal(isnan(e.low), !k);
		assert_int_equal(isnan(e.high), !k);
		if (!k)
			continue;
		assert_true(fabs(e.low - mean_of_two(values, n, k)) < 1e-9);
		assert_true(fabs(e.high -
				 mean_of_two(values, n, all + 1 - k)) < 1e-9);
		assert_true(fabs(e.value -
				 (mean_of_two(values, n, (all + 1) / 2) +
				  mean_of_two(values, n, all / 2 + 1)) /
					 2) < 1e-9);
	}
}

/* Equal values make an interval of no width, which holds them. */
static void check_equal(void **state)
{
	double equal[70], half[12];
	struct estimate e;

	(void)state;
	for (size_t n = 6; n <= 70; n += 8) {
		for (size_t i = 0; i < n; i++)
			equal[i] = 0.1;
		statistics_centre(equal, n, 0.05, &e);
		assert_true(e.value == 0.1 && e.low == 0.1 && e.high == 0.1);
	}
	for (size_t i = 0; i < 12; i++)
		half[i] = i < 6 ? 0 : 1;
	statistics_centre(half, 12, 0.05, &e);
	assert_true(fabs(e.low) < 1e-20 && e.value == 0.5 && e.high == 1);
}

static void check_least(void **state)
{
	(void)state;
	assert_int_equal(statistics_least(0.05), 6);
	assert_int_equal(statistics_least(0.05 / 15), 10);
	assert_int_equal(statistics_least(0.05 / 102), 12);
	assert_int_equal(statistics_least(0.05 / 103), 13);
	assert_int_equal(statistics_least(1), 1);
	assert_true(statistics_least(0) >= 1024);
	assert_true(statistics_least(NAN) >= 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_middle),
		cmocka_unit_test(check_ranks),
		cmocka_unit_test(check_signed_ranks),
		cmocka_unit_test(check_equal),
		cmocka_unit_test(check_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
