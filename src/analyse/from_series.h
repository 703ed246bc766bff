/*
 * From what a Prometheus scraped to columns of a result row. Pure. Which
 * columns these are, and when to trust them, is in docs/metrics.md, "From a
 * Prometheus".
 */
#ifndef ANALYSE_FROM_SERIES_H
#define ANALYSE_FROM_SERIES_H

#include <stdbool.h>

#include "base/str.h"
#include "record/result.h"
#include "record/scraped.h"

/* A rate is taken over at least so many scrape intervals, and samples. */
#define SCRAPED_RATE_INTERVALS 4
#define SCRAPED_RATE_SAMPLES 4

/* The trial's window from the texts of its row; false: it has none. */
bool scraped_window(const struct result_row *row, struct scraped_trial *trial);

/*
 * Learns interval_ms and raw_samples from raw samples of the trial, and sets
 * edge_ms, rate_ms, step_ms and moments by them and by least_rate_ms. Of several
 * sources of the same figures (our own /metrics and cAdvisor) only the one with
 * most samples counts: *best is a series of it, borrowed from `raw`; NULL: there
 * is none.
 */
void scraped_plan(struct scraped_trial *trial, const struct scraped_matrix *raw,
		  const struct scraped_series **best);

/* Puts the row's four distributions: those of replica `replica` (-1: of the
 * sum of all), unknown where there are too few samples. A finding is added
 * to the row's: where they are from (`source` names it), or
 * "too few samples: …". Returns whether there is any figure. */
bool scraped_to_row(const struct scraped_trial *trial, int replica,
		    const char *source, struct result_row *row);

#endif
