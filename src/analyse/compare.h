/* From blocks to verdicts (record/comparison.h); pure. The essay is in
 * compare.c, the tests of it in statistics.h. */
#ifndef ANALYSE_COMPARE_H
#define ANALYSE_COMPARE_H

#include <stdbool.h>

#include "record/comparison.h"

/* Trials of one test with one configuration, in any order. The rows come in the
 * order in which libraries are met first. The caller releases. Names are
 * borrowed from `trials`. */
void analyse_compare(const struct block_trial *trials, size_t count,
		     struct comparison *out);

/* The least blocks with which each pair of so many libraries, and each with
 * reference where it is there, can have an interval; 0: there is no pair. */
unsigned analyse_blocks_needed(unsigned libraries, bool reference);

#endif
