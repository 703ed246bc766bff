#include "plan/workload.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/hash.h"
#include "plan/plan.h"

/* One line a workload; the first is for tests of any other name. */
static const struct workload_ops *const workloads[] = {
	&workload_fetch_range,
	&workload_cog_header,
};

#define WORKLOADS (sizeof(workloads) / sizeof(*workloads))

#define PLAN_BYTES (16ULL << 30)
#define OPS_MIN 2048U
#define OPS_MAX 16384U
#define SAMPLE_ONE_IN 32U

static const struct workload_ops *named(const char *test)
{
	const struct workload_ops *best = NULL;

	for (size_t i = 0; i < WORKLOADS; i++) {
		size_t n = strlen(workloads[i]->name);

		if (!strncmp(test, workloads[i]->name, n) &&
		    (!best || n > strlen(best->name)))
			best = workloads[i];
	}
	return best;
}

const struct workload_ops *workload_of(const char *test)
{
	const struct workload_ops *ops = named(test);

	return ops ? ops : workloads[0];
}

bool plan_known_test(const char *test)
{
	return named(test) != NULL;
}

const char *plan_workload_of(const char *test)
{
	return workload_of(test)->name;
}

bool plan_is_sampled(const struct workload *workload, size_t i)
{
	return i < workload->replicas ||
	       hash_pair(workload->seed, i) % SAMPLE_ONE_IN == 0;
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

int plan_find(const struct plan *plan, struct object_source *source,
	      uint32_t key, struct object *out, struct err *err)
{
	const char *name = plan->keys[key];

	return source->ops->find(source, name, strlen(name), out, err);
}

static void add_crc(void *context, const void *bytes, size_t n)
{
	uLong *value = context;

	*value = crc32_z(*value, bytes, n);
}

int plan_crc(struct object_source *source, const struct object *object,
	     uint64_t start, uint64_t length, uint32_t *crc, struct err *err)
{
	uLong value = 0;
	int code = object_walk(source, object, start, length, add_crc, &value,
			       err);

	*crc = (uint32_t)value;
	return code;
}
