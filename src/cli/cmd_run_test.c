#include "cli/command.h"
#include "cli/session.h"

#include "base/mem.h"

#include <stdlib.h>

static int run(struct options *options, struct err *err)
{
	const char *library = options->arguments[0];
	const char *test = options->arguments[1];
	char *command = mem_printf("run-test %s %s", library, test);
	struct session session;
	int code = session_open(&session, options, command, err);

	if (code == 0)
		code = session_add(&session, library, test, options, err);
	if (code == 0)
		code = session_run(&session, err);
	session_close(&session);
	free(command);
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
		    options_isolation, options_outside, options_database,
		    options_json, options_common },
	.run = run,
};
