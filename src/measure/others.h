/*
 * The CPU time of other programs. A figure is doubtful if another program used
 * the CPUs meanwhile, and has to say so.
 *
 *	pid_t ours[] = { 4711, 4712 };
 *	struct others others;
 *	uint64_t ns;
 *
 *	others_begin(&others, ours, 2); // at GO
 *	ns = others_end(&others, ours, 2); // frees
 *
 * Each call goes through /proc once, 20 us a process, and reads the CPU clock
 * of each process (all threads, nanoseconds). Kernel threads are left out: much
 * of their work is our own network traffic. A process that began and ended in
 * between is missed, so the result is a lower bound.
 */
#ifndef MEASURE_OTHERS_H
#define MEASURE_OTHERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct others {
	struct other {
		pid_t pid;
		uint64_t cpu_ns;
	} *known;
	size_t count, capacity;
};

/* `ours`: processes that are not counted. The calling process never is. */
void others_begin(struct others *others, const pid_t *ours, size_t count);

/* CPU time since others_begin(), in ns; 0 without a begin. */
uint64_t others_end(struct others *others, const pid_t *ours, size_t count);

void others_release(struct others *others);

#endif
