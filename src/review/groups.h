/*
 * The trials of a database, a comparison at a time: what reports and comparisons
 * of runs are made of. Joins store/ and analyse/; prints nothing.
 */
#ifndef REVIEW_GROUPS_H
#define REVIEW_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "record/comparison.h"
#include "record/finished.h"
#include "report/report.h"

struct store;

/* All is the room's until the callback returns. */
struct review_group {
	const struct finished *trials;
	const struct report_row *rows; /* one a trial */
	size_t count;
	/* NULL: one trial, which has no intervals. */
	const struct comparison *comparison;
};

/*
 * Calls `give` for each comparison of the run `run_id`, or of all runs (NULL), the
 * newest run first, and for each trial that is of none. A trial of a block that
 * was cut, and made anew, is in neither; `left_out` (may be NULL) counts those.
 * Ends early with what `give` returns when that is not 0. Returns what
 * store_each_finished() does.
 */
int review_each_group(struct store *store, const char *run_id,
		      int (*give)(void *context,
				  const struct review_group *group),
		      void *context, size_t *left_out, struct err *err);

#endif
