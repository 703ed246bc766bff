/* The only file that ends the program. */
#include <ctype.h>
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "base/standard.h"
#include "cli/command.h"
#include "cli/say.h"
#include "cli/stream.h"
#include "measure/environment_more.h"

extern const char benchmark_commit[]; /* made by the Makefile */

static int fail(int code, const struct err *err)
{
	say(stderr, "benchmark: %s", err->text);
	if (code == ERR_USAGE)
		return 2;
	return code == ERR_INTERRUPTED ? 130 : 1;
}

/* A word too many may be meant as the value of the option before it. */
static void hint_at_option(const struct command *command,
			   const struct options *options, char out[256])
{
	const struct option_spec *alone = options->alone;
	const char *word = options->after_alone;
	unsigned i = 0;

	*out = '\0';
	while (i < options->argument_count &&
	       options->arguments[i] != word)
		i++;
	if (i == options->argument_count ||
	    (alone->kind == OPTION_ADDRESS && isalpha((unsigned char)*word)))
		return;
	if (i < command->max_arguments)
		snprintf(out, 256, ", or '%.64s' behind --%s",
			 word, alone->name);
	snprintf(out + strlen(out), 256 - strlen(out), ": --%s %s", alone->name,
		 alone->kind == OPTION_AREAS ? "alone tells all, its areas are "
					       LOG_KNOWN
		 : alone->kind == OPTION_ADDRESS
			 ? "takes ADDRESS:PORT or nothing"
			 : "takes true, false or nothing");
}

static int refuse_more(const struct command *command,
		       const struct options *options, struct err *err)
{
	char hint[256];

	hint_at_option(command, options, hint);
	return err_set(err, ERR_USAGE, "%s takes %s, and '%s' is one too many%s",
		       command->name, *command->arguments ? command->arguments
							  : "no arguments",
		       options->arguments[command->max_arguments], hint);
}

static int check_arguments(const struct command *command,
			   const struct options *options, struct err *err)
{
	if (options->argument_count < command->min_arguments)
		return err_set(err, ERR_USAGE, "%s needs %s: see `benchmark %s "
					       "--help`",
			       command->name, command->arguments,
			       command->name);
	if (options->argument_count > command->max_arguments)
		return refuse_more(command, options, err);
	return 0;
}

static int finish_output(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (stream_given_up()) {
		say(stderr, "benchmark: interrupted while writing the standard "
			    "output");
		return 130;
	}
	if (stream_reader_gone())
		return code ? code : 128 + SIGPIPE;
	say(stderr, "benchmark: cannot write the standard output: %s",
	    strerror(stream_stdout_errno()));
	return code ? code : 1;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct options options;
	struct err err;
	int code;

	options_init(&options);
	options.words = argv;
	options.word_count = argc;
	code = options_parse(&options, command->groups, argc - 1, argv + 1,
			     &err);
	if (code == 0 && options.help) {
		command_print_help(command, stdout);
		return finish_output(0);
	}
	if (code == 0)
		code = check_arguments(command, &options, &err);
	if (code == 0)
		code = options_check_pairs(&options, command->groups, &err);
	if (code == 0 && options.debug)
		code = log_enable(options.debug, &err);
	if (code == 0)
		code = command->run(&options, &err);
	if (code < 0)
		return fail(code, &err);
	return finish_output(code);
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct err err;

	standard_take();
	/* A reader may go away, and a file may exceed `ulimit -f`. These are
	 * errors of write(), not our death. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	stream_use_stdout();
	environment_commit = benchmark_commit;
	if (argc < 2) {
		command_print_all(stderr);
		return 2;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("benchmark %s\n", BENCHMARK_VERSION);
		return finish_output(0);
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		command_print_all(stdout);
		return finish_output(0);
	}
	command = command_find(argv[1]);
	if (!command)
		return fail(command_unknown(argv[1], &err), &err);
	return run_command(command, argc - 1, argv + 1);
}
