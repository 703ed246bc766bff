/* Inside of report/: what the lines beneath a table are made with. */
#ifndef REPORT_TABLE_WORDS_H
#define REPORT_TABLE_WORDS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"
#include "record/comparison.h"

/* Percent with the digits that mean something: 0.041 is "4.1", 0.18 "18". */
void table_add_percent(struct str *out, double part);

/* "4.1 to 8.0%", or "8.0%" where both look the same. */
void table_add_range(struct str *out, double least, double most);

/* Writes "title: text" and releases the text; nothing where there is none. */
void table_put(FILE *out, const char *title, struct str *text, unsigned width);

/* Any verdict of a pair of libraries. */
bool table_has_verdicts(const struct comparison *comparison);

/* Any figure with an interval. */
bool table_has_intervals(const struct comparison *comparison);

#endif
