/* Queries in PromQL: pure. */
#ifndef PROMETHEUS_QUERY_H
#define PROMETHEUS_QUERY_H

#include <stdint.h>

#include "base/str.h"

/* Which series are a trial's: by labels. NULL: any. */
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
 * long: what others say about scrapes is learned from it. */
void query_samples(struct str *out, const struct query_labels *labels,
		   int64_t range_ms);

/* Over which time a value is taken. */
struct query_window {
	int64_t range_ms;
	int64_t edge_ms;  /* <= range_ms */
	unsigned samples;
};

/* Adds the expression of a figure, summed up to one series a replica. Each
 * value is of the range_ms before it, and only where these hold at least
 * `samples` samples, with one in the first edge_ms and one in the last. */
void query_figure(struct str *out, enum query_figure figure,
		  const struct query_labels *labels,
		  const struct query_window *window);

#endif
