/* "did you mean": of some names the nearest to a word that is none of them. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

/* Edits (insert, delete, replace, swap of neighbours) from a to b; names over
 * 63 bytes count as infinitely far (UINT_MAX). */
unsigned near_distance(const char *a, const char *b);

/* The nearest of `names`, borrowed from there. NULL: none is within a third of
 * the word's length (at least 1, at most 4 edits). */
const char *near_name(const char *word, const char *const *names, size_t count);

#endif
