/*
 * What a trial did over time, from its samples; pure. A point is between two
 * readings of its replicas: rates are differences, gauges those at its end. Of a
 * trial that worked in turn with others only what lies within its windows is a
 * point; between them there is none.
 */
#ifndef ANALYSE_TIMELINE_H
#define ANALYSE_TIMELINE_H

#include <stddef.h>

#include "record/trial.h"

/* Sums over replicas. NAN: unknown. */
struct timeline_point {
	double begin_s, end_s;      /* since GO; below 0 before it */
	double requests_per_second; /* ok */
	double failures_per_second;
	double cpus;                /* CPU seconds a second */
	double memory_bytes;
	double in_flight;           /* at the origin */
	double origin_cpus;
};

struct timeline {
	struct timeline_point *points; /* owned */
	size_t count;
};

/* At most `most` points, or one for each window where those are more: neighbours are
 * joined. The caller releases. */
void timeline_make(const struct trial *trial, size_t most, struct timeline *out);
void timeline_release(struct timeline *timeline);

#endif
