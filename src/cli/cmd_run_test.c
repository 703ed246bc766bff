#include "cli/command.h"
#include "experiment/experiment.h"

static int run(struct options *options, struct err *err)
{
	const char *library = options->arguments[0];
	const char *test = options->arguments[1];
	struct experiment experiment;
	int code = experiment_open(&experiment, options, err);

	if (code == 0)
		code = experiment_add(&experiment, library, test, options, err);
	if (code == 0)
		code = experiment_run(&experiment, err);
	experiment_close(&experiment);
	return code;
}

const struct command command_run_test = {
	.name = "run-test",
	.arguments = "LIBRARY TEST",
	.summary = "Run a single test.",
	.help = "`benchmark list` shows the libraries and their tests. The "
		"result is stored in the\ndatabase and shown as a table.",
	.min_arguments = 2,
	.max_arguments = 2,
	.groups = { options_trial, options_limits,
		    options_isolation, options_monitor, options_outside,
		    options_database, options_json, options_common },
	.run = run,
};
