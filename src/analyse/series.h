/*
 * Counters over time. The samples of a trial come at irregular moments, one
 * replica after the other; the four distributions of a result row need rates
 * over common windows. A series is what one replica's samples say at the
 * boundaries of these windows, interpolated linearly. Of a trial in slices the
 * windows are theirs, with a boundary at each end.
 */
#ifndef ANALYSE_SERIES_H
#define ANALYSE_SERIES_H

#include <stddef.h>

#include "record/result.h"
#include "record/trial.h"

struct series {
	size_t count;     /* boundaries; 0: too few samples */
	size_t step;      /* from one window's first boundary to the next's: 1,
			   * or 2 with slices */
	uint64_t *at_ns;  /* each boundary */
	double window_s;  /* length of each; 0: that of the slice */
	double *bytes;    /* received, at each boundary */
	double *cpu_s;    /* CPU seconds */
	double *memory;   /* bytes: a gauge */
};

/* All zero, with the boundaries for this trial: its slices, or windows of 1 s, or
 * a tenth of a duration under 10 s, but no less than 100 ms. */
void series_init(struct series *series, const struct trial *trial);
void series_release(struct series *series);

/* Adds what one replica's samples say to the values at the boundaries. */
void series_add(struct series *series, const struct trial *trial,
		unsigned replica);

/* The four distributions; memory is read at each boundary, or at the end of each
 * slice. Windows without CPU are left out of
 * recv_bytes_per_second_per_cpu. */
void series_describe(const struct series *series, struct result_row *row);

#endif
