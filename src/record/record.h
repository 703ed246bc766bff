/*
 * One finished operation, as a replica writes it (docs/worker-protocol.md, "The
 * records file"): 64 bytes, little-endian, `outcome` last, so that a replica
 * that dies while it writes leaves a record that counts as unwritten.
 */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <stddef.h>
#include <stdint.h>

/* X(NAME, number, "name"): number is what the file and the database hold. */
#define OUTCOME_MAP(X)                                                         \
	X(OK, 1, "ok")                                                         \
	X(HTTP_ERROR, 2, "http_error")                                         \
	X(THROTTLED, 3, "throttled")                                           \
	X(TIMEOUT, 4, "timeout")                                               \
	X(CONNECT, 5, "connect")                                               \
	X(RESET, 6, "reset")                                                   \
	X(TRUNCATED, 7, "truncated")                                           \
	X(WRONG_BYTES, 8, "wrong_bytes")                                       \
	X(OTHER, 9, "other")                                                   \
	X(BAD_HTTP, 10, "bad_http")

enum outcome {
	OUTCOME_NONE = 0, /* not written */
#define X(name, number, text) OUTCOME_##name = number,
	OUTCOME_MAP(X)
#undef X
	OUTCOME_COUNT
};

/* "ok", "http_error", …; "none" for anything out of range. */
const char *outcome_name(unsigned outcome);

/* Back; OUTCOME_NONE for any other word. */
unsigned outcome_number(const char *name);

#define RECORD_FLAG_CRC_CHECKED 1U
#define RECORD_BYTES 64

struct record {
	uint64_t intended_ns;   /* CLOCK_MONOTONIC, as all times here */
	uint64_t start_ns;
	uint64_t first_byte_ns; /* 0: the library does not tell */
	uint64_t end_ns;
	uint64_t bytes;         /* payload received */
	uint32_t op;            /* number in the plan */
	uint16_t attempts;      /* 0: the library does not tell */
	uint16_t status;        /* HTTP; 0: the library does not tell */
	uint32_t flags;
	uint8_t reserved[11];
	uint8_t outcome;        /* enum outcome */
};

_Static_assert(sizeof(struct record) == RECORD_BYTES, "wire form");
/* Of a record that can be true (analyse/possible.h): it ended no earlier than
 * it was intended. */
static inline uint64_t record_latency_ns(const struct record *record)
{
	return record->end_ns - record->intended_ns;
}

_Static_assert(offsetof(struct record, outcome) == 63, "wire form");
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "records are mapped, not decoded: little-endian machines only"
#endif

#endif
