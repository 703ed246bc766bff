/*
 * Quantiles of latency, of all operations: of what ended within the window, well
 * or not, and of what an open loop had no place for before the time was up. One
 * that failed never gave what it was asked for, and one that never started was
 * not even begun. So both count as slower than each that succeeded, and a
 * quantile that falls among them is unknown. A time-out is one of these: it took
 * its limit at least. So is what was given up when a slice was over: it had some
 * 2 s to end, where slices are ten times as long as most operations.
 *
 * A quantile also is unknown where fewer than 10 operations lie beyond it. With
 * 10 its rank is off by 3 (their square root) in two of three samples, so a p99
 * of 1,000 is one between p98.7 and p99.3; with one beyond, as a p99 of 100
 * has, it is hardly more than the maximum.
 */
#ifndef ANALYSE_SUMMARY_LATENCY_H
#define ANALYSE_SUMMARY_LATENCY_H

#include "record/comparison.h"
#include "record/histogram.h"
#include "record/result.h"

/* How many operations of the row are slower than all that succeeded. */
uint64_t latency_slower(const struct result_row *row);

/* Fills the latency columns from the successes in `h`; what latency_slower()
 * needs must stand in the row. The maximum is of successes. */
void summary_latency(struct result_row *row, const struct histogram *h);

/* One quantile in ms, q from 0 to 1; `h` NULL is none. NAN: unknown. */
double latency_quantile_ms(const struct histogram *h, double slower, double q);

/* The columns from the successes in `h`, beside `slower` operations that are slower
 * than all of them. All unknown where `h` is NULL or empty. */
void latency_quantiles(const struct histogram *h, double slower,
		       struct latency_quantiles *out);

#endif
