/*
 * Statistics of a few independent values: medians with intervals that are exact
 * at every number of values. Pure; NAN must not be among the values.
 *
 *	double d[12] = { 0 };
 *	struct estimate e;
 *
 *	statistics_median(d, 12, 0.05, &e); // e.low, e.high: 95% or more
 */
#ifndef ANALYSE_STATISTICS_H
#define ANALYSE_STATISTICS_H

#include <stddef.h>

#include "record/comparison.h"

/* The median of the values, which are sorted; NAN for none. */
double statistics_middle(double *values, size_t n);

/*
 * The centre of the distribution that the values come from, with an interval
 * that misses it with a probability of at most `alpha`, by the method that
 * compare.c chose. Where so few values allow none, low and high are NAN. Sorts
 * the values.
 */
void statistics_median(double *values, size_t n, double alpha,
		       struct estimate *out);

/* The fewest values that allow an interval at `alpha`. */
size_t statistics_least(double alpha);

#endif
