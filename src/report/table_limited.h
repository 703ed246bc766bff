/* Inside of report/: whose rate says more of what is around a library than of
 * the library. */
#ifndef REPORT_TABLE_LIMITED_H
#define REPORT_TABLE_LIMITED_H

#include <stdbool.h>
#include <stdio.h>

#include "report/table_notes.h"

/* Its limit is known, and is not only the library's own: it is marked. */
bool table_is_limited(const struct report_row *item);

/* Which limit a row met, where it is not its own, and which rates compare
 * nothing. */
void table_limited(FILE *out, const struct group *g, unsigned width);

#endif
