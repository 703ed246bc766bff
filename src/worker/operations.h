/*
 * Operations read from JSON lines: a replica's own part of the plan, the proof,
 * the burst. Kept compactly (32 bytes an operation and each key once), because
 * the memory of a replica is measured.
 */
#ifndef WORKER_OPERATIONS_H
#define WORKER_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "benchmark/worker.h"
#include "record/plan.h"

struct operation {
	uint64_t start;  /* bytes */
	uint64_t length; /* bytes, >= 1 */
	uint32_t number; /* in the plan */
	uint32_t key;    /* index into keys */
	uint32_t crc32;
	uint32_t rare;   /* 0, or 1 + index into rares */
};

/* What few operations have. */
struct rare {
	bool has_crc32;
	uint32_t expect; /* 0, or 1 + index into layouts */
	char *more;      /* JSON text, or NULL */
};

struct operation_key {
	char *url;  /* owned */
	char *text; /* owned; the key as it is in the plan */
};

struct operations {
	size_t path_at; /* in each url */
	struct operation *list;
	size_t count, capacity;
	struct operation_key *keys;
	size_t key_count, key_capacity;
	uint32_t *key_table; /* open hash of 1 + index into keys */
	size_t table_size;   /* a power of two, or 0 */
	struct rare *rares;
	size_t rare_count, rare_capacity;
	struct tiff_layout *layouts;
	size_t layout_count, layout_capacity;
	uint64_t longest_bytes; /* of all operations */
	uint64_t header_bytes;  /* longest of those that expect a header */
};

/* Which lines are read: first, first + step, ..., at most `most` of them. */
struct operations_part {
	uint64_t first, step, most;
};

/* An empty list. */
void operations_init(struct operations *ops);

/* Reads the file; urls are ENDPOINT/BUCKET/KEY. ERR_SYSTEM or ERR_INVALID, whose
 * sentence names the path and the line. The caller releases in any case. */
int operations_load(struct operations *ops, const char *path,
		    const char *endpoint, const char *bucket,
		    const struct operations_part *part, struct err *err);
void operations_release(struct operations *ops);

/* Fills *out with operation i; borrowed from `ops`. */
void operations_get(const struct operations *ops, size_t i,
		    struct benchmark_operation *out);

/* The CRC that operation i must have, or NULL where it is not checked. */
const uint32_t *operations_crc32(const struct operations *ops, size_t i);

/* The layout that the answer of operation i must parse to, or NULL. */
const struct tiff_layout *operations_expect(const struct operations *ops,
					    size_t i);

#endif
