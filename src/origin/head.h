/*
 * Parses the head of an HTTP request, strictly. A pure function. The result has
 * views into the caller's bytes, which must stay as they are meanwhile.
 *
 * It accepts a method token, a target that starts with "/" (or http://HOST/…,
 * whose scheme and host are dropped), HTTP/1.0 or 1.1, and header lines that
 * end in CR LF. It refuses everything else, each with its S3 error. In
 * particular it refuses all that makes a message ambiguous: folded lines, a
 * bare CR or LF, control bytes, spaces before the colon; two Hosts, no Host in
 * 1.1; a Content-Length that is no number, two that differ, any
 * Transfer-Encoding; a second line of a header that has one value.
 */
#ifndef ORIGIN_HEAD_H
#define ORIGIN_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "origin/error.h"

#define HEAD_LIMIT 16384 /* bytes, with the empty line */

struct view {
	const char *at; /* NULL: absent; not terminated */
	size_t len;
};

enum head_method {
	METHOD_OTHER,
	METHOD_GET,
	METHOD_HEAD,
	METHOD_OPTIONS,
};

struct head {
	enum head_method method;
	struct view method_name;
	struct view path;  /* starts with "/", still percent-encoded */
	struct view query; /* after the "?" */
	unsigned minor;    /* HTTP/1.minor: 0 or 1 */
	bool keep_alive;   /* as version and Connection say together */
	bool says_keep_alive; /* a token of Connection */
	bool says_close;      /* likewise */
	uint64_t content_length; /* 0 when absent */
	bool has_content_length;
	bool several_ranges; /* more than one line: as a list of ranges */
	struct view host;
	struct view range;
	struct view if_match, if_none_match, if_range;
	struct view if_modified_since, if_unmodified_since;
	struct view object_attributes; /* x-amz-object-attributes */
	struct view page_origin;       /* Origin, of a page in a browser */
	struct view page_method;       /* Access-Control-Request-Method */
};

/* Parses one head at the start of `bytes`. Fills *out and returns how many
 * bytes the head has. 0: the head is not complete yet. Negative: minus an enum
 * s3_error. *out is undefined unless the result is above 0. */
int head_parse(const char *bytes, size_t len, struct head *out);

/* Whether a view is this text; capitals do not matter. */
bool view_is(struct view view, const char *text);

#endif
