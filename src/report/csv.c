#include "report/report.h"
#include "report/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool stands(const struct column *column, bool per_replica)
{
	return column->use & (per_replica ? COLUMN_REPLICA : COLUMN_TOTAL);
}

static void put_text(FILE *out, const char *text)
{
	if (!text)
		return;
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
		if (*(const uint64_t *)value != RESULT_UNKNOWN)
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

void report_csv_header(FILE *out, bool per_replica)
{
	const char *separator = "";

	for (const struct column *c = result_columns; c->name; c++) {
		if (!stands(c, per_replica))
			continue;
		fprintf(out, "%s%s", separator, c->name);
		separator = ",";
	}
	fputc('\n', out);
}

void report_csv_row(FILE *out, const struct result_row *row, bool per_replica)
{
	const char *separator = "";

	for (const struct column *c = result_columns; c->name; c++) {
		if (!stands(c, per_replica))
			continue;
		fputs(separator, out);
		put_value(out, c, row);
		separator = ",";
	}
	fputc('\n', out);
}

static json_t *json_value(const struct column *column,
			  const struct result_row *row)
{
	const void *value = result_value(row, column);
	const char *text;
	uint64_t count;
	double number;

	switch (column->kind) {
	case COLUMN_TEXT:
		text = *(char *const *)value;
		return text ? json_string(text) : json_null();
	case COLUMN_COUNT:
		count = *(const uint64_t *)value;
		return count == RESULT_UNKNOWN ? json_null()
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

void report_price(struct result_row *row, const struct price *price)
{
	if (price->per_hour <= 0 && price->per_million_requests <= 0)
		return;
	row->cost_usd = row->duration_seconds / 3600 * price->per_hour +
			(double)row->number_requests / 1e6 *
				price->per_million_requests;
}
