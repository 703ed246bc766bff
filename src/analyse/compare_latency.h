/*
 * Latency of one library of a comparison: one histogram of all operations of all
 * blocks, from which quantiles are taken as those of a trial are
 * (summary_latency.h). A part of analyse_compare(). Starts as { 0 }.
 */
#ifndef ANALYSE_COMPARE_LATENCY_H
#define ANALYSE_COMPARE_LATENCY_H

#include "record/comparison.h"

struct merged_latency {
	struct histogram *all; /* NULL: none yet */
	double slower;         /* than all in it */
	bool partly;           /* one that has figures has no histogram */
};

/* A trial that failed has nothing in it. */
void merged_latency_add(struct merged_latency *merged,
			const struct block_trial *trial);

/* All are unknown where any trial's are. Frees the histogram. */
void merged_latency_end(struct merged_latency *merged,
			struct latency_quantiles *out);

#endif
