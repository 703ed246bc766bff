#include "analyse/statistics.h"

#include <math.h>
#include <stdbool.h>

#include "base/values.h"

/* Of sums of parts in 10^16, so that a level that is met exactly is met. */
#define ROUNDING (1 + 1e-9)

double statistics_middle(double *values, size_t n)
{
	return values_median(values, n);
}

/* ---------------------------------------------------------- order statistics */

/* The chance that just `i` of `n` values lie below their median. */
static double chance(size_t n, size_t i)
{
	double of = (double)n, below = (double)i;
	int sign;

	return exp(lgamma_r(of + 1, &sign) - lgamma_r(below + 1, &sign) -
		   lgamma_r(of - below + 1, &sign) - of * log(2));
}

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

/* -------------------------------------------------------------- signed ranks */

#define EXACT 64
#define SUMS (EXACT * (EXACT + 1) / 2 + 1)

/* How many of the 2^n choices of some of the ranks 1 to n have the sum s. */
static void count_sums(size_t n, double count[SUMS])
{
	count[0] = 1;
	for (size_t s = 1; s <= n * (n + 1) / 2; s++)
		count[s] = 0;
	for (size_t rank = 1; rank <= n; rank++)
		for (size_t s = rank * (rank + 1) / 2; s >= rank; s--)
			count[s] += count[s - rank];
}

static size_t exact_rank(size_t n, double alpha)
{
	double count[SUMS], missed = 0;
	size_t k = 0;

	count_sums(n, count);
	while (k < (n * (n + 1) / 2 + 1) / 2) {
		missed += ldexp(count[k], -(int)n);
		if (!(missed <= alpha / 2 * ROUNDING))
			break;
		k++;
	}
	return k;
}

/* The x that a normal number is below with the chance p < 1/2. */
static double normal_quantile(double p)
{
	double low = -40, high = 0;

	for (int i = 0; i < 100; i++) {
		double x = (low + high) / 2;

		if (erfc(-x / sqrt(2)) / 2 < p)
			low = x;
		else
			high = x;
	}
	return low;
}

static size_t normal_rank(size_t n, double alpha)
{
	double of = (double)n, mean = of * (of + 1) / 4;
	double sd = sqrt(of * (of + 1) * (2 * of + 1) / 24);
	double k;

	if (!(alpha > 0))
		return 0;
	k = floor(mean + sd * normal_quantile(fmin(alpha, 1) / 2) + 0.5);
	return k < 1 ? 0 : (size_t)k;
}

/* How many of the means of two values, or of one with itself, are at most x. The
 * values are sorted. */
static size_t count_means(const double *values, size_t n, double x)
{
	size_t count = 0, j = n;

	for (size_t i = 0; i < n; i++) {
		while (j && (values[i] + values[j - 1]) / 2 > x)
			j--;
		if (j <= i)
			break;
		count += j - i;
	}
	return count;
}

/* So often halved, the range of the values is nothing. */
#define HALVED 80

/* The k-th of these means, from 1. */
static double find_mean(const double *values, size_t n, size_t k)
{
	double low = values[0], high = values[n - 1];

	if (count_means(values, n, low) >= k)
		return low;
	for (int i = 0; i < HALVED; i++) {
		double x = low + (high - low) / 2;

		if (x <= low || x >= high)
			break;
		if (count_means(values, n, x) >= k)
			high = x;
		else
			low = x;
	}
	return high;
}

void statistics_centre(double *values, size_t n, double alpha,
		       struct estimate *out)
{
	size_t k = n > EXACT ? normal_rank(n, alpha) : exact_rank(n, alpha);
	size_t all = n * (n + 1) / 2;

	*out = (struct estimate){ NAN, NAN, NAN };
	if (!n)
		return;
	values_sort(values, n);
	out->value = (find_mean(values, n, (all + 1) / 2) +
		      find_mean(values, n, all / 2 + 1)) / 2;
	if (!k)
		return;
	out->low = find_mean(values, n, k);
	out->high = find_mean(values, n, all + 1 - k);
}

/* -------------------------------------------------------------- Student's t --- */

double statistics_sd(const double *values, size_t n)
{
	double mean = 0, sum = 0;

	for (size_t i = 0; i < n; i++)
		mean += values[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		sum += (values[i] - mean) * (values[i] - mean);
	return n > 1 ? sqrt(sum / (double)(n - 1)) : NAN;
}

/* The chance that |T| is at most t, by the finite series for whole degrees of
 * freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4). */
static double within_t(double t, unsigned freedom)
{
	double angle = atan(t / sqrt((double)freedom));
	double c2 = cos(angle) * cos(angle);
	bool odd = freedom % 2;
	double term = odd ? cos(angle) : 1, sum = freedom > 1 ? term : 0;

	for (unsigned k = odd ? 3 : 2; k < freedom; k += 2) {
		term *= c2 * (k - 1) / k;
		sum += term;
	}
	return odd ? 2 / acos(-1) * (angle + sin(angle) * sum)
		   : sin(angle) * sum;
}

double statistics_t(double alpha, unsigned freedom)
{
	double low = 0, high = 1;

	if (!freedom || !(alpha > 0 && alpha < 1))
		return NAN;
	while (within_t(high, freedom) < 1 - alpha)
		high *= 2;
	for (int i = 0; i < 80; i++) {
		double middle = (low + high) / 2;

		if (within_t(middle, freedom) < 1 - alpha)
			low = middle;
		else
			high = middle;
	}
	return high;
}
