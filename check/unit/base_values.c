#include "check.h"

#include <math.h>

#include "base/values.h"

static void check_median(void **state)
{
	double odd[] = { 9, -1, 4 }, even[] = { 7, 1, 100, 2 };

	(void)state;
	assert_true(isnan(values_median(NULL, 0)));
	assert_true(values_median(odd, 1) == 9);
	assert_true(values_median(odd, 3) == 4);
	assert_true(values_median(even, 4) == 4.5);
	assert_true(even[0] == 1 && even[3] == 100);
}

static void check_quantiles(void **state)
{
	static const double sorted[] = { 0, 10, 20, 40 };

	(void)state;
	assert_true(isnan(values_quantile(NULL, 0, 0.5)));
	assert_true(values_quantile(sorted, 4, 0) == 0);
	assert_true(values_quantile(sorted, 4, 0.25) == 7.5);
	assert_true(values_quantile(sorted, 4, 0.75) == 25);
	assert_true(values_quantile(sorted, 4, 1) == 40);
	assert_true(values_quantile(sorted, 1, 0.9) == 0);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_median),
		cmocka_unit_test(check_quantiles),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
