/*
 * On which CPUs origin and replicas run. A request and its answer are 2.8 times
 * as fast when both ends share a CPU as when a sleeping one has to be woken
 * (docs/method.md), so a figure only means something with its placement.
 */
#ifndef CELL_PIN_H
#define CELL_PIN_H

#include <sched.h>
#include <stdbool.h>

#include "base/err.h"

#define PIN_TEXT_BYTES 64
#define PIN_CPUS_BYTES 4096 /* of every second CPU of CPU_SETSIZE */

struct pin {
	bool on;
	cpu_set_t origin, replicas;
	char text[PIN_TEXT_BYTES]; /* "origin 1, replicas 0", or "none" */
	char cpuset[PIN_CPUS_BYTES]; /* the replicas' as a list: "0,2-3" */
};

/*
 * "auto" (NULL is the same): the origin on the last CPU that this process may
 * use, replicas on all others; with one CPU both on it. "none": wherever the
 * scheduler puts them. A list as taskset(1) has it, "0", "0,2-3": both there.
 * "1/0", "3/0-2": the origin's and the replicas'. ERR_USAGE names the CPU that
 * may not be used and those that may.
 */
int pin_parse(const char *text, struct pin *out, struct err *err);

/* CPUs as a list, "0,2-3"; cut behind a comma, with "…", where it does not fit
 * into `size` bytes, 8 or more. */
void pin_format(const cpu_set_t *cpus, char *out, size_t size);

/* "replicas 0": what pin.text says of them alone. */
void pin_format_replicas(const struct pin *pin, char out[PIN_TEXT_BYTES]);

#endif
