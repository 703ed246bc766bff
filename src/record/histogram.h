/*
 * Latency histogram, log-linear as HdrHistogram's.
 *
 * A value v (ns) below 128 has a bucket of its own. Above, each power of two is
 * cut into 128 equal buckets: with 7 bits kept after the leading one, a bucket
 * is at most 1/128 of its lower edge wide. A quantile is reported as the middle
 * of its bucket, so it is wrong by at most 1/256 = 0.4%, whatever the value.
 * The minimum, maximum and sum are exact. Two histograms add up without loss.
 *
 * HISTOGRAM_BUCKETS counts cover 1 ns to 2^42 ns (73 minutes); larger values
 * go to the last bucket (the exact maximum still tells). The struct is 36 KiB
 * and needs no release.
 */
#ifndef RECORD_HISTOGRAM_H
#define RECORD_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SUB_BITS 7
#define HISTOGRAM_SUB (1U << HISTOGRAM_SUB_BITS)
#define HISTOGRAM_MAX_BITS 42
#define HISTOGRAM_BUCKETS                                                      \
	((HISTOGRAM_MAX_BITS - HISTOGRAM_SUB_BITS + 1) * HISTOGRAM_SUB)

struct histogram {
	uint64_t total;
	uint64_t min_ns, max_ns; /* 0 while total is 0 */
	double sum_ns;
	uint64_t count[HISTOGRAM_BUCKETS];
};

void histogram_init(struct histogram *h);
void histogram_add(struct histogram *h, uint64_t value_ns);
void histogram_merge(struct histogram *into, const struct histogram *from);

/* Bucket of a value, and the lowest value of a bucket. */
unsigned histogram_bucket(uint64_t value_ns);
uint64_t histogram_lower_ns(unsigned bucket);

/* The value below or at which the fraction q (0 to 1) of all values lie, as the
 * middle of its bucket, never outside [min, max]; 0 while total is 0. */
double histogram_quantile_ns(const struct histogram *h, double q);

#endif
