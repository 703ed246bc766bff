#include "report/report.h"
#include "report/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static bool stands(const struct column *column, bool per_replica)
{
	return column->use & (per_replica ? COLUMN_REPLICA : COLUMN_TOTAL);
}

/* Some of it is what others said, and what reads it may be a terminal. */
static char *clean(const char *text)
{
	char *copy = mem_dup(text);

	text_clean(copy);
	return copy;
}

static void put_quoted(FILE *out, const char *text)
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

static void put_text(FILE *out, const char *text)
{
	char *copy = text ? clean(text) : NULL;

	if (copy)
		put_quoted(out, copy);
	free(copy);
}

static json_t *json_text(const char *text)
{
	char *copy = text ? clean(text) : NULL;
	json_t *value = copy ? json_string(copy) : json_null();

	free(copy);
	return value;
}

/* 15 digits are enough for most doubles, 17 for all. */
void report_number(char out[REPORT_NUMBER_BYTES], double value)
{
	*out = '\0';
	for (int digits = 15; isfinite(value) && digits <= 17; digits++) {
		snprintf(out, REPORT_NUMBER_BYTES, "%.*g", digits, value);
		if (strtod(out, NULL) == value)
			break;
	}
}

static void put_value(FILE *out, const struct column *column,
		      const struct result_row *row)
{
	const void *value = result_value(row, column);
	char number[REPORT_NUMBER_BYTES];

	switch (column->kind) {
	case COLUMN_TEXT:
		put_text(out, *(char *const *)value);
		break;
	case COLUMN_COUNT:
		if (*(const uint64_t *)value != COUNT_UNKNOWN)
			fprintf(out, "%llu",
				*(const unsigned long long *)value);
		break;
	case COLUMN_NUMBER:
		report_number(number, *(const double *)value);
		fputs(number, out);
		break;
	case COLUMN_FLAG:
		fputs(*(const bool *)value ? "True" : "False", out);
		break;
	}
}

/* The one column that the ancestor has elsewhere, behind another. */
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

static const struct column *find_column(const char *name)
{
	const struct column *c = result_columns;

	while (!is_named(c, name))
		c++;
	return c;
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
			put_column(out, find_column(moved[table].column), row);
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

static json_t *json_value(const struct column *column,
			  const struct result_row *row)
{
	const void *value = result_value(row, column);
	uint64_t count;
	double number;

	switch (column->kind) {
	case COLUMN_TEXT:
		return json_text(*(char *const *)value);
	case COLUMN_COUNT:
		count = *(const uint64_t *)value;
		return count == COUNT_UNKNOWN ? json_null()
					       : json_integer((json_int_t)count);
	case COLUMN_NUMBER:
		number = *(const double *)value;
		return isfinite(number) ? json_real(number) : json_null();
	case COLUMN_FLAG:
		return json_boolean(*(const bool *)value);
	}
	return json_null();
}

json_t *report_json(const struct result_row *row, bool per_replica)
{
	json_t *object = json_object();

	for (const struct column *c = result_columns; c->name; c++) {
		if (stands(c, per_replica))
			json_object_set_new(object, c->name,
					    json_value(c, row));
	}
	return object;
}
