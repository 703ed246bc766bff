/* fetch_range: ranges of one length at random offsets of random objects. */
#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "plan/plan.h"
#include "plan/workload.h"

static int check_sizes(const struct plan *plan, const uint64_t *sizes,
		       struct err *err)
{
	for (size_t i = 0; i < plan->key_count; i++)
		if (sizes[i] < plan->workload.request_size)
			return err_set(err, ERR_USAGE,
				       "the object %s has %" PRIu64 " bytes, "
				       "fewer than a request of %" PRIu64
				       ": give a smaller --request-size or "
				       "leave such objects out of the dataset",
				       plan->keys[i], sizes[i],
				       plan->workload.request_size);
	return 0;
}

static int fill(struct plan *plan, const uint64_t *sizes,
		struct object_source *source, struct err *err)
{
	const struct workload *w = &plan->workload;
	static const char name[] = "fetch_range";
	int code = check_sizes(plan, sizes, err);
	struct rng rng;

	if (code < 0)
		return code;
	plan->op_count = plan_op_count(w->request_size, w->replicas);
	plan->ops = mem_array(plan->op_count, sizeof(*plan->ops));
	rng_init(&rng, hash_pair(w->seed, hash_bytes(name, strlen(name))));
	for (size_t i = 0; i < plan->op_count; i++) {
		struct plan_op *op = &plan->ops[i];

		op->key = (uint32_t)rng_below(&rng, plan->key_count);
		op->length = w->request_size;
		op->start = rng_below(&rng, sizes[op->key] - op->length + 1);
	}
	return plan_fill_crcs(plan, source, err);
}

/* The keys in turn; those that come several times are read at offsets as far
 * apart as fits, and in shorter ranges where too few offsets exist. */
static int burst(const struct plan *plan, size_t i,
		 struct object_source *source, struct plan_op *op,
		 struct err *err)
{
	uint64_t turns = (plan->workload.concurrency + plan->key_count - 1) /
			 plan->key_count;
	uint64_t turn = i / plan->key_count;
	uint64_t length = plan->workload.request_size;
	struct object object;
	int code;

	op->key = (uint32_t)(i % plan->key_count);
	code = plan_find(plan, source, op->key, &object, err);
	if (code < 0)
		return code;
	object_close(source, &object);
	if (object.size < turns)
		return err_set(err, ERR_USAGE,
			       "the object %s has %" PRIu64 " bytes, too few "
			       "for %" PRIu64 " ranges at once: lower "
			       "--concurrency or give larger objects",
			       plan->keys[op->key], object.size, turns);
	length = length < PLAN_BURST_BYTES ? length : PLAN_BURST_BYTES;
	if (length > object.size - turns + 1)
		length = object.size - turns + 1;
	op->length = length;
	op->start = turns < 2 ? 0
			      : (object.size - length) / (turns - 1) * turn;
	return 0;
}

const struct workload_ops workload_fetch_range = {
	.name = "fetch_range",
	.default_bytes = 16384,
	.fill = fill,
	.burst = burst,
};
