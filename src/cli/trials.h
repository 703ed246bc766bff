/* What run-test, run-all and run-parameterized-test have in common. */
#ifndef CLI_TRIALS_H
#define CLI_TRIALS_H

#include "cli/option.h"
#include "experiment/experiment.h"

/*
 * Runs the trials that `add` adds, by experiment_add(), shows how far they are
 * on stderr and the results on the standard output. `context` is for `add`.
 * Returns what a command returns (command.h).
 */
int trials_run(const struct options *options,
	       int (*add)(struct experiment *experiment,
			  const struct options *options, void *context,
			  struct err *err),
	       void *context, struct err *err);

#endif
