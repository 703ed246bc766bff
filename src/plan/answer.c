/* What the store has to answer to a request: bytes of objects, or names. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/work.h"
#include "plan/workload.h"

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

/* Range `i` of those that it asks for; false after the last. */
static bool range_of(const struct plan *plan, const struct plan_request *r,
		     const struct object *object, size_t i,
		     struct plan_part *out)
{
	if (r->verb == PLAN_GET_RANGES) {
		if (i < r->parts)
			*out = plan->parts[r->start + i];
		return i < r->parts;
	}
	*out = (struct plan_part){ r->start, r->length };
	if (r->verb == PLAN_GET_SUFFIX)
		out->start = object->size - r->length;
	return i == 0;
}

int answer_crc_in(const struct plan *plan, struct object_source *source,
		  const struct object *object, struct plan_request *r,
		  struct err *err)
{
	struct plan_part range;
	uLong value = 0;
	int code = 0;

	for (size_t i = 0; code == 0 && range_of(plan, r, object, i, &range);
	     i++)
		code = object_walk(source, object, range.start, range.length,
				   add_crc, &value, err);
	r->crc32 = (uint32_t)value;
	r->has_crc32 = code == 0;
	return code;
}

int plan_list(const struct plan *plan, struct object_source *source,
	      uint32_t key, size_t prefix_bytes, uint64_t *count, uint32_t *crc,
	      struct err *err)
{
	struct object_entry *entry = mem_new(sizeof(*entry));
	char *prefix = mem_dup_n(plan->keys[key], prefix_bytes);
	char *after = mem_dup("");
	uLong value = 0;
	int code;

	*count = 0;
	object_begin(source);
	while ((code = source->ops->next(source, prefix, after, entry, err)) ==
	       0) {
		free(after);
		after = mem_dup(entry->key);
		value = crc32_z(value, (const Bytef *)after, strlen(after));
		value = crc32_z(value, (const Bytef *)"\n", 1);
		++*count;
		code = work_done(0, 0, err);
		if (code < 0)
			break;
	}
	*crc = (uint32_t)value;
	free(after);
	free(prefix);
	free(entry);
	return code == ERR_NOT_FOUND ? 0 : code;
}

int answer_crc(const struct plan *plan, struct object_source *source,
	       struct plan_request *r, struct err *err)
{
	struct object object;
	uint64_t count;
	int code;

	if (r->verb == PLAN_HEAD)
		return 0;
	if (r->verb == PLAN_LIST) {
		code = plan_list(plan, source, r->key, (size_t)r->start, &count,
				 &r->crc32, err);
		r->has_crc32 = code == 0;
		return code;
	}
	if (plan_is_reader(r->verb)) {
		code = workload_named(plan->workload.test)
			       ->values(plan, source, r, err);
		r->has_crc32 = code == 0;
		return code;
	}
	code = plan_find(plan, source, r->key, &object, err);
	if (code < 0)
		return code;
	code = answer_crc_in(plan, source, &object, r, err);
	object_close(source, &object);
	return code;
}

int answer_read(const struct plan *plan, struct object_source *source,
		const struct plan_request *r, struct str *out, struct err *err)
{
	struct plan_part range;
	struct object object;
	int code;

	if (!has_body(r))
		return 0;
	code = plan_find(plan, source, r->key, &object, err);
	if (code < 0)
		return code;
	for (size_t i = 0; code == 0 && range_of(plan, r, &object, i, &range);
	     i++) {
		str_reserve(out, range.length);
		code = object_read(source, &object, range.start, range.length,
				   out->buf + out->len, err);
		out->len += code == 0 ? range.length : 0;
	}
	object_close(source, &object);
	return code;
}

void answer_as_range(const struct plan *plan, struct plan_request *r)
{
	struct plan_part part = { 0, r->length };

	if (r->verb == PLAN_GET_RANGES)
		part = plan->parts[r->start];
	if (r->verb != PLAN_GET && r->verb != PLAN_GET_RANGES)
		return;
	r->verb = PLAN_GET_RANGE;
	r->start = part.start;
	r->length = part.length;
	r->parts = 0;
}

void answer_shorten(const struct plan *plan, struct plan_request *r,
		    uint64_t bytes)
{
	if (r->length <= bytes || !has_body(r))
		return;
	answer_as_range(plan, r);
	if (r->length > bytes)
		r->length = bytes;
}
