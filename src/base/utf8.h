/* UTF-8 by RFC 3629: no sequence is longer than needed, no surrogates, nothing
 * above U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* utf8_length() of a character that is not ASCII. */
size_t utf8_long_length(const unsigned char *at, size_t left);

/* How many bytes the character at `at` has; 0: it is none. `left` (1 or more)
 * bytes may be read. For a text that ends with 0 pass UTF8_MOST: the end is no
 * part of a character, and no byte behind it is read. */
#define UTF8_MOST 4
static inline size_t utf8_length(const unsigned char *at, size_t left)
{
	return *at < 0x80 ? 1 : utf8_long_length(at, left);
}

/* Whether the whole text is UTF-8. */
bool utf8_is(const char *text, size_t len);

#endif
