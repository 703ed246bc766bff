/* Inside the room: which of two versions of a library is the newer. */
#ifndef REVIEW_VERSIONS_H
#define REVIEW_VERSIONS_H

#include <stdbool.h>

#include "review/side.h"

/* "obstore@0.11.0" and "obstore@./", or with the tree's "obstore". */
bool versions_of_one(const char *a, const char *b);

/* Whether `a` is the newer of two: a folder or a wheel, which is what is to be released,
 * or the higher version, of which one that is not released yet comes before it. */
bool versions_is_newer(const struct side_library *a,
		       const struct side_library *b);

#endif
