#include "cli/same_command.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "cli/typed.h"

/* Of how a run is shown and kept. */
static bool is_beside(const struct option_spec *spec)
{
	static const struct option_spec *const groups[] = {
		options_monitor, options_database, options_json, options_common,
		NULL
	};

	return option_find(groups, spec->name, strlen(spec->name)) ||
	       !strcmp(spec->name, "resume");
}

/* A line and what it says. */
struct line {
	char **words;
	const struct command *command; /* NULL: it is not understood */
	struct options options;
};

/* Two ways to say one thing become one. */
static void even_out(struct options *options)
{
	struct experiment_settings settings;

	options->words = NULL;
	options->word_count = 0;
	settings_init(&settings, options);
	options->budget = settings.limit_s;
	settings_release(&settings);
	if (options->isolation && !strcmp(options->isolation, "auto"))
		options->isolation = NULL;
	spec_forget_words(&options->spec);
}

static void line_read(struct line *line, const char *text)
{
	struct err ignored;
	int count;

	line->words = typed_words(text, &count);
	line->command = count ? command_find(line->words[0]) : NULL;
	options_init(&line->options);
	if (line->command &&
	    options_parse(&line->options, line->command->groups, count - 1,
			  line->words + 1, &ignored) < 0)
		line->command = NULL;
	even_out(&line->options);
}

static void line_release(struct line *line)
{
	typed_free_words(line->words);
}

static bool same_arguments(const struct options *one,
			   const struct options *other)
{
	if (one->argument_count != other->argument_count)
		return false;
	for (unsigned i = 0; i < one->argument_count; i++)
		if (strcmp(file_name(one->arguments[i]),
			   file_name(other->arguments[i])) != 0)
			return false;
	return true;
}

static bool same_values(const struct line *one, const struct line *other)
{
	const struct option_spec *const *group = one->command->groups;

	for (; *group; group++)
		for (const struct option_spec *s = *group; s->name; s++)
			if (!is_beside(s) &&
			    !option_is_same(&one->options, &other->options, s))
				return false;
	return same_arguments(&one->options, &other->options);
}

bool same_command(const char *one, const char *other)
{
	struct line a, b;
	bool same;

	line_read(&a, one);
	line_read(&b, other);
	same = a.command && b.command
		       ? a.command == b.command && same_values(&a, &b)
		       : !strcmp(one, other);
	line_release(&a);
	line_release(&b);
	return same;
}
