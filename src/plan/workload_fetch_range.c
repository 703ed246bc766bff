/* fetch_range: ranges of one length at random offsets of random objects. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "plan/plan.h"
#include "plan/workload.h"

static int too_small(const struct plan *plan, const uint64_t *sizes,
		     const struct object_source *source, struct err *err)
{
	size_t largest = 0;

	for (size_t i = 1; i < plan->key_count; i++)
		if (sizes[i] > sizes[largest])
			largest = i;
	return err_set(err, ERR_USAGE,
		       "none of the %zu objects of %s has the %" PRIu64
		       " bytes of a request, and one is needed: give a smaller "
		       "--request-size, the largest, %s, has %" PRIu64 " bytes",
		       plan->key_count, source->name,
		       plan->workload.request_size, plan->keys[largest],
		       sizes[largest]);
}

/* What is smaller than a request cannot be used: the empty objects by which
 * some tools mark folders, for instance. */
static int leave_out(struct plan *plan, uint64_t *sizes,
		     const struct object_source *source, struct err *err)
{
	uint64_t least = plan->workload.request_size;
	size_t all = plan->key_count, fit = 0;

	for (size_t i = 0; i < all; i++)
		fit += sizes[i] >= least;
	if (!fit)
		return too_small(plan, sizes, source, err);
	if (fit < all)
		plan->left_out = mem_printf(
			"%zu of %zu objects left out: smaller than a request "
			"of %" PRIu64 " bytes", all - fit, all, least);
	fit = plan->workload.hot_key ? 1 : fit;
	plan->key_count = 0;
	for (size_t i = 0; i < all; i++)
		if (sizes[i] >= least && plan->key_count < fit) {
			sizes[plan->key_count] = sizes[i];
			plan->keys[plan->key_count++] = plan->keys[i];
		} else {
			free(plan->keys[i]);
		}
	return 0;
}

static int fill(struct plan *plan, uint64_t *sizes,
		struct object_source *source, struct err *err)
{
	const struct workload *w = &plan->workload;
	int code = leave_out(plan, sizes, source, err);
	struct rng rng;

	if (code < 0)
		return code;
	plan->op_count = plan_op_count(w->request_size, w->replicas);
	plan->requests = mem_array(plan->op_count, sizeof(*plan->requests));
	plan_rng(plan, &rng);
	for (size_t i = 0; i < plan->op_count; i++) {
		struct plan_request *r = &plan->requests[i];

		r->key = (uint32_t)rng_below(&rng, plan->key_count);
		r->length = w->request_size;
		r->start = rng_below(&rng, sizes[r->key] - r->length + 1);
	}
	return plan_fill_crcs(plan, source, err);
}

/* The keys in turn; those that come several times are read at offsets as far
 * apart as fits, and in shorter ranges where too few offsets exist. */
static int burst(const struct plan *plan, size_t i,
		 struct object_source *source, struct plan_request *r,
		 struct err *err)
{
	uint64_t turns = (plan->workload.concurrency + plan->key_count - 1) /
			 plan->key_count;
	uint64_t turn = i / plan->key_count;
	uint64_t length = plan->workload.request_size;
	struct object object;
	int code;

	r->key = (uint32_t)(i % plan->key_count);
	code = plan_find(plan, source, r->key, &object, err);
	if (code < 0)
		return code;
	object_close(source, &object);
	if (object.size < turns)
		return err_set(err, ERR_USAGE,
			       "the object %s has %" PRIu64 " bytes, too few "
			       "for %" PRIu64 " ranges at once: lower "
			       "--concurrency or give larger objects",
			       plan->keys[r->key], object.size, turns);
	length = length < PLAN_BURST_BYTES ? length : PLAN_BURST_BYTES;
	if (length > object.size - turns + 1)
		length = object.size - turns + 1;
	r->length = length;
	r->start = turns < 2 ? 0
			      : (object.size - length) / (turns - 1) * turn;
	return 0;
}

const struct workload_ops workload_fetch_range = {
	.about = { .name = "fetch_range",
		   .verbs = PLAN_VERB_BIT(PLAN_GET_RANGE) },
	.fill = fill,
	.burst = burst,
};
