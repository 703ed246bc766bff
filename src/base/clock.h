/*
 * Time. Everything that is measured is CLOCK_MONOTONIC in nanoseconds, which
 * all processes of a machine share; wall time is only for people and databases.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_S 1000000000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_US 1000ULL

uint64_t clock_now_ns(void);  /* CLOCK_MONOTONIC */
uint64_t clock_wall_ns(void); /* since 1970-01-01 00:00 UTC */

/* Sleeps until clock_now_ns() >= at_ns, also across signals. */
void clock_sleep_until(uint64_t at_ns);

/* "2025-04-23 08:08:15.938238", UTC, microseconds: the ancestor's form. */
#define CLOCK_TEXT_BYTES 32
const char *clock_format(uint64_t wall_ns, char out[CLOCK_TEXT_BYTES]);

/* Reads that form. 0: the text is NULL or has another form. */
uint64_t clock_parse(const char *text);

/* Seconds as a double, and back (negative and not-a-number give 0). */
double clock_seconds(uint64_t ns);
uint64_t clock_ns(double seconds);

#endif
