/* Inside of report/: who is better than whom, in words beneath the rows. */
#ifndef REPORT_TABLE_VERDICTS_H
#define REPORT_TABLE_VERDICTS_H

#include <stdio.h>

#include "report/table_notes.h"

/* Who is proven faster and cheaper, what is not told apart, or how many blocks a
 * verdict would take; the rows must be in their order. */
void table_verdicts(FILE *out, const struct group *g, unsigned width);

#endif
