/*
 * Counters of one process, read from outside at any time: CPU, memory, threads.
 *
 * CPU time is that of the process's own CPU clock (clock_getcpuclockid(3)):
 * nanoseconds of all its threads, also of those that have ended, user and
 * kernel together. The sum is exact, without the time that a running thread has
 * used since its last tick or switch, at most 4 ms at 250 Hz. Children are not
 * included.
 *
 * Memory is RssAnon + RssFile of /proc/PID/status: all that is resident but
 * shared memory. The pages of the records file in /dev/shm are ours, not the
 * library's. If that file is on a disk (no tmpfs), they are in RssFile, 1 MiB
 * at most, as replicas give them back. Since Linux 6.2 the kernel keeps a count
 * for each CPU and adds them up loosely: the figure may be off by 128 KiB a
 * CPU.
 *
 * Cost of one measure_read(), which opens nothing and allocates nothing: 13 us,
 * 99% of them within 23 us (8 us status, 3 us stat, 0.4 us the CPU clock;
 * 10,000 readings on Linux 6.18, a virtual CPU of an AMD EPYC); with 50 threads
 * 14 us. So 100 replicas at 10 Hz cost 1.3% of a CPU.
 */
#ifndef MEASURE_MEASURE_H
#define MEASURE_MEASURE_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/cpu.h"
#include "base/err.h"
#include "record/trial.h"

struct meter {
	pid_t pid;
	clockid_t cpu_clock;
	int stat_fd, status_fd;           /* -1: closed */
	struct cpu_time cpu;              /* of the last reading */
};

/* Opens the counters of any process. ERR_NOT_FOUND:
 * there is none, and the meter is closed, as after measure_close(). */
int measure_open(struct meter *meter, pid_t pid, struct err *err);

/*
 * Fills at_ns, threads, cpu_ns, cpu_user_ns and memory_bytes of `sample`, and
 * nothing else. at_ns is taken next to the CPU clock.
 *
 * cpu_user_ns is a part of cpu_ns, in the proportion of the kernel's ticks
 * (utime and stime of /proc/PID/stat, in steps of 10 ms). This estimate is good
 * over seconds. From one reading to the next neither it nor cpu_ns -
 * cpu_user_ns goes down. Before the first tick all CPU time counts as user.
 *
 * ERR_NOT_FOUND, and `sample` is untouched: the process has ended (a zombie has
 * no memory to read), or the meter is closed.
 */
int measure_read(struct meter *meter, struct sample *sample, struct err *err);

void measure_close(struct meter *meter);

/*
 * The peak of resident memory in bytes, without the records file's pages: VmHWM
 * - RssShmem of /proc/PID/status, at least what is resident now. Read it while
 * the replica waits for `bye`.
 *
 * The kernel has one peak for private, file and shared pages together. The
 * shared pages that are resident now are subtracted from it. At most 1 MiB of
 * them are the records file's, as replicas give its pages back every 16,384
 * records. So the figure is at most 1 MiB too large or too small. Shared memory
 * that a library makes for itself, and keeps until the end, is subtracted too.
 * (ru_maxrss is of no use: it starts at the size of the harness.)
 */
int measure_peak_rss(pid_t pid, uint64_t *out_bytes, struct err *err);

#endif
