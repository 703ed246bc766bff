/*
 * What a bucket and an object have beside their content: a list of grants,
 * tags, rules, and so on. Nothing is configured here, so each is what S3 shows
 * of a bucket that was only just made: an empty document, or an error that says
 * that there is none.
 */
#ifndef ORIGIN_SUBRESOURCE_H
#define ORIGIN_SUBRESOURCE_H

#include "base/str.h"
#include "origin/error.h"
#include "origin/head.h"
#include "objects/objects.h"

struct subresource {
	const char *name;     /* of the parameter: "acl" */
	enum s3_error error;  /* S3_NONE: there is a document */
	const char *document; /* NULL: subresource_attributes() writes it */
	const char *rest;     /* NULL, or what follows the bucket's name */
};

/* NULL where the parameter is none. Names are still percent-encoded, which
 * nobody does to these. */
const struct subresource *subresource_of_bucket(struct view name);
const struct subresource *subresource_of_object(struct view name);

void subresource_write(const struct subresource *which, const char *bucket,
		       struct str *out);

/* GetObjectAttributes: those of the list `wanted` that there are. 0, or
 * -S3_INVALID_ARGUMENT for a list that is empty or has an unknown one. */
int subresource_attributes(struct view wanted, const struct object *object,
			   struct str *out);

/* How many parts the upload had that the ETag tells of; 0: it tells of none. */
uint64_t subresource_parts(const struct object *object);

#endif
