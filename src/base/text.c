#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Length of the sequence that a first byte promises; 0: no first byte. The
 * least second byte that is allowed excludes overlong forms, the greatest
 * excludes surrogates and what lies above U+10FFFF (RFC 3629, section 4). */
static size_t utf8_expect(unsigned char c, unsigned char *least,
			  unsigned char *greatest)
{
	*least = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	*greatest = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	if (c >= 0xf0 && c <= 0xf4)
		return 4;
	return 0;
}

/* Length of the valid sequence at `p`, or 0. The terminator is no
 * continuation, so this never reads beyond it. */
static size_t utf8_length(const unsigned char *p)
{
	unsigned char least, greatest;
	size_t n = utf8_expect(p[0], &least, &greatest);

	if (n > 1 && (p[1] < least || p[1] > greatest))
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

/* C0 and DEL; and C1 (0xc2 0x80 to 0xc2 0x9f), which terminals obey too. */
static bool is_control(const unsigned char *p)
{
	if (p[0] == '\n' || p[0] == '\t')
		return false;
	return p[0] < 0x20 || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0);
}

void text_clean(char *text)
{
	unsigned char *p = (unsigned char *)text;

	while (*p) {
		size_t n = utf8_length(p);

		if (n && !is_control(p)) {
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
		size_t n = utf8_length(p);

		if (n && *p != '\n' && *p != '\t' && !is_control(p)) {
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
