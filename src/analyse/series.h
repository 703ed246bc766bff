/*
 * Counters over time. The samples of a trial come at irregular moments, one
 * replica after the other; the four distributions of a result row need rates
 * over common windows. A series is what one replica's samples say at the
 * boundaries of these windows, interpolated linearly.
 */
#ifndef ANALYSE_SERIES_H
#define ANALYSE_SERIES_H

#include <stddef.h>

#include "record/result.h"
#include "record/trial.h"

struct series {
	size_t count;     /* boundaries: windows + 1; 0: too few samples */
	double window_s;
	double *bytes;    /* received, at each boundary */
	double *cpu_s;    /* CPU seconds */
	double *memory;   /* bytes: a gauge */
};

/* All zero, with the boundaries for this trial: windows of 1 s, or a tenth of
 * a duration under 10 s, but no less than 100 ms. */
void series_init(struct series *series, const struct trial *trial);
void series_release(struct series *series);

/* Adds what one replica's samples say to the values at the boundaries. */
void series_add(struct series *series, const struct trial *trial,
		unsigned replica);

/* The four distributions. Windows without CPU are left out of
 * recv_bytes_per_second_per_cpu. */
void series_describe(const struct series *series, struct result_row *row);

#endif
