/*
 * When a trial was measured: in its slices, one after the other, or, without
 * any, once from GO to the end.
 */
#ifndef ANALYSE_WINDOWS_H
#define ANALYSE_WINDOWS_H

#include <stdbool.h>

#include "record/trial.h"

/* Which slice a moment belongs to. Cheap when moments ascend, and right when
 * they do not. Starts as { trial, 0 }. */
struct windows {
	const struct trial *trial; /* borrowed */
	size_t at;
};

/* The last slice whose GO was not after `at_ns`; before the first GO, the first.
 * NULL: the trial has no slices. */
struct slice *windows_slice(struct windows *windows, uint64_t at_ns);

/* Whether what ended (or, if it failed in a slice, began) at `at_ns` counts.
 * `slice`: where it belongs to; NULL: the trial has none. */
bool windows_count(const struct trial *trial, const struct slice *slice,
		   uint64_t at_ns);

/* How many slices have a window. The others measured nothing: they settled how
 * long slices are, or the work came to its end in them. */
size_t windows_closed(const struct trial *trial);

/* Seconds in which it could work: from each GO until nothing was in flight, or,
 * without slices, from GO until `done_ns`. */
double windows_working_s(const struct trial *trial, uint64_t done_ns);

/* Which readings of the machine are of the window(s): [from, to), without those
 * before GO. Where there are such, the last one was made after the end. */
void windows_readings(const struct trial *trial, size_t *from, size_t *to);

/* By how much a counter of machine_sample, at `offset`, grew within all windows.
 * NAN: it is not known, or went back. */
double windows_machine(const struct trial *trial, size_t offset);

/* In how many windows it went back, so that windows_machine() is NAN. */
size_t windows_machine_back(const struct trial *trial, size_t offset);

/* Marks the slices in whose window too little ended. After analyse_records() of
 * all replicas. */
void windows_mark_few(struct trial *trial);

/*
 * How much of what was in flight ended within windows: the sum of the latencies of
 * what succeeded in them, by the time times the operations in flight. By Little's
 * law it is 1 where slices are long enough for the slowest operations; what takes
 * longer than a slice, and ends while it drains, is missing in it. NAN: no slices,
 * nothing succeeded, or so much failed that it says nothing.
 */
double windows_steadiness(const struct trial *trial);

/* Whether rates and latencies say too much good of the library: little of what was
 * in flight ended within windows, and what ended in the drains took far longer. Of
 * a trial with few slices nothing is said. What moments touch in which the origin was
 * away is no reason; whether they hide one is windows_hide_steadiness(). */
bool windows_are_unsteady(const struct trial *trial);
bool windows_hide_steadiness(const struct trial *trial);

/* Operations that took longer than a slice, and failed or were given up. They held
 * their places in flight until the slice was over and no longer. 0: no slices. */
uint64_t windows_hung(const struct trial *trial);

/* Whether these held a fifth of the time of all places in flight, or would have,
 * had the slices been longer: its rate says too much good of it. */
bool windows_hang(const struct trial *trial);

#endif
