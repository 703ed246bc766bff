#include "report/csv.h"
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/str.h"
#include "base/text.h"
#include "record/rounds.h"

static bool stands(const struct column *column, bool per_replica)
{
	return column->use & (per_replica ? COLUMN_REPLICA : COLUMN_TOTAL);
}

void csv_put_text(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\n\r")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* Both free the text. Some of it is what others said, and what reads it may be a
 * terminal. */
static void put_text(FILE *out, char *text)
{
	if (!text)
		return;
	text_clean(text);
	csv_put_text(out, text);
	free(text);
}

static json_t *json_text(char *text)
{
	json_t *value;

	if (!text)
		return json_null();
	text_clean(text);
	value = json_string(text);
	free(text);
	return value;
}

/* [{"name": "few_operations", "text": "only 40 …"}, …] */
static json_t *json_findings(const struct findings *findings)
{
	json_t *all = json_array();

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->list[i];

		json_array_append_new(
			all, json_pack("{s:s, s:o}", "name", f->name, "text",
				       json_text(mem_dup(f->text))));
	}
	return all;
}

static void put_number(FILE *out, double value)
{
	char number[NUMBER_TEXT_BYTES];

	fputs(number_exact(value, number), out);
}

static void put_value(FILE *out, const struct column *column,
		      const struct result_row *row)
{
	const void *value = result_value(row, column);

	switch (column->kind) {
	case COLUMN_TEXT:
	case COLUMN_FINDINGS:
	case COLUMN_NAMES:
		put_text(out, result_text(row, column));
		break;
	case COLUMN_COUNT:
		if (*(const uint64_t *)value != COUNT_UNKNOWN)
			fprintf(out, "%llu",
				*(const unsigned long long *)value);
		break;
	case COLUMN_NUMBER:
		put_number(out, *(const double *)value);
		break;
	case COLUMN_FLAG:
		if (*(const int8_t *)value != FLAG_UNKNOWN)
			fputs(*(const int8_t *)value ? "True" : "False", out);
		break;
	}
}

/* pyasyncio-benchmark has one column elsewhere: behind another. */
static const struct {
	const char *column, *behind;
} moved[] = {
	[REPORT_TRIALS] = { NULL, NULL },
	[REPORT_REPLICAS] = { NULL, NULL },
	[REPORT_AGGREGATED] = { "number_successes", "cost_usd" },
	[REPORT_CONTAINERS] = { "test_params", "use_dns_cache" },
};

static bool is_named(const struct column *column, const char *name)
{
	return name && !strcmp(column->name, name);
}

/* One column of the header (`row` NULL) or of a row. */
static void put_column(FILE *out, const struct column *column,
		       const struct result_row *row)
{
	if (column != result_columns)
		fputc(',', out);
	if (row)
		put_value(out, column, row);
	else
		fputs(column->name, out);
}

static void put_line(FILE *out, const struct result_row *row,
		     enum report_table table)
{
	for (const struct column *c = result_columns; c->name; c++) {
		if (!stands(c, report_is_per_replica(table)) ||
		    is_named(c, moved[table].column))
			continue;
		put_column(out, c, row);
		if (is_named(c, moved[table].behind))
			put_column(out, result_column(moved[table].column), row);
	}
	fputc('\n', out);
}

void report_csv_header(FILE *out, enum report_table table)
{
	put_line(out, NULL, table);
}

void report_csv_row(FILE *out, const struct result_row *row,
		    enum report_table table)
{
	put_line(out, row, table);
}

/* ---------------------------------------------------------------- rounds --- */

static const char rounds_header[] =
	"run,comparison,test,params,config_hash,block,round,position,library,"
	"trial,operations,failures,bytes,cpu_seconds,seconds,"
	"origin_cpu_seconds,steal_seconds,others_seconds,idle_cpu_seconds,"
	"mark,failed,dropped,partial\n";

void report_rounds_header(FILE *out)
{
	fputs(rounds_header, out);
}

/* Each of these begins with the comma before it. */
static void next_text(FILE *out, const char *text)
{
	fputc(',', out);
	put_text(out, text ? mem_dup(text) : NULL);
}

static void next_count(FILE *out, uint64_t count, bool known)
{
	fputc(',', out);
	if (known)
		fprintf(out, "%llu", (unsigned long long)count);
}

static void next_number(FILE *out, double value)
{
	char number[NUMBER_TEXT_BYTES];

	fputc(',', out);
	fputs(number_exact(value, number), out);
}

static void next_ns(FILE *out, uint64_t ns)
{
	next_number(out, ns == COUNT_UNKNOWN ? NAN : clock_seconds(ns));
}

static void put_round(FILE *out, const struct trial_rounds *trial,
		      const struct slice *slice)
{
	char marks[SLICE_MARKS_BYTES];

	put_text(out, mem_dup(trial->run_id));
	next_text(out, trial->comparison);
	next_text(out, trial->test);
	next_text(out, trial->params);
	next_text(out, trial->config_hash);
	next_count(out, trial->block, trial->comparison);
	next_count(out, slice->round, true);
	next_count(out, slice->position, trial->slices);
	next_text(out, trial->library);
	next_text(out, trial->trial_id);
	next_count(out, slice->operations, true);
	next_count(out, slice->failures, true);
	next_count(out, slice->bytes_ok, true);
	next_ns(out, slice->cpu_ns);
	next_number(out, trial->slices ? slice_seconds(slice) : trial->seconds);
	next_ns(out, slice->origin_cpu_ns);
	next_ns(out, slice->steal_ns);
	next_ns(out, slice->others_ns);
	next_ns(out, slice->idle_cpu_ns);
	next_text(out, slice_marks_text(slice->marks, marks));
	next_text(out, trial->failed ? "True" : "False");
	next_text(out, trial->dropped ? "True" : "False");
	next_text(out, trial->partial ? "True" : "False");
	fputc('\n', out);
}

size_t report_rounds(FILE *out, const struct trial_rounds *trial)
{
	const struct slice whole = {
		.operations = trial->operations, .failures = trial->failures,
		.bytes_ok = trial->bytes_ok,
		.cpu_ns = clock_ns(trial->cpu_seconds),
		.origin_cpu_ns = trial->origin_cpu_ns,
		.steal_ns = trial->steal_ns, .others_ns = trial->others_ns,
		.idle_cpu_ns = COUNT_UNKNOWN,
	};
	size_t rows = 0;

	if (!trial->slice_count) {
		put_round(out, trial, &whole);
		return 1;
	}
	for (size_t i = 0; i < trial->slice_count; i++) {
		if (!(slice_seconds(&trial->slices[i]) > 0))
			continue;
		put_round(out, trial, &trial->slices[i]);
		rows++;
	}
	return rows;
}

/* ------------------------------------------------------------------ JSON --- */

json_t *report_json_value(const struct column *column,
			  const struct result_row *row)
{
	const void *value = result_value(row, column);
	uint64_t count;
	int8_t flag;

	switch (column->kind) {
	case COLUMN_TEXT:
	case COLUMN_NAMES:
		return json_text(result_text(row, column));
	case COLUMN_FINDINGS:
		return json_findings(value);
	case COLUMN_COUNT:
		count = *(const uint64_t *)value;
		return count == COUNT_UNKNOWN ? json_null()
					       : json_integer((json_int_t)count);
	case COLUMN_NUMBER:
		return json_double(*(const double *)value);
	case COLUMN_FLAG:
		flag = *(const int8_t *)value;
		return flag == FLAG_UNKNOWN ? json_null() : json_boolean(flag);
	}
	return json_null();
}

json_t *report_json(const struct result_row *row, bool per_replica)
{
	json_t *object = json_object();

	for (const struct column *c = result_columns; c->name; c++) {
		if (stands(c, per_replica))
			json_object_set_new(object, c->name,
					    report_json_value(c, row));
	}
	return object;
}

/* ------------------------------------------------- CSV of what is JSON already --- */

static void put_sentences(FILE *out, const json_t *findings)
{
	struct str text = STR_INIT;

	for (size_t i = 0; i < json_array_size(findings); i++) {
		const char *one = json_string_value(json_object_get(
			json_array_get(findings, i), "text"));

		str_addf(&text, "%s%s", i ? "; " : "", one ? one : "");
	}
	csv_put_text(out, text.buf);
	str_release(&text);
}

void csv_put_json(FILE *out, const json_t *value)
{
	if (json_is_string(value))
		csv_put_text(out, json_string_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "True" : "False", out);
	else if (json_is_array(value))
		put_sentences(out, value);
	else if (json_is_integer(value))
		fprintf(out, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		put_number(out, json_real_value(value));
}
