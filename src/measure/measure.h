/*
 * Counters of one process, read from outside at any time: CPU, memory, threads.
 *
 * CPU is the process's own CPU clock (clock_getcpuclockid(3)): nanoseconds of
 * all its threads, also of those that have ended, user and kernel together. The
 * sum is exact; a thread that runs at this moment is missing what it used since
 * its last tick or switch, at most 4 ms at 250 Hz. Children of the process are
 * not in it.
 *
 * Memory is RssAnon + RssFile of /proc/PID/status: what is resident, without
 * shared memory, because the pages of the records file in /dev/shm are ours and
 * not the library's. In a records file on a disk (no tmpfs) they would be in
 * RssFile, 1 MiB at most as replicas give them back. Since Linux 6.2 the kernel
 * keeps these counts a CPU each and adds them up loosely: they may be off by
 * 128 KiB a CPU.
 *
 * Cost of one measure_read(), which opens nothing and allocates nothing: 13 us,
 * 99% of them within 23 us (8 us status, 3 us stat, 0.4 us the CPU clock; 10,000
 * readings on Linux 6.18, a virtual CPU of an AMD EPYC); with 50 threads 14 us.
 * So 100 replicas at 10 Hz cost 1.3% of a CPU.
 */
#ifndef MEASURE_MEASURE_H
#define MEASURE_MEASURE_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/err.h"
#include "record/trial.h"

struct meter {
	pid_t pid;
	clockid_t cpu_clock;
	int stat_fd, status_fd;           /* -1: closed */
	uint64_t last_cpu_ns, last_user_ns;
};

/* Opens the counters of a process, which need not be ours. ERR_NOT_FOUND when there
 * is none; the meter is closed then, as it is after measure_close(). */
int measure_open(struct meter *meter, pid_t pid, struct err *err);

/*
 * Fills at_ns, threads, cpu_ns, cpu_user_ns and memory_bytes of `sample`, and
 * nothing else. at_ns is taken next to the CPU clock.
 *
 * cpu_user_ns is cpu_ns split as the kernel splits its ticks (utime and stime
 * of /proc/PID/stat, in steps of 10 ms): an estimate that is good over seconds.
 * Neither it nor cpu_ns - cpu_user_ns ever goes down from one reading to the
 * next. Until there is a tick all counts as user.
 *
 * ERR_NOT_FOUND when the process has ended (a zombie has no memory to read), or
 * the meter is closed; `sample` is untouched then.
 */
int measure_read(struct meter *meter, struct sample *sample, struct err *err);

void measure_close(struct meter *meter);

/*
 * The most that was ever resident, without the records file's pages:
 * VmHWM - RssShmem of /proc/PID/status, in bytes, at least what is resident
 * now. Read it while the replica waits for `bye`.
 *
 * The kernel has one peak for private, file and shared pages together and none
 * for each. What is subtracted are the shared pages that are resident now. The
 * records file accounts for at most 1 MiB of them at any time, as replicas give
 * its pages back every 16,384 records; so the figure is at most 1 MiB too large
 * (peak with more records than now) or too small (with fewer). Shared memory
 * that a library makes for itself, and keeps until the end, is subtracted with
 * them. (ru_maxrss will not do: it starts at the size of the harness.)
 */
int measure_peak_rss(pid_t pid, uint64_t *out_bytes, struct err *err);

#endif
