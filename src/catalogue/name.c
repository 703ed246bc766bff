#include "catalogue/name.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define INSIDE LETTERS "0123456789_"

static const char *const kind_words[] = { "library", "test" };
static const char *const inside[] = { INSIDE "-", INSIDE };

static bool keeps(enum name_kind kind, const char *name)
{
	size_t n = strlen(name);

	return n && n <= NAME_BYTES_MAX && strchr(LETTERS, name[0]) &&
	       strspn(name, inside[kind]) == n;
}

/* Puts small letters for capitals, and one _ for each run of what may not stand
 * there. */
static void add_near(struct str *out, enum name_kind kind, const char *name)
{
	bool gap = false;

	for (; *name && out->len < NAME_BYTES_MAX; name++) {
		char c = *name >= 'A' && *name <= 'Z' ? (char)(*name + 32)
						      : *name;

		if (!strchr(out->len ? inside[kind] : LETTERS, c)) {
			gap = out->len > 0;
			continue;
		}
		if (gap && out->len < NAME_BYTES_MAX - 1)
			str_add_char(out, '_');
		gap = false;
		str_add_char(out, c);
	}
}

int name_check(enum name_kind kind, const char *name, struct err *err)
{
	struct str shown = STR_INIT, near = STR_INIT;
	const char *word = kind_words[kind];

	if (keeps(kind, name))
		return 0;
	text_show(&shown, name);
	add_near(&near, kind, name);
	err_set(err, ERR_USAGE,
		"'%.120s' is no name of a %s: it begins with a letter of a to "
		"z, then come a to z, 0 to 9%s, at most %d in all%s%s",
		shown.buf ? shown.buf : "", word,
		kind == NAME_LIBRARY ? ", _ and -" : " and _", NAME_BYTES_MAX,
		near.len ? ": call it " : "", near.len ? near.buf : "");
	str_release(&shown);
	str_release(&near);
	return ERR_USAGE;
}
