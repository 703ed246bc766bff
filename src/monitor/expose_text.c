#include "monitor/expose_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Bytes of the character that `s` begins with; 0: it is none (RFC 3629: not
 * the shortest form, a surrogate, over U+10FFFF, cut). */
static size_t utf8_bytes(const unsigned char *s)
{
	unsigned low = 0x80, high = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

typedef bool (*special_fn)(unsigned char c);
typedef void (*replace_fn)(struct str *out, unsigned char c);

/* Runs of plain characters are copied as a whole: nearly all texts are one. */
static void add_escaped(struct str *out, const char *text, special_fn special,
			replace_fn replace)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		const unsigned char *from = at;
		size_t n;

		while (*at && !special(*at) && (n = utf8_bytes(at)))
			at += n;
		str_add_n(out, (const char *)from, (size_t)(at - from));
		if (*at && special(*at))
			replace(out, *at++);
		else if (*at) {
			str_add(out, REPLACEMENT);
			at++;
		}
	}
}

static bool is_special_json(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

static void replace_json(struct str *out, unsigned char c)
{
	if (c == '"' || c == '\\')
		str_addf(out, "\\%c", c);
	else
		str_addf(out, "\\u%04x", c);
}

void text_add_json(struct str *out, const char *text)
{
	str_add_char(out, '"');
	add_escaped(out, text, is_special_json, replace_json);
	str_add_char(out, '"');
}

static bool is_special_label(unsigned char c)
{
	return c == '\n' || c == '"' || c == '\\';
}

static void replace_label(struct str *out, unsigned char c)
{
	str_add_char(out, '\\');
	str_add_char(out, c == '\n' ? 'n' : (char)c);
}

void text_add_label(struct str *out, const char *text)
{
	add_escaped(out, text, is_special_label, replace_label);
}

void text_add_u64(struct str *out, uint64_t value)
{
	char digits[24], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + value % 10);
	while (value /= 10);
	str_add_n(out, at, (size_t)(digits + sizeof(digits) - at));
}

void text_add_seconds(struct str *out, uint64_t ns)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%" PRIu64 ".%09" PRIu64,
			 ns / (uint64_t)NS_PER_S, ns % (uint64_t)NS_PER_S);

	while (text[n - 1] == '0')
		n--;
	n -= text[n - 1] == '.';
	str_add_n(out, text, (size_t)n);
}

void text_add_double(struct str *out, double value)
{
	char text[40];

	for (int digits = 6; digits <= 17; digits += digits < 15 ? 9 : 1) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	str_add(out, text);
}
