/* Inside of report/: what stands beneath the rows of a table. */
#ifndef REPORT_TABLE_NOTES_H
#define REPORT_TABLE_NOTES_H

#include <stdio.h>

#include "base/str.h"
#include "report/report.h"
#include "report/table_columns.h"

struct note {
	const struct finding *first;
	char *text; /* of all rows that share it, with the ranges of numbers */
};

struct legend; /* table_legend.h */

/* The rows of one table: same test, parameters and settings. */
struct group {
	const struct report_row **rows; /* best first, baselines and failed
					 * ones behind */
	size_t count;
	const struct comparison *comparison; /* NULL: a row is one trial */
	struct table_limits limits;
	bool shows_own; /* CPU without the harness's has a column */
	struct note *notes; /* of the rows */
	size_t note_count, note_capacity;
	const struct report_style *style;
	struct legend *legend; /* of all tables */
	const struct report_row *all; /* of all tables */
	size_t all_count;
};

/* Wraps text at `width`. It begins and goes on at column `indent`, and ends its
 * line. */
void table_wrapped(FILE *out, const char *text, int length, unsigned width,
		   int indent);

/* Adds " [1][3-5]" to a row: the findings of it that not all rows share. */
void table_note_numbers(struct str *out, struct group *g,
			const struct result_row *row);

/* The notes of these numbers, and what is true of all rows. */
void table_notes(FILE *out, const struct group *g, unsigned width);
void table_common(FILE *out, const struct group *g, unsigned width);
void table_notes_release(struct group *g);

#endif
