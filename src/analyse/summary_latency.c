#include "analyse/summary_latency.h"

#include <math.h>

#include "base/clock.h"

#define LEAST_BEYOND 10

uint64_t latency_slower(const struct result_row *row)
{
	uint64_t n = count_or(row->number_failures, 0) +
		     count_or(row->operations_never_started, 0);

	return n + (count_or(row->slices, 0) ? count_or(row->unfinished, 0) : 0);
}

double latency_quantile_ms(const struct histogram *h, double slower, double q)
{
	double ok = h ? (double)h->total : 0, all = ok + slower;
	double rank = fmax(ceil(q * all), 1);

	/* 100 x (1 - 0.9) is a little less than 10. */
	if (all * (1 - q) < LEAST_BEYOND - 1e-6 || rank > ok)
		return (double)NAN;
	return histogram_quantile_ns(h, (rank - 0.5) / ok) / NS_PER_MS;
}

void latency_quantiles(const struct histogram *h, double slower,
		       struct latency_quantiles *out)
{
	*out = (struct latency_quantiles){ NAN, NAN, NAN, NAN, NAN };
	if (!h || !h->total)
		return;
	out->p50_ms = latency_quantile_ms(h, slower, 0.5);
	out->p90_ms = latency_quantile_ms(h, slower, 0.9);
	out->p99_ms = latency_quantile_ms(h, slower, 0.99);
	out->p99_9_ms = latency_quantile_ms(h, slower, 0.999);
	out->max_ms = (double)h->max_ns / NS_PER_MS;
}

void summary_latency(struct result_row *row, const struct histogram *h)
{
	struct latency_quantiles latency;

	latency_quantiles(h, (double)latency_slower(row), &latency);
	row->latency_p50_ms = latency.p50_ms;
	row->latency_p90_ms = latency.p90_ms;
	row->latency_p99_ms = latency.p99_ms;
	row->latency_p99_9_ms = latency.p99_9_ms;
	row->latency_max_ms = latency.max_ms;
}
