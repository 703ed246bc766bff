/* Inside of report/: sentences that differ in nothing but their numbers. */
#ifndef REPORT_RANGES_H
#define REPORT_RANGES_H

#include <stdbool.h>

/* "0.31 CPUs" and "0.5 to 0.7 CPUs". */
bool ranges_same(const char *a, const char *b);

/* One sentence for two that are the same so: "0.31 to 0.7 CPUs", each number as
 * it was written. The names of programs, " (most: …", do not matter: those that
 * are not in both are left out. The caller frees. */
char *ranges_join(const char *a, const char *b);

#endif
