/* check_ranges, for the harness's own checks: several ranges by one call. */

#include "plan/plan.h"
#include "plan/workload.h"

#define RANGES 4

/* As far apart as fits, so that none of them touch. */
static void add_ranges(struct plan *plan, struct rng *rng, uint64_t size)
{
	uint64_t part = size / RANGES;
	uint64_t length = plan->workload.request_size;

	length = length < part ? length : part;
	for (unsigned i = 0; i < RANGES; i++)
		plan_add_part(plan, part * i + rng_below(rng, part - length +
							      1), length);
}

static int fill(struct plan *plan, uint64_t *sizes,
		struct object_source *source, struct err *err)
{
	const struct workload *w = &plan->workload;
	size_t ops = plan_op_count(w->request_size, w->replicas);
	struct rng rng;

	plan_rng(plan, &rng);
	for (size_t i = 0; i < ops; i++) {
		uint32_t key = (uint32_t)(i % plan->key_count);

		if (sizes[key] < RANGES)
			return err_set(err, ERR_USAGE,
				       "check_ranges needs objects of %d bytes "
				       "or more, and %s has fewer", RANGES,
				       plan->keys[key]);
		plan_begin_op(plan);
		plan_add(plan, PLAN_GET_RANGES, key, 0, 0, false);
		add_ranges(plan, &rng, sizes[key]);
	}
	return plan_fill_crcs(plan, source, err);
}

const struct workload_ops workload_check_ranges = {
	.about = { .name = "check_ranges",
		   .verbs = PLAN_VERB_BIT(PLAN_GET_RANGE) |
			    PLAN_VERB_BIT(PLAN_GET_RANGES),
		   .hidden = true },
	.fill = fill,
};
