/* Inside of report/: the titles and rows of a table. */
#ifndef REPORT_TABLE_ROWS_H
#define REPORT_TABLE_ROWS_H

#include "report/table_notes.h"

/* In what order they stand. */
enum table_kind { TABLE_LIBRARY, TABLE_BASELINE, TABLE_FAILED };

enum table_kind table_kind(const struct report_row *row);

/* Writes those columns that fit into `width`, and fills the legend and the notes
 * of the group. The rows are in their order. */
void table_rows(FILE *out, struct group *g, unsigned width);

#endif
