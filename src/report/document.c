#include "report/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "report/definitions.h"
#include "report/report.h"

/* In the order in which they are written. */
static const char *const list_names[] = { "runs", "settings", "comparisons",
					  "singles", "timelines", "doubts" };
#define LISTS (sizeof(list_names) / sizeof(*list_names))

/* The values of a column so far: JSON, each behind a comma. */
struct values {
	FILE *stream;
	char *text, *first;
	size_t n;
	bool varies; /* not all are as the first */
};

struct document {
	json_t *whole;
	json_t *lists[LISTS];
	struct values *values; /* of each of result_columns */
	size_t columns, rows;
};

struct document *document_new(void)
{
	struct document *d = mem_new(sizeof(*d));

	d->whole = json_object();
	for (size_t i = 0; i < LISTS; i++)
		d->lists[i] = json_array();
	while (result_columns[d->columns].name)
		d->columns++;
	d->values = mem_array(d->columns, sizeof(*d->values));
	for (size_t i = 0; i < d->columns; i++)
		d->values[i].stream = mem_stream(&d->values[i].text,
						 &d->values[i].n);
	return d;
}

void document_free(struct document *d)
{
	if (!d)
		return;
	json_decref(d->whole);
	for (size_t i = 0; i < LISTS; i++)
		json_decref(d->lists[i]);
	for (size_t i = 0; i < d->columns; i++) {
		fclose(d->values[i].stream);
		free(d->values[i].text);
		free(d->values[i].first);
	}
	free(d->values);
	free(d);
}

void document_set(struct document *d, const char *name, json_t *value)
{
	json_object_set_new(d->whole, name, value);
}

static json_t *list_of(const struct document *d, const char *name)
{
	size_t i = 0;

	while (strcmp(list_names[i], name))
		i++;
	return d->lists[i];
}

void document_add(struct document *d, const char *list, json_t *value)
{
	json_array_append_new(list_of(d, list), value);
}

const json_t *document_list(const struct document *d, const char *list)
{
	return list_of(d, list);
}

const json_t *document_member(const struct document *d, const char *name)
{
	return json_object_get(d->whole, name);
}

size_t document_rows(const struct document *d)
{
	return d->rows;
}

size_t document_count(const struct document *d, const char *list)
{
	return json_array_size(list_of(d, list));
}

json_t *document_number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *document_short(double value)
{
	char text[NUMBER_TEXT_BYTES];

	if (!isfinite(value))
		return json_null();
	snprintf(text, sizeof(text), "%.6g", value);
	value = strtod(text, NULL);
	if (value == floor(value) && fabs(value) < 1e15)
		return json_integer((json_int_t)value);
	return json_real(value);
}

/* ------------------------------------------------------------- the results --- */

static char *value_text(const struct result_row *row,
			const struct column *column)
{
	json_t *value = report_json_value(column, row);
	char *text;
	size_t n;
	FILE *out = mem_stream(&text, &n);

	report_json_write(out, value, false);
	fclose(out);
	json_decref(value);
	return text;
}

/* Nothing is written while all are as the first. */
static void add_value(struct values *v, char *text, size_t before)
{
	if (!before) {
		v->first = text;
		return;
	}
	if (!v->varies && strcmp(text, v->first)) {
		v->varies = true;
		fputs(v->first, v->stream);
		for (size_t i = 1; i < before; i++)
			fprintf(v->stream, ",%s", v->first);
	}
	if (v->varies)
		fprintf(v->stream, ",%s", text);
	free(text);
}

void document_add_row(struct document *d, const struct result_row *row)
{
	for (size_t i = 0; i < d->columns; i++)
		if (result_columns[i].use & COLUMN_TOTAL)
			add_value(&d->values[i],
				  value_text(row, &result_columns[i]), d->rows);
	d->rows++;
}

static const char *kind_word(enum column_kind kind)
{
	static const char *const words[] = {
		[COLUMN_TEXT] = "text", [COLUMN_COUNT] = "count",
		[COLUMN_NUMBER] = "number", [COLUMN_FLAG] = "flag",
		[COLUMN_FINDINGS] = "sentences", [COLUMN_NAMES] = "names",
	};

	return words[kind];
}

static void put_column(FILE *out, const struct column *column,
		       const struct values *v)
{
	const struct definition *known = definition_of(column->name);
	json_t *about = json_pack("{s:s, s:s, s:s, s:s}", "name", column->name,
				  "kind", kind_word(column->kind), "unit",
				  known ? known->unit : "", "meaning",
				  known ? known->meaning : "");
	char *text;
	size_t n;
	FILE *stream = mem_stream(&text, &n);

	report_json_write(stream, about, false);
	fclose(stream);
	json_decref(about);
	fflush(v->stream);
	fwrite(text, 1, n - 1, out); /* all but the bracket */
	free(text);
	if (v->varies)
		fprintf(out, ", \"values\": [%s]}", v->text);
	else
		fprintf(out, ", \"all\": %s}", v->first ? v->first : "null");
}

static void put_results(FILE *out, const struct document *d)
{
	const char *comma = "";

	fprintf(out, ", \"results\": {\"rows\": %zu, \"columns\": [", d->rows);
	for (size_t i = 0; i < d->columns; i++) {
		if (!(result_columns[i].use & COLUMN_TOTAL))
			continue;
		fprintf(out, "%s\n", comma);
		put_column(out, &result_columns[i], &d->values[i]);
		comma = ",";
	}
	fputs("]}", out);
}

/* A column of the results says its own. */
static bool is_said(const struct definition *d)
{
	for (const struct column *c = result_columns; c->name; c++)
		if (!strcmp(c->name, d->name))
			return definition_of(c->name) == d;
	return false;
}

static void put_definitions(FILE *out)
{
	const char *comma = "";

	fputs(", \"definitions\": [", out);
	for (const struct definition *d = definitions; d->name; d++) {
		json_t *about;

		if (is_said(d))
			continue;
		about = json_pack("{s:s, s:s, s:s}", "name", d->name, "unit",
				  d->unit, "meaning", d->meaning);
		fprintf(out, "%s\n", comma);
		report_json_write(out, about, false);
		json_decref(about);
		comma = ",";
	}
	fputc(']', out);
}

static void put_list(FILE *out, const char *name, const json_t *list)
{
	fprintf(out, ", \"%s\": [", name);
	for (size_t i = 0; i < json_array_size(list); i++) {
		fputs(i ? ",\n" : "\n", out);
		report_json_write(out, json_array_get(list, i), false);
	}
	fputc(']', out);
}

void document_write(const struct document *d, FILE *out)
{
	const char *name;
	json_t *value;

	fputs("{\"format\": \"geoio-benchmark report\", \"version\": 1", out);
	json_object_foreach(d->whole, name, value) {
		fprintf(out, ", \"%s\": ", name);
		report_json_write(out, value, false);
	}
	for (size_t i = 0; i < LISTS; i++)
		put_list(out, list_names[i], d->lists[i]);
	put_results(out, d);
	put_definitions(out);
	fputs("}\n", out);
}
