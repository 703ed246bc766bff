#include "plan/plan.h"

#include <assert.h>
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
	if (workload->request_size < 1)
		return err_set(err, ERR_USAGE,
			       "a request of no bytes reads nothing: give "
			       "--request-size of at least 1");
	if (max_keys < 1 || max_keys > PLAN_KEYS_MAX)
		return err_set(err, ERR_USAGE,
			       "a plan cannot be made of %" PRIu64 " keys: give "
			       "--keys from 1 to %d", max_keys, PLAN_KEYS_MAX);
	return 0;
}

int plan_check(const struct workload *workload, struct err *err)
{
	const struct workload_ops *ops = workload_named(workload->test);

	if (!ops)
		return err_set(err, ERR_USAGE, "there is no workload '%s'",
			       workload->test);
	return ops->check ? ops->check(workload, err) : 0;
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
	uint64_t *sizes = NULL;
	int code;

	memset(out, 0, sizeof(*out));
	code = check_workload(workload, max_keys, err);
	if (code == 0)
		code = plan_check(workload, err);
	if (code < 0)
		return code;
	out->workload = *workload;
	code = list_keys(out, source, max_keys, &sizes, err);
	if (code == 0)
		code = workload_named(workload->test)
			       ->fill(out, sizes, source, err);
	free(sizes);
	LOG(PLAN, "%s: %zu operations over %zu keys of %s", workload->test,
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
	free(plan->requests);
	free(plan->first);
	free(plan->parts);
	for (size_t i = 0; i < plan->field_count; i++)
		free(plan->fields[i]);
	free(plan->fields);
	free(plan->sees);
	memset(plan, 0, sizeof(*plan));
}

static void put_end(struct plan *plan, size_t at)
{
	MEM_ROOM(plan->first, at, plan->first_capacity);
	plan->first[at] = (uint32_t)plan->request_count;
}

void plan_begin_op(struct plan *plan)
{
	if (!plan->first)
		put_end(plan, 0);
	put_end(plan, ++plan->op_count);
}

void plan_add(struct plan *plan, enum plan_verb verb, uint32_t key,
	      uint64_t start, uint64_t length, bool stage)
{
	assert(plan->request_count - plan->first[plan->op_count - 1] <
	       PLAN_REQUESTS_MAX);
	MEM_ROOM(plan->requests, plan->request_count, plan->request_capacity);
	plan->requests[plan->request_count++] = (struct plan_request){
		.verb = (uint8_t)verb,
		.key = key,
		.start = verb == PLAN_GET_RANGES ? plan->part_count : start,
		.length = length,
		.stage = stage,
	};
	plan->first[plan->op_count] = (uint32_t)plan->request_count;
}

void plan_add_part(struct plan *plan, uint64_t start, uint64_t length)
{
	struct plan_request *r = &plan->requests[plan->request_count - 1];

	assert(r->parts < PLAN_PARTS_MAX);
	MEM_ROOM(plan->parts, plan->part_count, plan->part_capacity);
	plan->parts[plan->part_count++] = (struct plan_part){ start, length };
	r->parts++;
	r->length += length;
}

void plan_add_reader(struct plan *plan, enum plan_verb verb, uint32_t key,
		     bool stage, const char *fields)
{
	plan_add(plan, verb, key, plan->field_count, 0, stage);
	MEM_ROOM(plan->fields, plan->field_count, plan->field_capacity);
	plan->fields[plan->field_count++] = mem_dup(fields);
}

void plan_sees(struct plan *plan, const struct plan_store_sees *sees)
{
	size_t op = plan->op_count - 1;

	MEM_ROOM(plan->sees, op, plan->sees_capacity);
	plan->sees[op] = *sees;
}

/* In the order of keys, and of offsets, so that what lies together is read
 * together, and what is asked for twice stands side by side. */
static int compare(const void *a, const void *b)
{
	const struct plan_request *x = *(struct plan_request *const *)a;
	const struct plan_request *y = *(struct plan_request *const *)b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->verb != y->verb)
		return x->verb < y->verb ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->length < y->length ? -1 : x->length > y->length;
}

/* All requests of the sampled operations that have no CRC; returns how many. */
static size_t sampled(struct plan *plan, struct plan_request **out)
{
	size_t count = 0;

	for (size_t op = 0; op < plan->op_count; op++) {
		if (!plan_is_sampled(&plan->workload, op))
			continue;
		for (size_t i = plan_first(plan, op);
		     i < plan_first(plan, op + 1); i++)
			if (!plan->requests[i].has_crc32)
				out[count++] = &plan->requests[i];
	}
	return count;
}

/* Requests of one key, whose object is opened once at most. */
static int fill_key_crcs(const struct plan *plan, struct object_source *source,
			 struct plan_request **at, size_t count,
			 struct err *err)
{
	struct object object;
	bool opened = false;
	int code = 0;

	for (size_t i = 0; code == 0 && i < count; i++) {
		if (i && !compare(&at[i], &at[i - 1])) {
			at[i]->crc32 = at[i - 1]->crc32;
			at[i]->has_crc32 = at[i - 1]->has_crc32;
		} else if (!has_body(at[i])) {
			code = answer_crc(plan, source, at[i], err);
		} else {
			if (!opened)
				code = plan_find(plan, source, at[i]->key,
						 &object, err);
			opened |= code == 0;
			if (code == 0)
				code = answer_crc_in(plan, source, &object,
						     at[i], err);
		}
		if (code == 0)
			code = work_done(1, 0, err);
	}
	if (opened)
		object_close(source, &object);
	return code;
}

int plan_fill_crcs(struct plan *plan, struct object_source *source,
		   struct err *err)
{
	size_t most = plan_first(plan, plan->op_count);
	struct plan_request **at = mem_array(most + 1, sizeof(*at));
	size_t count = sampled(plan, at), end;
	int code = 0;

	qsort(at, count, sizeof(*at), compare);
	work_begin(count, "ranges", "reading checked ranges of %s",
		   source->name);
	for (size_t i = 0; code == 0 && i < count; i = end) {
		for (end = i + 1; end < count && at[end]->key == at[i]->key;)
			end++;
		code = fill_key_crcs(plan, source, at + i, end - i, err);
	}
	work_end();
	free(at);
	return code;
}
