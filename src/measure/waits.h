/*
 * How long the threads of a process waited for a CPU while they could run: the
 * second number of /proc/PID/task/TID/schedstat, which the kernel counts at each
 * switch (CONFIG_SCHED_INFO, as all distributions have it). A thread that sleeps, is
 * stopped or frozen does not wait.
 *
 *	uint64_t before_ns = waits_read("", getpid());
 *	uint64_t after_ns = waits_read("", getpid());
 *
 *	printf("%llu ns\n", (unsigned long long)(after_ns - before_ns));
 *
 * A thread that waits at this moment counts once it runs. One that has ended takes
 * its waits with it, so that a difference is at least what it says.
 *
 * A reading takes 5 us, and 4 for each thread: it is made where nothing is timed.
 */
#ifndef MEASURE_WAITS_H
#define MEASURE_WAITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/unknown.h"

/* Sum over its threads, ns; COUNT_UNKNOWN: it has gone, or nobody counts. `root`
 * stands before /proc: "" but for checks. */
uint64_t waits_read(const char *root, pid_t pid);

/* Whether this kernel counts them. */
bool waits_are_counted(const char *root);

#endif
