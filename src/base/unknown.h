/*
 * Figures that are not known, or that nobody asked for. Such a count is
 * COUNT_UNKNOWN, a signed one CLOCK_UNKNOWN, a number NAN, a flag FLAG_UNKNOWN, a
 * text NULL. It is an empty field in CSV, null in JSON, NULL in SQL. 0 is always
 * a figure.
 */
#ifndef BASE_UNKNOWN_H
#define BASE_UNKNOWN_H

#include <stdint.h>

#define COUNT_UNKNOWN UINT64_MAX
#define CLOCK_UNKNOWN INT64_MIN
#define FLAG_UNKNOWN (-1)

/* For what has another word for it. */
static inline uint64_t count_or(uint64_t count, uint64_t other)
{
	return count == COUNT_UNKNOWN ? other : count;
}

/* Of a counter that only grows; 0 where it went back. Both are known. */
static inline uint64_t count_since(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

/* The same where one that went back tells nothing of the time between, nor does one
 * that is unknown: COUNT_UNKNOWN. */
static inline uint64_t count_grown(uint64_t now, uint64_t before)
{
	if (now == COUNT_UNKNOWN || before == COUNT_UNKNOWN || now < before)
		return COUNT_UNKNOWN;
	return now - before;
}

/* One unknown makes the sum unknown. */
static inline void count_add(uint64_t *sum, uint64_t count)
{
	*sum = *sum == COUNT_UNKNOWN || count == COUNT_UNKNOWN
		       ? COUNT_UNKNOWN
		       : *sum + count;
}

#endif
