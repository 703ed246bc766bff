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
	row.number_requests = COUNT_UNKNOWN;
	cost_fill(&row, &machine);
	assert_true(fabs(row.cost_usd - 0.01) < 1e-12);
	cost_fill(&row, &price);
	assert_true(isnan(row.cost_usd));
}

/* A table's prices may be 0, and each that is unknown makes the cost unknown. */
static void by_a_table(void **state)
{
	struct unit_prices prices = { .machine_hour = 3.6,
				      .vcpu_second = 1,
				      .get_request = 4e-7,
				      .egress_byte = 1e-6 };
	struct result_row row = { .duration_seconds = 10,
				  .number_requests = 1000,
				  .origin_body_bytes = 2000, .cost_usd = NAN };

	(void)state;
	cost_fill_by_table(&row, &prices, false);
	assert_true(fabs(row.cost_usd - (0.01 + 0.0004)) < 1e-12);
	cost_fill_by_table(&row, &prices, true);
	assert_true(fabs(row.cost_usd - (0.01 + 0.0004 + 0.002)) < 1e-12);
	row.origin_body_bytes = COUNT_UNKNOWN;
	cost_fill_by_table(&row, &prices, true);
	assert_true(isnan(row.cost_usd));
	prices.egress_byte = 0;
	cost_fill_by_table(&row, &prices, true);
	assert_true(fabs(row.cost_usd - (0.01 + 0.0004)) < 1e-12);
	row.number_requests = COUNT_UNKNOWN;
	cost_fill_by_table(&row, &prices, false);
	assert_true(isnan(row.cost_usd));
	prices.machine_hour = prices.get_request = 0;
	cost_fill_by_table(&row, &prices, false);
	assert_true(row.cost_usd == 0);
	prices.machine_hour = NAN;
	cost_fill_by_table(&row, &prices, false);
	assert_true(isnan(row.cost_usd));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_price_leaves_it_unknown),
		cmocka_unit_test(time_and_requests_add_up),
		cmocka_unit_test(by_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
