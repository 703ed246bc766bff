/* The manual page, from the tables of commands and options. */
#include "cli/command.h"

#include <string.h>
#include <unistd.h>

#include "cli/say.h"

/* Each group of options stands once in the page, by itself or in another. */
static const struct section {
	const struct option_spec *options;
	const char *title;
	bool elsewhere;
} sections[] = {
	{ options_select, "Libraries and tests", false },
	{ options_trial, "A trial", false },
	{ options_limits, "Limits and placement", false },
	{ options_isolation, "Isolation", false },
	{ options_outside, "A store outside", false },
	{ options_comparison, "Comparisons", false },
	{ options_monitor, "Watching a run", false },
	{ options_database, "Database", false },
	{ options_results, "Results", false },
	{ options_report, "Reports", false },
	{ options_compare, "Comparing runs", false },
	{ options_prices, "Prices", false },
	{ options_page, "The monitor", false },
	{ options_origin, "The origin", false },
	{ options_work, "those of A trial that make its plan", true },
	{ options_data, "Data", false },
	{ options_json, "JSON", false },
	{ options_common, "All commands", false },
};

#define SECTIONS (sizeof(sections) / sizeof(*sections))

/* As troff has it: a backslash and what begins a request mean themselves, and a
 * hyphen is the one that is typed. */
static void put(const char *text, size_t n, FILE *out)
{
	if (n && (*text == '.' || *text == '\''))
		fputs("\\&", out);
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\\')
			fputs("\\e", out);
		else if (text[i] == '-')
			fputs("\\-", out);
		else
			fputc(text[i], out);
	}
}

static void put_text(const char *text, FILE *out)
{
	put(text, strlen(text), out);
}

/* An example, or columns: lines that stay as they are. */
static bool is_literal(const char *line, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (line[i] == ' ' && (line[i + 1] == ' ' || !i))
			return true;
	return false;
}

static void put_help(const char *help, FILE *out)
{
	bool literal = false;

	while (*help) {
		size_t n = strcspn(help, "\n");
		bool now = n ? is_literal(help, n) : literal;

		if (now != literal)
			fputs(now ? ".nf\n" : ".fi\n", out);
		literal = now;
		if (!n && !literal)
			fputs(".PP", out);
		put(help, n, out);
		fputc('\n', out);
		help += n + (help[n] == '\n');
	}
	if (literal)
		fputs(".fi\n", out);
}

static const char *title_of(const struct option_spec *options)
{
	for (size_t i = 0; i < SECTIONS; i++)
		if (sections[i].options == options)
			return sections[i].title;
	return NULL;
}

/* Under which titles its options stand. */
static void put_titles(const struct command *command, FILE *out)
{
	const struct option_spec *const *group = command->groups;

	fputs(".PP\nOptions: ", out);
	for (; *group; group++) {
		const char *title = title_of(*group);

		fprintf(out, "%s%s", group == command->groups ? "" : "; ",
			title ? title : "?");
	}
	fputs(".\n", out);
}

static void put_command(const struct command *command, FILE *out)
{
	fputs(".SS \"benchmark ", out);
	put_text(command->name, out);
	if (*command->arguments) {
		fputc(' ', out);
		put_text(command->arguments, out);
	}
	fputs(" [OPTIONS]\"\n", out);
	put_text(command->summary, out);
	fputc('\n', out);
	if (command->help) {
		fputs(".PP\n", out);
		put_help(command->help, out);
	}
	put_titles(command, out);
}

static void put_option(const struct option_spec *option, FILE *out)
{
	bool negated = option_is_negatable(option);
	struct str help = STR_INIT;

	fputs(".TP\n.B \\-\\-", out);
	if (negated)
		fputs("[no\\-]", out);
	put_text(option->name, out);
	if (option->value) {
		fputc(' ', out);
		put_text(option->value, out);
	}
	fputc('\n', out);
	option_add_help(option, &help);
	put_text(help.buf, out);
	fputc('\n', out);
	str_release(&help);
}

static void put_options(FILE *out)
{
	fputs(".SH OPTIONS\nDefaults stand in parentheses.\n", out);
	for (size_t i = 0; i < SECTIONS; i++) {
		if (sections[i].elsewhere)
			continue;
		fprintf(out, ".SS \"%s\"\n", sections[i].title);
		for (const struct option_spec *o = sections[i].options; o->name;
		     o++)
			put_option(o, out);
	}
}

static const char head[] =
	".TH BENCHMARK 1 \"\" \"geoio-benchmark " BENCHMARK_VERSION "\"\n"
	".SH NAME\n"
	"benchmark \\- measures libraries that read from object stores\n"
	".SH SYNOPSIS\n"
	".B benchmark\n"
	".I COMMAND\n"
	"[\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]\n"
	".br\n.B benchmark \\-\\-version\n"
	".SH DESCRIPTION\n"
	"It lets I/O libraries that read geospatial data do the same work "
	"against an S3\\-like store of its own, or one outside, and measures "
	"rates, latencies, CPU time and memory. Begin with\n"
	".BR \"benchmark doctor\" .\n"
	".SH COMMANDS\n";

static const char tail[] =
	".SH ENVIRONMENT\n"
	".TP\n.B db_url\nthe database, where \\-\\-db is not given\n"
	".TP\n.B GEOIO_TESTS\nfolders of further libraries, separated by "
	"colons\n"
	".TP\n.B AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN\n"
	"keys of a store outside\n"
	".TP\n.B AWS_REGION\nits region, where \\-\\-region is not given\n"
	".TP\n.B NO_COLOR\nno colours on a terminal\n"
	".SH EXIT STATUS\n"
	"0: all is well; 1: something failed, a trial for instance; 2: the "
	"command line or a file of a person is wrong; 3: compare found what "
	"\\-\\-fail\\-above does not allow; 130: interrupted.\n";

static int run(struct options *options, struct err *err)
{
	(void)options;
	(void)err;
	fputs(head, stdout);
	for (size_t i = 0; commands[i]; i++)
		put_command(commands[i], stdout);
	put_options(stdout);
	fputs(tail, stdout);
	fflush(stdout);
	if (isatty(STDOUT_FILENO))
		say(stderr, "benchmark: that was the page's source: `benchmark "
			    "manual | man -l -` shows the page");
	return 0;
}

const struct command command_manual = {
	.name = "manual",
	.arguments = "",
	.summary = "Print the manual page, benchmark(1).",
	.help = "`make install` puts it in place. Without:\n\n"
		"    benchmark manual | man -l -",
	.groups = { options_common },
	.run = run,
};
