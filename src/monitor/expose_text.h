/*
 * The smallest parts of both documents: escaped texts, and numbers that read
 * back exactly. Each byte that is not UTF-8 becomes U+FFFD.
 */
#ifndef MONITOR_EXPOSE_TEXT_H
#define MONITOR_EXPOSE_TEXT_H

#include <stdint.h>

#include "base/str.h"

/* A JSON string, its quotes included. */
void text_add_json(struct str *out, const char *text);

/* The inside of a label's value, the same in both formats. */
void text_add_label(struct str *out, const char *text);

void text_add_u64(struct str *out, uint64_t value);

/* Seconds, to the nanosecond, without zeros at the end. */
void text_add_seconds(struct str *out, uint64_t ns);

/* The shortest text that reads back as `value`, which must be finite. */
void text_add_double(struct str *out, double value);

#endif
