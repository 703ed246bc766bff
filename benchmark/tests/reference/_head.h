/*
 * Heads of HTTP/1.1 responses, as strictly as a client that measures must be
 * and no more. Part of the tests of `reference`; included, not linked, because
 * a test in C is one file to the build.
 */
#ifndef REFERENCE_HEAD_H
#define REFERENCE_HEAD_H

#include <benchmark/worker.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define HEAD_BYTES 8192 /* the longest */

struct head {
	unsigned status;
	bool has_length, has_range, is_chunked, closes;
	uint64_t length;      /* Content-Length */
	uint64_t first, last; /* Content-Range: bytes first-last/total */
	uint64_t total;       /* 0: not told */
};

/* One that comes in pieces: what is there of it. Its room stands elsewhere, so
 * that what each request touches lies close together. */
struct head_pieces {
	size_t n;
	char *room; /* HEAD_BYTES; not owned */
};

/* Digits from *at on; false when there are none, or more than 64 bits. */
static bool head_number(const char **at, const char *end, uint64_t *out)
{
	const char *p = *at;

	*out = 0;
	while (p < end && *p >= '0' && *p <= '9') {
		if (*out > (UINT64_MAX - 9) / 10)
			return false;
		*out = *out * 10 + (uint64_t)(*p++ - '0');
	}
	if (p == *at)
		return false;
	*at = p;
	return true;
}

/* "HTTP/1.1 206 ..."; a server of version 1.0 closes unless it says more than
 * we care to understand. */
static bool head_status(struct head *head, const char *line, const char *end)
{
	const char *at = line + 9;
	uint64_t status;

	if (end - line < 12 || memcmp(line, "HTTP/1.", 7) != 0 ||
	    line[8] != ' ' || !head_number(&at, end, &status) ||
	    at != line + 12 || (at < end && *at != ' '))
		return false;
	head->status = (unsigned)status;
	head->closes = line[7] == '0';
	return true;
}

/* Whatever is no range of bytes (an asterisk, as of a 416) counts as none. */
static bool head_range(struct head *head, const char *at, const char *end)
{
	if (end - at < 6 || strncasecmp(at, "bytes ", 6) != 0)
		return false;
	at += 6;
	if (!head_number(&at, end, &head->first) || at >= end ||
	    *at++ != '-' || !head_number(&at, end, &head->last) ||
	    at >= end || *at++ != '/')
		return false;
	if (!head_number(&at, end, &head->total))
		head->total = 0;
	return head->last >= head->first;
}

static bool head_length(struct head *head, const char *at, const char *end)
{
	/* A second one would be for smugglers. */
	if (head->has_length || !head_number(&at, end, &head->length))
		return false;
	head->has_length = at == end;
	return head->has_length;
}

static bool head_is(const char *line, size_t n, const char *name)
{
	return n == strlen(name) && strncasecmp(line, name, n) == 0;
}

/* One line. Only four fields matter here; the first letter spares the rest. */
static bool head_field(struct head *head, const char *line, const char *end)
{
	const char *colon, *value;
	size_t n;

	/* The rest of the line before it. */
	if (*line == ' ' || *line == '\t')
		return true;
	colon = memchr(line, ':', (size_t)(end - line));
	if (!colon || colon == line || colon[-1] == ' ' || colon[-1] == '\t')
		return false;
	if ((*line | 0x20) != 'c' && (*line | 0x20) != 't')
		return true;
	n = (size_t)(colon - line);
	value = colon + 1;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (head_is(line, n, "content-length"))
		return head_length(head, value, end);
	if (head_is(line, n, "content-range"))
		head->has_range = head_range(head, value, end);
	else if (head_is(line, n, "transfer-encoding"))
		head->is_chunked = true; /* whatever the coding */
	else if (head_is(line, n, "connection"))
		head->closes |= head_is(value, (size_t)(end - value), "close");
	return true;
}

/* The head's bytes, or -1 where it contradicts itself. */
static long head_end(const struct head *head, const char *bytes,
		     const char *stop)
{
	size_t n = (size_t)(stop - bytes);

	return (head->is_chunked && head->has_length) || memchr(bytes, 0, n) ?
		       -1 :
		       (long)n;
}

/* How many of the `n` bytes are the head, with its empty line; 0 when it is not
 * whole yet, -1 when it is none. *head is valid only for a whole one. */
static long head_parse(const char *bytes, size_t n, struct head *head)
{
	const char *line = bytes, *stop = bytes + n;

	memset(head, 0, sizeof(*head));
	for (;;) {
		const char *newline =
			memchr(line, '\n', (size_t)(stop - line));
		const char *end = newline;
		bool is_good;

		if (!newline)
			return 0;
		if (end > line && end[-1] == '\r')
			end--;
		if (line == bytes)
			is_good = head_status(head, line, end);
		else if (end == line)
			return head_end(head, bytes, newline + 1);
		else
			is_good = head_field(head, line, end);
		if (!is_good)
			return -1;
		line = newline + 1;
	}
}

/* Takes the bytes of a head away from *bytes and *n. Returns more than 0 when
 * *head is whole, 0 when more must come, -1 when it is none. */
static long head_next(struct head_pieces *pieces, const char **bytes, size_t *n,
		      struct head *head)
{
	size_t have = *n, before = pieces->n;
	const char *from = *bytes;
	long used;

	if (before) {
		have = *n < HEAD_BYTES - before ? *n : HEAD_BYTES - before;
		memcpy(pieces->room + before, *bytes, have);
		from = pieces->room;
		have += before;
	}
	used = head_parse(from, have, head);
	if (used > 0) {
		*bytes += (size_t)used - before;
		*n -= (size_t)used - before;
		pieces->n = 0;
	} else if (used < 0 || have >= HEAD_BYTES) {
		return -1;
	} else if (*n) {
		memcpy(pieces->room + before, *bytes, *n);
		pieces->n = have;
	}
	return used;
}

/* Whether what is there of one can still become one. */
static bool head_may_begin(const struct head_pieces *pieces)
{
	static const char start[] = "HTTP/";
	size_t n = pieces->n < sizeof(start) - 1 ? pieces->n :
						   sizeof(start) - 1;

	return memcmp(pieces->room, start, n) == 0;
}

/* 100 Continue and its like: the answer comes behind it. */
static bool head_is_interim(const struct head *head)
{
	return head->status / 100 == 1 && head->status != 101;
}

/* The bytes that were asked for, against those that come. */
static enum benchmark_outcome
head_judge_range(const struct head *head, const struct benchmark_operation *op)
{
	uint64_t bytes = head->last - head->first + 1;
	bool is_suffix = op->verb == BENCHMARK_GET_SUFFIX;

	if (!head->has_range)
		return BENCHMARK_WRONG_BYTES;
	if (is_suffix ? head->total && head->last != head->total - 1 :
			head->first != op->start)
		return BENCHMARK_WRONG_BYTES;
	if (bytes == op->length)
		return BENCHMARK_OK;
	return bytes < op->length ? BENCHMARK_TRUNCATED : BENCHMARK_WRONG_BYTES;
}

/* What the head promises, against what was asked for. *text becomes the reason
 * where the status does not say it. */
static enum benchmark_outcome head_judge(const struct head *head,
					 const struct benchmark_slot *slot,
					 const char **text)
{
	const struct benchmark_operation *op = slot->op;
	enum benchmark_outcome outcome = benchmark_outcome_of_slot(slot);

	if (outcome != BENCHMARK_OK)
		return outcome;
	if (op->verb == BENCHMARK_GET_RANGE ||
	    op->verb == BENCHMARK_GET_SUFFIX)
		outcome = head_judge_range(head, op);
	if (outcome != BENCHMARK_OK) {
		*text = "the Content-Range is not the range that was asked for";
		return outcome;
	}
	if (!head->has_length) {
		*text = "an answer without Content-Length, which this client "
			"does not read";
		return BENCHMARK_OTHER;
	}
	/* Of more than was asked for, the body tells: too long, or cut off. A
	 * head's length is the size, which the worker judges. */
	if (head->length >= op->length || op->verb == BENCHMARK_HEAD)
		return BENCHMARK_OK;
	*text = "the Content-Length is not that of what was asked for";
	return BENCHMARK_TRUNCATED;
}

#endif
