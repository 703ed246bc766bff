/*
 * Operations read from JSON lines: a replica's own part of the plan, the proof,
 * the burst. Kept compactly, because the memory of a replica is measured: 32
 * bytes an operation of one ranged GET, 32 more for each request of stages, and
 * each key once.
 */
#ifndef WORKER_OPERATIONS_H
#define WORKER_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "benchmark/worker.h"
#include "record/plan.h"

/* Start, length, key and crc32 are of an operation of one ranged GET only. */
struct operation {
	uint64_t start;  /* bytes */
	uint64_t length; /* bytes, >= 1 */
	uint32_t number; /* in the plan */
	uint32_t key;    /* index into keys */
	uint32_t crc32;
	uint32_t rare;   /* 0, or 1 + index into rares */
};

/* One of an operation of stages. */
struct request {
	uint64_t start;    /* bytes */
	uint64_t length;   /* as in struct benchmark_operation */
	uint32_t key;      /* index into keys */
	uint32_t crc32;
	uint32_t range;    /* index of the first in ranges */
	uint16_t range_count;
	uint8_t verb;      /* enum benchmark_verb */
	bool has_crc32 : 1;
	bool has_more : 1; /* `range` is an index into mores */
	bool ends_stage : 1;
};

/* What few operations have. */
struct rare {
	bool has_crc32;
	unsigned request_count; /* 0: one ranged GET */
	uint32_t request;       /* index of the first in requests */
	uint32_t expect; /* 0, or 1 + index into layouts */
	char *more;      /* JSON text, or NULL */
};

struct operation_key {
	char *url;  /* owned */
	char *text; /* owned; the key as it is in the plan */
	bool is_prefix; /* of a list */
};

struct operations {
	const char *endpoint, *bucket; /* borrowed, of operations_load() */
	size_t path_at; /* in each url */
	unsigned verbs; /* of operations_init() */
	struct operation *list;
	size_t count, capacity;
	struct operation_key *keys;
	size_t key_count, key_capacity;
	uint32_t *key_table; /* open hash of 1 + index into keys */
	size_t table_size;   /* a power of two, or 0 */
	struct rare *rares;
	size_t rare_count, rare_capacity;
	struct request *requests;
	size_t request_count, request_capacity;
	struct benchmark_range *ranges;
	size_t range_count, range_capacity;
	char **mores; /* JSON texts, owned */
	size_t more_count, more_capacity;
	struct tiff_layout *layouts;
	size_t layout_count, layout_capacity;
	unsigned widest;        /* requests of a stage: 1 without stages */
	uint64_t longest_bytes; /* of all bodies */
	uint64_t header_bytes;  /* longest of those that expect a header */
};

/* Which lines are read: first, first + step, ..., at most `most` of them. */
struct operations_part {
	uint64_t first, step, most;
};

/* An empty list. `verbs`: BENCHMARK_DOES() of each that stages may have; 0: there
 * may be no stages. */
void operations_init(struct operations *ops, unsigned verbs);

/* The index of the key, or of a list's prefix, which is kept once. */
uint32_t operations_key(struct operations *ops, const char *key,
			bool is_prefix);

/* Reads the file; urls are ENDPOINT/BUCKET/KEY. ERR_SYSTEM or ERR_INVALID, whose
 * sentence names the path and the line. The caller releases in any case. */
int operations_load(struct operations *ops, const char *path,
		    const char *endpoint, const char *bucket,
		    const struct operations_part *part, struct err *err);
void operations_release(struct operations *ops);

/* The requests of operation i, `count` of them, borrowed from `ops`; NULL and 0
 * when it is one ranged GET. */
const struct request *operations_requests(const struct operations *ops,
					  size_t i, unsigned *count);

/* Fills *out with operation i, one ranged GET; borrowed from `ops`. */
void operations_get(const struct operations *ops, size_t i,
		    struct benchmark_operation *out);

/* The same with one of its requests. */
void operations_get_request(const struct operations *ops, size_t i,
			    const struct request *request,
			    struct benchmark_operation *out);

/* Of all bodies that operation i returns. */
uint64_t operations_body_bytes(const struct operations *ops, size_t i);

/* The CRC that operation i, one ranged GET, must have, or NULL where it is not
 * checked. */
const uint32_t *operations_crc32(const struct operations *ops, size_t i);

/* The layout that the first answer of operation i must parse to, or NULL. */
const struct tiff_layout *operations_expect(const struct operations *ops,
					    size_t i);

#endif
