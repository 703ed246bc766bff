/*
 * Progress on stderr. A terminal gets some lines that are rewritten
 * (monitor/lines.h); elsewhere plain lines stand at the start and end of each
 * trial.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/work.h"
#include "experiment/schedule.h"
#include "monitor/lines.h"

struct progress {
	bool terminal;
	struct line_memory memory;
	unsigned lines; /* that stand there */
	uint64_t work_start_ns; /* of what comes before a trial */
	uint64_t work_shown_ns; /* 0: not yet */
};

void progress_init(struct progress *progress);

/* For a command without trials. Rewrites nothing if its output may stand
 * between. */
void progress_init_plain(struct progress *progress);

/* A trial begins. */
void progress_begin(struct progress *progress, const struct schedule *schedule);

/* Some times a second. */
void progress_show(struct progress *progress, const struct live *live);

/*
 * Between the two a signal ends long work (base/work.h) with ERR_INTERRUPTED.
 * Work that takes over a second has a line that tells how far it is. `progress`
 * must stay where it is.
 */
int progress_work_begin(struct progress *progress, struct err *err);
void progress_work_end(struct progress *progress);

/* A trial ended; `outcome` is what stands behind its name. */
void progress_end(struct progress *progress, const struct schedule *schedule,
		  const char *outcome);

/* A line between trials; clears the rewritten one first. */
void progress_say(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
