/* UTF-8 as RFC 3629 has it: nothing longer than it must be, no surrogates,
 * nothing above U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Of a character that is not ASCII. */
size_t utf8_long_length(const unsigned char *at, size_t left);

/* Bytes of the character at `at`, of which `left` (1 or more) are there; 0 when
 * it is none. In a text that ends with 0 they may be UTF8_MOST: the end is no
 * part of a character, and nothing behind it is read. */
#define UTF8_MOST 4
static inline size_t utf8_length(const unsigned char *at, size_t left)
{
	return *at < 0x80 ? 1 : utf8_long_length(at, left);
}

/* Whether all of it is UTF-8. */
bool utf8_is(const char *text, size_t len);

#endif
