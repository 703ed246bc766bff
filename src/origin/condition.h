/*
 * Conditions of a request against an object, in the order of RFC 9110, 13.2.2,
 * which is also what S3 does.
 */
#ifndef ORIGIN_CONDITION_H
#define ORIGIN_CONDITION_H

#include <stdbool.h>

#include "origin/head.h"
#include "objects/objects.h"

enum condition {
	CONDITION_HOLDS,
	CONDITION_NOT_MODIFIED, /* 304 */
	CONDITION_FAILED,       /* 412 */
};

/* For CONDITION_FAILED *which is the header that failed ("If-Match"). `now`, in
 * seconds since 1970, tells the century of dates that have none. */
enum condition condition_check(const struct head *head,
			       const struct object *object, int64_t now,
			       const char **which);

/* Whether the Range of a request counts: the request has no If-Range, or one
 * that is the object's ETag or its exact date. */
bool condition_range_holds(const struct head *head,
			   const struct object *object, int64_t now);

#endif
