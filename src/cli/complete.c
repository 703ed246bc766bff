#include "cli/complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalogue/catalogue.h"
#include "cli/command.h"
#include "plan/plan.h"

struct completion {
	const char *const *words;
	unsigned count;
	const char *current; /* what the words to be offered begin with */
	const char *before;  /* goes in front of each: "--dataset=", or "" */
	const struct command *command;
	FILE *out;
};

static void offer(const struct completion *c, const char *word,
		  const char *meaning)
{
	if (!strncmp(word, c->current, strlen(c->current)))
		fprintf(c->out, "%s%s\t%s\n", c->before, word,
			meaning ? meaning : "");
}

static void offer_commands(const struct completion *c)
{
	for (size_t i = 0; commands[i]; i++)
		offer(c, commands[i]->name, commands[i]->summary);
	if (*c->current == '-') {
		offer(c, "--help", "the commands that there are");
		offer(c, "--version", "the version");
	}
}

/* The harness's own checks are no libraries that a person looks for. */
static void offer_libraries(const struct completion *c)
{
	struct catalogue catalogue;
	struct err err;

	if (catalogue_load(&catalogue, plan_workload, &err) == 0)
		for (size_t i = 0; i < catalogue.count; i++)
			if (catalogue.libraries[i].kind != LIBRARY_CHECK)
				offer(c, catalogue.libraries[i].name,
				      catalogue.libraries[i].version);
	catalogue_release(&catalogue);
}

static bool is_offered_before(const struct catalogue *catalogue, size_t library,
			      const char *test)
{
	for (size_t i = 0; i < library; i++)
		for (size_t t = 0; t < catalogue->libraries[i].test_count; t++)
			if (!strcmp(catalogue->libraries[i].tests[t].name,
				    test))
				return true;
	return false;
}

/* Of one library, or (NULL, and one that there is not) of all. The harness's own
 * checks are no tests that a person looks for. */
static void offer_tests(const struct completion *c, const char *of)
{
	const struct library *only = NULL;
	struct catalogue catalogue;
	struct err err;
	int code = catalogue_load(&catalogue, plan_workload, &err);

	if (code == 0 && of)
		catalogue_find(&catalogue, of, NULL, &only, NULL, &err);
	for (size_t i = 0; code == 0 && i < catalogue.count; i++) {
		const struct library *library = &catalogue.libraries[i];

		for (size_t t = 0; t < library->test_count; t++) {
			const char *test = library->tests[t].name;

			if (library->tests[t].hidden)
				continue;
			if (only ? only == library
				 : !is_offered_before(&catalogue, i, test))
				offer(c, test, NULL);
		}
	}
	catalogue_release(&catalogue);
}

/* Words between `separator`; those that begin with a capital stand for what only
 * the person knows. */
static void offer_choices(const struct completion *c, const char *choices,
			  char separator)
{
	const char between[] = { separator, '\0' };

	while (*choices) {
		size_t n = strcspn(choices, between);
		char *word = mem_dup_n(choices, n);

		if (!isupper((unsigned char)*word))
			offer(c, word, NULL);
		free(word);
		choices += n + (choices[n] == separator);
	}
}

static void offer_values(const struct completion *c,
			 const struct option_spec *option)
{
	if (option->choices)
		offer_choices(c, option->choices, ' ');
	else if (option->kind == OPTION_FLAG)
		offer_choices(c, "true false", ' ');
	else if (!strcmp(option->name, "library"))
		offer_libraries(c);
	else if (!strcmp(option->name, "test"))
		offer_tests(c, NULL);
}

static void offer_options(const struct completion *c)
{
	const struct option_spec *const *group = c->command->groups;

	for (; *group; group++) {
		for (const struct option_spec *o = *group; o->name; o++) {
			struct str help = STR_INIT;
			char name[64];

			option_add_help(o, &help);
			snprintf(name, sizeof(name), "--%s", o->name);
			offer(c, name, help.buf);
			snprintf(name, sizeof(name), "--no-%s", o->name);
			if (option_is_negatable(o))
				offer(c, name, help.buf);
			str_release(&help);
		}
	}
}

/* "--NAME" of this command; NULL: it is none. */
static const struct option_spec *option_of(const struct completion *c,
					   const char *word)
{
	if (strncmp(word, "--", 2) || strchr(word, '='))
		return NULL;
	return option_find(c->command->groups, word + 2, strlen(word + 2));
}

/* That takes the word behind it whatever that is. */
static bool needs_value(const struct option_spec *option)
{
	return option && option->kind != OPTION_FLAG &&
	       option->kind != OPTION_ADDRESS && option->kind != OPTION_AREAS;
}

/* How many arguments stand before the current word; *first is the first. */
static unsigned arguments_before(const struct completion *c, const char **first)
{
	unsigned count = 0;

	*first = NULL;
	for (unsigned i = 1; i + 1 < c->count; i++) {
		if (c->words[i][0] == '-') {
			i += needs_value(option_of(c, c->words[i]));
			continue;
		}
		if (!count++)
			*first = c->words[i];
	}
	return count;
}

/* Word `n` of "LIBRARY [TEST]", without its brackets; the last may stand for
 * many. The caller frees. */
static char *argument_name(const char *arguments, unsigned n)
{
	size_t length;
	char *name;

	while (n && strchr(arguments, ' ')) {
		arguments = strchr(arguments, ' ') + 1;
		n--;
	}
	if (n && !strstr(arguments, "…"))
		return mem_dup("");
	arguments += strspn(arguments, "[");
	length = strcspn(arguments, " ]");
	name = mem_dup_n(arguments, length);
	if (strstr(name, "…"))
		*strstr(name, "…") = '\0';
	return name;
}

static void offer_arguments(const struct completion *c)
{
	const char *first;
	unsigned n = arguments_before(c, &first);
	char *name = argument_name(c->command->arguments, n);
	bool of_library = !strncmp(c->command->arguments, "LIBRARY", 7);

	if (!strcmp(name, "LIBRARY"))
		offer_libraries(c);
	else if (!strcmp(name, "TEST"))
		offer_tests(c, of_library ? first : NULL);
	else if (!strcmp(name, "COMMAND"))
		offer_commands(c);
	else
		offer_choices(c, name, '|');
	free(name);
}

/* A word "--dataset=s2" is three for bash, and one for the others. */
static const struct option_spec *find_valued(struct completion *c,
					     char **before)
{
	const char *equals = strchr(c->current, '=');
	unsigned last = c->count - 1;
	const struct option_spec *option;

	if (!strncmp(c->current, "--", 2) && equals) {
		*before = mem_dup_n(c->current,
				    (size_t)(equals - c->current) + 1);
		option = option_find(c->command->groups, c->current + 2,
				     (size_t)(equals - c->current) - 2);
		c->before = *before;
		c->current = equals + 1;
		return option;
	}
	if (last > 1 && !strcmp(c->current, "=")) {
		c->current = "";
		return option_of(c, c->words[last - 1]);
	}
	if (last > 2 && !strcmp(c->words[last - 1], "="))
		return option_of(c, c->words[last - 2]);
	option = last > 1 ? option_of(c, c->words[last - 1]) : NULL;
	return needs_value(option) ? option : NULL;
}

void complete_words(const char *const *words, unsigned count, FILE *out)
{
	struct completion c = { .words = words, .count = count, .current = "",
				.before = "", .out = out };
	const struct option_spec *option;
	char *before = NULL;

	if (count)
		c.current = words[count - 1];
	if (count < 2) {
		offer_commands(&c);
		return;
	}
	c.command = command_find(words[0]);
	if (!c.command)
		return;
	option = find_valued(&c, &before);
	if (option)
		offer_values(&c, option);
	else if (*c.current == '-')
		offer_options(&c);
	else if (!before)
		offer_arguments(&c);
	free(before);
}
