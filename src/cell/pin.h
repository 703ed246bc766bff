/*
 * The CPUs that the origin and the replicas run on. A request and its response
 * are 2.8 times as fast if both ends share a CPU as if a sleeping CPU has to be
 * woken (docs/method.md). So a figure means something only with its placement.
 */
#ifndef CELL_PIN_H
#define CELL_PIN_H

#include <sched.h>
#include <stdbool.h>

#include "base/err.h"

#define PIN_TEXT_BYTES 64
#define PIN_CPUS_BYTES 4096 /* for every second CPU of CPU_SETSIZE */

struct pin {
	bool on;
	cpu_set_t origin, replicas;
	char text[PIN_TEXT_BYTES]; /* "origin 1, replicas 0", or "none" */
	char cpuset[PIN_CPUS_BYTES]; /* the replicas' as a list: "0,2-3" */
};

/*
 * "auto" or NULL: the origin runs on the last CPU that this process may use,
 * replicas on all others; if there is one CPU, both run on it.
 * "none": the scheduler chooses.
 * "0", "0,2-3" (a list as of taskset(1)): both run there.
 * "1/0", "3/0-2": the origin's CPUs and the replicas'.
 * ERR_USAGE names the CPU that may not be used and those that may.
 */
int pin_parse(const char *text, struct pin *out, struct err *err);

/* Writes CPUs as a list, "0,2-3". A list that does not fit into `size` bytes (8
 * or more) is cut behind a comma and gets "…". */
void pin_format(const cpu_set_t *cpus, char *out, size_t size);

/* Writes what pin.text says of the replicas alone: "replicas 0". */
void pin_format_replicas(const struct pin *pin, char out[PIN_TEXT_BYTES]);

#endif
