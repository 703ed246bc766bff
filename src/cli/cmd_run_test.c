#include "cli/command.h"
#include "cli/trials.h"

static int add(struct experiment *experiment, const struct options *options,
	       void *context, struct err *err)
{
	(void)context;
	return experiment_add(experiment, options->arguments[0],
			      options->arguments[1], &options->spec, err);
}

static int run(struct options *options, struct err *err)
{
	return trials_run(options, add, NULL, err);
}

const struct command command_run_test = {
	.name = "run-test",
	.arguments = "LIBRARY TEST",
	.summary = "Run a single test.",
	.help = "`benchmark list` shows the libraries and their tests. The "
		"result is stored in the\ndatabase and shown as a table. "
		"LIBRARY@1.2.0 is a library in another version:\nsee --library "
		"of run-all.",
	.min_arguments = 2,
	.max_arguments = 2,
	.groups = { options_trial, options_limits,
		    options_isolation, options_monitor, options_outside,
		    options_database, options_json, options_common },
	.run = run,
};
