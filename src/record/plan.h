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

/* X(NAME, "name"): what a request asks a store for; how a library does it is in
 * its folder (_verbs.py, _verbs.c). */
#define PLAN_VERBS(X)                                                          \
	X(GET_RANGE, "get_range")   /* bytes start to start + length - 1 */    \
	X(GET, "get")               /* the whole object: length bytes */       \
	X(GET_SUFFIX, "get_suffix") /* its last `length` bytes */              \
	X(GET_RANGES, "get_ranges") /* `parts` ranges of plan.parts, from      \
				     * start on; length is their sum */        \
	X(HEAD, "head")             /* its size: length */                     \
	X(LIST, "list")             /* the names that begin with the first     \
				     * `start` bytes of the key; length is how \
				     * many there are */                       \
	/* Readers: they choose their own requests, and return values. What    \
	 * they are to read is plan.fields[start]. */                          \
	X(READ_VALUES, "read_values") /* 16-bit values: `first`, `count` */

enum plan_verb {
#define X(name, text) PLAN_##name,
	PLAN_VERBS(X)
#undef X
	PLAN_VERB_COUNT
};

static inline bool plan_is_reader(unsigned verb)
{
	return verb >= PLAN_READ_VALUES;
}

/* One in a set of verbs. */
#define PLAN_VERB_BIT(verb) (1U << (verb))

#define PLAN_STAGES_MAX 64    /* of an operation */
#define PLAN_REQUESTS_MAX 256 /* of an operation */
#define PLAN_PARTS_MAX 1024   /* of a request */

/* A range of a get_ranges. */
struct plan_part {
	uint64_t start, length; /* bytes */
};

/* 32 bytes: a plan has 16,384 operations of some such requests. */
struct plan_request {
	uint32_t key;   /* index into plan.keys */
	uint32_t crc32; /* of the answer, where has_crc32 */
	uint64_t start, length; /* see PLAN_VERBS */
	uint16_t parts;
	uint8_t verb;   /* enum plan_verb */
	bool has_crc32;
	bool stage;     /* a stage begins with it: it waits for all before it.
			 * Of an operation's first it means nothing */
};

/* What there is to know of a workload before a plan is made of it. */
struct workload_about {
	const char *name;    /* starts the names of the tests that do it */
	unsigned verbs;      /* that its operations need, PLAN_VERB_BIT()s */
	bool hidden;         /* for the harness's own checks: runs only where
			      * it is named */
};

/* What a plan is made from, beside the objects. Two workloads that are equal
 * give the same plan on every machine. */
struct workload {
	char test[32];         /* its name: "fetch_range", "cog_header" */
	uint64_t request_size; /* bytes, at least 1 */
	bool hot_key;          /* every operation reads the first key */
	unsigned replicas;     /* cog_header gives each its own keys */
	unsigned concurrency;  /* of a replica */
	uint64_t seed;
};

struct plan_span {
	uint64_t least, most;
};

/* What the store sees of an operation, where its verbs do not imply it. */
struct plan_store_sees {
	struct plan_span requests, body_bytes;
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
	struct plan_request *requests; /* of operation after operation */
	size_t request_count, request_capacity;
	uint32_t *first; /* of operation i: its first request, and at
			  * op_count where the last one's end. NULL: each
			  * operation is one ranged GET */
	size_t op_count, first_capacity;
	struct plan_part *parts;
	size_t part_count, part_capacity;
	char **fields; /* what readers are told: members of a JSON object */
	size_t field_count, field_capacity;
	struct plan_store_sees *sees; /* one an operation; NULL: all is as the
				       * verbs imply */
	size_t sees_capacity;
	char *left_out; /* which objects are not used, and why: "3 of 120
			 * objects left out: …"; NULL: all are */
};

/* What an operation has to come to. */
struct plan_expect {
	struct plan_span requests;   /* that the store sees of it */
	uint64_t heads, lists;       /* of these, at least: HEAD, listings */
	struct plan_span body_bytes; /* that the store sends for it; the most is
				      * UINT64_MAX where that is not known */
	uint64_t answer_bytes;       /* of the get*: what its record says */
	uint64_t begun;              /* requests at least, where it fails */
	bool has_crc32;              /* a request of it has one */
};

/* Of an operation of these requests. `sees`: what its workload says; or NULL. */
void plan_expect_requests(const struct plan_request *requests, size_t count,
			  const struct plan_store_sees *sees,
			  struct plan_expect *out);

/* The requests of operation i are those from plan_first(i) to before
 * plan_first(i + 1). */
static inline size_t plan_first(const struct plan *plan, size_t op)
{
	return plan->first ? plan->first[op] : op;
}

static inline void plan_expect(const struct plan *plan, size_t op,
			       struct plan_expect *out)
{
	size_t first = plan_first(plan, op);

	plan_expect_requests(plan->requests + first,
			     plan_first(plan, op + 1) - first,
			     plan->sees ? &plan->sees[op] : NULL, out);
}

/* Whether any operation is more than one ranged GET, which every worker can do: the
 * plan needs a worker of protocol 2. */
bool plan_is_staged(const struct plan *plan);

/* Most requests that one operation may make at once, where a library makes one
 * for each range: 1 of a plain plan. */
unsigned plan_widest(const struct plan *plan);

const char *plan_verb_name(unsigned verb); /* "get_range", … */

/* Back; PLAN_VERB_COUNT for any other word. */
unsigned plan_verb_number(const char *name);

/* For "did you mean"; NULL: none is near. */
const char *plan_verb_near(const char *word);

#endif
