#include "cli/command.h"

static int run(struct options *options, struct err *err)
{
	const struct command *command;

	if (!options->argument_count) {
		command_print_all(stdout);
		return 0;
	}
	command = command_find(options->arguments[0]);
	if (!command)
		return command_unknown(options->arguments[0], err);
	command_print_help(command, stdout);
	return 0;
}

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "Explain a command, or list them all.",
	.max_arguments = 1,
	.groups = { options_common },
	.run = run,
};
