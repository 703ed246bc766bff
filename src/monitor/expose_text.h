/*
 * The smallest parts of both documents: escaped texts, numbers that read back
 * as they were. Bytes that are not UTF-8 become U+FFFD, one for each.
 */
#ifndef MONITOR_EXPOSE_TEXT_H
#define MONITOR_EXPOSE_TEXT_H

#include <stdint.h>

#include "base/str.h"

/* A JSON string, its quotes included. */
void text_add_json(struct str *out, const char *text);

/* The inside of a label's value, which both formats write alike. */
void text_add_label(struct str *out, const char *text);

void text_add_u64(struct str *out, uint64_t value);

/* Seconds, to the nanosecond, without noughts at the end. */
void text_add_seconds(struct str *out, uint64_t ns);

/* The shortest text that reads back as `value`, which must be finite. */
void text_add_double(struct str *out, double value);

#endif
