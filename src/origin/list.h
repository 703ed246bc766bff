/*
 * Listings of a bucket: ListObjectsV2 (list-type=2) and the older ListObjects.
 */
#ifndef ORIGIN_LIST_H
#define ORIGIN_LIST_H

#include <stdbool.h>

#include "base/str.h"
#include "origin/head.h"
#include "origin/target.h"
#include "record/objects.h"

#define LIST_MAX 1000 /* keys and common prefixes of one answer */

struct list_text {
	const char *at; /* terminated; "" when absent */
	size_t len;
	bool given;
};

/* What a query asks of a bucket. */
struct list_request {
	bool v2;
	bool url;         /* encoding-type=url */
	bool fetch_owner;
	bool location;    /* ?location, not a listing at all */
	unsigned max_keys;
	struct list_text prefix, delimiter;
	struct list_text start; /* start-after, or marker of version 1 */
	struct list_text token; /* continuation-token */
	char after[OBJECT_KEY_MAX + 2]; /* the listing starts behind it */
	const char *argument; /* name of the parameter that was refused */
};

/* Reads a query; texts point into the arena. Unknown parameters are ignored, as
 * S3 does; those that ask for something other than a listing are refused with
 * -S3_NOT_IMPLEMENTED, wrong values with -S3_INVALID_ARGUMENT. */
int list_parse(struct view query, struct arena *arena,
	       struct list_request *out);

/* Appends the XML document. 0, or the source's code. */
int list_write(struct object_source *source, const struct list_request *request,
	       struct str *out, struct err *err);

/* The documents of GET / and of ?location. */
void list_write_buckets(struct object_source *const *sources, unsigned count,
			struct str *out);
void list_write_location(struct str *out);

#endif
