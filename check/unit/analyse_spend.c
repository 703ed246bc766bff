/* What a library's work costs, and the example of docs/prices.md. */
#include "check.h"

#include <math.h>

#include "analyse/spend.h"
#include "base/file.h"
#include "prices/prices.h"

static const struct unit_prices prices = {
	.machine_hour = 0.72,
	.vcpu_second = 1e-4,
	.get_request = 4e-7,
	.egress_byte = 9e-11,
};
static const struct spend_use use = {
	.cpu_seconds = 2e-4,
	.requests = 1.5,
	.sent_bytes = 2000,
	.payload_bytes = 1000,
};

static bool is_near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fabs(b);
}

static void a_million_and_a_terabyte(void **state)
{
	struct cost cost;

	(void)state;
	spend_operations(&use, &prices, SPEND_MILLION, &cost);
	assert_true(is_near(cost.compute_usd, 0.02));
	assert_true(is_near(cost.requests_usd, 0.6));
	assert_true(is_near(cost.egress_usd, 0.18));
	assert_true(is_near(cost.total_usd, 0.8));
	spend_terabyte(&use, &prices, &cost);
	assert_true(is_near(cost.compute_usd, 20));
	assert_true(is_near(cost.requests_usd, 600));
	assert_true(is_near(cost.egress_usd, 180));
	assert_true(is_near(cost.total_usd, 800));
}

static void what_is_unknown_stays_so(void **state)
{
	struct unit_prices some = prices;
	struct spend_use outside = use;
	struct cost cost;

	(void)state;
	some.vcpu_second = NAN;
	spend_operations(&use, &some, SPEND_MILLION, &cost);
	assert_true(isnan(cost.compute_usd) && isnan(cost.total_usd));
	assert_true(is_near(cost.requests_usd, 0.6));
	outside.requests = NAN;
	spend_operations(&outside, &prices, SPEND_MILLION, &cost);
	assert_true(isnan(cost.requests_usd) && isnan(cost.total_usd));
	assert_true(is_near(cost.compute_usd, 0.02));
	outside.payload_bytes = 0;
	spend_terabyte(&outside, &prices, &cost);
	assert_true(isnan(cost.compute_usd) && isnan(cost.egress_usd));
}

static void what_is_free_or_not_used(void **state)
{
	struct unit_prices same_region = prices;
	struct spend_use uncounted = use;
	struct cost cost;

	(void)state;
	same_region.egress_byte = 0;
	uncounted.sent_bytes = NAN;
	spend_operations(&uncounted, &same_region, SPEND_MILLION, &cost);
	assert_true(cost.egress_usd == 0 && is_near(cost.total_usd, 0.62));
	same_region.get_request = NAN;
	uncounted.requests = 0;
	spend_operations(&uncounted, &same_region, SPEND_MILLION, &cost);
	assert_true(cost.requests_usd == 0 && is_near(cost.total_usd, 0.02));
}

/* 1,000 operations, 20 of which failed, and 100 more that ended after the window;
 * each of the 1,100 made two requests. */
static struct result_row a_row(void)
{
	struct result_row row;

	result_row_init(&row);
	row.number_requests = 1000;
	row.number_successes = 980;
	row.operations_started = 1100;
	row.origin_requests = 2200;
	row.origin_body_bytes = 1100 * 5000;
	row.cpu_seconds_per_1000_requests = 0.3;
	row.requests_per_second = 98;
	row.bytes_per_second = 98 * 4096;
	return row;
}

static void of_a_row(void **state)
{
	struct result_row row = a_row();
	struct spend_use found;

	(void)state;
	spend_use_of(&row, &found);
	assert_true(is_near(found.cpu_seconds, 3e-4));
	assert_true(is_near(found.requests, 2000.0 / 980));
	assert_true(is_near(found.sent_bytes, 5000.0 * 1000 / 980));
	assert_true(is_near(found.payload_bytes, 4096));
	row.origin_requests = row.origin_body_bytes = COUNT_UNKNOWN;
	spend_use_of(&row, &found);
	assert_true(isnan(found.requests) && isnan(found.sent_bytes));
	assert_true(is_near(found.cpu_seconds, 3e-4));
	row = a_row();
	row.operations_started = COUNT_UNKNOWN;
	spend_use_of(&row, &found);
	assert_true(isnan(found.requests) && isnan(found.sent_bytes));
	row = a_row();
	row.number_successes = 0;
	spend_use_of(&row, &found);
	assert_true(isnan(found.cpu_seconds) && isnan(found.requests));
}

static void must_say(const struct str *docs, const char *line)
{
	if (!strstr(docs->buf, line))
		fail_msg("docs/prices.md does not say '%s'", line);
}

static void must_have_line(const struct str *docs, const char *part,
			   double million, double terabyte)
{
	char line[100];

	snprintf(line, sizeof(line), "| %s | %.4f | %.4f |\n", part, million,
		 terabyte);
	must_say(docs, line);
}

static void the_example_of_the_docs(void **state)
{
	static const struct spend_use example = { 150e-6, 1.01, 16550, 16384 };
	const struct price_wish wish = { "us-east-1", "c7g.large", "internet" };
	struct cost million, terabyte;
	struct price_choice choice;
	struct price_table table;
	struct str docs = STR_INIT;
	struct err err;

	(void)state;
	assert_int_equal(file_read(check_file("docs/prices.md"), 1 << 20,
				   &docs, &err), 0);
	assert_int_equal(prices_open(&table, "aws-s3", &err), 0);
	assert_int_equal(prices_choose(&table, &wish, &choice, &err), 0);
	spend_operations(&example, &choice.unit, SPEND_MILLION, &million);
	spend_terabyte(&example, &choice.unit, &terabyte);
	must_say(&docs, "150 us of CPU, 1.01 requests, 16550 bytes sent and "
			"16384 bytes of payload for an operation; `aws-s3`, "
			"us-east-1, c7g.large, to the internet:");
	must_have_line(&docs, "compute", million.compute_usd,
		       terabyte.compute_usd);
	must_have_line(&docs, "requests", million.requests_usd,
		       terabyte.requests_usd);
	must_have_line(&docs, "egress", million.egress_usd,
		       terabyte.egress_usd);
	must_have_line(&docs, "total", million.total_usd, terabyte.total_usd);
	prices_release(&table);
	str_release(&docs);
}

/* The first YAML of the docs is a table. */
static void the_table_of_the_docs(void **state)
{
	struct str docs = STR_INIT;
	struct price_table table;
	const char *begin;
	struct err err;

	(void)state;
	assert_int_equal(file_read(check_file("docs/prices.md"), 1 << 20,
				   &docs, &err), 0);
	begin = strstr(docs.buf, "```yaml\n");
	assert_non_null(begin);
	begin += strlen("```yaml\n");
	if (prices_parse(&table, begin,
			 (size_t)(strstr(begin, "```") - begin), "docs",
			 &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(table.count, 5);
	prices_release(&table);
	str_release(&docs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_million_and_a_terabyte),
		cmocka_unit_test(what_is_unknown_stays_so),
		cmocka_unit_test(what_is_free_or_not_used),
		cmocka_unit_test(of_a_row),
		cmocka_unit_test(the_example_of_the_docs),
		cmocka_unit_test(the_table_of_the_docs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
