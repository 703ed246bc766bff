/*
 * What became of libraries from one run to another, or from one version to another
 * within a run, as a JSON document: docs/compare.md tells of its members.
 */
#ifndef REVIEW_CHANGES_H
#define REVIEW_CHANGES_H

#include <jansson.h>

#include "review/side.h"

struct changes_wish {
	double fail_above; /* a part of 1; NAN: nothing fails */
	const char *from_name, *to_name; /* files, for a person */
	/* NULL, or the two libraries of one comparison that are compared. */
	const char *from_library, *to_library;
};

/* From the runs of one side to those of the other; the caller frees. Where the two
 * have nothing in common "comparisons" is empty, and "why_not" says why. */
json_t *changes_between(const struct side *from, const struct side *to,
			const struct changes_wish *wish);

/* Of two versions of each library, NAME@ONE and NAME@OTHER, in each comparison of a
 * side: from the older version to the newer, or to a folder or wheel. Or of the two
 * of the wish. */
json_t *changes_within(const struct side *side,
		       const struct changes_wish *wish);

/* Whether a comparison of the side has two versions of a library. */
bool changes_has_versions(const struct side *side);

#endif
