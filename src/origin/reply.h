/*
 * Makes the text of a response: the status line, headers as S3 has them, and
 * the XML of the origin's own bodies.
 */
#ifndef ORIGIN_REPLY_H
#define ORIGIN_REPLY_H

#include "origin/error.h"
#include "origin/object_query.h"
#include "origin/range.h"
#include "origin/server.h"

#define REPLY_SERVER "geoio-benchmark"
#define REPLY_REGION "us-east-1"

/* Begins a response. Call it before each of the functions below. `close`: the
 * connection ends with this response. */
void reply_begin(struct conn *conn, bool close);

/* An object, or its part `range`, with status 200 or 206 and the headers that
 * the query asks for; `query` may be NULL. The reply must have its source and
 * object. */
void reply_object(struct conn *conn, unsigned status, const struct range *range,
		  const struct object_query *query);

/* 304: the object's headers and no body. */
void reply_not_modified(struct conn *conn);

/* 200 with the XML in origin->xml, or, for a bucket, without a body. */
void reply_xml(struct conn *conn);
void reply_bucket(struct conn *conn);

/* An element of an error, beside its code and message. */
struct fact {
	const char *name; /* "Key" */
	const char *text;
	size_t len;
};

void reply_error(struct conn *conn, enum s3_error error,
		 const struct fact *facts, unsigned count);

/* 405 to `method`. `allow` is the text of the Allow header: the methods that
 * the resource takes. `type` is SERVICE, BUCKET or OBJECT. */
void reply_bad_method(struct conn *conn, struct view method, const char *type,
		      const char *allow);

/* A subresource of a bucket or object, or the error that there is none. */
void reply_subresource(struct conn *conn, const struct subresource *which,
		       const char *bucket);

/* 500 and a line of the log: a source failed, which is our own fault. */
void reply_fault(struct conn *conn, const struct err *err);

/* 416, with a header that says how large the object is. */
void reply_bad_range(struct conn *conn, struct view range, uint64_t size,
		     const struct fact *facts, unsigned count);

#endif
