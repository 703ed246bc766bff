#include "origin/xml.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* U+FFFE and U+FFFF are no characters of XML. */
static bool allowed(const unsigned char *at, size_t length)
{
	if (length == 1)
		return at[0] >= 0x20 || at[0] == '\t' || at[0] == '\n' ||
		       at[0] == '\r';
	return !(length == 3 && at[0] == 0xef && at[1] == 0xbf &&
		 at[2] >= 0xbe);
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\r': /* parsers would turn these into spaces or newlines */
		return "&#13;";
	case '\n':
		return "&#10;";
	case '\t':
		return "&#9;";
	}
	return NULL;
}

void xml_add_text(struct str *out, const char *text, size_t len)
{
	size_t plain = 0; /* bytes before i that go out as they are */

	for (size_t i = 0; i < len;) {
		const unsigned char *at = (const unsigned char *)text + i;
		size_t n = utf8_length(at, len - i);
		const char *instead = n == 1 ? entity(text[i]) : NULL;

		if (!n || !allowed(at, n))
			instead = "\xef\xbf\xbd";
		n = n ? n : 1;
		if (instead) {
			str_add_n(out, text + i - plain, plain);
			str_add(out, instead);
			plain = 0;
		} else {
			plain += n;
		}
		i += n;
	}
	str_add_n(out, text + len - plain, plain);
}

static void open_tag(struct str *out, const char *name)
{
	str_add_char(out, '<');
	str_add(out, name);
	str_add_char(out, '>');
}

static void close_tag(struct str *out, const char *name)
{
	str_add(out, "</");
	str_add(out, name);
	str_add_char(out, '>');
}

void xml_add(struct str *out, const char *name, const char *text, size_t len)
{
	open_tag(out, name);
	xml_add_text(out, text, len);
	close_tag(out, name);
}

static bool unreserved(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' ||
	       c == '~' || c == '/';
}

void xml_add_url(struct str *out, const char *name, const char *text,
		 size_t len)
{
	static const char digits[] = "0123456789ABCDEF";

	open_tag(out, name);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		char code[3] = { '%', digits[c >> 4], digits[c & 15] };

		if (unreserved(text[i]))
			str_add_char(out, text[i]);
		else
			str_add_n(out, code, 3);
	}
	close_tag(out, name);
}
