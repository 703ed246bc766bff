#include "cli/command.h"
#include "cli/session.h"

static int run(struct options *options, struct err *err)
{
	const char *library = options->arguments[0];
	const char *test = options->arguments[1];
	struct session session;
	int code = session_open(&session, options, err);

	if (code == 0)
		code = session_add(&session, library, test, options, err);
	if (code == 0)
		code = session_run(&session, err);
	session_close(&session);
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
