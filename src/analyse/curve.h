/*
 * The latencies of a trial, or of all of a library's trials, as a curve over
 * quantiles; pure. Like the columns of latency (summary_latency.h) it is of all
 * operations, what failed counts as slower than all that succeeded, and it ends
 * where fewer than 10 operations lie beyond.
 */
#ifndef ANALYSE_CURVE_H
#define ANALYSE_CURVE_H

#include <stddef.h>

#include "record/histogram.h"

struct curve_point {
	double fraction; /* of all operations, from 0 to 1 */
	double ms;       /* that so many took at most */
};

#define CURVE_POINTS_MOST 64

/* `slower` operations are slower than all in `h`, of which NULL is none. Returns
 * how many points there are, by rising fraction. */
size_t curve_make(const struct histogram *h, double slower,
		  struct curve_point out[CURVE_POINTS_MOST]);

#endif
