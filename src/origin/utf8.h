/* UTF-8 as RFC 3629 has it: nothing longer than it must be, no surrogates. */
#ifndef ORIGIN_UTF8_H
#define ORIGIN_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at `at`, of which `left` (1 or more) are there; 0 when
 * it is none. */
size_t utf8_length(const unsigned char *at, size_t left);

/* Whether all of it is UTF-8. */
bool utf8_is(const char *text, size_t len);

#endif
