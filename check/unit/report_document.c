/* A report's document, and what its formats make of it. */
#include "check.h"

#include <math.h>
#include <zlib.h>

#include "base/str.h"
#include "comparison_fixture.h"
#include "report/definitions.h"
#include "report/document.h"
#include "report/formats.h"
#include "written.h"

/* Names that would be markup, end an element, or are no text at all. */
#define HOSTILE "</script><b>\"it's\"&lt;|*`\\"
#define NO_TEXT "x\xff\xfe\x1b[2J\r\ny"

static char *written(const struct document *d, enum report_format format)
{
	struct str all = STR_INIT;
	struct err err;
	char *text;
	int code;

	WRITTEN(text, code = report_write(out, d, format, &err));
	assert_int_equal(code, 0);
	str_add(&all, text);
	free(text);
	return str_detach(&all);
}

static json_t *parsed(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fail_msg("no JSON: %s at %d", error.text, error.position);
	return json;
}

static json_t *column(json_t *document, const char *name)
{
	json_t *columns = json_object_get(
		json_object_get(document, "results"), "columns"), *one;
	size_t i;

	json_array_foreach(columns, i, one)
		if (!strcmp(json_string_value(json_object_get(one, "name")),
			    name))
			return one;
	fail_msg("no column %s", name);
	return NULL;
}

/* ------------------------------------------------------------------- columns --- */

/* As a reader takes it: what is the same for all stands once. */
static json_t *value(json_t *column, size_t row)
{
	json_t *all = json_object_get(column, "all");

	assert_int_equal(all != NULL, !json_object_get(column, "values"));
	return all ? all
		   : json_array_get(json_object_get(column, "values"), row);
}

static void assert_rows(json_t *document, size_t rows,
			const struct result_row *expected)
{
	json_t *results = json_object_get(document, "results");
	json_t *columns = json_object_get(results, "columns"), *one;
	const struct column *c = result_columns;
	size_t i;

	assert_int_equal(json_integer_value(json_object_get(results, "rows")),
			 rows);
	json_array_foreach(columns, i, one) {
		json_t *values = json_object_get(one, "values");

		while (!(c->use & COLUMN_TOTAL))
			c++;
		assert_string_equal(json_string_value(
			json_object_get(one, "name")), c->name);
		assert_true(!values || json_array_size(values) == rows);
		for (size_t row = 0; row < rows; row++) {
			json_t *wanted = report_json_value(c, &expected[row]);

			if (!json_equal(value(one, row), wanted))
				fail_msg("%s of row %zu", c->name, row);
			json_decref(wanted);
		}
		c++;
	}
	while (c->name && !(c->use & COLUMN_TOTAL))
		c++;
	assert_null(c->name);
}

#define ROWS 5U

/* Rows that differ in the first, in the last, in some and in no column. */
static void make_rows(struct result_row rows[ROWS])
{
	for (unsigned i = 0; i < ROWS; i++) {
		fill(&rows[i], i ? "a,\"b\"\nc" : HOSTILE, 1000);
		rows[i].concurrency = i == ROWS - 1 ? 51 : 50;
		rows[i].latency_p99_ms = i == 2 ? 7.25 : (double)NAN;
		rows[i].latency_max_ms = i == 3 ? INFINITY : 1 + i;
		rows[i].keep_alive = i == 4 ? FLAG_UNKNOWN : (int8_t)(i & 1);
		if (i == 1) {
			free(rows[i].state);
			rows[i].state = NULL;
		}
		if (i == 2)
			findings_add(&rows[i].findings, "few_operations",
				     "only 7, \"few\"; of 9");
	}
}

static void release_rows(struct result_row rows[ROWS])
{
	for (unsigned i = 0; i < ROWS; i++)
		result_row_release(&rows[i]);
}

static void columns_of_rows(void **state)
{
	struct result_row rows[ROWS];

	(void)state;
	make_rows(rows);
	for (size_t n = 0; n <= ROWS; n++) {
		struct document *d = document_new();
		json_t *json;
		char *text;

		for (size_t i = 0; i < n; i++)
			document_add_row(d, &rows[i]);
		assert_int_equal(document_rows(d), n);
		text = written(d, REPORT_JSON);
		json = parsed(text);
		assert_rows(json, n, rows);
		if (n == ROWS) {
			assert_non_null(json_object_get(
				column(json, "requests_per_second"), "all"));
			assert_non_null(json_object_get(
				column(json, "concurrency"), "values"));
		}
		free(text);
		/* It can be written again, and go on. */
		text = written(d, REPORT_JSON);
		json_decref(json);
		json = parsed(text);
		assert_rows(json, n, rows);
		json_decref(json);
		free(text);
		document_free(d);
	}
	release_rows(rows);
	document_free(NULL);
}

static void numbers(void **state)
{
	(void)state;
	assert_true(json_is_null(document_number(NAN)));
	assert_true(json_is_null(document_number(-INFINITY)));
	assert_true(json_is_null(document_short(NAN)));
	assert_true(json_is_null(document_short(INFINITY)));
	for (int i = -30; i <= 30; i++) {
		double wanted = 1.23456789 * pow(10, i);
		json_t *brief = document_short(wanted);
		json_t *whole = document_number(wanted);

		assert_true(fabs(json_number_value(brief) / wanted - 1) < 5e-6);
		assert_true(json_number_value(whole) == wanted);
		json_decref(brief);
		json_decref(whole);
	}
}

static void lists_and_members(void **state)
{
	struct document *d = document_new();
	json_t *json;
	char *text;

	(void)state;
	document_set(d, "made", json_string(HOSTILE));
	assert_string_equal(json_string_value(document_member(d, "made")),
			    HOSTILE);
	assert_null(document_member(d, "program"));
	document_add(d, "runs", json_pack("{s:s}", "run_id", "a"));
	document_add(d, "runs", json_pack("{s:s}", "run_id", HOSTILE));
	assert_int_equal(document_count(d, "runs"), 2);
	assert_int_equal(document_count(d, "doubts"), 0);
	text = written(d, REPORT_JSON);
	json = parsed(text);
	assert_string_equal(json_string_value(json_object_get(json, "format")),
			    "geoio-benchmark report");
	assert_int_equal(json_array_size(json_object_get(json, "runs")), 2);
	assert_int_equal(json_array_size(json_object_get(json, "singles")), 0);
	assert_string_equal(json_string_value(json_object_get(json, "made")),
			    HOSTILE);
	json_decref(json);
	free(text);
	document_free(d);
}

/* --------------------------------------------------------------- definitions --- */

static void every_column_has_a_meaning(void **state)
{
	(void)state;
	for (const struct column *c = result_columns; c->name; c++) {
		const struct definition *d = definition_of(c->name);

		if (!d)
			fail_msg("%s has no definition", c->name);
		if (strlen(d->meaning) < 4)
			fail_msg("%s means '%s'", c->name, d->meaning);
	}
	assert_null(definition_of("no such column"));
	assert_null(definition_of("_max"));
	assert_null(definition_of(""));
}

/* By a word of docs/metrics.md that is of no other table. */
static void the_right_definition(void **state)
{
	static const struct {
		const char *column, *unit;
	} units[] = {
		{ "duration_seconds", "s" }, { "requests_per_second", "1/s" },
		{ "latency_p99_ms", "ms" },  { "cpu_seconds_mean", "s" },
		{ "cpu_seconds_25%", "s" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		const struct definition *d = definition_of(units[i].column);

		assert_non_null(d);
		if (!strstr(d->unit, units[i].unit) &&
		    !strstr(d->meaning, units[i].unit))
			fail_msg("%s is in '%s': %s", units[i].column, d->unit,
				 d->meaning);
	}
}

/* No HTML, no links, no escapes that stand for others. */
static void definitions_are_plain(void **state)
{
	(void)state;
	for (const struct definition *d = definitions; d->name; d++) {
		unsigned quotes = 0;

		for (const char *c = d->meaning; *c; c++)
			quotes += *c == '`';
		if (quotes % 2 || strstr(d->meaning, "](") ||
		    strchr(d->meaning, '\n'))
			fail_msg("%s: %s", d->name, d->meaning);
	}
}

/* --------------------------------------------------------------- comparisons --- */

static struct made made;

/* The rows of a comparison as review/described.c makes them. */
static void add_comparison(struct document *d, const char *library)
{
	const struct made_library libraries[] = { { library, 2334, 410 },
						  { "obstore", 5644, 160 },
						  { "reference", 20100, 31 },
						  { NULL, 0, 0 } };
	struct report_group group = { &made.comparison, made.items, 0 };
	json_t *json, *row;
	size_t i;

	make(&made, libraries, 12, 0.08);
	group.count = made.count;
	findings_add(&made.rows[0].findings, "few_operations",
		     "only 7, \"few\"; of 9");
	findings_add(&made.rows[0].findings, "strays", "and\nanother");
	made.rows[1].run_id = mem_dup("|`run`");
	json = report_json_comparison(&group);
	json_array_foreach(json_object_get(json, "rows"), i, row)
		json_object_set_new(row, "merged",
				    report_json(&made.rows[12 * i], false));
	json_object_set_new(json, "run_id", json_string("ru|n`<i>"));
	json_object_set_new(json, "heading", json_pack("[s]", "fetch *it*"));
	json_object_set_new(json, "verdicts_in_words",
			    json_pack("[s]", "a_b is < than c"));
	json_object_set_new(json, "notes", json_pack("[s]", "1: [x](y)"));
	document_add(d, "comparisons", json);
	unmake(&made);
}

/* Fields of a line of CSV, whose end may be within quotes; moves on to the next. */
static unsigned fields_of(const char **at)
{
	bool quoted = false;
	unsigned n = 1;

	for (; **at && (quoted || **at != '\n'); ++*at) {
		if (**at == '"')
			quoted = !quoted;
		n += !quoted && **at == ',';
	}
	assert_false(quoted);
	*at += **at == '\n';
	return n;
}

static void csv_of_libraries(void **state)
{
	struct document *d = document_new();
	unsigned lines = 0, fields;
	const char *at;
	char *text;

	(void)state;
	text = written(d, REPORT_CSV);
	at = text;
	fields = fields_of(&at);
	assert_true(fields > 100);
	assert_int_equal(*at, '\0');
	free(text);
	add_comparison(d, "a,\"b\"\nc");
	add_comparison(d, HOSTILE);
	text = written(d, REPORT_CSV);
	for (at = text; *at; lines++)
		assert_int_equal(fields_of(&at), fields);
	assert_int_equal(lines, 1 + 2 * 3);
	assert_non_null(strstr(text, "\"a,\"\"b\"\"\nc\""));
	assert_non_null(strstr(text, "\"only 7, \"\"few\"\"; of 9; and\nanother\""));
	free(text);
	document_free(d);
}

/* A name of a column that is there twice would be one in a data frame. */
static void csv_names_are_unlike(void **state)
{
	struct document *d = document_new();
	char *text = written(d, REPORT_CSV), *names[512], *rest = text;
	size_t n = 0;

	(void)state;
	for (char *name; (name = strsep(&rest, ",\n")) && *name;)
		names[n++] = name;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(names[i], names[k]))
				fail_msg("%s is there twice", names[i]);
	free(text);
	document_free(d);
}

/* Bars that part the cells of a line. */
static unsigned bars_of(const char *line, size_t n)
{
	unsigned bars = 0;

	for (size_t i = 0; i < n; i++) {
		if (line[i] == '\\')
			i++;
		else
			bars += line[i] == '|';
	}
	return bars;
}

static void assert_table_lines(const char *text, unsigned expected)
{
	unsigned lines = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");

		assert_null(memchr(text, '\r', n));
		if (*text == '|') {
			if (bars_of(text, n) != 11)
				fail_msg("%u bars in %.*s", bars_of(text, n),
					 (int)n, text);
			lines++;
		}
		text += n + (text[n] != '\0');
	}
	assert_int_equal(lines, expected);
}

static void markdown_of_all(void **state)
{
	struct document *d = document_new();
	char *text;

	(void)state;
	add_comparison(d, HOSTILE);
	add_comparison(d, "a\r\n| b");
	document_add(d, "singles", json_pack("{s:s, s:s, s:s, s:n}", "library",
					     HOSTILE, "test", "a|b", "state",
					     "ok", "concurrency"));
	document_add(d, "doubts", json_string("a *doubt*"));
	text = written(d, REPORT_MD);
	assert_table_lines(text, 2 * 5 + 3);
	assert_non_null(strstr(text, "fetch \\*it\\*"));
	assert_non_null(strstr(text, "- a\\_b is \\< than c\n"));
	assert_non_null(strstr(text, "- 1: \\[x\\](y)\n"));
	assert_non_null(strstr(text, "a \\*doubt\\*.\n"));
	assert_null(strstr(text, "<b>"));
	assert_null(strstr(text, "<i>"));
	assert_null(strstr(text, "ru|n"));
	assert_non_null(strstr(text, "\\&lt;"));
	assert_null(strstr(text, "\"&lt;")); /* would be read as < */
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "null"));
	free(text);
	document_free(d);
}

/* No figures: only the reason tells a reader what happened. */
static void markdown_of_failed(void **state)
{
	struct document *d = document_new();
	char *text;

	(void)state;
	document_add(d, "comparisons",
		     json_pack("{s:[{s:s, s:i, s:{s:[{s:s, s:s}]}}]}", "rows",
			       "library", "x|y", "blocks", 0, "merged",
			       "findings", "name", "failed", "text",
			       "no *module*"));
	text = written(d, REPORT_MD);
	assert_non_null(strstr(text, "- FAILED: x\\|y: no \\*module\\*\n"));
	free(text);
	document_free(d);
}

/* What a program before this one left unknown. */
static void of_unknown_members(void **state)
{
	struct document *d = document_new();

	(void)state;
	document_add(d, "comparisons",
		     json_pack("{s:n, s:[], s:[{s:s, s:n}, {}]}", "run_id",
			       "heading", "rows", "library", "a", "merged"));
	document_add(d, "comparisons", json_object());
	document_add(d, "singles", json_object());
	for (enum report_format f = REPORT_HTML; f <= REPORT_CSV; f++) {
		char *text = written(d, f);

		assert_true(*text != '\0');
		if (f == REPORT_MD)
			assert_null(strstr(text, "nan"));
		free(text);
	}
	document_free(d);
}

/* ----------------------------------------------------------------- the page --- */

static int digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* What stands in the page, unpacked; the caller frees. */
static char *unpacked(const char *page)
{
	const char *begin = strstr(page, "<script type=\"application/zlib\"");
	const char *end = begin ? strstr(begin, "</script>") : NULL;
	unsigned char *bytes = mem_new(strlen(page));
	static char text[1 << 22];
	uLongf n = sizeof(text) - 1;
	size_t count = 0, pad = 0;
	uint32_t bits = 0;
	unsigned held = 0;

	assert_non_null(begin);
	assert_non_null(end);
	for (begin = strchr(begin, '>') + 1; begin < end; begin++) {
		if (strchr("\n \r", *begin))
			continue;
		pad += *begin == '=';
		if (*begin == '=')
			continue;
		assert_true(digit(*begin) >= 0 && !pad);
		bits = bits << 6 | (uint32_t)digit(*begin);
		held += 6;
		if (held >= 8)
			bytes[count++] = (unsigned char)(bits >> (held -= 8));
	}
	assert_int_equal((count + pad) % 3, 0);
	assert_int_equal(uncompress((Bytef *)text, &n, bytes, count), Z_OK);
	free(bytes);
	return mem_dup_n(text, n);
}

static void the_page_holds_the_document(void **state)
{
	static const char *const names[] = { HOSTILE, "plain", "a\n{{document}}\n",
					     "-->", "", "{{words}}" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct document *d = document_new();
		struct result_row rows[ROWS];
		char *json, *page, *found;

		make_rows(rows);
		free(rows[2].library_name);
		rows[2].library_name = mem_dup(names[i]);
		for (unsigned k = 0; k < ROWS; k++)
			document_add_row(d, &rows[k]);
		release_rows(rows);
		add_comparison(d, names[i]);
		document_add(d, "doubts", json_string(names[i]));
		json = written(d, REPORT_JSON);
		page = written(d, REPORT_HTML);
		found = unpacked(page);
		assert_string_equal(found, json);
		assert_null(strstr(page, "</script><b>"));
		assert_null(strstr(page, "{{"));
		free(json);
		free(page);
		free(found);
		document_free(d);
	}
}

/* Of what is no UTF-8 there is no JSON: rows are cleaned. */
static void what_is_no_text(void **state)
{
	struct document *d = document_new();
	struct result_row row;
	json_t *json;
	char *text;

	(void)state;
	fill(&row, NO_TEXT, 1000);
	findings_add(&row.findings, "x", NO_TEXT);
	document_add_row(d, &row);
	text = written(d, REPORT_JSON);
	json = parsed(text);
	assert_string_equal(json_string_value(json_object_get(
		column(json, "library_name"), "all")), "x???[2J?\ny");
	json_decref(json);
	free(text);
	result_row_release(&row);
	document_free(d);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(columns_of_rows),
		cmocka_unit_test(numbers),
		cmocka_unit_test(lists_and_members),
		cmocka_unit_test(every_column_has_a_meaning),
		cmocka_unit_test(the_right_definition),
		cmocka_unit_test(definitions_are_plain),
		cmocka_unit_test(csv_of_libraries),
		cmocka_unit_test(csv_names_are_unlike),
		cmocka_unit_test(markdown_of_all),
		cmocka_unit_test(markdown_of_failed),
		cmocka_unit_test(of_unknown_members),
		cmocka_unit_test(the_page_holds_the_document),
		cmocka_unit_test(what_is_no_text),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
