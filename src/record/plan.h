/*
 * The plan: what all libraries are made to do, fixed by a seed. It travels to
 * replicas as JSON lines (docs/worker-protocol.md, "The plan").
 */
#ifndef RECORD_PLAN_H
#define RECORD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More directories than any pyramid has: ten levels and their masks are 20. */
#define TIFF_LEVELS_MAX 64

/* One IFD of a TIFF, as the shared header parsers report it. */
struct tiff_level {
	uint32_t width, height;           /* pixels */
	uint32_t tile_width, tile_height; /* pixels */
	uint32_t tiles;                   /* entries of each tile table */
	uint32_t tables_crc32;            /* offsets then byte counts, each as
					   * a little-endian 64-bit integer */
};

struct tiff_layout {
	unsigned count; /* 0: not a TIFF, nothing is expected */
	struct tiff_level level[TIFF_LEVELS_MAX];
};

struct plan_op {
	uint32_t key;    /* index into plan.keys */
	uint32_t crc32;  /* of the answer, where has_crc32 */
	uint64_t start;  /* bytes */
	uint64_t length; /* bytes */
	bool has_crc32;
};

/* What a plan is made from, beside the objects. Two workloads that are equal
 * give the same plan on every machine. */
struct workload {
	char test[32];         /* "fetch_range", "cog_header" */
	uint64_t request_size; /* bytes; 0: the test's own (16,384) */
	bool hot_key;          /* every operation reads the first key */
	unsigned replicas;     /* cog_header gives each its own keys */
	unsigned concurrency;  /* of a replica */
	uint64_t seed;
};

struct plan {
	struct workload workload;
	char **keys;
	size_t key_count;
	bool cut; /* there may be more keys than were to be looked at */
	struct tiff_layout **layouts; /* one a key where layouts are expected,
				       * else NULL; those of keys that are not
				       * used are NULL too. No longer than
				       * tiff_layout_bytes() says */
	struct plan_op *ops;
	size_t op_count;
	char *left_out; /* which objects are not used, and why: "3 of 120
			 * objects left out: …"; NULL: all are */
};

#endif
