#include "analyse/statistics.h"

#include <math.h>

#include "base/values.h"

double statistics_middle(double *values, size_t n)
{
	return values_median(values, n);
}

/* The chance that just `i` of `n` values lie below their median. */
static double chance(size_t n, size_t i)
{
	double of = (double)n, below = (double)i;
	int sign;

	return exp(lgamma_r(of + 1, &sign) - lgamma_r(below + 1, &sign) -
		   lgamma_r(of - below + 1, &sign) - of * log(2));
}

/* lgamma_r() is right to some parts in 10^16 of a number of some thousands. */
#define ROUNDING (1 + 1e-9)

/* The largest k for which fewer than k values lie below the median with a
 * chance of at most alpha / 2; 0: none. */
static size_t rank_of_end(size_t n, double alpha)
{
	double missed = 0;
	size_t k = 0;

	while (k < (n + 1) / 2) {
		missed += chance(n, k);
		if (!(missed <= alpha / 2 * ROUNDING))
			break;
		k++;
	}
	return k;
}

void statistics_median(double *values, size_t n, double alpha,
		       struct estimate *out)
{
	size_t k = rank_of_end(n, alpha);

	out->value = statistics_middle(values, n);
	out->low = k ? values[k - 1] : NAN;
	out->high = k ? values[n - k] : NAN;
}

/* An `alpha` of 0 would need infinitely many. */
#define MOST 1024

size_t statistics_least(double alpha)
{
	size_t n = 1;

	while (n < MOST && !rank_of_end(n, alpha))
		n++;
	return n;
}
