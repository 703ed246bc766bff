/*
 * The query of a GET or HEAD of an object. It asks for a part of the object,
 * for other values of headers, or for something else than the content.
 */
#ifndef ORIGIN_OBJECT_QUERY_H
#define ORIGIN_OBJECT_QUERY_H

#include "origin/head.h"
#include "origin/subresource.h"
#include "origin/target.h"

#define OBJECT_PART_MAX 10000

enum object_override {
	OVERRIDE_CACHE_CONTROL,
	OVERRIDE_DISPOSITION,
	OVERRIDE_ENCODING,
	OVERRIDE_LANGUAGE,
	OVERRIDE_TYPE,
	OVERRIDE_EXPIRES,
	OVERRIDE_COUNT
};

struct object_query {
	const struct subresource *sub; /* NULL: the content */
	unsigned part;                 /* 0: not given */
	struct view override[OVERRIDE_COUNT]; /* decoded, without a byte that
					       * a header may not have */
	const char *argument; /* the parameter that was refused, or NULL */
};

/* Texts point into the arena. Unknown parameters are ignored, as S3 does: most
 * are those of a signature. 0, -S3_INVALID_URI or -S3_INVALID_ARGUMENT. */
int object_query_parse(struct view query, struct arena *arena,
		       struct object_query *out);

/* "Content-Type" of OVERRIDE_TYPE. */
const char *object_query_header(enum object_override which);

#endif
