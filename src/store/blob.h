/*
 * A histogram as a blob. It has the buckets that are not empty, in rising
 * order. Each is two varints: the distance to the previous bucket (of the first
 * one: to -1), and the count. A varint is LEB128: 7 bits a byte, the lowest
 * first, the high bit set on all bytes but the last. Buckets are numbered as in
 * record/histogram.h.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include <stdbool.h>

#include "base/str.h"
#include "record/histogram.h"

void blob_encode(const struct histogram *h, struct str *out);

/* Fills count and total of a zeroed histogram; false for bytes that are not
 * such a blob. */
bool blob_decode(const void *bytes, size_t n, struct histogram *h);

#endif
