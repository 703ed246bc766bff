/* Inside of report/: what stands above the rows of a table. */
#ifndef REPORT_TABLE_HEADING_H
#define REPORT_TABLE_HEADING_H

#include <stdio.h>

#include "report/table_notes.h"

/* "" without colour. */
const char *table_bold(const struct group *g);
const char *table_dim(const struct group *g);
const char *table_plain(const struct group *g);

/* The test with all in which it differs from other tables, and where its rows
 * were measured. */
void table_heading(FILE *out, const struct group *g, unsigned width);

#endif
