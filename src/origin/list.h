/*
 * Listings of a bucket: ListObjectsV2 (list-type=2), the older ListObjects, and
 * ListObjectVersions (versions), where each key has the one version "null".
 */
#ifndef ORIGIN_LIST_H
#define ORIGIN_LIST_H

#include <stdbool.h>

#include "base/str.h"
#include "origin/head.h"
#include "origin/subresource.h"
#include "origin/target.h"
#include "objects/objects.h"

#define LIST_MAX 1000 /* keys and common prefixes of one answer */

struct list_text {
	const char *at; /* terminated; "" when absent */
	size_t len;
	bool given;
};

/* What a query asks a bucket for. */
struct list_request {
	bool v2;
	bool url;         /* encoding-type=url */
	bool fetch_owner;
	bool versions;    /* and v2 is false */
	const struct subresource *sub; /* not a listing at all */
	unsigned max_keys;
	struct list_text prefix, delimiter;
	struct list_text start; /* start-after, marker or key-marker */
	struct list_text token; /* continuation-token */
	char after[OBJECT_KEY_MAX + 2]; /* the listing starts behind it */
	const char *argument; /* name of the parameter that was refused */
};

/* Reads a query. Texts point into the arena. Unknown parameters are ignored, as
 * S3 does. -S3_INVALID_ARGUMENT: a value is wrong. -S3_NO_CONFIGURATION: it
 * asks for one of several configurations. */
int list_parse(struct view query, struct arena *arena,
	       struct list_request *out);

/* Appends the XML document. 0, or the source's code. */
int list_write(struct object_source *source, const struct list_request *request,
	       struct str *out, struct err *err);

/* The document of GET /. */
void list_write_buckets(struct object_source *const *sources, unsigned count,
			struct str *out);

#endif
