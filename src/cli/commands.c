#include <string.h>

#include "base/near.h"
#include "cli/command.h"

/* One line a command: the declaration and the table come from this list. */
#define COMMANDS(X)                                                            \
	X(run_test)                                                            \
	X(run_all)                                                             \
	X(run_parameterized_test)                                              \
	X(get_results)                                                         \
	X(report)                                                              \
	X(compare)                                                             \
	X(monitor)                                                             \
	X(list)                                                                \
	X(data)                                                                \
	X(origin)                                                              \
	X(db)                                                                  \
	X(doctor)                                                              \
	X(setup)                                                               \
	X(completion)                                                          \
	X(manual)                                                              \
	X(help)

#define X(name) extern const struct command command_##name;
COMMANDS(X)
#undef X

const struct command *const commands[] = {
#define X(name) &command_##name,
	COMMANDS(X)
#undef X
		NULL
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	}
	return NULL;
}

int command_unknown(const char *word, struct err *err)
{
	const char *names[sizeof(commands) / sizeof(*commands)];
	const char *near;
	size_t count = 0;

	for (; commands[count]; count++)
		names[count] = commands[count]->name;
	near = near_name(word, names, count);
	/* The ancestor's, which its images start. */
	if (!strcmp(word, "docker-entrypoint"))
		return err_set(err, ERR_USAGE,
			       "there is no command 'docker-entrypoint': "
			       "`benchmark run-test LIBRARY TEST --isolation "
			       "docker --image NAME` starts containers of any "
			       "image");
	if (near)
		return err_set(err, ERR_USAGE,
			       "there is no command '%s': did you mean '%s'?",
			       word, near);
	return err_set(err, ERR_USAGE,
		       "there is no command '%s': `benchmark help` shows those "
		       "there are",
		       word);
}

void command_print_help(const struct command *command, FILE *out)
{
	fprintf(out, "Usage: benchmark %s%s%s [OPTIONS]\n\n%s\n", command->name,
		*command->arguments ? " " : "", command->arguments,
		command->summary);
	if (command->help)
		fprintf(out, "\n%s\n", command->help);
	fprintf(out, "\nOptions (defaults in parentheses):\n");
	options_print_help(command->groups, out);
}

void command_print_all(FILE *out)
{
	fprintf(out, "Usage: benchmark COMMAND [ARGUMENTS] [OPTIONS]\n\n"
		     "Measures I/O libraries that read geospatial data from "
		     "object stores.\n\nCommands:\n");
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-24s%s\n", commands[i]->name,
			commands[i]->summary);
	fprintf(out, "\n`benchmark COMMAND --help` explains each. Begin with "
		     "`benchmark doctor`.\n");
}
