#include "check.h"

#include <math.h>

#include "analyse/statistics.h"

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
		cmocka_unit_test(check_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
