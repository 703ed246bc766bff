/* Writes queries in PromQL. Pure. */
#ifndef PROMETHEUS_QUERY_H
#define PROMETHEUS_QUERY_H

#include <stdint.h>

#include "base/str.h"

/* The labels of a trial's series. NULL: any value. */
struct query_labels {
	const char *run_id, *library, *test;
	const char *job, *instance; /* of one source among several */
};

enum query_figure {
	QUERY_BYTES,  /* received, B/s */
	QUERY_CPU,    /* user + system, CPU s/s */
	QUERY_MEMORY, /* usage, B: the last in the window */
};

/* Adds the range selector of the raw samples of the CPU counter, `range_ms`
 * long. Its samples tell when the series were scraped. */
void query_samples(struct str *out, const struct query_labels *labels,
		   int64_t range_ms);

/* The window of time that a value is computed from. */
struct query_window {
	int64_t range_ms;
	int64_t edge_ms;  /* <= range_ms */
	unsigned samples;
};

/* Adds the expression of a figure, summed up to one series a replica. A value
 * is computed from the range_ms before it. It exists only if these have at
 * least `samples` samples, one of them in the first edge_ms and one in the
 * last. */
void query_figure(struct str *out, enum query_figure figure,
		  const struct query_labels *labels,
		  const struct query_window *window);

#endif
