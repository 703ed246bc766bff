/*
 * Progress on stderr: one line that is rewritten where stderr is a terminal,
 * plain lines at the start and end of each trial elsewhere.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/sampler.h"

struct progress {
	bool terminal;
	size_t number, total;  /* of the trial, from 1 */
	uint64_t start_ns;     /* of the first trial */
	uint64_t trial_start_ns;
	double expected_s;     /* of all trials, before any was run */
	double expected_done_s; /* the part of it that lies behind */
	char name[160];
};

void progress_init(struct progress *progress, size_t total, double expected_s);

/* A trial begins: "aiohttp fetch_range". */
void progress_begin(struct progress *progress, const char *name);

/* For sampler.progress. */
void progress_show(void *context, const struct sampler *sampler,
		   const char *stage, uint64_t now_ns);

/* A trial ended; `outcome` is what stands behind its name. */
void progress_end(struct progress *progress, double expected_s,
		  const char *outcome);

/* A line between trials; clears the rewritten one first. */
void progress_say(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
