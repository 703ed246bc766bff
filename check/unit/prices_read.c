/* Price tables: what is read of one, and what is refused, with its line. */
#include "check.h"

#include <math.h>

#include "base/mem.h"
#include "base/str.h"
#include "prices/prices.h"

#define HEAD                                                                   \
	"name: mine\n"                                                         \
	"date: 2026-09-28\n"                                                   \
	"source: https://cloud.example/prices\n"                               \
	"currency: USD\n"
#define COMPUTE HEAD "compute:\n"
#define PRICE "region: north, instance: two, vcpus: 2, price: 0.07, per: hour"

static int read_text(struct price_table *table, const char *text,
		     struct err *err)
{
	return prices_parse(table, text, strlen(text), "mine.yaml", err);
}

static void all_of_a_table(void **state)
{
	const struct price_line *line;
	struct price_table table;
	struct err err;

	(void)state;
	assert_int_equal(
		read_text(&table,
			  "# A comment.\n"
			  "egress:\n"
			  "  - {region: north, to: internet, price: 0.09, per: GB}\n"
			  "  - {region: north, to: same-region, price: 0, per: GiB}\n"
			  "requests:\n"
			  "  - region: north\n"
			  "    kind: GET\n"
			  "    price: 4e-4\n"
			  "    per: 1000 requests\n"
			  "    date: 2024-02-29\n"
			  "    source: \"a letter\"\n"
			  HEAD "compute: [{" PRICE "}]\n", &err),
		0);
	assert_string_equal(table.name, "mine");
	assert_string_equal(table.date, "2026-09-28");
	assert_int_equal(table.count, 4);
	line = prices_find(&table, PRICE_COMPUTE, "north", "two");
	assert_true(line->usd == 0.07 && line->vcpus == 2);
	assert_string_equal(line->unit->name, "hour");
	assert_string_equal(line->source, "https://cloud.example/prices");
	line = prices_find(&table, PRICE_REQUESTS, "north", "GET");
	assert_true(fabs(price_of_one(line) - 4e-7) < 1e-20);
	assert_true(isnan(line->vcpus) && line->number == 6);
	assert_string_equal(line->date, "2024-02-29");
	assert_string_equal(line->source, "a letter");
	line = prices_find(&table, PRICE_EGRESS, "north", "internet");
	assert_true(fabs(price_of_one(line) - 0.09 / 1e9) < 1e-24);
	assert_null(prices_find(&table, PRICE_EGRESS, "south", "internet"));
	assert_null(prices_find(&table, PRICE_REQUESTS, "north", "internet"));
	prices_release(&table);
}

static void each_unit(void **state)
{
	static const struct {
		const char *text;
		double one;
	} units[] = {
		{ "egress: [{region: n, to: internet, price: 3, per: GB}]",
		  3 / 1e9 },
		{ "egress: [{region: n, to: internet, price: 3, per: GiB}]",
		  3 / 1073741824.0 },
		{ "egress: [{region: n, to: internet, price: 3, per: TB}]",
		  3 / 1e12 },
		{ "egress: [{region: n, to: internet, price: 3, per: TiB}]",
		  3 / 1099511627776.0 },
		{ "requests: [{region: n, kind: GET, price: 3, per: request}]",
		  3 },
		{ "requests: [{region: n, kind: GET, price: 3, "
		  "per: 10000 requests}]", 3e-4 },
		{ "requests: [{region: n, kind: GET, price: 3, "
		  "per: 1000000 requests}]", 3e-6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		char *text = mem_printf("%s%s\n", HEAD, units[i].text);
		struct price_table table;
		struct err err;

		assert_int_equal(read_text(&table, text, &err), 0);
		assert_true(price_of_one(&table.lines[0]) == units[i].one);
		prices_release(&table);
		free(text);
	}
}

struct bad {
	const char *text, *names;
};

static void all_refused(const struct bad *bad, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct price_table table;
		struct err err = { "" };

		if (read_text(&table, bad[i].text, &err) != ERR_USAGE)
			fail_msg("accepted: %s", bad[i].text);
		assert_names(err, bad[i].names);
		assert_true(!strncmp(err.text, "mine.yaml", 9));
		prices_release(&table);
	}
}

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void figures_that_are_none(void **state)
{
	static const struct bad bad[] = {
		{ COMPUTE "  - {region: n, instance: t, vcpus: 2, price: 1,\n"
			  "     per: day}\n",
		  "mine.yaml, line 7: per is 'day', which is no unit of "
		  "compute: write hour" },
		{ HEAD "requests:\n  - {region: n, kind: GET, price: 1, "
		       "per: 1000 request}\n", "did you mean '1000 requests'?" },
		{ HEAD "egress:\n  - {region: n, to: internet, price: 1, "
		       "per: kB}\n", "no unit of egress: did you mean 'GB'?" },
		{ HEAD "egress:\n  - {region: n, to: internet, price: 1, "
		       "per: hour}\n", "write GB, GiB, TB, TiB" },
		{ HEAD "egress:\n  - {region: n, to: moon, price: 1, per: GB}\n",
		  "to is 'moon', which is none that is known: write "
		  "same-region, cross-region, internet" },
		{ HEAD "requests:\n  - {region: n, kind: GETS, price: 1, "
		       "per: request}\n", "did you mean 'GET'?" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 2, price: -1, "
			  "per: hour}\n",
		  "line 6: price is -1: it must be 0 or more" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 2, price: cheap, "
			  "per: hour}\n", "price is 'cheap', which is no number" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 2, price: \"1\", "
			  "per: hour}\n", "line 6: price is the text \"1\": write "
			  "the number without quotes" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 2, price: 0x1, "
			  "per: hour}\n", "no number" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 2, price: .nan, "
			  "per: hour}\n", "no number" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 2, price: 1e400, "
			  "per: hour}\n", "no number" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 2, price: 1e7, "
			  "per: hour}\n", "1000000 or less" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 0, price: 1, "
			  "per: hour}\n", "vcpus is 0: it must be more than 0" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: two, price: 1, "
			  "per: hour}\n", "vcpus is 'two'" },
		{ COMPUTE "  - {" PRICE ", date: 2026-02-29}\n",
		  "date is '2026-02-29', which is no day" },
		{ "name: a\ndate: yesterday\nsource: b\ncurrency: USD\n"
		  "compute: [{" PRICE "}]\n", "line 2: date is 'yesterday'" },
		{ "name: a\ndate: 2026-9-28\nsource: b\ncurrency: USD\n"
		  "compute: [{" PRICE "}]\n", "write it as 2026-09-28" },
		{ "name: a\ndate: 2026-13-01\nsource: b\ncurrency: USD\n"
		  "compute: [{" PRICE "}]\n", "which is no day" },
		{ "name: a\ndate: 2026-01-01\nsource: b\ncurrency: EUR\n"
		  "compute: [{" PRICE "}]\n",
		  "line 4: currency is 'EUR', and all costs are in USD" },
	};

	(void)state;
	all_refused(bad, COUNT_OF(bad));
}

static void what_is_missing(void **state)
{
	static const struct bad bad[] = {
		{ "", "mine.yaml is empty" },
		{ "# Only this.\n", "mine.yaml is empty" },
		{ "name: a\nsource: b\ncurrency: USD\ncompute: [{" PRICE "}]\n",
		  "line 1: the table has no date: add it" },
		{ "name: a\ndate: 2026-09-28\ncurrency: USD\n"
		  "compute: [{" PRICE "}]\n", "no source" },
		{ "date: 2026-09-28\nsource: b\ncurrency: USD\n"
		  "compute: [{" PRICE "}]\n", "no name" },
		{ "name: a\ndate: 2026-09-28\nsource: b\n"
		  "compute: [{" PRICE "}]\n", "no currency" },
		{ "name: a\ndate: 2026-09-28\nsource: \"\"\ncurrency: USD\n"
		  "compute: [{" PRICE "}]\n", "line 3: source is empty" },
		{ HEAD, "the table has no price" },
		{ HEAD "compute: []\n", "the table has no price" },
		{ HEAD "compute:\n", "compute must be a list of prices" },
		{ COMPUTE "  - {instance: t, vcpus: 2, price: 1, per: hour}\n",
		  "line 6: the price has no region" },
		{ COMPUTE "  - {region: n, vcpus: 2, price: 1, per: hour}\n",
		  "no instance" },
		{ COMPUTE "  - {region: n, instance: t, price: 1, per: hour}\n",
		  "the price has no vcpus: add it, as in `vcpus: 2`" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 1, per: hour}\n",
		  "no price: add it" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 1, price: 1}\n",
		  "no per: add it, as in `per: hour`" },
		{ COMPUTE "  - {region: n, instance: t, vcpus: 1, price: ,\n"
			  "     per: hour}\n", "line 6: price is empty" },
	};

	(void)state;
	all_refused(bad, COUNT_OF(bad));
}

static void what_is_too_much(void **state)
{
	static const struct bad bad[] = {
		{ HEAD "computes: []\n", "line 5: 'computes' is no key of a "
					 "price table: did you mean 'compute'?" },
		{ COMPUTE "  - {" PRICE ", cores: 2}\n",
		  "line 6: 'cores' is no key of a price: there are region, "
		  "instance, price, per, date, source, vcpus" },
		{ HEAD "egress:\n  - {region: n, to: internet, price: 1, "
		       "per: GB, vcpus: 2}\n", "'vcpus' is no key of a price" },
		{ HEAD "name: b\n", "line 5: a second name of a price table" },
		{ COMPUTE "  - {" PRICE ", per: hour}\n", "a second per" },
		{ HEAD "compute: [{" PRICE "}]\ncompute: [{" PRICE "}]\n",
		  "a second compute" },
		{ COMPUTE "  - {" PRICE "}\n  - {" PRICE "}\n",
		  "line 7: a second price of instance two in north; line 6 has "
		  "the first: leave one out" },
		{ COMPUTE "  - {" PRICE "}\n---\na: b\n",
		  "line 7: a second document" },
		{ COMPUTE "  - &one {" PRICE "}\n  - *one\n",
		  "line 6: '&one' is an anchor" },
		{ COMPUTE "  - {" PRICE "}\n  - *one\n",
		  "line 7: '*one' is an alias: write out" },
		{ HEAD "source2: &a b\n", "no key of a price table" },
		{ "name: &a b\n", "line 1: '&a' is an anchor" },
		{ "&a name: b\n", "'&a' is an anchor" },
		{ COMPUTE "  - !!map {" PRICE "}\n", "is a tag: take it out" },
		{ "name: !!python/object:os.system x\n", "is a tag" },
		{ "--- !x\nname: b\n", "is a tag" },
	};

	(void)state;
	all_refused(bad, COUNT_OF(bad));
}

static void what_is_of_another_form(void **state)
{
	static const struct bad bad[] = {
		{ "- a\n", "line 1: a price table is one mapping" },
		{ "words\n", "a price table is one mapping" },
		{ "name: [a]\n", "line 1: name must be one word, and is a list" },
		{ "name: {a: b}\n", "and is a mapping" },
		{ "[a]: b\n", "a key of a price table must be a word" },
		{ HEAD "compute: {a: b}\n", "compute must be a list of prices" },
		{ HEAD "compute: cheap\n", "line 5: compute must be a list" },
		{ COMPUTE "  - 0.07\n", "line 6: an item of compute must be a "
					"price, as in - {region: …, instance: …" },
		{ COMPUTE "  - [1, 2]\n", "an item of compute must be a price" },
		{ COMPUTE "  - {region: [n], price: 1}\n", "region must be one" },
		{ COMPUTE "  - {region: n\n", "not YAML" },
		{ "name: a: b\n", "line 1: not YAML" },
		{ "name: \"a\n", "not YAML" },
		{ "name: a\n\tdate: b\n", "line 2: there is a tab: write blanks" },
		{ "name: a\001\n", "line 1: there is a control character" },
		{ "name: a\ndate: \xff\n", "line 2: this is not UTF-8" },
		{ "name: a\n\xc3", "line 2: this is not UTF-8" },
		{ "name: a\nsource: \xef\xbf\xbe\n", "line 2: not YAML" },
		{ "name: \"a\\0b\"\n", "name has characters that are not seen" },
		{ "\"name\\0\": a\n", "a key of a price table must be a word" },
		{ "name: \"a\\u202eb\"\n", "characters that are not seen" },
		{ "name: |\n  a\n  b\n", "characters that are not seen" },
		{ "name: " "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "line 1" },
	};

	(void)state;
	all_refused(bad, COUNT_OF(bad));
}

/* `count` prices, or a text of so many bytes. */
static int read_many(size_t count, size_t bytes, struct err *err)
{
	struct str text = STR_INIT;
	struct price_table table;
	int code;

	str_add(&text, COMPUTE);
	for (size_t i = 0; i < count; i++)
		str_addf(&text, "  - {region: n, instance: i%zu, vcpus: 1, "
			 "price: 1, per: hour}\n", i);
	while (text.len < bytes)
		str_add(&text, "#\n");
	code = prices_parse(&table, text.buf, text.len, "mine.yaml", err);
	assert_true(code < 0 || table.count == count);
	prices_release(&table);
	str_release(&text);
	return code;
}

static void there_is_an_end(void **state)
{
	char *name = mem_array(700, 1), *text;
	struct price_table table;
	struct err err;

	(void)state;
	assert_int_equal(read_many(PRICES_MOST, 0, &err), 0);
	assert_int_equal(read_many(PRICES_MOST + 1, 0, &err), ERR_USAGE);
	assert_names(err, "line 4102: more than 4096 prices");
	assert_int_equal(read_many(1, PRICES_BYTES_MOST - 2, &err), 0);
	assert_int_equal(read_many(1, PRICES_BYTES_MOST + 1, &err), ERR_USAGE);
	assert_names(err, "more than 1048576 bytes");
	memset(name, 'a', 699);
	text = mem_printf("name: %s\n", name);
	assert_int_equal(read_text(&table, text, &err), ERR_USAGE);
	assert_names(err, "name has more than 500 bytes");
	prices_release(&table);
	free(text);
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_a_table),
		cmocka_unit_test(each_unit),
		cmocka_unit_test(figures_that_are_none),
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(what_is_too_much),
		cmocka_unit_test(what_is_of_another_form),
		cmocka_unit_test(there_is_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
