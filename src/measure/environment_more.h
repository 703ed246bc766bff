/*
 * What else may explain a figure: caches, frequency, kernel settings, what the
 * machine is inside of, the commit of this program. All values are texts, for a
 * person and for a program that compares two runs.
 */
#ifndef MEASURE_ENVIRONMENT_MORE_H
#define MEASURE_ENVIRONMENT_MORE_H

/* "1a2b3c4d…", with "-dirty" at its end if files differed; "": it was not built
 * in a checkout. main() sets it. */
extern const char *environment_commit;

/*
 * A JSON object of texts, which the caller frees. What this machine does not say
 * is left out. `root` stands before each path of /proc and /sys: "" but for
 * checks.
 *
 *	char *json = environment_more("");
 *
 *	puts(json); // {"cache_l1d": "48K", "clocksource": "tsc", …}
 *	free(json);
 *
 * The members: cache_l1d, cache_l2, cache_l3 (of CPU 0); cpus_online; governor,
 * turbo; mitigations (of the kernel's command line); huge_pages,
 * huge_pages_reserved; clocksource; tcp_congestion, tcp_rmem, tcp_wmem,
 * tcp_slow_start_after_idle, somaxconn (of the network namespace that we are
 * in); container, virtualization (both "none" where there is none);
 * perf_events ("counted", or why not); irq_time (whether interrupts are on the
 * account of the programs that they come upon, machine.h); tick_ns (of the
 * kernel); cpu_waits ("counted", "not counted": waits.h); harness_commit. A run in
 * containers adds engine, one below a quota of CPU time ENVIRONMENT_CPU_QUOTA.
 */
char *environment_more(const char *root);

/* Adds a text, or replaces it. `json` is such an object, and is freed for the new
 * one; NULL or something else stays what it is. */
void environment_more_add(char **json, const char *name, const char *value);

#endif
