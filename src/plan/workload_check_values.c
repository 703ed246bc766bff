/*
 * check_values, for the harness's own checks: the first bytes of an object, then
 * at once some readings of its 16-bit values. A reader may make one request or
 * two of each.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "plan/plan.h"
#include "plan/workload.h"

#define READINGS 3
#define VALUE_BYTES 2

static void add_op(struct plan *plan, struct rng *rng, uint32_t key,
		   uint64_t size)
{
	uint64_t values = size / VALUE_BYTES, bytes = plan->workload.request_size;
	uint64_t count = bytes / VALUE_BYTES;
	struct plan_store_sees sees = { { 1 + READINGS, 1 + 2 * READINGS },
					{ 0, 0 } };

	bytes = bytes < size ? bytes : size;
	count = count < values ? count : values;
	plan_begin_op(plan);
	plan_add(plan, PLAN_GET_RANGE, key, 0, bytes, false);
	for (int i = 0; i < READINGS; i++) {
		uint64_t first = rng_below(rng, values - count + 1);
		char *fields = mem_printf("\"first\":%llu,\"count\":%llu",
					  (unsigned long long)first,
					  (unsigned long long)count);

		plan_add_reader(plan, PLAN_READ_VALUES, key, !i, fields);
		free(fields);
	}
	sees.body_bytes.least = bytes + READINGS * count * VALUE_BYTES;
	sees.body_bytes.most = sees.body_bytes.least;
	plan_sees(plan, &sees);
}

static int fill(struct plan *plan, uint64_t *sizes,
		struct object_source *source, struct err *err)
{
	const struct workload *w = &plan->workload;
	size_t ops = plan_op_count(w->request_size, w->replicas);
	uint32_t *keys = mem_array(plan->key_count, sizeof(*keys));
	size_t count = 0;
	struct rng rng;

	for (uint32_t i = 0; i < plan->key_count; i++)
		if (sizes[i] >= VALUE_BYTES)
			keys[count++] = i;
	plan_rng(plan, &rng);
	for (size_t i = 0; count && i < ops; i++)
		add_op(plan, &rng, keys[i % count], sizes[keys[i % count]]);
	free(keys);
	if (!count)
		return err_set(err, ERR_USAGE, "no object of %s has a value of "
			       "%d bytes", source->name, VALUE_BYTES);
	return plan_fill_crcs(plan, source, err);
}

static uint64_t field(const json_t *fields, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(fields, name));
}

/* The values of an object are its bytes. */
static int values(const struct plan *plan, struct object_source *source,
		  struct plan_request *request, struct err *err)
{
	char *text = mem_printf("{%s}", plan->fields[request->start]);
	json_t *fields = json_loads(text, 0, NULL);
	struct plan_request range = {
		.key = request->key,
		.verb = PLAN_GET_RANGE,
		.start = field(fields, "first") * VALUE_BYTES,
		.length = field(fields, "count") * VALUE_BYTES,
	};
	int code = answer_crc(plan, source, &range, err);

	request->crc32 = range.crc32;
	json_decref(fields);
	free(text);
	return code;
}

const struct workload_ops workload_check_values = {
	.about = { .name = "check_values",
		   .verbs = PLAN_VERB_BIT(PLAN_GET_RANGE) |
			    PLAN_VERB_BIT(PLAN_READ_VALUES),
		   .hidden = true },
	.fill = fill,
	.values = values,
};
