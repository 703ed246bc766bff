/* What trials that are over come to, compared; pure. */
#ifndef ANALYSE_COMPARED_H
#define ANALYSE_COMPARED_H

#include <stddef.h>

#include "record/comparison.h"
#include "record/finished.h"

/* Compares those of `all` trials that are of this comparison. A library of which
 * any trial had a wrong answer has no figures, as in the table (report.h), and a
 * block has none of one whose separate trial lost a replica. The caller releases
 * `out` before `list`, whose names it borrows. */
void analyse_compared(const struct finished *list, size_t all,
		      const char *comparison, struct comparison *out);

#endif
