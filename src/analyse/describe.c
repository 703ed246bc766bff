#include "analyse/analyse.h"

#include <math.h>

#include "base/values.h"

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
	values_sort(values, n);
	for (size_t i = 0; i < n; i++)
		sum += values[i];
	out->count = (double)n;
	out->mean = sum / (double)n;
	out->std = deviation(values, n, out->mean);
	out->min = values[0];
	out->q25 = values_quantile(values, n, 0.25);
	out->q50 = values_quantile(values, n, 0.5);
	out->q75 = values_quantile(values, n, 0.75);
	out->max = values[n - 1];
}
