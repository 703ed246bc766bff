#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/utf8.h"

/* C0 and DEL; and C1 (0xc2 0x80 to 0xc2 0x9f), which terminals obey too. */
static bool is_control(const unsigned char *p)
{
	if (p[0] == '\n' || p[0] == '\t')
		return false;
	return p[0] < 0x20 || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0);
}

struct code_range {
	unsigned first, last;
};

/* Characters that are not seen, or that change the order of the others: with
 * them a sentence would read as another one. Joiners (200C, 200D) are part of
 * words. */
static const struct code_range unseen[] = {
	{ 0x061c, 0x061c }, { 0x180e, 0x180e },   { 0x200b, 0x200b },
	{ 0x200e, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f },
	{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },   { 0xe0000, 0xe007f },
};

static unsigned decode(const unsigned char *p, size_t n)
{
	unsigned code = n == 1 ? p[0] : p[0] & (0x7fU >> n);

	for (size_t i = 1; i < n; i++)
		code = code << 6 | (p[i] & 0x3f);
	return code;
}

static bool is_unseen(const unsigned char *p, size_t n)
{
	unsigned code = decode(p, n);

	for (size_t i = 0; i < sizeof(unseen) / sizeof(*unseen); i++)
		if (code >= unseen[i].first && code <= unseen[i].last)
			return true;
	return false;
}

/* `n` is the length of a valid sequence. */
static bool is_shown(const unsigned char *p, size_t n)
{
	return !is_control(p) && !is_unseen(p, n);
}

void text_clean(char *text)
{
	unsigned char *p = (unsigned char *)text;

	while (*p) {
		size_t n = utf8_length(p, UTF8_MOST);

		if (n && is_shown(p, n)) {
			p += n;
			continue;
		}
		memset(p, '?', n ? n : 1);
		p += n ? n : 1;
	}
}

void text_clean_line(char *text)
{
	size_t n = strlen(text);

	text_clean(text);
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\n' || text[i] == '\t')
			text[i] = ' ';
	while (n && text[n - 1] == ' ')
		text[--n] = '\0';
}

void text_clean_part(char *text)
{
	text_clean_line(text);
	for (; *text; text++)
		if (*text == ';')
			*text = ',';
}

void text_show(struct str *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		size_t n = utf8_length(p, UTF8_MOST);

		if (n && *p != '\n' && *p != '\t' && is_shown(p, n)) {
			str_add_n(out, (const char *)p, n);
			p += n;
		} else {
			str_addf(out, "\\x%02x", *p++);
		}
	}
}

/* The last @ before the path: a password may hold one. */
static char *user_end(char *authority)
{
	size_t n = strcspn(authority, "/?# \t\n");

	return memrchr(authority, '@', n);
}

void text_hide_user(char *text)
{
	char *authority = text;

	while ((authority = strstr(authority, "://"))) {
		char *at;

		authority += 3;
		at = user_end(authority);
		if (at)
			memmove(authority, at, strlen(at) + 1);
	}
}

void text_clean_sentence(char *text)
{
	text_hide_user(text);
	text_clean_line(text);
}

void text_wrap(struct str *out, const char *text, size_t length, unsigned width,
	       unsigned column, unsigned indent)
{
	bool begun = false; /* there is a word in this line */

	for (size_t i = 0; i < length;) {
		size_t n = strcspn(text + i, " ");

		if (n > length - i)
			n = length - i;
		if (begun && column + 1 + n > width) {
			str_addf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (begun) {
			str_add_char(out, ' ');
			column++;
		}
		str_addf(out, "%.*s", (int)n, text + i);
		column += (unsigned)n;
		begun = true;
		i += n + 1;
	}
}

void text_encode(struct str *out, const char *text, bool path)
{
	for (const char *at = text; *at; at++) {
		unsigned char c = (unsigned char)*at;

		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9') || strchr("-_.~", c) ||
		    (path && c == '/'))
			str_add_char(out, (char)c);
		else
			str_addf(out, "%%%02X", c);
	}
}
