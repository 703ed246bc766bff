/*
 * Fills a report's document (report/document.h) from a database: runs, comparisons,
 * single trials, what each did over time, and all rows of results.
 */
#ifndef REVIEW_FILL_H
#define REVIEW_FILL_H

#include "base/err.h"
#include "report/document.h"

struct store;

struct unit_prices;

/*
 * Of the run `run_id`, or of all runs (NULL). `prices` (NULL: none are known) give
 * each library of a comparison its cost. Rounds of comparisons and time lines
 * of trials are taken from the newest run on until there are as many as a page can
 * hold; what is left out is said in "doubts". The results must be those of this
 * program's analysis (store_renew()). Returns what the store does.
 */
int review_fill(struct document *document, struct store *store,
		const char *run_id, const struct unit_prices *prices,
		struct err *err);

#endif
