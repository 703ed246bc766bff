/*
 * Dates in the forms of HTTP and of S3's XML, without locales or time zones.
 */
#ifndef ORIGIN_DATE_H
#define ORIGIN_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_HTTP_LEN 29 /* "Wed, 23 Apr 2025 08:08:15 GMT" */
#define DATE_ISO_LEN 24  /* "2025-04-23T08:08:15.000Z" */

/* Writes exactly that many bytes, no terminator. Times outside the years 0 to
 * 9999 become the nearest of those. */
void date_http(int64_t seconds, char out[DATE_HTTP_LEN]);
void date_iso(int64_t seconds, char out[DATE_ISO_LEN]);

/* The first of the two forms, or one of the obsolete ones that HTTP still reads
 * (RFC 9110, 5.6.7): "Wednesday, 23-Apr-25 08:08:15 GMT" and "Wed Apr 23
 * 08:08:15 2025". False for any other text. `now`: what a year of two digits is
 * read by, as seconds since 1970. */
bool date_parse(const char *text, size_t len, int64_t now, int64_t *seconds);

#endif
