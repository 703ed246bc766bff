#include "worker/line.h"

#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "formats/tiff.h"
#include "worker/stages.h"

/* What null says is as if it were not there. */
static const json_t *member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

static int read_u32(const json_t *object, const char *name, uint32_t *out,
		    const char *what, struct err *err)
{
	uint64_t value = 0;
	int code = json_get_u64(object, name, true, &value, what, err);

	if (code == 0 && value > UINT32_MAX)
		code = err_set(err, ERR_INVALID,
			       "%s: member '%s' is over 4294967295", what,
			       name);
	*out = (uint32_t)value;
	return code;
}

static int read_level(const json_t *object, struct tiff_level *level,
		      const char *what, struct err *err)
{
	const struct {
		const char *name;
		uint32_t *out;
	} members[] = {
		{ "width", &level->width },
		{ "height", &level->height },
		{ "tile_width", &level->tile_width },
		{ "tile_height", &level->tile_height },
		{ "tiles", &level->tiles },
		{ "tables_crc32", &level->tables_crc32 },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		int code = read_u32(object, members[i].name, members[i].out,
				    what, err);

		if (code < 0)
			return code;
	}
	return 0;
}

static int read_layout(const json_t *expect, struct tiff_layout *layout,
		       const char *what, struct err *err)
{
	const json_t *levels = member(expect, "levels");
	size_t count = json_array_size(levels);
	int code = 0;

	memset(layout, 0, sizeof(*layout));
	if (!count || count > TIFF_LEVELS_MAX)
		return err_set(err, ERR_INVALID,
			       "%s: 'expect' must have 1 to %d levels", what,
			       TIFF_LEVELS_MAX);
	layout->count = (unsigned)count;
	for (size_t i = 0; i < count && code == 0; i++)
		code = read_level(json_array_get(levels, i), &layout->level[i],
				  what, err);
	return code;
}

/* 1 + index of the layout; neighbours in the plan often expect the same. */
static uint32_t keep_layout(struct operations *ops,
			    const struct tiff_layout *layout)
{
	size_t n = ops->layout_count;

	for (size_t i = n; i > 0 && n - i < 8; i--) {
		if (tiff_layout_equal(&ops->layouts[i - 1], layout))
			return (uint32_t)i;
	}
	MEM_ROOM(ops->layouts, ops->layout_count, ops->layout_capacity);
	ops->layouts[ops->layout_count++] = *layout;
	return (uint32_t)ops->layout_count;
}

static bool is_known(const char *const *known, const char *name)
{
	while (*known && strcmp(name, *known))
		known++;
	return *known;
}

char *line_more(json_t *object, const char *const *known)
{
	json_t *more = NULL;
	const char *name;
	json_t *value;
	char *text;

	json_object_foreach(object, name, value) {
		if (is_known(known, name))
			continue;
		if (!more)
			more = json_object();
		json_object_set(more, name, value);
	}
	text = more ? json_dumps(more, JSON_COMPACT) : NULL;
	json_decref(more);
	return text;
}

/* Levels are those of the first answer: it must be bytes in one piece. */
static int check_header(const struct operations *ops, const struct rare *rare,
			const char *what, struct err *err)
{
	const struct request *first = &ops->requests[rare->request];

	if (!rare->request_count || first->verb == BENCHMARK_GET_RANGE ||
	    first->verb == BENCHMARK_GET)
		return 0;
	return err_set(err, ERR_INVALID,
		       "%s: 'expect' has levels, and the first request is no "
		       "get_range and no get", what);
}

static int read_expect(struct operations *ops, const json_t *line,
		       struct rare *rare, const char *what, struct err *err)
{
	json_t *expect = NULL;
	struct tiff_layout layout;
	int code = json_get_object(line, "expect", false, &expect, what, err);

	if (code < 0 || !member(expect, "levels"))
		return code;
	code = read_layout(expect, &layout, what, err);
	if (code == 0)
		code = check_header(ops, rare, what, err);
	if (code == 0)
		rare->expect = keep_layout(ops, &layout);
	return code;
}

bool line_is_range(uint64_t start, uint64_t length)
{
	return length && start <= INT64_MAX && length <= INT64_MAX - start;
}

int line_read_crc32(const json_t *object, bool *has_crc32, uint32_t *crc32,
		    const char *what, struct err *err)
{
	*has_crc32 = member(object, "crc32") != NULL;
	return *has_crc32 ? read_u32(object, "crc32", crc32, what, err) : 0;
}

int line_read_range(const json_t *object, uint64_t *start, uint64_t *length,
		    const char *what, struct err *err)
{
	int code = json_get_u64(object, "start", true, start, what, err);

	if (code == 0)
		code = json_get_u64(object, "length", true, length, what, err);
	if (code == 0 && !line_is_range(*start, *length))
		code = err_set(err, ERR_INVALID,
			       "%s: 'start' and 'length' are no range", what);
	return code;
}

static int read_range(struct operations *ops, const json_t *line,
		      struct operation *op, struct rare *rare, const char *what,
		      struct err *err)
{
	const char *key = NULL;
	int code = json_get_text(line, "key", true, &key, what, err);

	if (code == 0)
		code = line_read_range(line, &op->start, &op->length, what,
				       err);
	if (code == 0)
		code = line_read_crc32(line, &rare->has_crc32, &op->crc32, what,
				       err);
	if (code < 0)
		return code;
	op->key = operations_key(ops, key, false);
	if (op->length > ops->longest_bytes)
		ops->longest_bytes = op->length;
	return 0;
}

static void keep(struct operations *ops, struct operation *op,
		 const struct rare *rare)
{
	uint64_t first = rare->request_count ?
				 ops->requests[rare->request].length :
				 op->length;

	if (rare->expect && first > ops->header_bytes)
		ops->header_bytes = first;
	if (rare->has_crc32 || rare->expect || rare->more ||
	    rare->request_count) {
		MEM_ROOM(ops->rares, ops->rare_count, ops->rare_capacity);
		ops->rares[ops->rare_count++] = *rare;
		op->rare = (uint32_t)ops->rare_count;
	}
	MEM_ROOM(ops->list, ops->count, ops->capacity);
	ops->list[ops->count++] = *op;
}

static int read_operation(struct operations *ops, json_t *line,
			  const char *what, struct err *err)
{
	static const char *const known[] = { "op",     "key",	"start",
					     "length", "crc32", "expect",
					     "stages", NULL };
	struct operation op = { .rare = 0 };
	struct rare rare = { .has_crc32 = false };
	int code = read_u32(line, "op", &op.number, what, err);

	if (code == 0)
		code = member(line, "stages") ?
			       stages_read(ops, line, &rare, what, err) :
			       read_range(ops, line, &op, &rare, what, err);
	if (code == 0)
		code = read_expect(ops, line, &rare, what, err);
	if (code < 0)
		return code;
	rare.more = line_more(line, known);
	keep(ops, &op, &rare);
	return 0;
}

int line_read(struct operations *ops, const char *text, size_t n,
	      const char *what, struct err *err)
{
	json_error_t fault;
	json_t *line = json_loadb(text, n, 0, &fault);
	int code;

	if (!json_is_object(line))
		code = err_set(err, ERR_INVALID, "%s is no JSON object", what);
	else
		code = read_operation(ops, line, what, err);
	json_decref(line);
	return code;
}
