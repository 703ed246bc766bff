/* Operations as JSON lines: docs/worker-protocol.md, "The plan". */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "plan/plan.h"
#include "plan/workload.h"

int output_flush(struct output *out, size_t limit, struct err *err)
{
	if (out->text.len <= limit)
		return 0;
	if (file_write_all(out->fd, out->text.buf, out->text.len) < 0)
		return err_sys(err, "cannot write a plan: is there memory "
			       "left for it?");
	str_reset(&out->text);
	return 0;
}

int output_end(struct output *out, int code, struct err *err)
{
	if (code == 0)
		code = output_flush(out, 0, err);
	str_release(&out->text);
	return code;
}

/* The first `bytes` of the key behind the line's prefix. */
static int add_key(const struct line *line, const char *key, size_t bytes,
		   struct str *out, struct err *err)
{
	json_t *string;
	char *whole = mem_printf("%s%.*s", line->key_prefix, (int)bytes, key);
	char *text = NULL;

	string = json_string(whole);
	if (string)
		text = json_dumps(string, JSON_ENCODE_ANY);
	if (text)
		str_addf(out, "\"key\":%s", text);
	free(text);
	json_decref(string);
	free(whole);
	return string ? 0
		      : err_set(err, ERR_INVALID,
				"a key of the dataset is not UTF-8: rename "
				"the object %s", key);
}

static void add_level(const struct tiff_level *level, struct str *out)
{
	str_addf(out, "{\"width\":%" PRIu32 ",\"height\":%" PRIu32
		 ",\"tile_width\":%" PRIu32 ",\"tile_height\":%" PRIu32
		 ",\"tiles\":%" PRIu32 ",\"tables_crc32\":%" PRIu32 "}",
		 level->width, level->height, level->tile_width,
		 level->tile_height, level->tiles, level->tables_crc32);
}

static void add_levels(const struct tiff_layout *layout, struct str *out)
{
	str_add(out, "\"levels\":[");
	for (unsigned i = 0; i < layout->count; i++) {
		if (i)
			str_add_char(out, ',');
		add_level(&layout->level[i], out);
	}
	str_add_char(out, ']');
}

static void add_parts(const struct line *line, const struct plan_request *r,
		      struct str *out)
{
	for (size_t i = 0; i < r->parts; i++) {
		const struct plan_part *part = &line->plan->parts[r->start + i];

		str_addf(out, "%s[%" PRIu64 ",%" PRIu64 "]",
			 i ? "," : ",\"ranges\":[", part->start, part->length);
	}
	str_add_char(out, ']');
}

/* The members of a request, without its verb. */
static int add_members(const struct line *line, const struct plan_request *r,
		       struct str *out, struct err *err)
{
	const char *key = line->plan->keys[r->key];
	size_t bytes = r->verb == PLAN_LIST ? (size_t)r->start : strlen(key);
	int code = add_key(line, key, bytes, out, err);

	if (code < 0)
		return code;
	if (r->verb == PLAN_GET_RANGE)
		str_addf(out, ",\"start\":%" PRIu64, r->start);
	if (r->verb == PLAN_GET_RANGES)
		add_parts(line, r, out);
	else if (plan_is_reader(r->verb))
		str_addf(out, ",%s", line->plan->fields[r->start]);
	else
		str_addf(out, ",\"%s\":%" PRIu64,
			 r->verb == PLAN_LIST ? "keys" : "length", r->length);
	if (r->has_crc32)
		str_addf(out, ",\"crc32\":%" PRIu32, r->crc32);
	return 0;
}

static int add_stages(const struct line *line, struct str *out, struct err *err)
{
	int code = 0;

	str_add(out, "\"stages\":[[");
	for (size_t i = 0; code == 0 && i < line->request_count; i++) {
		const struct plan_request *r = &line->requests[i];

		if (i)
			str_add(out, r->stage ? "],[" : ",");
		str_addf(out, "{\"verb\":\"%s\",", plan_verb_name(r->verb));
		code = add_members(line, r, out, err);
		str_add_char(out, '}');
	}
	str_add(out, "]]");
	return code;
}

static bool is_plain(const struct line *line)
{
	return line->request_count == 1 &&
	       line->requests->verb == PLAN_GET_RANGE;
}

static void add_span(const char *name, const struct plan_span *span,
		     struct str *out)
{
	str_addf(out, "\"%s\":[%" PRIu64 ",%" PRIu64 "]", name, span->least,
		 span->most);
}

/* Of one ranged GET all know it. */
static void add_expect(const struct line *line, struct str *out)
{
	bool levels = line->layout && line->layout->count;
	struct plan_expect expect;

	if (is_plain(line) && !levels)
		return;
	str_add(out, ",\"expect\":{");
	if (levels)
		add_levels(line->layout, out);
	if (!is_plain(line)) {
		if (levels)
			str_add_char(out, ',');
		plan_expect_requests(line->requests, line->request_count,
				     line->sees, &expect);
		add_span("requests", &expect.requests, out);
		if (expect.body_bytes.most != UINT64_MAX) {
			str_add_char(out, ',');
			add_span("body_bytes", &expect.body_bytes, out);
		}
	}
	str_add_char(out, '}');
}

int line_add(const struct line *line, struct str *out, struct err *err)
{
	int code;

	str_addf(out, "{\"op\":%zu,", line->number);
	code = is_plain(line) ? add_members(line, line->requests, out, err)
			      : add_stages(line, out, err);
	if (code < 0)
		return code;
	add_expect(line, out);
	str_add(out, "}\n");
	return 0;
}

struct line line_of(const struct plan *plan, size_t op)
{
	size_t first = plan_first(plan, op);
	const struct plan_request *r = &plan->requests[first];

	return (struct line){
		.plan = plan,
		.requests = r,
		.request_count = plan_first(plan, op + 1) - first,
		.number = op,
		.key_prefix = "",
		.layout = plan->layouts ? plan->layouts[r->key] : NULL,
		.sees = plan->sees ? &plan->sees[op] : NULL,
	};
}

int plan_format_op(const struct plan *plan, size_t i, struct str *out)
{
	struct line line = line_of(plan, i);

	return line_add(&line, out, NULL);
}

int plan_write(const struct plan *plan, int fd, struct err *err)
{
	struct output out = OUTPUT(fd);
	int code = 0;

	for (size_t i = 0; code == 0 && i < plan->op_count; i++) {
		struct line line = line_of(plan, i);

		code = line_add(&line, &out.text, err);
		if (code == 0)
			code = output_flush(&out, FLUSH_BYTES, err);
	}
	return output_end(&out, code, err);
}
