/*
 * What an experiment tells who runs it, and asks of them: it prints nothing
 * itself and ends nothing. All hooks are required.
 */
#ifndef EXPERIMENT_HOOKS_H
#define EXPERIMENT_HOOKS_H

#include <stdbool.h>

#include "base/err.h"
#include "experiment/schedule.h"
#include "record/live.h"

struct experiment;
struct store;

struct experiment_hooks {
	void *context;
	int interrupt_fd; /* readable, for good, once the person wants to stop */

	/* A trial begins. It goes on: about five times a second. It has ended:
	 * `outcome` stands behind its name, "FAILED: …". */
	void (*trial_begin)(void *context, const struct schedule *schedule);
	void (*trial_show)(void *context, const struct live *live);
	void (*trial_end)(void *context, const struct schedule *schedule,
			  const char *outcome);

	/* A sentence, for a person: what went wrong, or is left out. */
	void (*say)(void *context, const char *sentence);
	/* The monitor of this run serves. `is_public`: other machines can reach
	 * it. */
	void (*monitor)(void *context, const char *url, bool is_public);

	/* Between the two, long work (base/work.h) is shown and can be stopped.
	 * Called in pairs, also after a failure of the first. */
	int (*work_begin)(void *context, struct err *err);
	void (*work_end)(void *context);

	/* The database of the run, for writing. Between work_begin and
	 * work_end. */
	int (*open_database)(void *context, struct store **out,
			     struct err *err);
	/* Writes a file whole or not at all; `text` NULL: says only whether it
	 * could be written. */
	int (*write_file)(void *context, const char *path, const char *text,
			  struct err *err);
	/* Whether two command lines ask for the same measurement. */
	bool (*same_command)(void *context, const char *one,
			     const char *other);
	/* All trials are over, and at least one has results. */
	void (*report)(void *context, const struct experiment *experiment);
};

#endif
