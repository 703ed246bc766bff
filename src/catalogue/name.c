#include "catalogue/name.h"

#include <stdbool.h>
#include <string.h>

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

/* Small letters for capitals, one _ for each run of what may not stand there. */
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
	name_show(&shown, name);
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

/* Bytes of the UTF-8 character there; 0 where it is none, or a control. */
static size_t character(const unsigned char *at)
{
	size_t n = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2
		 : at[0] < 0xf0 ? 3 : at[0] < 0xf5 ? 4 : 0;

	if (at[0] < 0x20 || at[0] == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0))
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and what lies above U+10FFFF. */
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return n;
}

void name_show(struct str *out, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		size_t n = character(at);

		if (n)
			str_add_n(out, (const char *)at, n);
		else
			str_addf(out, "\\x%02x", *at);
		at += n ? n : 1;
	}
}
