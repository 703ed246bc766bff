#include "cli/typed.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define PLAIN                                                                  \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"-_=+.,:/@%[]"

/* What the option --endpoint was given, by this word or the one before it. */
static char *endpoint_in(char *word, const char *before)
{
	if (!strncmp(word, "--endpoint=", 11))
		return word + 11;
	return before && !strcmp(before, "--endpoint") ? word : NULL;
}

/* Of what is no address, all before an @ may be a secret. */
static void hide_endpoint(char *address)
{
	char *at = strrchr(address, '@'), *scheme = strstr(address, "://");
	char *from = scheme && scheme < at ? scheme + 3 : address;
	struct endpoint known;

	if (at && endpoint_parse(&known, address, "", NULL) < 0)
		memmove(from, at, strlen(at) + 1);
}

static void add_quoted(struct str *line, const char *word)
{
	str_add_char(line, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			str_add(line, "'\\'");
		str_add_char(line, *word);
	}
	str_add_char(line, '\'');
}

static void add_word(struct str *line, const char *word, const char *before)
{
	char *clean = mem_dup(word);
	char *endpoint = endpoint_in(clean, before);

	text_hide_user(clean);
	if (endpoint && !strstr(endpoint, "://@"))
		hide_endpoint(endpoint);
	if (*clean && strspn(clean, PLAIN) == strlen(clean))
		str_add(line, clean);
	else
		add_quoted(line, clean);
	free(clean);
}

char *typed_line(int count, char *const *words)
{
	struct str line = STR_INIT;

	for (int i = 0; i < count; i++) {
		if (i)
			str_add_char(&line, ' ');
		add_word(&line, words[i], i ? words[i - 1] : NULL);
	}
	return str_detach(&line);
}

/* The word at *at, which it passes: plain, in quotes, or both in turn. */
static char *next_word(const char **at)
{
	struct str word = STR_INIT;
	bool quoted = false;

	for (; **at && (quoted || **at != ' '); ++*at) {
		if (**at == '\'')
			quoted = !quoted;
		else if (**at == '\\' && !quoted && (*at)[1])
			str_add_char(&word, *++*at);
		else
			str_add_char(&word, **at);
	}
	return str_detach(&word);
}

char **typed_words(const char *line, int *count)
{
	/* Each but the last has a blank behind it. */
	char **words = mem_array(strlen(line) + 2, sizeof(*words));

	*count = 0;
	while (*line) {
		words[(*count)++] = next_word(&line);
		line += *line == ' ';
	}
	return words;
}

void typed_free_words(char **words)
{
	for (size_t i = 0; words[i]; i++)
		free(words[i]);
	free(words);
}
