/* A line for each library of each comparison: what its row of the document says, then
 * what is merged of its trials. Trials that are of none are in `get-results`. */
#include "report/formats.h"

#include <string.h>

#include "report/csv.h"

/* Of a row, or with a dot of its member. */
static const char *const figures[] = {
	"library", "baseline", "blocks", "rounds", "marked",
	"requests_per_second.value", "requests_per_second.low",
	"requests_per_second.high", "cpu_us_per_request.value",
	"cpu_us_per_request.low", "cpu_us_per_request.high",
	"cpu_us_less_harness", "rank_rate", "rank_cpu", "limited_by",
	"cost.million_operations.total_usd", "cost.terabyte.total_usd",
};
#define FIGURES (sizeof(figures) / sizeof(*figures))

/* Of the comparison. */
static const char *const shared[] = { "run_id", "comparison", "test", "params",
				      "config_hash" };
#define SHARED (sizeof(shared) / sizeof(*shared))

static const json_t *member(const json_t *row, const char *path)
{
	const char *dot = strchr(path, '.');
	char first[64];

	if (!dot)
		return json_object_get(row, path);
	snprintf(first, sizeof(first), "%.*s", (int)(dot - path), path);
	return member(json_object_get(row, first), dot + 1);
}

/* "requests_per_second.low" becomes "requests_per_second_low", and what is the
 * value itself has the name of the whole. */
static void put_name(FILE *out, const char *path)
{
	for (; *path && strcmp(path, ".value"); path++)
		fputc(*path == '.' ? '_' : *path, out);
}

/* What is merged stands under its own name, but for what is in `shared`, or has an
 * interval. */
static bool stands(const struct column *column)
{
	static const char *const already[] = {
		"run_id", "comparison", "config_hash", "requests_per_second",
		"limited_by", "block"
	};

	for (size_t i = 0; i < sizeof(already) / sizeof(*already); i++)
		if (!strcmp(already[i], column->name))
			return false;
	return column->use & COLUMN_TOTAL;
}

static void put_header(FILE *out)
{
	for (size_t i = 0; i < SHARED; i++)
		fprintf(out, "%s%s", i ? "," : "", shared[i]);
	for (size_t i = 0; i < FIGURES; i++) {
		fputc(',', out);
		put_name(out, figures[i]);
	}
	for (const struct column *c = result_columns; c->name; c++)
		if (stands(c))
			fprintf(out, ",%s", c->name);
	fputc('\n', out);
}

static void put_row(FILE *out, const json_t *comparison, const json_t *row)
{
	const json_t *merged = json_object_get(row, "merged");

	for (size_t i = 0; i < SHARED; i++) {
		fputs(i ? "," : "", out);
		csv_put_json(out, json_object_get(comparison, shared[i]));
	}
	for (size_t i = 0; i < FIGURES; i++) {
		fputc(',', out);
		csv_put_json(out, member(row, figures[i]));
	}
	for (const struct column *c = result_columns; c->name; c++) {
		if (!stands(c))
			continue;
		fputc(',', out);
		csv_put_json(out, json_object_get(merged, c->name));
	}
	fputc('\n', out);
}

void report_libraries_csv(FILE *out, const struct document *document)
{
	const json_t *comparisons = document_list(document, "comparisons");

	put_header(out);
	for (size_t i = 0; i < json_array_size(comparisons); i++) {
		const json_t *comparison = json_array_get(comparisons, i);
		const json_t *rows = json_object_get(comparison, "rows");

		for (size_t k = 0; k < json_array_size(rows); k++)
			put_row(out, comparison, json_array_get(rows, k));
	}
}
