/*
 * The target of a request: /BUCKET/KEY, or /KEY with a bucket in the Host, and
 * the parameters behind the "?". Percent-encoding is decoded strictly: it has
 * two hexadecimal digits, and the result is UTF-8 without a zero byte. A path
 * is not normalised: ".." and "//" are parts of keys.
 */
#ifndef ORIGIN_TARGET_H
#define ORIGIN_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "origin/head.h"

/* Room for decoded texts. A text is never longer than it was encoded, and gets
 * a terminator. */
struct arena {
	size_t used;
	char bytes[2 * HEAD_LIMIT];
};

struct target {
	struct view bucket; /* len 0: the path is "/" */
	struct view key;    /* len 0: the bucket itself */
};

/* Splits first and decodes then, so that an encoded slash does not end the
 * bucket. Views point into `path` or the arena. 0 or -S3_INVALID_URI. */
int target_split(struct view path, struct arena *arena, struct target *out);

/* The bucket in a Host: "bench" of "bench.localhost:9000". Its len is 0 if the
 * Host is no name below "localhost". */
struct view target_host_bucket(struct view host);

/* Decodes a path that is a key alone. 0 or -S3_INVALID_URI. */
int target_key(struct view path, struct arena *arena, struct view *key);

/* Decodes into the arena, with a terminator. `plus` turns "+" into a space, as
 * queries do. NULL when it is not valid. */
const char *percent_decode(struct view text, bool plus, struct arena *arena,
			   size_t *len);

/* Takes the first NAME=VALUE off a query and decodes both into the arena, with
 * terminators. A parameter without "=" has a value of length 0. 1, 0 when the
 * query is empty, or -S3_INVALID_URI. */
int query_next(struct view *query, struct arena *arena, struct view *name,
	       struct view *value);

#endif
