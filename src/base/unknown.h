/*
 * Figures that nobody knows, or that were not asked for. A count is then
 * COUNT_UNKNOWN, a signed one CLOCK_UNKNOWN, a number NAN, a text NULL: an empty
 * field in CSV, null in JSON, NULL in SQL. 0 is always a figure.
 */
#ifndef BASE_UNKNOWN_H
#define BASE_UNKNOWN_H

#include <stdint.h>

#define COUNT_UNKNOWN UINT64_MAX
#define CLOCK_UNKNOWN INT64_MIN

#endif
