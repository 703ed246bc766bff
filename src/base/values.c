#include "base/values.h"

#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void values_sort(double *values, size_t n)
{
	if (n)
		qsort(values, n, sizeof(*values), by_value);
}

double values_quantile(const double *sorted, size_t n, double q)
{
	double at = q * ((double)n - 1);
	size_t low = n ? (size_t)at : 0;

	if (!n)
		return NAN;
	if (low + 1 >= n)
		return sorted[n - 1];
	return sorted[low] +
	       (at - (double)low) * (sorted[low + 1] - sorted[low]);
}

double values_median(double *values, size_t n)
{
	values_sort(values, n);
	return values_quantile(values, n, 0.5);
}
