/* What a trial cost. */
#include "check.h"

#include <math.h>

#include "analyse/cost.h"

static void no_price_leaves_it_unknown(void **state)
{
	const struct price none = { 0, 0 };
	struct result_row row = { .duration_seconds = 10,
				  .number_requests = 1000, .cost_usd = NAN };

	(void)state;
	cost_fill(&row, &none);
	assert_true(isnan(row.cost_usd));
}

static void time_and_requests_add_up(void **state)
{
	const struct price price = { 3.6, 0.4 }, machine = { 3.6, 0 };
	struct result_row row = { .duration_seconds = 10,
				  .number_requests = 1000, .cost_usd = NAN };

	(void)state;
	cost_fill(&row, &price);
	assert_true(fabs(row.cost_usd - (0.01 + 0.0004)) < 1e-12);
	cost_fill(&row, &machine);
	assert_true(fabs(row.cost_usd - 0.01) < 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_price_leaves_it_unknown),
		cmocka_unit_test(time_and_requests_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
