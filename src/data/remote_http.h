/* Inside of the outside store: one request at a time over libcurl. */
#ifndef DATA_REMOTE_HTTP_H
#define DATA_REMOTE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "data/data.h"

struct http;

/* A response. The caller sets `limit`, and releases `body`. */
struct answer {
	long status;
	struct str body;
	size_t limit;          /* more than that is a failure, bytes */
	int64_t length;        /* Content-Length, -1 absent */
	int64_t modified_s;    /* -1 absent */
	char etag[64];         /* with its quotes; "" absent */
	char content_type[128];
	char content_range[96];
	char region[64];       /* x-amz-bucket-region */
	char encoding[32];     /* Content-Encoding; "" absent, or "identity" */
	bool too_long;
};

/* ERR_USAGE when the endpoint, bucket or region cannot be one. */
int http_new(struct http **out, const struct data_remote *remote,
	     struct err *err);
void http_free(struct http *http); /* NULL is fine */

/* "https://HOST", for sentences. */
const char *http_endpoint(const struct http *http);
const char *http_bucket(const struct http *http);

/* Appends what the request asks for: "s2/00017 at byte 1729 of
 * https://HOST/bench". With a NULL range: "s2/00017 of …". With a NULL key:
 * "the listing of …". */
void http_add_asked(const struct http *http, const char *key,
		    const char *range, struct str *out);

/* Writes the sentence for an unexpected status: what was asked for, the store's
 * own words, advice. Returns ERR_FAILED. */
int http_refused(const struct http *http, const char *key, const char *range,
		 const struct answer *answer, struct err *err);

/*
 * Sends HEAD or GET for the object `key`, or, with a NULL key, for the bucket
 * with `query` (encoded, its parameters in order). `range` is "0-16383" or
 * NULL. Any status is a success here. ERR_FAILED says why no response came.
 */
int http_request(struct http *http, bool head, const char *key,
		 const char *query, const char *range, struct answer *answer,
		 struct err *err);

#endif
