/* "did you mean": of some names the nearest to a word that is none of them. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

#include "base/str.h"

/* Edits (insert, delete, replace, swap of neighbours) from a to b; names over
 * 63 bytes count as infinitely far (UINT_MAX). */
unsigned near_distance(const char *a, const char *b);

/* The nearest of `names`, borrowed from there. NULL: none is within a third of
 * the word's length (at least 1, at most 4 edits). */
const char *near_name(const char *word, const char *const *names, size_t count);

/* Adds "did you mean 'NAME'?", or, where none is near, `otherwise` and all names,
 * commas between. */
void near_add(const char *word, const char *const *names, size_t count,
	      const char *otherwise, struct str *out);

#endif
