/* Inside of report/: how to read the rows of a comparison and its verdicts. */
#ifndef REPORT_TABLE_METHOD_H
#define REPORT_TABLE_METHOD_H

#include <stdio.h>

#include "report/table_notes.h"

/* Ranks and brackets, blocks, intervals, marked slices. */
void table_method(FILE *out, const struct group *g, unsigned width);

#endif
