/*
 * Instructions and cycles of all processes of a control group, where the machine
 * counts them (perf events). Most virtual machines have no such counters.
 *
 *	struct perf_meter meter;
 *	struct perf_counts before, after;
 *	struct err err;
 *
 *	if (perf_open(&meter, "/sys/fs/cgroup/geoio", perf_hardware, &err) == 0) {
 *		perf_read(&meter, &before);
 *		perf_read(&meter, &after);
 *	}
 *	perf_close(&meter);
 *
 * The folder is one of cgroup2, or of the controller perf_event of version 1.
 * The kernel counts what user and kernel do in the group, on each CPU, from
 * perf_open() on. Where there are more events than counters, it lets them take
 * turns, and the figure is scaled. It takes root, or CAP_PERFMON.
 */
#ifndef MEASURE_PERF_H
#define MEASURE_PERF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define PERF_EVENTS 2 /* instructions, cycles */

/* What is counted, in the words of perf_event_open(2). */
struct perf_event {
	uint32_t type;
	uint64_t config;
};

extern const struct perf_event perf_hardware[PERF_EVENTS];

struct perf_meter {
	int *fd; /* [CPU][PERF_EVENTS], owned; NULL: closed */
	size_t count;
};

struct perf_counts {
	uint64_t instructions, cycles; /* COUNT_UNKNOWN */
};

/* `events` is perf_hardware but for checks. ERR_SYSTEM: this machine does not
 * count, or we may not; the meter is closed then. */
int perf_open(struct perf_meter *meter, const char *folder,
	      const struct perf_event *events, struct err *err);

/* All are COUNT_UNKNOWN of a closed meter. Costs a call for each CPU and event. */
void perf_read(const struct perf_meter *meter, struct perf_counts *out);

void perf_close(struct perf_meter *meter); /* twice is fine */

/* Whether this machine counts at all, for this process; otherwise `why`. */
bool perf_available(char *why, size_t size);

#endif
