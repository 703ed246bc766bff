/* Inside of plan/: what a workload must do. */
#ifndef PLAN_WORKLOAD_H
#define PLAN_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "objects/objects.h"
#include "record/plan.h"

struct workload_ops {
	struct workload_about about;

	/* What no objects can make good: ERR_USAGE names the option. NULL:
	 * nothing. */
	int (*check)(const struct workload *workload, struct err *err);

	/*
	 * Fills plan->requests and plan->op_count, with plan_begin_op() and
	 * plan_add() where an operation is more than one ranged GET. Where
	 * something is expected it fills plan->layouts too. It makes them of
	 * plan->workload, plan->keys and the objects' `sizes`, one a key.
	 * Objects that do not suit it are left out: from plan->keys, or unused
	 * there, and said in plan->left_out. The workload is checked (replicas,
	 * concurrency and request_size are at least 1). Sets the CRC of the
	 * operations that plan_is_sampled() names. What it leaves behind after
	 * a failure is released by plan_release(). Required.
	 */
	int (*fill)(struct plan *plan, uint64_t *sizes,
		    struct object_source *source, struct err *err);

	/*
	 * Fills *request with operation `i` of the burst, one ranged GET
	 * (without CRC); all of them differ in key or range. `source` tells the
	 * objects' sizes. NULL: the burst is made of the widest stage of the
	 * plan's first operations; each has a get, get_range or get_suffix
	 * then.
	 */
	int (*burst)(const struct plan *plan, size_t i,
		     struct object_source *source, struct plan_request *request,
		     struct err *err);

	/*
	 * Sets crc32 of a reader's request: of the values that it must return,
	 * as they lie in memory on this machine. Required of a workload that
	 * has readers.
	 */
	int (*values)(const struct plan *plan, struct object_source *source,
		      struct plan_request *request, struct err *err);
};

/* All workload_NAME of src/plan/workload_NAME.c; ends with NULL. */
extern const struct workload_ops *const plan_workloads[];

/* NULL: there is none of this name. */
const struct workload_ops *workload_named(const char *name);

/* Whether operation `i` carries a CRC: one in 32 at random, and the first of
 * each replica. */
bool plan_is_sampled(const struct workload *workload, size_t i);

/* The random numbers of a plan, by its workload's name and its seed. */
void plan_rng(const struct plan *plan, struct rng *out);

/* How many operations a plan has: 16 GiB of requests, but 2,048 to 16,384, cut
 * to whole rounds of `round` operations, and at least one round. */
size_t plan_op_count(uint64_t request_bytes, size_t round);

/* The next operation begins; requests are added to it. */
void plan_begin_op(struct plan *plan);

/* A request of it, PLAN_REQUESTS_MAX at most. `stage`: it waits for those before
 * it. */
void plan_add(struct plan *plan, enum plan_verb verb, uint32_t key,
	      uint64_t start, uint64_t length, bool stage);

/* A range more of the newest request, a get_ranges, which was added with no
 * start and no length: PLAN_PARTS_MAX at most. */
void plan_add_part(struct plan *plan, uint64_t start, uint64_t length);

/* A reader, which chooses its own requests, is told `fields`: members of a JSON
 * object, "\"level\":0,\"x\":5,\"y\":7". What the store sees of its operation
 * is said with plan_sees(). */
void plan_add_reader(struct plan *plan, enum plan_verb verb, uint32_t key,
		     bool stage, const char *fields);

/* What the store sees of the newest operation, instead of what its verbs imply.
 * To be said of all operations of a plan, or of none. */
void plan_sees(struct plan *plan, const struct plan_store_sees *sees);

/* Reads the bytes of the sampled operations that have no CRC yet and sets it;
 * equal ranges are read once. */
int plan_fill_crcs(struct plan *plan, struct object_source *source,
		   struct err *err);

/* find() by number of the key. */
int plan_find(const struct plan *plan, struct object_source *source,
	      uint32_t key, struct object *out, struct err *err);

/* Those names of the store that begin with the first `prefix_bytes` of the key:
 * how many, and the CRC-32 of all of them, each with a line's end. */
int plan_list(const struct plan *plan, struct object_source *source,
	      uint32_t key, size_t prefix_bytes, uint64_t *count, uint32_t *crc,
	      struct err *err);

/* Sets has_crc32 and crc32: of the answer to it, or of the names of a list; of
 * a head there is none. A reader's are its workload's to tell. */
int answer_crc(const struct plan *plan, struct object_source *source,
	       struct plan_request *request, struct err *err);

/* Of a request that has a body, from its object. */
int answer_crc_in(const struct plan *plan, struct object_source *source,
		  const struct object *object, struct plan_request *request,
		  struct err *err);

/* get, get_range, get_suffix or get_ranges. */
static inline bool has_body(const struct plan_request *request)
{
	return request->verb < PLAN_HEAD;
}

/* Appends the bytes of the answer: none of a head or a list. */
int answer_read(const struct plan *plan, struct object_source *source,
		const struct plan_request *request, struct str *out,
		struct err *err);

/* A get becomes a range of the whole object, a get_ranges its first range. */
void answer_as_range(const struct plan *plan, struct plan_request *request);

/* Makes its answer at most `bytes` long. */
void answer_shorten(const struct plan *plan, struct plan_request *request,
		    uint64_t bytes);

/* An open file that is written in pieces. */
struct output {
	int fd;
	struct str text;
};

#define OUTPUT(fd) ((struct output){ (fd), STR_INIT })

/* Writes what stands in it where that is more than `limit` bytes. */
int output_flush(struct output *out, size_t limit, struct err *err);

/* Writes the rest, unless `code` says that something failed before. */
int output_end(struct output *out, int code, struct err *err);

#define FLUSH_BYTES (1U << 20)

/* A line of a plan: operation `number` of these requests. */
struct line {
	const struct plan *plan;  /* its keys, its parts */
	const struct plan_request *requests;
	size_t request_count;
	size_t number;
	const char *key_prefix;
	const struct tiff_layout *layout; /* or NULL */
	const struct plan_store_sees *sees; /* or NULL */
};

int line_add(const struct line *line, struct str *out, struct err *err);

/* Of operation `op` of the plan, which has its layout. */
struct line line_of(const struct plan *plan, size_t op);

#endif
