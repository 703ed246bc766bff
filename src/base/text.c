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

void text_clean(char *text)
{
	unsigned char *p = (unsigned char *)text;

	while (*p) {
		size_t n = utf8_length(p, UTF8_MOST);

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
		size_t n = utf8_length(p, UTF8_MOST);

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
