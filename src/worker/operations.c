#include "worker/operations.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "formats/tiff.h"

void operations_init(struct operations *ops)
{
	memset(ops, 0, sizeof(*ops));
}

void operations_release(struct operations *ops)
{
	for (size_t i = 0; i < ops->key_count; i++) {
		free(ops->keys[i].url);
		free(ops->keys[i].text);
	}
	for (size_t i = 0; i < ops->rare_count; i++)
		free(ops->rares[i].more);
	free(ops->list);
	free(ops->keys);
	free(ops->key_table);
	free(ops->rares);
	free(ops->layouts);
	operations_init(ops);
}

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("/-_.~", c));
}

/* ENDPOINT/BUCKET/KEY, each byte of the key that is not plain as %XX. */
static char *make_url(const char *endpoint, const char *bucket, const char *key)
{
	struct str url = STR_INIT;

	str_addf(&url, "%s/%s/", endpoint, bucket);
	for (; *key; key++) {
		if (is_plain((unsigned char)*key))
			str_add_char(&url, *key);
		else
			str_addf(&url, "%%%02X", (unsigned char)*key);
	}
	return str_detach(&url);
}

/* Where the key is in the table, or the empty place where it would be. */
static size_t place_of(const struct operations *ops, const char *key)
{
	size_t at = (size_t)hash_bytes(key, strlen(key));

	for (;; at++) {
		uint32_t found = ops->key_table[at & (ops->table_size - 1)];

		if (!found || strcmp(ops->keys[found - 1].text, key) == 0)
			return at & (ops->table_size - 1);
	}
}

static void grow_table(struct operations *ops)
{
	if (ops->key_count * 2 < ops->table_size)
		return;
	ops->table_size = ops->table_size ? ops->table_size * 2 : 64;
	free(ops->key_table);
	ops->key_table = mem_array(ops->table_size, sizeof(*ops->key_table));
	for (size_t i = 0; i < ops->key_count; i++)
		ops->key_table[place_of(ops, ops->keys[i].text)] =
			(uint32_t)i + 1;
}

static uint32_t index_of_key(struct operations *ops, const char *key,
			     const char *endpoint, const char *bucket)
{
	size_t place;

	grow_table(ops);
	place = place_of(ops, key);
	if (!ops->key_table[place]) {
		MEM_ROOM(ops->keys, ops->key_count, ops->key_capacity);
		ops->keys[ops->key_count].text = mem_dup(key);
		ops->keys[ops->key_count].url = make_url(endpoint, bucket, key);
		ops->key_table[place] = (uint32_t)++ops->key_count;
	}
	return ops->key_table[place] - 1;
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
	const json_t *levels = json_object_get(expect, "levels");
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

static bool is_known(const char *name)
{
	static const char *const known[] = { "op",     "key",   "start",
					     "length", "crc32", "expect" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(name, known[i]) == 0)
			return true;
	}
	return false;
}

/* The members that the worker does not know, as text; NULL where there are
 * none. The caller frees. */
static char *more_of(json_t *line)
{
	json_t *more = NULL;
	const char *name;
	json_t *value;
	char *text;

	json_object_foreach(line, name, value) {
		if (is_known(name))
			continue;
		if (!more)
			more = json_object();
		json_object_set(more, name, value);
	}
	text = more ? json_dumps(more, JSON_COMPACT) : NULL;
	json_decref(more);
	return text;
}

static int read_rare(struct operations *ops, json_t *line,
		     struct operation *op, const char *what, struct err *err)
{
	const json_t *crc32 = json_object_get(line, "crc32");
	json_t *expect = NULL;
	struct rare rare = { .has_crc32 = false };
	struct tiff_layout layout;
	int code = json_get_object(line, "expect", false, &expect, what, err);

	if (code == 0 && crc32 && !json_is_null(crc32)) {
		code = read_u32(line, "crc32", &op->crc32, what, err);
		rare.has_crc32 = true;
	}
	if (code == 0 && expect) {
		code = read_layout(expect, &layout, what, err);
		if (code == 0)
			rare.expect = keep_layout(ops, &layout);
		if (op->length > ops->header_bytes)
			ops->header_bytes = op->length;
	}
	if (code < 0)
		return code;
	rare.more = more_of(line);
	if (!rare.has_crc32 && !rare.expect && !rare.more)
		return 0;
	MEM_ROOM(ops->rares, ops->rare_count, ops->rare_capacity);
	ops->rares[ops->rare_count++] = rare;
	op->rare = (uint32_t)ops->rare_count;
	return 0;
}

static int read_operation(struct operations *ops, json_t *line,
			  const char *endpoint, const char *bucket,
			  const char *what, struct err *err)
{
	struct operation op = { .rare = 0 };
	const char *key = NULL;
	int code = read_u32(line, "op", &op.number, what, err);

	if (code == 0)
		code = json_get_text(line, "key", true, &key, what, err);
	if (code == 0)
		code = json_get_u64(line, "start", true, &op.start, what, err);
	if (code == 0)
		code = json_get_u64(line, "length", true, &op.length, what,
				    err);
	if (code == 0 && (!op.length || op.length > INT64_MAX - op.start))
		code = err_set(err, ERR_INVALID,
			       "%s: 'start' and 'length' are no range", what);
	if (code == 0)
		code = read_rare(ops, line, &op, what, err);
	if (code < 0)
		return code;
	op.key = index_of_key(ops, key, endpoint, bucket);
	if (op.length > ops->longest_bytes)
		ops->longest_bytes = op.length;
	MEM_ROOM(ops->list, ops->count, ops->capacity);
	ops->list[ops->count++] = op;
	return 0;
}

static int read_line(struct operations *ops, const char *text, size_t n,
		     const char *endpoint, const char *bucket,
		     const char *what, struct err *err)
{
	json_error_t fault;
	json_t *line = json_loadb(text, n, 0, &fault);
	int code;

	if (!json_is_object(line))
		code = err_set(err, ERR_INVALID, "%s is no JSON object", what);
	else
		code = read_operation(ops, line, endpoint, bucket, what, err);
	json_decref(line);
	return code;
}

/* The endpoint may have a path of its own. */
static size_t path_of(const char *endpoint)
{
	const char *host = strstr(endpoint, "://");

	host = host ? host + 3 : endpoint;
	return (size_t)(host - endpoint) + strcspn(host, "/");
}

static int fail_open(const char *path, struct err *err)
{
	if (errno == ENOENT && !strncmp(path, "/proc/self/fd/", 14))
		return err_set(err, ERR_INVALID,
			       "%s of the packet 'setup' is not open here: was "
			       "the test started by another program? It must "
			       "pass on all descriptors", path);
	return err_sys(err, "the operations %s cannot be read", path);
}

int operations_load(struct operations *ops, const char *path,
		    const char *endpoint, const char *bucket,
		    const struct operations_part *part, struct err *err)
{
	FILE *file = fopen(path, "re");
	char *text = NULL, *what;
	size_t room = 0;
	ssize_t n;
	int code = 0;

	ops->path_at = path_of(endpoint);
	if (!file)
		return fail_open(path, err);
	for (uint64_t i = 0; code == 0 && ops->count < part->most; i++) {
		n = getline(&text, &room, file);
		if (n < 0)
			break;
		if (i % part->step != part->first)
			continue;
		what = mem_printf("%s, line %" PRIu64, path, i + 1);
		code = read_line(ops, text, (size_t)n, endpoint, bucket, what,
				 err);
		free(what);
	}
	if (code == 0 && ferror(file))
		code = err_sys(err, "the operations %s cannot be read", path);
	free(text);
	fclose(file);
	return code;
}

static const struct rare *rare_of(const struct operations *ops, size_t i)
{
	uint32_t rare = ops->list[i].rare;

	return rare ? &ops->rares[rare - 1] : NULL;
}

void operations_get(const struct operations *ops, size_t i,
		    struct benchmark_operation *out)
{
	const struct operation *op = &ops->list[i];
	const struct operation_key *key = &ops->keys[op->key];
	const struct rare *rare = rare_of(ops, i);

	out->number = op->number;
	out->key = key->text;
	out->url = key->url;
	out->path = key->url + ops->path_at;
	out->start = op->start;
	out->length = op->length;
	out->more = rare ? rare->more : NULL;
}

const uint32_t *operations_crc32(const struct operations *ops, size_t i)
{
	const struct rare *rare = rare_of(ops, i);

	return rare && rare->has_crc32 ? &ops->list[i].crc32 : NULL;
}

const struct tiff_layout *operations_expect(const struct operations *ops,
					    size_t i)
{
	const struct rare *rare = rare_of(ops, i);

	return rare && rare->expect ? &ops->layouts[rare->expect - 1] : NULL;
}
