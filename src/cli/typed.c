#include "cli/typed.h"

#include <string.h>

#include "base/str.h"

#define PLAIN                                                                  \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"-_=+.,:/@%[]"

/* Behind the user and password of a URL; NULL: it has none. */
static const char *after_secret(const char *word, size_t *before)
{
	const char *authority = strstr(word, "://"), *at;

	if (!authority)
		return NULL;
	authority += 3;
	at = memchr(authority, '@', strcspn(authority, "/?#"));
	*before = (size_t)(authority - word);
	return at;
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

static void add_word(struct str *line, const char *word)
{
	struct str clean = STR_INIT;
	size_t before = 0;
	const char *rest = after_secret(word, &before);

	str_add_n(&clean, word, rest ? before : strlen(word));
	str_add(&clean, rest ? rest : "");
	if (clean.len && strspn(clean.buf, PLAIN) == clean.len)
		str_add(line, clean.buf);
	else
		add_quoted(line, clean.buf);
	str_release(&clean);
}

char *typed_line(int count, char *const *words)
{
	struct str line = STR_INIT;

	for (int i = 0; i < count; i++) {
		if (i)
			str_add_char(&line, ' ');
		add_word(&line, words[i]);
	}
	return str_detach(&line);
}
