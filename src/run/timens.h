/*
 * Whether a replica has the clock of the harness. CLOCK_MONOTONIC is the same
 * for a whole machine, except in time namespaces (time_namespaces(7)) and under
 * libraries that fake it. There, every time that a replica says or records
 * would be off.
 */
#ifndef RUN_TIMENS_H
#define RUN_TIMENS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* How far CLOCK_MONOTONIC of a process is ahead of ours, or else that of its
 * first descendant with another clock, as the kernel says. false: the kernel
 * does not say. */
bool timens_offset(pid_t pid, int64_t *out_ns);

/* The same by what a replica said: `said_ns` is its clock at a moment between
 * our sent_ns and received_ns. 0: it can be the same clock. */
int64_t timens_difference(uint64_t said_ns, uint64_t sent_ns,
			  uint64_t received_ns);

#endif
