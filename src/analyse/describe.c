#include "analyse/analyse.h"

#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Linear between the two nearest ranks, as numpy's and pandas' default. */
static double quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t low = (size_t)at;

	if (low + 1 >= n)
		return sorted[n - 1];
	return sorted[low] +
	       (at - (double)low) * (sorted[low + 1] - sorted[low]);
}

static double deviation(const double *values, size_t n, double mean)
{
	double sum = 0;

	if (n < 2)
		return NAN;
	for (size_t i = 0; i < n; i++)
		sum += (values[i] - mean) * (values[i] - mean);
	return sqrt(sum / (double)(n - 1));
}

void analyse_describe(double *values, size_t n, struct distribution *out)
{
	double sum = 0;

	*out = (struct distribution){ 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
	if (!n)
		return;
	qsort(values, n, sizeof(*values), by_value);
	for (size_t i = 0; i < n; i++)
		sum += values[i];
	out->count = (double)n;
	out->mean = sum / (double)n;
	out->std = deviation(values, n, out->mean);
	out->min = values[0];
	out->q25 = quantile(values, n, 0.25);
	out->q50 = quantile(values, n, 0.5);
	out->q75 = quantile(values, n, 0.75);
	out->max = values[n - 1];
}
