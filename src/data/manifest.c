/* What a source holds, as JSON lines. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/work.h"
#include "data/data.h"
#include "formats/tiff.h"

/* Headers are sought in the first 16 KiB, where COGs have theirs, and then in
 * the first MiB. */
static const uint64_t header_bytes[] = { 16384, 1048576 };

static json_t *layout_json(const struct tiff_layout *layout)
{
	json_t *levels = json_array();

	for (unsigned i = 0; i < layout->count; i++) {
		const struct tiff_level *level = &layout->level[i];

		json_array_append_new(levels, json_pack(
			"{s:I, s:I, s:I, s:I, s:I, s:I}",
			"width", (json_int_t)level->width,
			"height", (json_int_t)level->height,
			"tile_width", (json_int_t)level->tile_width,
			"tile_height", (json_int_t)level->tile_height,
			"tiles", (json_int_t)level->tiles,
			"tables_crc32", (json_int_t)level->tables_crc32));
	}
	return json_pack("{s:o}", "levels", levels);
}

/* Adds the member `layout` where the object is a TIFF. */
static int add_layout(struct object_source *source, const char *key,
		      json_t *line, struct err *err)
{
	struct object object;
	int code = source->ops->find(source, key, strlen(key), &object, err);

	if (code < 0)
		return code;
	for (size_t i = 0; i < sizeof(header_bytes) / sizeof(*header_bytes);
	     i++) {
		uint64_t n = object.size < header_bytes[i] ? object.size
							   : header_bytes[i];
		char *bytes = mem_new(n + 1);
		struct tiff_layout layout;
		bool more;

		code = object_read(source, &object, 0, n, bytes, err);
		more = code == 0 && tiff_is_tiff(bytes, n) &&
		       tiff_parse(bytes, n, &layout, NULL) < 0;
		if (code == 0 && tiff_is_tiff(bytes, n) && !more)
			json_object_set_new(line, "layout",
					    layout_json(&layout));
		free(bytes);
		if (!more || n == object.size)
			break;
	}
	object_close(source, &object);
	return code;
}

static int add_line(struct object_source *source,
		    const struct object_entry *entry, FILE *out,
		    struct err *err)
{
	json_t *line = json_pack("{s:s, s:s, s:s, s:I, s:s}",
				 "name", source->name, "bucket", source->bucket,
				 "key", entry->key,
				 "size", (json_int_t)entry->object.size,
				 "etag", entry->object.etag);
	char *text = NULL;
	int code;

	if (!line)
		return err_set(err, ERR_INVALID,
			       "a key of %s is not UTF-8: rename that object",
			       source->name);
	code = add_layout(source, entry->key, line, err);
	if (code == 0)
		text = json_dumps(line, JSON_COMPACT);
	if (text && fprintf(out, "%s\n", text) < 0)
		code = err_sys(err, "cannot write the manifest");
	free(text);
	json_decref(line);
	return code;
}

int data_manifest_write(struct object_source *source, FILE *out,
			uint64_t limit, struct err *err)
{
	struct object_entry *entry = mem_new(sizeof(*entry));
	char after[OBJECT_KEY_MAX + 1] = "";
	int code = 0;

	work_begin(limit, "objects", "reading headers of %s", source->name);
	object_begin(source);
	for (uint64_t i = 0; code == 0 && (!limit || i < limit); i++) {
		code = source->ops->next(source, "", after, entry, err);
		if (code == ERR_NOT_FOUND) {
			code = 0;
			break;
		}
		if (code == 0)
			code = add_line(source, entry, out, err);
		if (code == ERR_NOT_FOUND)
			code = 0; /* it went away after it was listed */
		strcpy(after, entry->key);
		if (code == 0)
			code = work_done(1, 0, err);
	}
	work_end();
	free(entry);
	return code;
}
