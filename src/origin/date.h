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

/* Each writes exactly so many bytes, without a terminator. A time outside of
 * the years 0 to 9999 becomes the nearest one in them. */
void date_http(int64_t seconds, char out[DATE_HTTP_LEN]);
void date_iso(int64_t seconds, char out[DATE_ISO_LEN]);

/* Reads the form of date_http(), or an obsolete one that HTTP still reads (RFC
 * 9110, 5.6.7): "Wednesday, 23-Apr-25 08:08:15 GMT" and "Wed Apr 23 08:08:15
 * 2025". False for any other text. `now`, in seconds since 1970, tells the
 * century of a year of two digits. */
bool date_parse(const char *text, size_t len, int64_t now, int64_t *seconds);

#endif
