/* What has changed, in words for a terminal and in Markdown: that of the document. */
#include "check.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>

#include "report/changes.h"
#include "says.h"
#include "written.h"

static json_t *figure(double from, double to, double share, double ratio,
		      double low, double high, const char *verdict, bool fails)
{
	json_t *none = isnan(ratio) ? json_null() : NULL;
	json_t *out = json_pack("{s:f, s:f, s:s, s:b}", "from", from, "to", to,
				"verdict", verdict, "fails", fails);

	json_object_set_new(out, "seen", none ? json_null() : json_real(0.034));
	json_object_set_new(out, "ratio", none ? none : json_real(ratio));
	json_object_set_new(out, "low", none ? json_null() : json_real(low));
	json_object_set_new(out, "high", none ? json_null() : json_real(high));
	json_object_set_new(out, "from_of_reference",
			    isnan(share) ? json_null() : json_real(share));
	json_object_set_new(out, "to_of_reference",
			    isnan(share) ? json_null()
					 : json_real(share * to / from));
	return out;
}

static json_t *library(const char *from, const char *before, const char *to,
		       const char *after, json_t *rate, json_t *cpu)
{
	return json_pack("{s:s, s:{s:s, s:s?}, s:{s:s, s:s?}, s:o, s:o, s:b}",
			 "library", to, "from", "name", from, "version", before,
			 "to", "name", to, "version", after, "rate", rate, "cpu",
			 cpu, "between_runs_measured", 0);
}

/* Takes what it is given. */
static json_t *document(bool within, json_t *libraries, const char *why,
			double fail_above, bool failed)
{
	json_t *one = json_pack(
		"{s:s, s:s, s:s, s:s, s:b, s:f, s:s?, s:[s], s:[s]}", "heading",
		"fetch_range, 16 KiB: <b>|x|</b>", "test", "fetch_range", "params",
		"{}", "config_hash", "0123", "within_run", within, "level",
		0.9875, "why_not", why, "only_in_second", "new|`er`", "doubts",
		"kernel was *6.1*\nand is 6.2");

	json_object_set_new(one, "from_runs", json_pack(
		"[{s:s, s:s}, {s:s, s:s}]", "run_id", "aaaaaaaa-1111", "start_time",
		"2025-04-23 08:08:15.938238", "run_id", "cccccccc-1111",
		"start_time", "2025-04-22 08:08:15.938238"));
	json_object_set_new(one, "to_runs", json_pack(
		"[{s:s, s:s}]", "run_id", "bbbbbbbb-2222", "start_time",
		"2025-05-01 09:10:11.938238"));
	if (libraries)
		json_object_set_new(one, "libraries", libraries);
	return json_pack("{s:s, s:i, s:s, s:s, s:o, s:b, s:n, s:[o]}", "format",
			 "geoio-benchmark changes", "version", 1, "from", "a.db",
			 "to", "b.db", "fail_above",
			 isnan(fail_above) ? json_null() : json_real(fail_above),
			 "failed", failed, "why_not", "comparisons", one);
}

static json_t *usual(void)
{
	return document(
		false,
		json_pack("[o, o]",
			  library("mine", "1.0", "mine", "1.1",
				  figure(10000, 9070, 0.25, 0.907, 0.861, 0.959,
					 "worse", true),
				  figure(80, 60, 4, 0.75, 0.71, 0.79, "better",
					 false)),
			  library("oth|er`<i>", "2", "oth|er`<i>", "2",
				  figure(500, 505, 0.5, 1.01, 0.97, 1.04,
					 "not told apart", false),
				  figure(10, 10, 1, NAN, NAN, NAN,
					 "cannot be told", false))),
		NULL, 0.05, true);
}

static void in_words(void **state)
{
	json_t *changes = usual();
	char *text;

	(void)state;
	WRITTEN(text, changes_text(out, changes));
	assert_says(text, "fetch_range, 16 KiB: <b>|x|</b>");
	assert_says(text, "from run aaaaaaaa of 2025-04-23 08:08 UTC and 1 more "
			  "to run bbbbbbbb of 2025-05-01 09:10 UTC, by ratios to "
			  "reference; each verdict at 98.75%");
	assert_says(text, "mine 1.0 -> 1.1");
	assert_says(text, "requests/s 25.00% of ref. -> 22.68% of ref. slower "
			  "by 9.3% (4.1 to 14%) <- more than is allowed");
	assert_says(text, "CPU a request 4.00 x ref. -> 3.00 x ref. cheaper by "
			  "25% (21 to 29%)");
	assert_says(text, "oth|er`<i> 2");
	assert_says(text, "not told apart (+1.0%; differences from 3.4% on could have "
			  "been seen)");
	assert_says(text, "1.00 x ref. -> 1.00 x ref. cannot be told");
	assert_says(text, "only in the second run: new|`er`");
	assert_says(text, "in doubt: kernel was *6.1*");
	assert_says(text, "FAILED: something is broken, or proven worse and by more than 5.0%.");
	free(text);
	json_decref(changes);
}

/* Every row of a table has as many cells, whatever is in them. */
static void assert_tables(const char *text)
{
	unsigned rows = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");
		unsigned cells = 0;

		for (size_t i = 0; i < n; i++)
			cells += text[i] == '|' && (!i || text[i - 1] != '\\');
		if (*text == '|') {
			if (cells != 6)
				fail_msg("%u in %.*s", cells, (int)n, text);
			rows++;
		}
		text += n + (text[n] != '\0');
	}
	assert_int_equal(rows, 6);
}

static void in_markdown(void **state)
{
	json_t *changes = usual();
	char *text;

	(void)state;
	WRITTEN(text, changes_markdown(out, changes));
	assert_tables(text);
	assert_says(text, "**FAILED: something is broken, or proven worse and by more than 5.0%.**");
	assert_says(text, "### fetch\\_range, 16 KiB: \\<b\\>\\|x\\|\\</b\\>");
	assert_says(text, "| mine 1.0 -\\> 1.1 | requests/s | 25.00% of ref. | "
			  "22.68% of ref. | **slower by 9.3% (4.1 to 14%)** |");
	assert_says(text, "| | CPU a request | 4.00 x ref. | 3.00 x ref. | "
			  "cheaper by 25% (21 to 29%) |");
	assert_says(text, "| oth\\|er\\`\\<i\\> 2 | requests/s |");
	assert_says(text, "- only in the second run: new\\|\\`er\\`");
	assert_says(text, "- in doubt: kernel was \\*6.1\\* and is 6.2");
	free(text);
	json_decref(changes);
}

static void not_compared(void **state)
{
	json_t *changes = document(false, NULL, "cpu_model was A|B and is C",
				   NAN, false);
	char *text;

	(void)state;
	WRITTEN(text, changes_text(out, changes));
	assert_says(text, "not compared: cpu_model was A|B and is C");
	assert_null(strstr(text, "passed"));
	free(text);
	WRITTEN(text, changes_markdown(out, changes));
	assert_says(text, "- not compared: cpu\\_model was A\\|B and is C");
	assert_null(strstr(text, "passed"));
	free(text);
	json_decref(changes);
}

/* Of two names: figures themselves stand there. */
static void within_a_run(void **state)
{
	json_t *changes = document(
		true,
		json_pack("[o]", library("x@1.0", "1.0", "x@./", NULL,
					 figure(15113, 15200, NAN, 1.006, 1.002,
						1.011, "better", false),
					 figure(80.5, 80.25, NAN, 0.997, 0.99,
						1.002, "not told apart",
						false))),
		NULL, 0.02, false);
	char *text;

	(void)state;
	WRITTEN(text, changes_text(out, changes));
	assert_says(text, "within the run bbbbbbbb of 2025-05-01 09:10 UTC; "
			  "each verdict");
	assert_says(text, "x@./ against x@1.0 (1.0)");
	assert_says(text, "15,113 -> 15,200 faster by 0.6% (0.2 to 1.1%)");
	assert_says(text, "passed: nothing is proven worse and by more than 2.0%, "
			  "but differences of up to 3.4% could not have been "
			  "seen.");
	free(text);
	json_decref(changes);
}

/* Status 1 is no pass: too few blocks, or no comparison at all. */
static void nothing_told(void **state)
{
	json_t *changes = document(
		true,
		json_pack("[o]", library("x@1.0", "1.0", "x@./", NULL,
					 figure(15113, 15200, NAN, NAN, NAN, NAN,
						"no verdict", false),
					 figure(80.5, 80.25, NAN, NAN, NAN, NAN,
						"no verdict", false))),
		NULL, 0.02, false);
	char *text;

	(void)state;
	assert_int_equal(changes_told(changes), 0);
	WRITTEN(text, changes_text(out, changes));
	assert_says(text, "NOT JUDGED: nothing was compared.");
	assert_null(strstr(text, "passed"));
	free(text);
	json_array_clear(json_object_get(changes, "comparisons"));
	json_object_set_new(changes, "why_not", json_string("no <b> in it"));
	WRITTEN(text, changes_markdown(out, changes));
	assert_says(text, "**NOT JUDGED: nothing was compared.**");
	assert_says(text, "Nothing was compared: no \\<b\\> in it.");
	free(text);
	json_decref(changes);
}

/* Nobody's document: what lacks or is of another kind is not said. */
static void what_is_no_document(void **state)
{
	static const char *const texts[] = {
		"{}", "{\"comparisons\": 3}", "{\"comparisons\": [{}, 3, null]}",
		"{\"comparisons\": [{\"libraries\": [{}, 3], \"doubts\": [3], "
		"\"only_in_second\": [null, {}], \"heading\": 7}], "
		"\"fail_above\": 0.1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		json_t *changes = json_loads(texts[i], 0, NULL);
		char *text;

		assert_non_null(changes);
		WRITTEN(text, changes_text(out, changes));
		free(text);
		WRITTEN(text, changes_markdown(out, changes));
		free(text);
		json_decref(changes);
	}
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(in_words),
		cmocka_unit_test(in_markdown),
		cmocka_unit_test(not_compared),
		cmocka_unit_test(within_a_run),
		cmocka_unit_test(nothing_told),
		cmocka_unit_test(what_is_no_document),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
