/*
 * check_stages, for the harness's own checks: a range, then at once a head, a
 * suffix and three ranges of the same object, then all of another one.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "plan/plan.h"
#include "plan/workload.h"

/* All of an object is gone through in each operation. */
#define OBJECT_BYTES_MOST (16U << 20)
#define RANGES 3

/* The keys of what can be used. */
static uint32_t *usable(const struct plan *plan, const uint64_t *sizes,
			size_t *count)
{
	uint32_t *keys = mem_array(plan->key_count, sizeof(*keys));

	*count = 0;
	for (size_t i = 0; i < plan->key_count; i++)
		if (sizes[i] && sizes[i] <= OBJECT_BYTES_MOST)
			keys[(*count)++] = (uint32_t)i;
	return keys;
}

/* A range of an object: no longer than a request, nor than all of it. */
static void add_range(struct plan *plan, struct rng *rng, uint32_t key,
		      uint64_t size, bool stage)
{
	uint64_t length = plan->workload.request_size;

	length = length < size ? length : size;
	plan_add(plan, PLAN_GET_RANGE, key, rng_below(rng, size - length + 1),
		 length, stage);
}

static void add_op(struct plan *plan, struct rng *rng, const uint64_t *sizes,
		   uint32_t key, uint32_t other)
{
	uint64_t size = sizes[key], length = plan->workload.request_size;

	plan_begin_op(plan);
	add_range(plan, rng, key, size, false);
	plan_add(plan, PLAN_HEAD, key, 0, size, true);
	plan_add(plan, PLAN_GET_SUFFIX, key, 0, length < size ? length : size,
		 false);
	for (int i = 0; i < RANGES; i++)
		add_range(plan, rng, key, size, false);
	plan_add(plan, PLAN_GET, other, 0, sizes[other], true);
}

static int fill(struct plan *plan, uint64_t *sizes,
		struct object_source *source, struct err *err)
{
	const struct workload *w = &plan->workload;
	size_t count, ops = plan_op_count(w->request_size, w->replicas);
	uint32_t *keys = usable(plan, sizes, &count);
	struct rng rng;

	if (!count) {
		free(keys);
		return err_set(err, ERR_USAGE,
			       "check_stages gets whole objects, and none of "
			       "%s has from 1 to %u bytes: %s", source->name,
			       OBJECT_BYTES_MOST,
			       source->outside ? "choose others, with --prefix "
						 "or --bucket"
					       : "give --dataset cog");
	}
	if (count < plan->key_count)
		plan->left_out = mem_printf(
			"%zu of %zu objects left out: empty, or more than %u "
			"bytes", plan->key_count - count, plan->key_count,
			OBJECT_BYTES_MOST);
	plan_rng(plan, &rng);
	for (size_t i = 0; i < ops; i++)
		add_op(plan, &rng, sizes, keys[i % count],
		       keys[rng_below(&rng, count)]);
	free(keys);
	return plan_fill_crcs(plan, source, err);
}

const struct workload_ops workload_check_stages = {
	.about = { .name = "check_stages",
		   .verbs = PLAN_VERB_BIT(PLAN_GET_RANGE) |
			    PLAN_VERB_BIT(PLAN_HEAD) |
			    PLAN_VERB_BIT(PLAN_GET_SUFFIX) |
			    PLAN_VERB_BIT(PLAN_GET),
		   .hidden = true },
	.fill = fill,
};
