/*
 * The Range header as S3 reads it: one range of bytes, or none.
 *
 *	bytes=a-b   from a to b, both included; b is clamped to the end
 *	bytes=a-    from a to the end
 *	bytes=-n    the last n bytes, all of them when there are fewer
 *
 * Several ranges, and any text that is no range, count as no Range header.
 * Numbers may have any length: one that does not fit is larger than any object.
 */
#ifndef ORIGIN_RANGE_H
#define ORIGIN_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum range_kind {
	RANGE_NONE,          /* 200, the whole object */
	RANGE_PART,          /* 206, even where it is the whole object */
	RANGE_UNSATISFIABLE, /* 416 */
};

struct range {
	uint64_t start;  /* bytes */
	uint64_t length; /* bytes, > 0 for RANGE_PART */
};

/* For RANGE_NONE *out is the whole object, for RANGE_UNSATISFIABLE 0 bytes at
 * 0. */
enum range_kind range_parse(const char *text, size_t len, uint64_t size,
			    struct range *out);

#endif
