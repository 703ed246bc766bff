/* Plans, proofs and bursts as JSON lines. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/work.h"
#include "plan/plan.h"
#include "plan/workload.h"

#define FLUSH_BYTES (1U << 20)

/* An open file that is written in pieces. */
struct output {
	int fd;
	struct str text;
};

#define OUTPUT(fd) ((struct output){ (fd), STR_INIT })

static int output_flush(struct output *out, size_t limit, struct err *err)
{
	if (out->text.len <= limit)
		return 0;
	if (file_write_all(out->fd, out->text.buf, out->text.len) < 0)
		return err_sys(err, "cannot write a plan: is there memory "
			       "left for it?");
	str_reset(&out->text);
	return 0;
}

/* Writes the rest, unless `code` says that something failed before. */
static int output_end(struct output *out, int code, struct err *err)
{
	if (code == 0)
		code = output_flush(out, 0, err);
	str_release(&out->text);
	return code;
}

static int add_key(const char *prefix, const char *key, struct str *out)
{
	json_t *string;
	char *whole = mem_printf("%s%s", prefix, key);
	char *text = NULL;

	string = json_string(whole);
	if (string)
		text = json_dumps(string, JSON_ENCODE_ANY);
	if (text)
		str_add(out, text);
	free(text);
	json_decref(string);
	free(whole);
	return string ? 0 : ERR_INVALID;
}

static void add_level(const struct tiff_level *level, struct str *out)
{
	str_addf(out, "{\"width\":%" PRIu32 ",\"height\":%" PRIu32
		 ",\"tile_width\":%" PRIu32 ",\"tile_height\":%" PRIu32
		 ",\"tiles\":%" PRIu32 ",\"tables_crc32\":%" PRIu32 "}",
		 level->width, level->height, level->tile_width,
		 level->tile_height, level->tiles, level->tables_crc32);
}

int plan_format(const struct plan_op *op, size_t number, const char *key_prefix,
		const char *key, const struct tiff_layout *layout,
		struct str *out)
{
	str_addf(out, "{\"op\":%zu,\"key\":", number);
	if (add_key(key_prefix, key, out) < 0)
		return ERR_INVALID;
	str_addf(out, ",\"start\":%" PRIu64 ",\"length\":%" PRIu64, op->start,
		 op->length);
	if (op->has_crc32)
		str_addf(out, ",\"crc32\":%" PRIu32, op->crc32);
	if (layout && layout->count) {
		str_add(out, ",\"expect\":{\"levels\":[");
		for (unsigned i = 0; i < layout->count; i++) {
			if (i)
				str_add_char(out, ',');
			add_level(&layout->level[i], out);
		}
		str_add(out, "]}");
	}
	str_add(out, "}\n");
	return 0;
}

/* A line of this plan, for any operation with one of its keys. */
static int format(const struct plan *plan, const struct plan_op *op,
		  size_t number, const char *key_prefix, struct str *out,
		  struct err *err)
{
	const struct tiff_layout *layout = plan->layouts
					   ? plan->layouts[op->key] : NULL;
	int code = plan_format(op, number, key_prefix, plan->keys[op->key],
			       layout, out);

	return code < 0 ? err_set(err, code,
				  "a key of the dataset is not UTF-8: rename "
				  "the object %s", plan->keys[op->key]) : 0;
}

int plan_format_op(const struct plan *plan, size_t i, struct str *out)
{
	return format(plan, &plan->ops[i], i, "", out, NULL);
}

int plan_write(const struct plan *plan, int fd, struct err *err)
{
	struct output out = OUTPUT(fd);
	int code = 0;

	for (size_t i = 0; code == 0 && i < plan->op_count; i++) {
		code = format(plan, &plan->ops[i], i, "", &out.text, err);
		if (code == 0)
			code = output_flush(&out, FLUSH_BYTES, err);
	}
	return output_end(&out, code, err);
}

/* Appends the operation's bytes to `out`. */
static int read_op(const struct plan *plan, struct object_source *source,
		   const struct plan_op *op, struct str *out, struct err *err)
{
	struct object object;
	int code = plan_find(plan, source, op->key, &object, err);

	if (code < 0)
		return code;
	str_reserve(out, op->length);
	code = object_read(source, &object, op->start, op->length,
			   out->buf + out->len, err);
	object_close(source, &object);
	if (code == 0)
		out->len += op->length;
	return code;
}

/* One operation of the proof: its bytes, then its line. */
static int prove(const struct plan *plan, struct object_source *source,
		 size_t i, uint64_t left, struct output *lines,
		 struct output *bytes, struct err *err)
{
	struct plan_op op = plan->ops[i];
	int code;

	op.length = op.length < left ? op.length : left;
	code = read_op(plan, source, &op, &bytes->text, err);
	if (code < 0)
		return code;
	op.crc32 = (uint32_t)crc32_z(0, (const Bytef *)bytes->text.buf +
				     bytes->text.len - op.length, op.length);
	op.has_crc32 = true;
	code = format(plan, &op, i, "", &lines->text, err);
	return code < 0 ? code : output_flush(bytes, FLUSH_BYTES, err);
}

int plan_write_proof(const struct plan *plan, struct object_source *source,
		     unsigned count, int lines_fd, int bytes_fd,
		     struct err *err)
{
	struct output lines = OUTPUT(lines_fd), bytes = OUTPUT(bytes_fd);
	uint64_t left = PLAN_PROOF_BYTES;
	int code = 0;

	work_begin(0, "operations", "reading the proof of %s", source->name);
	for (size_t i = 0; code == 0 && i < count && i < plan->op_count; i++) {
		uint64_t length = plan->ops[i].length;

		if (i && length > left)
			break;
		code = prove(plan, source, i, left, &lines, &bytes, err);
		left -= length < left ? length : left;
		if (code == 0)
			code = work_done(1, 0, err);
	}
	work_end();
	code = output_end(&bytes, code, err);
	return output_end(&lines, code, err);
}

static int set_crc(const struct plan *plan, struct object_source *source,
		   struct plan_op *op, struct err *err)
{
	struct object object;
	int code = plan_find(plan, source, op->key, &object, err);

	if (code < 0)
		return code;
	code = plan_crc(source, &object, op->start, op->length, &op->crc32,
			err);
	object_close(source, &object);
	op->has_crc32 = true;
	return code;
}

int plan_write_burst(const struct plan *plan, struct object_source *source,
		     const char *key_prefix, int fd, struct err *err)
{
	const struct workload_ops *ops = workload_of(plan->workload.test);
	struct output out = OUTPUT(fd);
	int code = 0;

	work_begin(plan->workload.concurrency, "operations",
		   "reading the burst of %s", source->name);
	for (size_t i = 0; code == 0 && i < plan->workload.concurrency; i++) {
		struct plan_op op = { 0 };

		code = ops->burst(plan, i, source, &op, err);
		if (code == 0)
			code = set_crc(plan, source, &op, err);
		if (code == 0)
			code = format(plan, &op, i, key_prefix, &out.text, err);
		if (code == 0)
			code = work_done(1, 0, err);
	}
	work_end();
	return output_end(&out, code, err);
}
