/*
 * Whether a replica shares the harness's clock. CLOCK_MONOTONIC is one for a
 * machine but for time namespaces (time_namespaces(7)), and for libraries that
 * fake it; every time that a replica says or records would be off.
 */
#ifndef RUN_TIMENS_H
#define RUN_TIMENS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* How far CLOCK_MONOTONIC of a process, or else of the first of its descendants
 * that has another, is ahead of ours, as the kernel says; false: it does not
 * say. */
bool timens_offset(pid_t pid, int64_t *out_ns);

/* The same from what a replica said: `said_ns` is its clock at a moment between
 * sent_ns and received_ns of ours. 0 where it can be the same clock. */
int64_t timens_difference(uint64_t said_ns, uint64_t sent_ns,
			  uint64_t received_ns);

#endif
