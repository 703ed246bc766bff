/* The order and the quantiles of a few numbers, which are all in memory. */
#ifndef BASE_VALUES_H
#define BASE_VALUES_H

#include <stddef.h>

/* Ascending. */
void values_sort(double *values, size_t n);

/* Quantile `q` (0 to 1) of sorted values: linear between the two nearest ranks,
 * as numpy and pandas have it. Not a number: there are no values. */
double values_quantile(const double *sorted, size_t n, double q);

/* Sorts them. Of an even count the mean of the two in the middle. Not a number:
 * there are no values. */
double values_median(double *values, size_t n);

#endif
