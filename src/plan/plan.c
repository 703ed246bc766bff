#include "plan/plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/work.h"
#include "plan/workload.h"

static int check_workload(const struct workload *workload, uint64_t max_keys,
			  struct err *err)
{
	if (workload->replicas < 1 || workload->concurrency < 1)
		return err_set(err, ERR_USAGE,
			       "%u replicas with %u operations in flight do "
			       "nothing: give --replicas and --concurrency of "
			       "at least 1", workload->replicas,
			       workload->concurrency);
	if (max_keys < 1 || max_keys > PLAN_KEYS_MAX)
		return err_set(err, ERR_USAGE,
			       "a plan cannot be made of %" PRIu64 " keys: give "
			       "--keys from 1 to %d", max_keys, PLAN_KEYS_MAX);
	return 0;
}

uint64_t plan_request_bytes(const struct workload *workload)
{
	return workload->request_size
		       ? workload->request_size
		       : workload_of(workload->test)->default_bytes;
}

int plan_check(const struct workload *workload, struct err *err)
{
	const struct workload_ops *ops = workload_of(workload->test);
	struct workload filled = *workload;

	filled.request_size = plan_request_bytes(workload);
	return ops->check ? ops->check(&filled, err) : 0;
}

/* Fills plan->keys and *sizes, which the caller frees. */
static int list_keys(struct plan *plan, struct object_source *source,
		     uint64_t max_keys, uint64_t **sizes, struct err *err)
{
	struct object_entry *entry = mem_new(sizeof(*entry));
	size_t key_capacity = 0, size_capacity = 0;
	const char *after = "";
	int code = 0;

	work_begin(0, "keys", "listing %s", source->name);
	object_begin(source);
	while (plan->key_count < max_keys) {
		code = source->ops->next(source, "", after, entry, err);
		if (code == 0)
			code = work_done(1, 0, err);
		if (code < 0)
			break;
		MEM_ROOM(*sizes, plan->key_count, size_capacity);
		(*sizes)[plan->key_count] = entry->object.size;
		MEM_ROOM(plan->keys, plan->key_count, key_capacity);
		after = plan->keys[plan->key_count++] = mem_dup(entry->key);
	}
	plan->cut = code == 0;
	free(entry);
	work_end();
	if (code < 0 && code != ERR_NOT_FOUND)
		return code;
	if (!plan->key_count)
		return err_set(err, ERR_USAGE, "%s %s has no objects: %s",
			       source->outside ? "the bucket" : "the dataset",
			       source->name, source->outside
			       ? "give another --bucket, or another --prefix"
			       : "give another with --dataset");
	return 0;
}

int plan_make(struct plan *out, const struct workload *workload,
	      struct object_source *source, uint64_t max_keys, struct err *err)
{
	const struct workload_ops *ops = workload_of(workload->test);
	uint64_t *sizes = NULL;
	int code;

	memset(out, 0, sizeof(*out));
	code = check_workload(workload, max_keys, err);
	if (code == 0)
		code = plan_check(workload, err);
	if (code < 0)
		return code;
	out->workload = *workload;
	out->workload.request_size = plan_request_bytes(workload);
	code = list_keys(out, source, max_keys, &sizes, err);
	if (code == 0)
		code = ops->fill(out, sizes, source, err);
	free(sizes);
	LOG(PLAN, "%s: %zu operations over %zu keys of %s", ops->name,
	    out->op_count, out->key_count, source->name);
	return code;
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->key_count; i++) {
		free(plan->keys[i]);
		if (plan->layouts)
			free(plan->layouts[i]);
	}
	free(plan->keys);
	free(plan->layouts);
	free(plan->left_out);
	free(plan->ops);
	memset(plan, 0, sizeof(*plan));
}

/* In the order of keys, so that each is opened once, and of offsets, so that
 * what lies together is read together. */
static int compare_ops(const void *a, const void *b)
{
	const struct plan_op *x = *(struct plan_op *const *)a;
	const struct plan_op *y = *(struct plan_op *const *)b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static int fill_key_crcs(const struct plan *plan, struct object_source *source,
			 struct plan_op **ops, size_t count, struct err *err)
{
	struct object object;
	int code = plan_find(plan, source, ops[0]->key, &object, err);

	if (code < 0)
		return code;
	for (size_t i = 0; code == 0 && i < count; i++) {
		if (i && ops[i]->start == ops[i - 1]->start &&
		    ops[i]->length == ops[i - 1]->length)
			ops[i]->crc32 = ops[i - 1]->crc32;
		else
			code = plan_crc(source, &object, ops[i]->start,
					ops[i]->length, &ops[i]->crc32, err);
		ops[i]->has_crc32 = code == 0;
		if (code == 0)
			code = work_done(1, 0, err);
	}
	object_close(source, &object);
	return code;
}

int plan_fill_crcs(struct plan *plan, struct object_source *source,
		   struct err *err)
{
	struct plan_op **ops = mem_array(plan->op_count + 1, sizeof(*ops));
	size_t count = 0, end;
	int code = 0;

	for (size_t i = 0; i < plan->op_count; i++)
		if (!plan->ops[i].has_crc32 &&
		    plan_is_sampled(&plan->workload, i))
			ops[count++] = &plan->ops[i];
	qsort(ops, count, sizeof(*ops), compare_ops);
	work_begin(count, "ranges", "reading checked ranges of %s",
		   source->name);
	for (size_t i = 0; code == 0 && i < count; i = end) {
		for (end = i + 1; end < count && ops[end]->key == ops[i]->key;)
			end++;
		code = fill_key_crcs(plan, source, ops + i, end - i, err);
	}
	work_end();
	free(ops);
	return code;
}
