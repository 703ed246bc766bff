#include "cli/command.h"

#include <string.h>

#include "cli/complete.h"

static const char bash_script[] =
	"# Completes `benchmark` in bash; made by `benchmark completion bash`.\n"
	"_benchmark()\n"
	"{\n"
	"\tlocal line\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS= read -r line; do\n"
	"\t\tCOMPREPLY+=(\"${line%%$'\\t'*}\")\n"
	"\tdone < <(\"$1\" completion words -- "
	"\"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
	"}\n"
	"complete -o bashdefault -o default -F _benchmark benchmark\n";

static const char zsh_script[] =
	"#compdef benchmark\n"
	"# Completes `benchmark` in zsh; made by `benchmark completion zsh`.\n"
	"_benchmark()\n"
	"{\n"
	"\tlocal line\n"
	"\tlocal -a found\n"
	"\tfor line in \"${(@f)$(\"${words[1]}\" completion words -- "
	"\"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
	"\t\t[[ -n $line ]] && found+=(\"${${line%%$'\\t'*}//:/\\\\:}:"
	"${line#*$'\\t'}\")\n"
	"\tdone\n"
	"\tif (( $#found )); then\n"
	"\t\t_describe benchmark found\n"
	"\telse\n"
	"\t\t_files\n"
	"\tfi\n"
	"}\n"
	"if [[ $funcstack[1] == _benchmark ]]; then\n"
	"\t_benchmark \"$@\"\n"
	"else\n"
	"\tcompdef _benchmark benchmark\n"
	"fi\n";

static const char fish_script[] =
	"# Completes `benchmark` in fish; made by `benchmark completion fish`.\n"
	"function __benchmark_words\n"
	"\tset -l before (commandline -opc)\n"
	"\tset -l current (commandline -ct)\n"
	"\t$before[1] completion words -- $before[2..-1] \"$current\" "
	"2>/dev/null\n"
	"end\n"
	"complete -c benchmark -a '(__benchmark_words)'\n";

static const struct shell {
	const char *name, *script;
} shells[] = {
	{ "bash", bash_script },
	{ "zsh", zsh_script },
	{ "fish", fish_script },
};

static int run(struct options *options, struct err *err)
{
	const char *name = options->arguments[0];

	if (!strcmp(name, "words")) {
		complete_words(options->arguments + 1,
			       options->argument_count - 1, stdout);
		return 0;
	}
	if (options->argument_count > 1)
		return err_set(err, ERR_USAGE,
			       "completion %s takes nothing more, and '%s' "
			       "follows it", name, options->arguments[1]);
	for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++) {
		if (strcmp(shells[i].name, name))
			continue;
		fputs(shells[i].script, stdout);
		return 0;
	}
	return err_set(err, ERR_USAGE,
		       "there is no completion for '%s': it is bash, zsh or "
		       "fish", name);
}

const struct command command_completion = {
	.name = "completion",
	.arguments = "bash|zsh|fish|words [WORD…]",
	.summary = "Print what lets a shell complete commands and options.",
	.help = "`make install` puts it in place. Without, for this shell:\n\n"
		"    source <(benchmark completion bash)\n"
		"    source <(benchmark completion zsh)\n"
		"    benchmark completion fish | source\n\n"
		"words  what the last of these words of a command line can "
		"become: the scripts ask\n       for it, as in `benchmark "
		"completion words -- run-test obs`",
	.min_arguments = 1,
	.max_arguments = ARGUMENTS_MOST,
	.groups = { options_common },
	.run = run,
};
