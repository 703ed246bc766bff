/* Inside of plan/: what a workload must do. */
#ifndef PLAN_WORKLOAD_H
#define PLAN_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "objects/objects.h"
#include "record/plan.h"

struct workload_ops {
	const char *name; /* starts the names of the tests that use it */

	/* Bytes of a request where the person gives none. Required. */
	uint64_t default_bytes;

	/* What no objects can make good: ERR_USAGE names the option. NULL:
	 * nothing. */
	int (*check)(const struct workload *workload, struct err *err);

	/*
	 * Fills plan->ops (plan->op_count) and, where something is expected,
	 * plan->layouts, from plan->workload, plan->keys and the objects'
	 * `sizes`, one a key. Objects that do not suit it are left out: from
	 * plan->keys, or unused there, and said in plan->left_out. The
	 * workload is checked (replicas, concurrency and request_size are at
	 * least 1). Sets the CRC of the operations that plan_is_sampled()
	 * names. What it leaves behind after a failure is released by
	 * plan_release(). Required.
	 */
	int (*fill)(struct plan *plan, uint64_t *sizes,
		    struct object_source *source, struct err *err);

	/*
	 * Fills *op with operation `i` of the burst (without CRC); all of them
	 * differ in key or range. `source` tells the objects' sizes.
	 * Required.
	 */
	int (*burst)(const struct plan *plan, size_t i,
		     struct object_source *source, struct plan_op *op,
		     struct err *err);
};

extern const struct workload_ops workload_fetch_range;
extern const struct workload_ops workload_cog_header;

/* Of a test; never NULL. */
const struct workload_ops *workload_of(const char *test);

/* Whether operation `i` carries a CRC: one in 32 at random, and the first of
 * each replica. */
bool plan_is_sampled(const struct workload *workload, size_t i);

/* How many operations a plan has: 16 GiB of requests, but 2,048 to 16,384, cut
 * to whole rounds of `round` operations, and at least one round. */
size_t plan_op_count(uint64_t request_bytes, size_t round);

/* Reads the bytes of the sampled operations that have no CRC yet and sets it;
 * equal ranges are read once. */
int plan_fill_crcs(struct plan *plan, struct object_source *source,
		   struct err *err);

/* Appends one line; `op->has_crc32` says whether there is a CRC, `layout` may
 * be NULL. */
int plan_format(const struct plan_op *op, size_t number, const char *key_prefix,
		const char *key, const struct tiff_layout *layout,
		struct str *out);

/* CRC-32 of a range, without a copy of it. */
int plan_crc(struct object_source *source, const struct object *object,
	     uint64_t start, uint64_t length, uint32_t *crc, struct err *err);

/* find() by number of the key. */
int plan_find(const struct plan *plan, struct object_source *source,
	      uint32_t key, struct object *out, struct err *err);

#endif
