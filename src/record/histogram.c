#include "record/histogram.h"

#include <math.h>
#include <string.h>

void histogram_init(struct histogram *h)
{
	memset(h, 0, sizeof(*h));
}

unsigned histogram_bucket(uint64_t v)
{
	unsigned top, shift;

	if (v < HISTOGRAM_SUB)
		return (unsigned)v;
	if (v >> HISTOGRAM_MAX_BITS)
		return HISTOGRAM_BUCKETS - 1;
	top = 63U - (unsigned)__builtin_clzll(v);
	shift = top - HISTOGRAM_SUB_BITS;
	return (shift + 1) * HISTOGRAM_SUB +
	       (unsigned)((v >> shift) - HISTOGRAM_SUB);
}

uint64_t histogram_lower_ns(unsigned bucket)
{
	unsigned shift;

	if (bucket < HISTOGRAM_SUB)
		return bucket;
	shift = bucket / HISTOGRAM_SUB - 1;
	return (uint64_t)(HISTOGRAM_SUB + bucket % HISTOGRAM_SUB) << shift;
}

void histogram_add(struct histogram *h, uint64_t v)
{
	if (!h->total || v < h->min_ns)
		h->min_ns = v;
	if (v > h->max_ns)
		h->max_ns = v;
	h->total++;
	h->sum_ns += (double)v;
	h->count[histogram_bucket(v)]++;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	if (!from->total)
		return;
	if (!into->total || from->min_ns < into->min_ns)
		into->min_ns = from->min_ns;
	if (from->max_ns > into->max_ns)
		into->max_ns = from->max_ns;
	into->total += from->total;
	into->sum_ns += from->sum_ns;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->count[i] += from->count[i];
}

static double middle_ns(unsigned bucket)
{
	double low = (double)histogram_lower_ns(bucket);

	if (bucket < HISTOGRAM_SUB || bucket + 1 == HISTOGRAM_BUCKETS)
		return low;
	return (low + (double)histogram_lower_ns(bucket + 1)) / 2;
}

double histogram_quantile_ns(const struct histogram *h, double q)
{
	uint64_t rank, seen = 0;

	if (!h->total)
		return 0;
	rank = (uint64_t)ceil(q * (double)h->total);
	if (rank < 1)
		rank = 1;
	if (rank >= h->total)
		return (double)h->max_ns;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->count[i];
		if (seen >= rank)
			return fmin(fmax(middle_ns(i), (double)h->min_ns),
				    (double)h->max_ns);
	}
	return (double)h->max_ns;
}
