#include "plan/workload.h"

#include <string.h>

#include "base/hash.h"
#include "plan/plan.h"

#define PLAN_BYTES (16ULL << 30)
#define OPS_MIN 2048U
#define OPS_MAX 16384U
#define SAMPLE_ONE_IN 32U

const struct workload_ops *workload_named(const char *name)
{
	const struct workload_ops *const *at = plan_workloads;

	while (*at && strcmp((*at)->about.name, name))
		at++;
	return *at;
}

const struct workload_about *plan_workload(size_t i)
{
	size_t count = 0;

	while (plan_workloads[count])
		count++;
	return i < count ? &plan_workloads[i]->about : NULL;
}

bool plan_is_sampled(const struct workload *workload, size_t i)
{
	return i < workload->replicas ||
	       hash_pair(workload->seed, i) % SAMPLE_ONE_IN == 0;
}

void plan_rng(const struct plan *plan, struct rng *out)
{
	const char *name = plan->workload.test;

	rng_init(out, hash_pair(plan->workload.seed,
				hash_bytes(name, strlen(name))));
}

size_t plan_op_count(uint64_t request_bytes, size_t round)
{
	uint64_t count = PLAN_BYTES / request_bytes;

	if (count < OPS_MIN)
		count = OPS_MIN;
	if (count > OPS_MAX)
		count = OPS_MAX;
	count -= count % round;
	return count ? (size_t)count : round;
}
