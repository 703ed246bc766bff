/* A comparison as JSON, read back. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "comparison_fixture.h"
#include "written.h"

static struct made made;

static const struct made_library three[] = { { "aiohttp", 2334, 410 },
					     { "obstore", 5644, 160 },
					     { "reference", 20100, 31 },
					     { NULL, 0, 0 } };

/* As it is printed: what is no JSON would not be read back. */
static json_t *read_back(void)
{
	struct report_group group = { &made.comparison, made.items,
				      made.count };
	json_t *json = report_json_comparison(&group);
	char *text;

	WRITTEN(text, report_json_write(out, json, true));
	json_decref(json);
	json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (!json)
		fail_msg("no JSON: %s", text);
	free(text);
	return json;
}

static json_t *at(json_t *json, const char *name)
{
	json_t *value = json_object_get(json, name);

	if (!value)
		fail_msg("no %s", name);
	return value;
}

static double number_at(json_t *json, const char *name)
{
	assert_true(json_is_real(at(json, name)));
	return json_real_value(at(json, name));
}

static const char *text_at(json_t *json, const char *name)
{
	return json_string_value(at(json, name));
}

static void check_whole(void **state)
{
	json_t *json, *row, *pair;

	(void)state;
	make(&made, three, 12, 0.08);
	made.rows[0].comparison = mem_dup("a-uuid");
	made.compared[1].marked = 3;
	made.compared[1].marks[SLICE_BIT_STEAL] = 3;
	made.pairs[0].paired = 5;
	made.pairs[0].few = 2;
	json = read_back();
	assert_string_equal(text_at(json, "comparison"), "a-uuid");
	assert_string_equal(text_at(json, "test"), "fetch_range");
	assert_int_equal(json_integer_value(at(json, "blocks")), 12);
	assert_int_equal(json_integer_value(at(json, "blocks_needed")), 11);
	assert_int_equal(json_integer_value(at(json, "verdicts")), 42);
	assert_true(number_at(json, "level") == 0.999);
	assert_int_equal(json_array_size(at(json, "rows")), 3);
	row = json_array_get(at(json, "rows"), 1);
	assert_string_equal(text_at(row, "library"), "obstore");
	assert_true(json_is_false(at(row, "baseline")));
	assert_int_equal(json_integer_value(at(row, "rounds")), 240);
	assert_int_equal(json_integer_value(at(at(row, "marks"), "steal")), 3);
	assert_int_equal(json_object_size(at(row, "marks")), 1);
	assert_true(number_at(at(row, "requests_per_second"), "value") == 5644);
	assert_true(number_at(at(row, "cpu_us_per_request"), "low") ==
		    160 * (1 - 0.021));
	assert_int_equal(json_integer_value(at(row, "rank_rate")), 1);
	assert_true(json_is_null(at(json_array_get(at(json, "rows"), 2),
				    "rank_cpu")));
	assert_int_equal(json_array_size(at(json, "pairs")), 3);
	pair = json_array_get(at(json, "pairs"), 0);
	assert_string_equal(text_at(pair, "a"), "aiohttp");
	assert_string_equal(text_at(pair, "b"), "obstore");
	assert_int_equal(json_integer_value(at(pair, "blocks")), 12);
	assert_int_equal(json_integer_value(at(pair, "paired")), 5);
	assert_int_equal(json_integer_value(at(pair, "few")), 2);
	assert_string_equal(text_at(at(pair, "rate"), "verdict"), "worse");
	assert_string_equal(text_at(at(pair, "cpu"), "verdict"), "worse");
	assert_true(number_at(at(pair, "rate"), "ratio") == 2334. / 5644);
	assert_true(number_at(at(pair, "cpu"), "seen") == 0.08);
	json_decref(json);
	unmake(&made);
}

static void limit_all(const char *library, const char *word)
{
	for (size_t i = 0; i < made.count; i++) {
		if (strcmp(made.rows[i].library_name, library))
			continue;
		free(made.rows[i].limited_by);
		made.rows[i].limited_by = mem_dup(word);
	}
}

static bool compares(json_t *json)
{
	json_t *pair = json_array_get(at(json, "pairs"), 0);

	assert_null(json_object_get(at(pair, "cpu"), "compares_libraries"));
	return json_is_true(at(at(pair, "rate"), "compares_libraries"));
}

/* A program sees as much as who reads the table. */
static void check_limits(void **state)
{
	static const struct {
		const char *aiohttp, *obstore;
		bool compares;
	} cases[] = {
		{ "cpu", "cpu", true },	       { "cpu", "link", true },
		{ "link", "rate", false },     { "machine", "link", true },
		{ "machine", "machine", true }, { "unknown", "link", true },
		{ "in_flight", "in_flight", false },
	};

	(void)state;
	make(&made, three, 12, 0.08);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *json;

		limit_all("aiohttp", cases[i].aiohttp);
		limit_all("obstore", cases[i].obstore);
		json = read_back();
		assert_string_equal(text_at(json_array_get(at(json, "rows"), 1),
					    "limited_by"), cases[i].obstore);
		assert_int_equal(compares(json), cases[i].compares);
		json_decref(json);
	}
	unmake(&made);
}

static const struct made_library baselines[] = { { "aiohttp", 2000, 410 },
						  { "reference", 20000, 41 },
						  { "null", 80000, 10 },
						  { NULL, 0, 0 } };

static void assert_share(json_t *row, const char *by, double value)
{
	json_t *share = at(at(row, "share_of_reference"), by);

	if (isnan(value)) {
		assert_true(json_is_null(at(share, "value")));
		assert_true(json_is_null(at(share, "low")));
		return;
	}
	assert_true(number_at(share, "value") == value);
	assert_true(number_at(share, "low") == value * (1 - 0.08));
	assert_true(number_at(share, "high") == value * (1 + 0.08));
}

static void assert_floor(json_t *row, bool counts)
{
	json_t *least = at(row, "floor_of_null");

	if (!counts) {
		assert_true(json_is_null(at(least, "rate")));
		assert_true(json_is_null(at(least, "cpu")));
		return;
	}
	assert_true(number_at(least, "rate") == 80000);
	assert_true(number_at(least, "cpu") == 10);
}

/* Beside each figure the share of reference, and what null comes to. */
static void check_baselines(void **state)
{
	json_t *json, *rows;

	(void)state;
	make(&made, baselines, 12, 0.08);
	json = read_back();
	rows = at(json, "rows");
	assert_share(json_array_get(rows, 0), "rate", 0.1);
	assert_share(json_array_get(rows, 0), "cpu", 10);
	assert_floor(json_array_get(rows, 0), true);
	for (size_t i = 1; i < 3; i++) {
		assert_share(json_array_get(rows, i), "rate", NAN);
		assert_share(json_array_get(rows, i), "cpu", NAN);
		assert_floor(json_array_get(rows, i), false);
	}
	json_decref(json);
	for (size_t i = 0; i < made.count; i++)
		made.items[i].other_worker = true;
	json = read_back();
	assert_share(json_array_get(at(json, "rows"), 0), "rate", 0.1);
	assert_floor(json_array_get(at(json, "rows"), 0), false);
	json_decref(json);
	unmake(&made);
}

/* Where reference comes first the pair is that way round. */
static void check_turned(void **state)
{
	static const struct made_library turned[] = { { "reference", 20000, 5 },
						      { "zzz", 2000, 10 },
						      { NULL, 0, 0 } };
	json_t *json, *share;

	(void)state;
	make(&made, turned, 12, 0.08);
	json = read_back();
	share = at(at(json_array_get(at(json, "rows"), 1),
		      "share_of_reference"), "rate");
	assert_true(number_at(share, "value") == 1 / 10.);
	assert_true(number_at(share, "low") == 1 / (10 * (1 + 0.08)));
	json_decref(json);
	unmake(&made);
}

static const struct made_library harness[] = { { "aiohttp", 2334, 410 },
					       { "null", 90000, 10 },
					       { NULL, 0, 0 } };

static void check_less_harness(void **state)
{
	json_t *json, *rows;

	(void)state;
	make(&made, harness, 12, 0.08);
	json = read_back();
	rows = at(json, "rows");
	assert_true(number_at(json_array_get(rows, 0), "cpu_us_less_harness") ==
		    400);
	assert_true(json_is_null(at(json_array_get(rows, 1),
				    "cpu_us_less_harness")));
	json_decref(json);
	for (size_t i = 0; i < made.count; i++)
		made.items[i].other_worker = true;
	json = read_back();
	assert_true(json_is_null(at(json_array_get(at(json, "rows"), 0),
				    "cpu_us_less_harness")));
	json_decref(json);
	unmake(&made);
}

/* Too few blocks: no interval, no verdict, and no figure at all of one. */
static void check_unknown(void **state)
{
	json_t *json, *row, *pair;

	(void)state;
	make(&made, three, 3, NAN);
	made.compared[0].figure[BY_RATE].value = NAN;
	json = read_back();
	assert_true(json_is_null(at(json, "comparison")));
	row = json_array_get(at(json, "rows"), 0);
	assert_true(json_is_null(at(at(row, "requests_per_second"), "value")));
	assert_true(json_is_null(at(at(row, "cpu_us_per_request"), "high")));
	assert_true(json_is_null(at(row, "rank_rate")));
	pair = json_array_get(at(json, "pairs"), 0);
	assert_string_equal(text_at(at(pair, "cpu"), "verdict"), "no verdict");
	assert_true(json_is_null(at(at(pair, "cpu"), "seen")));
	assert_true(json_is_null(at(at(pair, "cpu"), "low")));
	json_decref(json);
	unmake(&made);
}

static void find_names(json_t *json, const char *docs)
{
	const char *name;
	json_t *value;
	size_t i;

	json_array_foreach(json, i, value)
		find_names(value, docs);
	json_object_foreach(json, name, value) {
		char word[80];

		snprintf(word, sizeof(word), "`%s`", name);
		if (!strstr(docs, word))
			fail_msg("docs/metrics.md does not tell of %s", word);
		find_names(value, docs);
	}
}

/* In the part of docs/metrics.md that is about them. */
static void documents_all(void **state)
{
	struct str docs = STR_INIT;
	struct err err;
	const char *part;
	json_t *json;

	(void)state;
	if (file_read(check_file("docs/metrics.md"), 1 << 20, &docs, &err))
		fail_msg("%s", err.text);
	part = strstr(docs.buf, "\n## JSON of comparisons\n");
	assert_non_null(part);
	make(&made, three, 12, 0.08);
	json = read_back();
	find_names(json, part);
	json_decref(json);
	unmake(&made);
	str_release(&docs);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_whole),
		cmocka_unit_test(check_unknown),
		cmocka_unit_test(check_limits),
		cmocka_unit_test(check_less_harness),
		cmocka_unit_test(check_baselines),
		cmocka_unit_test(check_turned),
		cmocka_unit_test(documents_all),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
