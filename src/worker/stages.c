#include "worker/stages.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "worker/line.h"
#include "worker/verb.h"

static int read_key(struct operations *ops, const json_t *entry,
		    struct request *request, const char *what, struct err *err)
{
	const char *key = NULL;
	int code = json_get_text(entry, "key", true, &key, what, err);

	if (code == 0)
		request->key = operations_key(
			ops, key, request->verb == BENCHMARK_LIST);
	return code;
}

static bool is_range(const json_t *pair)
{
	const json_t *start = json_array_get(pair, 0);
	const json_t *length = json_array_get(pair, 1);

	return json_array_size(pair) == 2 && json_is_integer(start) &&
	       json_is_integer(length) && json_integer_value(start) >= 0 &&
	       json_integer_value(length) > 0 &&
	       line_is_range((uint64_t)json_integer_value(start),
			     (uint64_t)json_integer_value(length));
}

static void add_range(struct operations *ops, const json_t *pair)
{
	MEM_ROOM(ops->ranges, ops->range_count, ops->range_capacity);
	ops->ranges[ops->range_count++] = (struct benchmark_range){
		.start = (uint64_t)json_integer_value(json_array_get(pair, 0)),
		.length = (uint64_t)json_integer_value(json_array_get(pair, 1)),
	};
}

static int read_ranges(struct operations *ops, const json_t *entry,
		       struct request *request, const char *what,
		       struct err *err)
{
	const json_t *ranges = json_object_get(entry, "ranges");
	size_t count = json_array_size(ranges);

	if (!count || count > PLAN_PARTS_MAX)
		return err_set(err, ERR_INVALID,
			       "%s: member 'ranges' is no list of 1 to %d",
			       what, PLAN_PARTS_MAX);
	request->range = (uint32_t)ops->range_count;
	request->range_count = (uint16_t)count;
	for (size_t i = 0; i < count; i++) {
		const json_t *pair = json_array_get(ranges, i);

		if (!is_range(pair))
			return err_set(err, ERR_INVALID,
				       "%s: range %zu of 'ranges' is no "
				       "[start, length]", what, i + 1);
		add_range(ops, pair);
		request->length += ops->ranges[ops->range_count - 1].length;
		if (request->length > INT64_MAX)
			return err_set(err, ERR_INVALID,
				       "%s: 'ranges' are too long together",
				       what);
	}
	return 0;
}

static int read_count(const json_t *entry, const char *name, uint64_t least,
		      struct request *request, const char *what,
		      struct err *err)
{
	int code = json_get_u64(entry, name, true, &request->length, what, err);

	if (code == 0 && request->length < least)
		code = err_set(err, ERR_INVALID,
			       "%s: member '%s' is under %" PRIu64, what, name,
			       least);
	return code;
}

static int read_extent(struct operations *ops, const json_t *entry,
		       struct request *request, const char *what,
		       struct err *err)
{
	switch (request->verb) {
	case BENCHMARK_GET_RANGE:
		return line_read_range(entry, &request->start, &request->length,
				       what, err);
	case BENCHMARK_GET_RANGES:
		return read_ranges(ops, entry, request, what, err);
	case BENCHMARK_GET_SUFFIX:
		return read_count(entry, "length", 1, request, what, err);
	case BENCHMARK_LIST:
		return read_count(entry, "keys", 0, request, what, err);
	case BENCHMARK_READ_VALUES:
		return 0;
	default:
		return read_count(entry, "length", 0, request, what, err);
	}
}

static int check_verb(const struct operations *ops, enum benchmark_verb verb,
		      const char *what, struct err *err)
{
	struct str done = STR_INIT;

	if (ops->verbs & BENCHMARK_DOES(verb))
		return 0;
	verb_add_names(&done, ops->verbs);
	if (!ops->verbs)
		err_set(err, ERR_INVALID,
			"%s: this test does single ranged GETs and no stages: "
			"its member 'verbs' is 0", what);
	else
		err_set(err, ERR_INVALID,
			"%s: this test does not do %s, only %s", what,
			plan_verb_name(verb), done.buf);
	str_release(&done);
	return ERR_INVALID;
}

static int read_verb(const struct operations *ops, const json_t *entry,
		     struct request *request, const char *what, struct err *err)
{
	enum benchmark_verb verb = BENCHMARK_GET_RANGE;
	const char *name = NULL;
	int code = json_get_text(entry, "verb", false, &name, what, err);

	if (code == 0 && name)
		code = verb_find(name, &verb, what, err);
	request->verb = (uint8_t)verb;
	return code < 0 ? code : check_verb(ops, verb, what, err);
}

/* What else a reader is told. */
static void read_more(struct operations *ops, json_t *entry,
		      struct request *request)
{
	static const char *const known[] = { "verb",   "key",  "start",
					     "length", "ranges", "keys",
					     "crc32",  NULL };
	char *more;

	if (!verb_is_reader(request->verb))
		return;
	more = line_more(entry, known);
	if (!more)
		return;
	MEM_ROOM(ops->mores, ops->more_count, ops->more_capacity);
	request->range = (uint32_t)ops->more_count;
	request->has_more = true;
	ops->mores[ops->more_count++] = more;
}

static int read_request(struct operations *ops, json_t *entry,
			struct request *request, const char *what,
			struct err *err)
{
	int code;

	if (!json_is_object(entry))
		return err_set(err, ERR_INVALID, "%s is no JSON object", what);
	code = read_verb(ops, entry, request, what, err);
	if (code == 0)
		code = read_key(ops, entry, request, what, err);
	if (code == 0)
		code = read_extent(ops, entry, request, what, err);
	if (code == 0 && request->verb != BENCHMARK_HEAD) {
		bool has_crc32 = false;

		code = line_read_crc32(entry, &has_crc32, &request->crc32, what,
				       err);
		request->has_crc32 = has_crc32;
	}
	if (code == 0)
		read_more(ops, entry, request);
	return code;
}

static void add_request(struct operations *ops, struct rare *rare,
			const struct request *request)
{
	MEM_ROOM(ops->requests, ops->request_count, ops->request_capacity);
	ops->requests[ops->request_count++] = *request;
	rare->request_count++;
	if (verb_has_body(request->verb) &&
	    request->length > ops->longest_bytes)
		ops->longest_bytes = request->length;
}

static int read_stage(struct operations *ops, const json_t *stage, size_t at,
		      struct rare *rare, const char *what, struct err *err)
{
	size_t count = json_array_size(stage);
	int code = 0;

	if (!count || rare->request_count + count > PLAN_REQUESTS_MAX)
		return err_set(err, ERR_INVALID,
			       "%s: stage %zu is no list of requests, 1 at "
			       "least and %d in all stages", what, at + 1,
			       PLAN_REQUESTS_MAX);
	if (count > ops->widest)
		ops->widest = (unsigned)count;
	for (size_t i = 0; i < count && code == 0; i++) {
		struct request request = { .ends_stage = i + 1 == count };
		char where[512];

		snprintf(where, sizeof(where), "%.400s, stage %zu, request %zu",
			 what, at + 1, i + 1);
		code = read_request(ops, json_array_get(stage, i), &request,
				    where, err);
		add_request(ops, rare, &request);
	}
	return code;
}

int stages_read(struct operations *ops, const json_t *line, struct rare *rare,
		const char *what, struct err *err)
{
	const json_t *stages = json_object_get(line, "stages");
	size_t count = json_array_size(stages);
	int code = 0;

	if (!count || count > PLAN_STAGES_MAX)
		return err_set(err, ERR_INVALID,
			       "%s: member 'stages' is no list of 1 to %d",
			       what, PLAN_STAGES_MAX);
	rare->request = (uint32_t)ops->request_count;
	for (size_t i = 0; i < count && code == 0; i++)
		code = read_stage(ops, json_array_get(stages, i), i, rare, what,
				  err);
	return code;
}
