/*
 * Counters of the whole machine. They say how far the figures of replicas can
 * be trusted:
 *
 * - the CPU time of the ksoftirqd threads, who do network input that no replica
 *   is charged for;
 * - how long tasks had to wait for a CPU, for memory, for a disk (PSI,
 *   /proc/pressure: "some");
 * - the busy, stolen and idle time of all CPUs (/proc/stat), which holds the
 *   work of programs that no list of processes shows: those of other
 *   namespaces, short-lived ones, other machines of the same host;
 * - pages that were swapped, and the frequency of the fastest of the CPUs that
 *   may be used: one that is idle slows down.
 *
 *	struct machine_meter meter;
 *	struct machine_sample before, after;
 *
 *	machine_open(&meter);
 *	machine_read(&meter, &before);
 *	machine_read(&meter, &after);
 *	machine_close(&meter);
 *
 * /proc/stat counts ticks (machine_tick_ns(), 4 ms at 250 Hz) and says them in
 * steps of 10 ms: who runs when the tick comes is charged with all of it.
 * docs/metrics.md, "Noise", says how far that is from the truth.
 *
 * One reading opens and allocates nothing. On two CPUs it takes 32 us (median of
 * 2,000): 20 us are for /proc/vmstat, 7 for /proc/stat, the rest for PSI and the
 * threads. At 10 Hz that is 0.03% of a CPU. The frequency costs a file for
 * each CPU that has one.
 */
#ifndef MEASURE_MACHINE_H
#define MEASURE_MACHINE_H

#include <stdbool.h>

#include "record/trial.h"

#define MACHINE_PRESSURES 3 /* cpu, memory, io */
#define MACHINE_FREQUENCIES 64 /* of more CPUs the first stand for all */

/* Of all CPUs since the start of the machine; COUNT_UNKNOWN. */
struct machine_time {
	uint64_t busy_ns, steal_ns, idle_ns;
	uint64_t interrupts_ns; /* irq and softirq, a part of busy_ns */
	bool apart; /* they are on no program's account */
};

struct machine_meter {
	uint64_t opened_ns;
	struct machine_time first; /* then */
	int *ksoftirqd; /* fds of their schedstat; owned */
	size_t count;
	int pressure[MACHINE_PRESSURES]; /* -1: this kernel has none */
	int stat, vmstat;
	int *frequency; /* of each CPU that may be used; owned */
	size_t frequency_count;
};

/*
 * Reads the first line of a text like /proc/stat. The time of guests is in
 * that of users already. false, and all is unknown: there is no such line, or it
 * has nothing but zeros.
 *
 * A kernel with CONFIG_IRQ_TIME_ACCOUNTING takes interrupts out of the clocks of
 * tasks and groups, and stamps each, so that irq is not 0 a few seconds after the
 * machine began. Without it all that ticks find is charged to the task below, and
 * irq stays 0, as no tick comes within an interrupt. `apart` is told by that. On
 * powerpc and s390, which stamp interrupts and charge them too, it is false.
 * Where they are apart, softirq has what ksoftirqd uses, too.
 */
bool machine_parse_time(const char *text, struct machine_time *out);

/* Finds the threads in one pass through /proc. Never fails: a counter that is
 * not there is COUNT_UNKNOWN in the readings. */
void machine_open(struct machine_meter *meter);

/* `root` stands before each path of /proc and /sys: "" but for checks. */
void machine_open_in(struct machine_meter *meter, const char *root);

/* Fills all of `out`; at_ns is CLOCK_MONOTONIC. */
void machine_read(const struct machine_meter *meter,
		  struct machine_sample *out);

/* Parts of it, for who reads often: 7 us, and 1 us for each CPU. A time that has
 * not moved since the meter was opened, at least 0.1 s ago, is unknown: some
 * sandboxes have a file that says nothing. */
void machine_read_time(const struct machine_meter *meter,
		       struct machine_time *out);

/* COUNT_UNKNOWN in a PID namespace, which shows none of the threads. */
uint64_t machine_read_ksoftirqd(const struct machine_meter *meter);

/* How often the kernel looks who runs; 0: unknown. */
uint64_t machine_tick_ns(void);

void machine_close(struct machine_meter *meter); /* twice is fine */

#endif
