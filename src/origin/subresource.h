/*
 * Subresources: what a bucket and an object have beside their content, such as
 * a list of grants, tags, rules. Nothing is configured here. So each is as S3
 * shows it of a new bucket: an empty document, or an error that there is none.
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

/* NULL: the parameter is no subresource. Names are compared as they are
 * encoded: no client percent-encodes these. */
const struct subresource *subresource_of_bucket(struct view name);
const struct subresource *subresource_of_object(struct view name);

void subresource_write(const struct subresource *which, const char *bucket,
		       struct str *out);

/* Writes the document of GetObjectAttributes, with those of the list `wanted`
 * that the object has. -S3_INVALID_ARGUMENT: the list is empty or has an
 * unknown attribute. */
int subresource_attributes(struct view wanted, const struct object *object,
			   struct str *out);

/* The number of parts of the upload, as the ETag says; 0: it says none. */
uint64_t subresource_parts(const struct object *object);

#endif
