/*
 * Requests of HTTP/1.1 for the verbs of `reference`. Included, not linked,
 * because a test in C is one file to the build.
 */
#ifndef REFERENCE_REQUEST_H
#define REFERENCE_REQUEST_H

#include <benchmark/worker.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define REQUEST_BYTES 4096 /* the longest key takes 3072, encoded */
#define REQUEST_VERBS                                                          \
	(BENCHMARK_DOES(BENCHMARK_GET_RANGE) | BENCHMARK_DOES(BENCHMARK_GET) | \
	 BENCHMARK_DOES(BENCHMARK_GET_SUFFIX) |                                \
	 BENCHMARK_DOES(BENCHMARK_HEAD))

/* What is the same in all requests: from behind the path to the range. */
struct request_fields {
	char text[512];
	size_t bytes;
};

/* False when it does not fit. */
static bool request_prepare(struct request_fields *fields,
			    const struct benchmark_target *target)
{
	const char *host = target->endpoint + strlen("http://");
	int n = snprintf(fields->text, sizeof(fields->text),
			 " HTTP/1.1\r\nHost: %.*s\r\n%sAccept-Encoding: "
			 "identity\r\n",
			 (int)strcspn(host, "/"), host,
			 target->keep_alive ? "" : "Connection: close\r\n");

	fields->bytes = (size_t)n;
	return n < (int)sizeof(fields->text);
}

static char *put_number(char *to, uint64_t number)
{
	char digits[20];
	unsigned n = 0;

	do
		digits[n++] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	while (n)
		*to++ = digits[--n];
	return to;
}

static char *put_bytes(char *to, const char *bytes, size_t n)
{
	memcpy(to, bytes, n);
	return to + n;
}

/* What is asked of the object, and the end of the line. */
static char *put_range(char *to, const struct benchmark_operation *op)
{
	if (op->verb != BENCHMARK_GET_RANGE &&
	    op->verb != BENCHMARK_GET_SUFFIX)
		return to;
	to = put_bytes(to, "Range: bytes=", 13);
	if (op->verb == BENCHMARK_GET_RANGE)
		to = put_number(to, op->start);
	*to++ = '-';
	to = put_number(to, op->verb == BENCHMARK_GET_RANGE ?
				    op->start + op->length - 1 :
				    op->length);
	return put_bytes(to, "\r\n", 2);
}

/* Returns its bytes, or 0 when it does not fit into REQUEST_BYTES. */
static size_t request_make(char *to, const struct request_fields *fields,
			   const struct benchmark_operation *op)
{
	size_t path_bytes = strlen(op->path);
	char *at = to;

	if (path_bytes + fields->bytes > REQUEST_BYTES - 80)
		return 0;
	at = op->verb == BENCHMARK_HEAD ? put_bytes(at, "HEAD ", 5) :
					  put_bytes(at, "GET ", 4);
	at = put_bytes(at, op->path, path_bytes);
	at = put_bytes(at, fields->text, fields->bytes);
	at = put_range(at, op);
	return (size_t)(put_bytes(at, "\r\n", 2) - to);
}

#endif
