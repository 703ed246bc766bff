/*
 * Counters of the whole machine. They say how far the figures of replicas can
 * be trusted. One is the CPU time of the ksoftirqd threads: they do network
 * input that no replica is charged for. The others say how long tasks had to
 * wait for a CPU, for memory, for a disk (PSI, /proc/pressure: "some").
 *
 * One reading opens and allocates nothing: 1 us for each CPU and 5 us for PSI.
 */
#ifndef MEASURE_MACHINE_H
#define MEASURE_MACHINE_H

#include "record/trial.h"

#define MACHINE_PRESSURES 3 /* cpu, memory, io */

struct machine_meter {
	int *ksoftirqd; /* fds of their schedstat; owned */
	size_t count;
	int pressure[MACHINE_PRESSURES]; /* -1: this kernel has none */
};

/* Finds the threads in one pass through /proc. Never fails: a counter that is
 * not there is COUNT_UNKNOWN in the readings. */
void machine_open(struct machine_meter *meter);

/* Fills all of `out`; at_ns is CLOCK_MONOTONIC. */
void machine_read(const struct machine_meter *meter,
		  struct machine_sample *out);

void machine_close(struct machine_meter *meter); /* twice is fine */

#endif
