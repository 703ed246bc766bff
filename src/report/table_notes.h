/* Inside of report/: what stands beneath the rows of a table. */
#ifndef REPORT_TABLE_NOTES_H
#define REPORT_TABLE_NOTES_H

#include <stdio.h>

#include "report/report.h"
#include "report/table_columns.h"

/* Rows that can be compared: same test, parameters and settings. */
struct group {
	const struct report_row **rows; /* best first, baselines and failed
					 * ones behind */
	size_t count;
	struct table_limits limits;
	const struct finding **notes; /* of the rows */
	size_t note_count, note_capacity;
	const struct report_style *style;
	const struct report_row *all; /* of the table, in all its groups */
	size_t all_count;
};

/* Wraps text at `width`. It begins and goes on at column `indent`, and ends its
 * line. */
void table_wrapped(FILE *out, const char *text, int length, unsigned width,
		   int indent);

/* Adds " [1][3]" to a row: the findings of it that not all rows share. */
void table_note_numbers(FILE *out, struct group *g,
			const struct result_row *row);

/* The notes of these numbers, and what is true of all rows. */
void table_notes(FILE *out, const struct group *g, unsigned width);
void table_common(FILE *out, const struct group *g, unsigned width);

#endif
