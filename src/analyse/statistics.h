/*
 * Statistics of a few independent values: centres with intervals that are exact
 * at small numbers of values. Pure; NAN must not be among the values. compare.c
 * says which is for what, and why.
 *
 *	double d[12] = { 0 };
 *	struct estimate e;
 *
 *	statistics_median(d, 12, 0.05, &e); // e.low, e.high: 95% or more
 *	statistics_centre(d, 12, 0.05, &e); // narrower, of differences
 *
 * Both sort the values. The interval misses what is estimated with a probability
 * of at most `alpha`; where so few values allow none, low and high are NAN.
 */
#ifndef ANALYSE_STATISTICS_H
#define ANALYSE_STATISTICS_H

#include <stddef.h>

#include "record/comparison.h"

/* The median of the values, which are sorted; NAN for none. */
double statistics_middle(double *values, size_t n);

/* The median of the distribution that the values come from, whatever that is:
 * order statistics, the sign test. */
void statistics_median(double *values, size_t n, double alpha,
		       struct estimate *out);

/*
 * The centre of the distribution that the values come from, which is symmetric,
 * as that of differences of equals always is: Walsh averages, the signed rank
 * test. Of another distribution it is the median of the mean of two values. The
 * level is exact for up to 64 values, and by the normal distribution, which errs
 * to the safe side, for more.
 */
void statistics_centre(double *values, size_t n, double alpha,
		       struct estimate *out);

/* The standard deviation of a sample (n - 1); NAN for fewer than two. */
double statistics_sd(const double *values, size_t n);

/* Student's t: the factor of a standard error at which an interval misses with the
 * probability `alpha`, by so many degrees of freedom. NAN for none. */
double statistics_t(double alpha, unsigned freedom);

/* The fewest values that allow an interval at `alpha`, of either. */
size_t statistics_least(double alpha);

#endif
