/*
 * A histogram as a blob: its buckets that are not empty, in rising order, each
 * as two varints (LEB128: 7 bits a byte, the lowest first, the high bit set on
 * all but the last): the distance to the previous bucket (the first: to -1),
 * and the count. Buckets are numbered as in record/histogram.h.
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
