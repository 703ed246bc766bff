#include "monitor/expose_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

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

		while (*at && !special(*at) && (n = utf8_length(at, UTF8_MOST)))
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
