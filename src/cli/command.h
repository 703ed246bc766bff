/*
 * Commands: a file each (cmd_NAME.c) and one line in commands.c.
 *
 * run() returns 0, a positive exit status when it has already told what is
 * wrong (1: a trial failed), or a negative ERR_ code with the sentence in err;
 * main() prints it and makes it 2 (usage), 130 (interrupted) or 1.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/err.h"
#include "cli/option.h"

#define COMMAND_GROUPS_MAX 12

struct command {
	const char *name;
	const char *arguments; /* of the usage line: "LIBRARY TEST", or "" */
	const char *summary;   /* for the list of commands: one line */
	const char *help;      /* paragraphs after the usage line, or NULL */
	unsigned min_arguments, max_arguments;
	const struct option_spec *groups[COMMAND_GROUPS_MAX]; /* NULL-ended */
	int (*run)(struct options *options, struct err *err);
};

/* NULL-ended, in the order of the help. */
extern const struct command *const commands[];

const struct command *command_find(const char *name);

/* For a word that is no command: names the nearest one. ERR_USAGE. */
int command_unknown(const char *word, struct err *err);

void command_print_help(const struct command *command, FILE *out);
void command_print_all(FILE *out);

#endif
