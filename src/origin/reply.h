/*
 * Making the text of an answer: status line, headers as S3 has them, and our
 * own XML where that is the body.
 */
#ifndef ORIGIN_REPLY_H
#define ORIGIN_REPLY_H

#include "origin/error.h"
#include "origin/object_query.h"
#include "origin/range.h"
#include "origin/server.h"

#define REPLY_SERVER "geoio-benchmark"
#define REPLY_REGION "us-east-1"

/* Starts an answer to a request; each of the functions below needs a new one.
 * `close`: the connection ends with it. */
void reply_begin(struct conn *conn, bool close);

/* An object, or the part of it that `range` is, with status 200 or 206, and
 * with the headers that the query asks for. The reply must have its source and
 * object. `query`: NULL for none. */
void reply_object(struct conn *conn, unsigned status, const struct range *range,
		  const struct object_query *query);

/* 304: the object's headers and no body. */
void reply_not_modified(struct conn *conn);

/* 200 with the XML in origin->xml, or, for a bucket, without a body. */
void reply_xml(struct conn *conn);
void reply_bucket(struct conn *conn);

/* What an error says beside its code and message. */
struct fact {
	const char *name; /* "Key" */
	const char *text;
	size_t len;
};

void reply_error(struct conn *conn, enum s3_error error,
		 const struct fact *facts, unsigned count);

/* 405 to `method`. `allow`: the methods that the resource takes, for the header
 * that names them; `type`: SERVICE, BUCKET or OBJECT. */
void reply_bad_method(struct conn *conn, struct view method, const char *type,
		      const char *allow);

/* What a bucket or object has beside its content, or that it has none. */
void reply_subresource(struct conn *conn, const struct subresource *which,
		       const char *bucket);

/* A source failed, which is our own fault: 500, and a line of the log. */
void reply_fault(struct conn *conn, const struct err *err);

/* A 416, which also says in a header how large the object is. */
void reply_bad_range(struct conn *conn, struct view range, uint64_t size,
		     const struct fact *facts, unsigned count);

#endif
