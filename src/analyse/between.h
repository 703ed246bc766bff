/*
 * Whether a library has changed from one run to another; pure. Only its ratio to
 * `reference` within rounds is compared: rates of one library an hour apart differ
 * by 20%. The essay is in between.c.
 */
#ifndef ANALYSE_BETWEEN_H
#define ANALYSE_BETWEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "record/comparison.h"

/* A library's pair with reference in one run. */
struct between_run {
	double centre_ln; /* of its ratio over blocks */
	double sd_ln;     /* of these, and how many */
	unsigned blocks;
};

/* With fewer blocks nothing is said of a run. */
#define BETWEEN_BLOCKS_LEAST 6

/* So many runs of both sides together say themselves how much runs differ. */
#define BETWEEN_RUNS_LEAST 6

/* Whether a run says something. */
bool between_is_usable(const struct between_run *run);

/* Of `to` over `from`: the ratio of ratios, with an interval that misses with a
 * probability of `alpha`. All is NAN where nothing can be said: a side has no run, or
 * one that is not usable. Returns whether the runs themselves said how much they
 * differ. */
bool analyse_between(const struct between_run *from, size_t from_count,
		     const struct between_run *to, size_t to_count,
		     double alpha, struct estimate *out);

#endif
