/*
 * A report as one JSON document: docs/report.md tells of it, and
 * docs/report.schema.json is its schema. It is what the page holds, and what
 * `report --format json` writes.
 *
 *	struct document *d = document_new();
 *	struct result_row row;
 *
 *	result_row_init(&row);
 *	document_add_row(d, &row);
 *	document_write(d, stdout);
 *	document_free(d);
 *
 * What is added is copied. Rows are kept by columns, as text: a million values
 * take some megabytes.
 */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include <jansson.h>
#include <stdio.h>

#include "record/result.h"

struct document;

struct document *document_new(void);
void document_free(struct document *document); /* NULL is fine */

/* Of the whole: "made", "program". Takes `value`. */
void document_set(struct document *document, const char *name, json_t *value);

/* Adds to the list of that name ("runs", "comparisons", "timelines"), which all
 * documents have. Takes `value`. */
void document_add(struct document *document, const char *list, json_t *value);

/* A trial's row of results, in the order of the CSV. */
void document_add_row(struct document *document, const struct result_row *row);

/* How many rows and how many members a list has. */
size_t document_rows(const struct document *document);
size_t document_count(const struct document *document, const char *list);

/* A list; borrowed. */
const json_t *document_list(const struct document *document, const char *list);

/* What document_set() set; borrowed. NULL: nothing. */
const json_t *document_member(const struct document *document, const char *name);

/* One line. Errors are those of the FILE. */
void document_write(const struct document *document, FILE *out);

/* NAN and infinity become null. With 6 digits, for what is drawn. */
json_t *document_number(double value);
json_t *document_short(double value);

#endif
