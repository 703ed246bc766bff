/*
 * check_list, for the harness's own checks: the names of an object's folder, or
 * in half of the operations all names of the bucket, then the first bytes of the
 * object.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plan/plan.h"
#include "plan/workload.h"

/* How long a key's folder is, with its slash: 0 where it has none. */
static size_t folder_of(const char *key)
{
	const char *slash = strrchr(key, '/');

	return slash ? (size_t)(slash + 1 - key) : 0;
}

/* How many names the prefix of key `i` has: neighbours share a folder. */
static int count_names(const struct plan *plan, struct object_source *source,
		       uint32_t i, const uint64_t *counts, uint64_t *out,
		       struct err *err)
{
	size_t n = folder_of(plan->keys[i]);
	uint32_t ignored;

	if (i && folder_of(plan->keys[i - 1]) == n &&
	    !strncmp(plan->keys[i - 1], plan->keys[i], n)) {
		*out = counts[i - 1];
		return 0;
	}
	return plan_list(plan, source, i, n, out, &ignored, err);
}

static void add_op(struct plan *plan, uint32_t key, uint64_t size,
		   size_t prefix, uint64_t names)
{
	uint64_t length = plan->workload.request_size;

	plan_begin_op(plan);
	plan_add(plan, PLAN_LIST, key, prefix, names, false);
	plan_add(plan, PLAN_GET_RANGE, key, 0, length < size ? length : size,
		 true);
}

static int fill(struct plan *plan, uint64_t *sizes,
		struct object_source *source, struct err *err)
{
	const struct workload *w = &plan->workload;
	size_t ops = plan_op_count(w->request_size, w->replicas);
	uint64_t *counts = mem_array(plan->key_count, sizeof(*counts)), all;
	uint32_t *keys = mem_array(plan->key_count, sizeof(*keys)), ignored;
	size_t count = 0;
	int code = plan_list(plan, source, 0, 0, &all, &ignored, err);

	for (uint32_t i = 0; code == 0 && i < plan->key_count; i++) {
		code = count_names(plan, source, i, counts, &counts[i], err);
		if (sizes[i])
			keys[count++] = i;
	}
	if (code == 0 && !count)
		code = err_set(err, ERR_USAGE, "all objects of %s are empty",
			       source->name);
	for (size_t i = 0; code == 0 && i < ops; i++) {
		uint32_t key = keys[i % count];

		if (i / 2 % 2)
			add_op(plan, key, sizes[key], 0, all);
		else
			add_op(plan, key, sizes[key],
			       folder_of(plan->keys[key]), counts[key]);
	}
	free(keys);
	free(counts);
	return code < 0 ? code : plan_fill_crcs(plan, source, err);
}

const struct workload_ops workload_check_list = {
	.about = { .name = "check_list",
		   .verbs = PLAN_VERB_BIT(PLAN_GET_RANGE) |
			    PLAN_VERB_BIT(PLAN_LIST),
		   .hidden = true },
	.fill = fill,
};
