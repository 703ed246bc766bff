/* A report in Markdown, for a pull request or a wiki: what the document says, in
 * tables and lists. */
#include "report/formats.h"

#include <math.h>
#include <string.h>

#include "report/markdown.h"
#include "report/table_columns.h"

void markdown_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\`*_{}[]<>|#~&", *text))
			fputc('\\', out);
		fputc(*text == '\n' || *text == '\r' ? ' ' : *text, out);
	}
}

static void put_member(FILE *out, const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	markdown_text(out, text ? text : "");
}

/* One of a list. */
static void put_item(FILE *out, const json_t *list, size_t i)
{
	const char *text = json_string_value(json_array_get(list, i));

	markdown_text(out, text ? text : "");
}

static double number_at(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static void put_number(FILE *out, double value)
{
	fputs(table_number(value).text, out);
}

/* Unknown is an empty cell. */
static void put_count(FILE *out, double value)
{
	if (isfinite(value))
		fprintf(out, "%.0f", value);
}

/* "1,234 (1,200 to 1,260)" */
static void put_estimate(FILE *out, const json_t *row, const char *name)
{
	const json_t *figure = json_object_get(row, name);
	double low = number_at(figure, "low"), high = number_at(figure, "high");

	put_number(out, number_at(figure, "value"));
	if (!isfinite(low) || !isfinite(high))
		return;
	fputs(" (", out);
	put_number(out, low);
	fputs(" to ", out);
	put_number(out, high);
	fputc(')', out);
}

/* `notes`: its marks, and their numbers; "" for none. */
static void put_row(FILE *out, const json_t *row, const char *notes)
{
	const json_t *merged = json_object_get(row, "merged");
	double rank = number_at(row, "rank_rate");

	fputs("| ", out);
	put_count(out, rank);
	fputs(" | ", out);
	put_member(out, row, "library");
	markdown_text(out, notes);
	fputs(" | ", out);
	put_member(out, merged, "library_version");
	fputs(" | ", out);
	put_estimate(out, row, "requests_per_second");
	fputs(" | ", out);
	put_estimate(out, row, "cpu_us_per_request");
	fputs(" | ", out);
	put_number(out, number_at(merged, "latency_p50_ms"));
	fputs(" | ", out);
	put_number(out, number_at(merged, "latency_p99_ms"));
	fputs(" | ", out);
	put_number(out, number_at(merged, "bytes_per_second") / 1e6);
	fputs(" | ", out);
	put_number(out, number_at(merged, "peak_rss_bytes") / 1048576);
	fputs(" | ", out);
	put_count(out, number_at(merged, "number_failures"));
	fputs(" |\n", out);
}

/* Notes are of rows with figures: who has none says here why. */
static void put_failed(FILE *out, const json_t *row)
{
	const json_t *findings = json_object_get(json_object_get(row, "merged"),
						 "findings");

	if (number_at(row, "blocks") != 0)
		return;
	for (size_t i = 0; i < json_array_size(findings); i++) {
		fputs("- FAILED: ", out);
		put_member(out, row, "library");
		fputs(": ", out);
		put_member(out, json_array_get(findings, i), "text");
		fputc('\n', out);
	}
}

static void put_list(FILE *out, const json_t *comparison, const char *name)
{
	const json_t *lines = json_object_get(comparison, name);

	for (size_t i = 0; i < json_array_size(lines); i++) {
		fputs("- ", out);
		put_item(out, lines, i);
		fputc('\n', out);
	}
	if (json_array_size(lines))
		fputc('\n', out);
}

static const json_t *row_of(const json_t *rows, const json_t *name)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);

		if (json_equal(json_object_get(row, "library"), name))
			return row;
	}
	return NULL;
}

/* The best first, as in the terminal. */
static void put_rows(FILE *out, const json_t *rows, const json_t *order)
{
	for (size_t i = 0; i < json_array_size(order); i++) {
		const json_t *item = json_array_get(order, i);
		const json_t *row = row_of(rows, json_object_get(item,
								 "library"));
		const char *notes = json_string_value(
			json_object_get(item, "notes"));

		if (row)
			put_row(out, row, notes ? notes : "");
	}
	for (size_t i = 0; !order && i < json_array_size(rows); i++)
		put_row(out, json_array_get(rows, i), "");
}

/* Where prices were chosen. */
static void put_costs(FILE *out, const json_t *rows)
{
	bool any = false;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const json_t *cost = json_object_get(
			json_object_get(row, "cost"), "million_operations");
		double usd = number_at(cost, "total_usd");

		if (!isfinite(usd) ||
		    json_is_true(json_object_get(row, "baseline")))
			continue;
		fputs(any ? "; " : "- USD for a million operations: ", out);
		put_member(out, row, "library");
		fprintf(out, " %.3g", usd);
		any = true;
	}
	fputs(any ? "\n\n" : "", out);
}

static void put_comparison(FILE *out, const json_t *comparison)
{
	const json_t *rows = json_object_get(comparison, "rows");

	fputs("### ", out);
	put_item(out, json_object_get(comparison, "heading"), 0);
	fputs("\n\nRun ", out);
	put_member(out, comparison, "run_id");
	fputs(", medians over ", out);
	put_count(out, number_at(comparison, "blocks"));
	fputs(" blocks, in brackets 95% intervals.\n\n"
	      "| # | library | version | requests/s | CPU us/request | p50 ms "
	      "| p99 ms | MB/s | peak MiB | failed |\n"
	      "|--:|---|---|--:|--:|--:|--:|--:|--:|--:|\n", out);
	put_rows(out, rows, json_object_get(comparison, "order"));
	fputc('\n', out);
	for (size_t i = 0; i < json_array_size(rows); i++)
		put_failed(out, json_array_get(rows, i));
	put_list(out, comparison, "verdicts_in_words");
	put_costs(out, rows);
	put_list(out, comparison, "notes");
}

/* More are for a program. */
#define SINGLES_SHOWN 100

static void put_single(FILE *out, const json_t *one)
{
	static const char *const texts[] = { "library", "test", "params",
					     "state" };
	static const char *const numbers[] = {
		"concurrency", "requests_per_second", "cpu_us_per_request",
		"latency_p50_ms", "latency_p99_ms", "number_failures"
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		fputs("| ", out);
		put_member(out, one, texts[i]);
		fputc(' ', out);
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		double value = number_at(one, numbers[i]);

		fputs("| ", out);
		if (value == floor(value) && fabs(value) < 1e15)
			fprintf(out, "%.0f", value);
		else
			put_number(out, value);
		fputc(' ', out);
	}
	fputs("|\n", out);
}

static void put_singles(FILE *out, const json_t *singles)
{
	size_t n = json_array_size(singles);

	if (!n)
		return;
	fputs("### Trials that were measured once\n\n"
	      "Nothing tells how sure their figures are: differences of 10 to 40% "
	      "can be noise.\n\n"
	      "| library | test | parameters | state | in flight | requests/s "
	      "| CPU us/request | p50 ms | p99 ms | failed |\n"
	      "|---|---|---|---|--:|--:|--:|--:|--:|--:|\n", out);
	for (size_t i = 0; i < n && i < SINGLES_SHOWN; i++)
		put_single(out, json_array_get(singles, i));
	if (n > SINGLES_SHOWN)
		fprintf(out, "\n%zu more are in the other formats.\n",
			n - SINGLES_SHOWN);
	fputc('\n', out);
}

void report_markdown(FILE *out, const struct document *document)
{
	const json_t *comparisons = document_list(document, "comparisons");
	const json_t *doubts = document_list(document, "doubts");

	fputs("## geoio-benchmark\n\n", out);
	for (size_t i = 0; i < json_array_size(comparisons); i++)
		put_comparison(out, json_array_get(comparisons, i));
	put_singles(out, document_list(document, "singles"));
	for (size_t i = 0; i < json_array_size(doubts); i++) {
		markdown_text(out, json_string_value(json_array_get(doubts, i)));
		fputs(".\n\n", out);
	}
}
