/* Which prices answer what a person asks for, and the tables that are built in. */
#include "check.h"

#include <math.h>

#include "base/embedded.h"
#include "base/file.h"
#include "prices/prices.h"

static const char two_regions[] =
	"name: mine\n"
	"date: 2026-09-28\n"
	"source: a letter\n"
	"currency: USD\n"
	"compute:\n"
	"  - {region: north, instance: two, vcpus: 2, price: 0.72, per: hour}\n"
	"  - {region: north, instance: four, vcpus: 4, price: 1, per: hour,\n"
	"     date: 2026-01-31}\n"
	"requests:\n"
	"  - {region: north, kind: GET, price: 0.4, per: 1000000 requests}\n"
	"egress:\n"
	"  - {region: north, to: internet, price: 90, per: TB}\n"
	"  - {region: south, to: same-region, price: 0, per: GB}\n";

static int choose(const char *region, const char *instance, const char *egress,
		  struct price_choice *out, struct price_table *table,
		  struct err *err)
{
	const struct price_wish wish = { region, instance, egress };

	assert_int_equal(prices_parse(table, two_regions,
				      strlen(two_regions), "mine.yaml", err),
			 0);
	return prices_choose(table, &wish, out, err);
}

static bool is_near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fabs(b);
}

static void what_is_there(void **state)
{
	struct price_choice choice;
	struct price_table table;
	struct str said = STR_INIT;
	struct err err;

	(void)state;
	assert_int_equal(choose("north", "four", "internet", &choice, &table,
				&err), 0);
	assert_string_equal(choice.region, "north");
	assert_true(choice.unit.machine_hour == 1);
	assert_true(is_near(choice.unit.vcpu_second, 1.0 / 3600 / 4));
	assert_true(is_near(choice.unit.get_request, 4e-7));
	assert_true(is_near(choice.unit.egress_byte, 9e-11));
	prices_describe(&choice, &said);
	assert_string_equal(said.buf,
			    "four 1 USD per hour (2026-01-31), GET 0.4 USD per "
			    "1000000 requests (2026-09-28), egress internet 90 "
			    "USD per TB (2026-09-28)");
	str_release(&said);
	prices_release(&table);
}

static void what_nobody_asked_for_is_unknown(void **state)
{
	struct price_choice choice;
	struct price_table table;
	struct str said = STR_INIT;
	struct err err;

	(void)state;
	assert_int_equal(choose("south", NULL, NULL, &choice, &table, &err), 0);
	assert_true(isnan(choice.unit.machine_hour));
	assert_true(isnan(choice.unit.vcpu_second));
	assert_true(isnan(choice.unit.get_request));
	assert_true(isnan(choice.unit.egress_byte));
	prices_describe(&choice, &said);
	assert_string_equal(said.buf, "instance unknown, GET unknown");
	str_release(&said);
	prices_release(&table);
	assert_int_equal(choose("south", NULL, "same-region", &choice, &table,
				&err), 0);
	assert_true(choice.unit.egress_byte == 0);
	prices_release(&table);
}

static void what_is_not_there(void **state)
{
	static const struct {
		const char *region, *instance, *egress, *names;
	} bad[] = {
		{ NULL, NULL, NULL, "several regions: name yours with "
				    "--region; it has north, south" },
		{ "nort", NULL, NULL, "the price table mine has no region "
				      "'nort': did you mean 'north'?" },
		{ "mars", NULL, NULL, "no region 'mars': it has north, south" },
		{ "north", "tow", NULL, "no price of instance 'tow' in north: "
					"did you mean 'two'?" },
		{ "north", "huge", NULL, "it has two, four" },
		{ "south", "two", NULL, "no price of instance 'two' in south: "
					"it has no price of compute there" },
		{ "south", NULL, "internet", "no price of egress 'internet' in "
					     "south: it has same-region" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct price_choice choice;
		struct price_table table;
		struct err err;

		assert_int_equal(choose(bad[i].region, bad[i].instance,
					bad[i].egress, &choice, &table, &err),
				 ERR_USAGE);
		assert_names(err, bad[i].names);
		prices_release(&table);
	}
}

static void one_region_needs_no_name(void **state)
{
	static const char text[] =
		"{name: a, date: 2026-09-28, source: b, currency: USD, egress: "
		"[{region: n, to: internet, price: 1, per: GB}]}";
	const struct price_wish wish = { NULL, NULL, "internet" };
	struct price_choice choice;
	struct price_table table;
	struct err err;

	(void)state;
	assert_int_equal(prices_parse(&table, text, strlen(text), "a", &err),
			 0);
	assert_int_equal(prices_choose(&table, &wish, &choice, &err), 0);
	assert_string_equal(choice.region, "n");
	prices_release(&table);
}

/* Each of them is found by its name, has a source and a day for each price, and
 * its file's name. */
static void those_built_in(void **state)
{
	unsigned count = 0;

	(void)state;
	for (const struct embedded *e = embedded_prices; e->name; e++) {
		struct price_table table;
		struct err err;
		char name[64];

		snprintf(name, sizeof(name), "%.*s",
			 (int)(strlen(e->name) - strlen(".yaml")), e->name);
		if (prices_open(&table, name, &err) < 0)
			fail_msg("%s", err.text);
		assert_string_equal(table.name, name);
		for (size_t i = 0; i < table.count; i++) {
			assert_non_null(strstr(table.lines[i].source,
					       "https://"));
			assert_true(table.lines[i].date[0] == '2');
		}
		prices_release(&table);
		count++;
	}
	assert_true(count >= 1);
}

static void files_and_what_is_none(void **state)
{
	struct price_table table;
	struct err err;

	(void)state;
	assert_int_equal(file_write("mine.yaml", two_regions,
				    strlen(two_regions), &err), 0);
	assert_int_equal(prices_open(&table, "mine.yaml", &err), 0);
	assert_int_equal(table.count, 5);
	prices_release(&table);
	assert_int_equal(prices_open(&table, "aws-s", &err), ERR_USAGE);
	assert_names(err, "no price table aws-s: did you mean 'aws-s3'?");
	prices_release(&table);
	assert_int_equal(prices_open(&table, "no/such.yaml", &err), ERR_USAGE);
	assert_names(err, "built in: aws-s3");
	prices_release(&table);
	assert_int_equal(prices_open(&table, ".", &err), ERR_USAGE);
	assert_names(err, "directory");
	prices_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there),
		cmocka_unit_test(what_nobody_asked_for_is_unknown),
		cmocka_unit_test(what_is_not_there),
		cmocka_unit_test(one_region_needs_no_name),
		cmocka_unit_test(those_built_in),
		cmocka_unit_test(files_and_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
