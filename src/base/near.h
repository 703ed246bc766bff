/* "did you mean": the nearest of some names to one that is not there. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

/* Edits (insert, delete, replace, swap of neighbours) from a to b; names over 63
 * bytes count as infinitely far (UINT_MAX). */
unsigned near_distance(const char *a, const char *b);

/* The nearest of `names`, or NULL where none is nearer than a third of the
 * word's length (at least 1, at most 4 edits). Borrowed from `names`. */
const char *near_name(const char *word, const char *const *names, size_t count);

#endif
