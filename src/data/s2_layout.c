/*
 * Writes the first 4,208 bytes of a Sentinel-2 band from its layout. They are
 * the TIFF header, GDAL's ghost area, the directories at their offsets, each
 * with its tag data behind it, and the tables of tile offsets and byte counts.
 */
#include "data/s2.h"

#include <inttypes.h>
#include <string.h>

#include "base/embedded.h"
#include "base/json.h"
#include "formats/tiff.h"

#define WHAT "the embedded layout of s2"

/* Types of TIFF fields. */
enum { ASCII = 2, SHORT = 3, LONG = 4, DOUBLE = 12 };

/* The tags that every directory has, beside NewSubfileType and the georeference
 * of the first. */
#define COMMON_ENTRIES 14
#define GEO_ENTRIES 4

static const char ghost_text[] =
	"LAYOUT=IFDS_BEFORE_DATA\n"
	"BLOCK_ORDER=ROW_MAJOR\n"
	"BLOCK_LEADER=SIZE_AS_UINT4\n"
	"BLOCK_TRAILER=LAST_4_BYTES_REPEATED\n"
	"KNOWN_INCOMPATIBLE_EDITION=NO\n ";

static const char geo_ascii[] = "WGS 84 / UTM zone 10N|WGS 84|";

/* Key, where its value is (0: here), how many, value. */
static const uint16_t geo_keys[] = {
	1, 1, 0, 7,            /* version 1.1.0, seven keys */
	1024, 0, 1, 1,         /* a projected system */
	1025, 0, 1, 1,         /* pixels are areas */
	1026, 34737, 22, 0,    /* its citation in geo_ascii */
	2049, 34737, 7, 22,    /* that of the datum */
	2054, 0, 1, 9102,      /* degrees */
	3072, 0, 1, 32610,     /* EPSG:32610 */
	3076, 0, 1, 9001,      /* metres */
};

static const double pixel_scale[] = { 10, 10, 0 };
static const double tie_point[] = { 0, 0, 0, 600000, 5100000, 0 };

/* Writes one directory. */
struct writer {
	unsigned char *bytes; /* the whole header */
	size_t start;         /* of the directory */
	size_t entry;         /* where the next entry goes */
	size_t data;          /* where the next tag data goes */
	unsigned entries;
};

static void put(unsigned char *to, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (unsigned char)(value >> (8 * i));
}

/* An entry; `value` is its value or the offset of its values. */
static void add(struct writer *w, unsigned tag, unsigned type, size_t count,
		uint64_t value)
{
	unsigned char *at = w->bytes + w->entry;

	put(at, tag, 2);
	put(at + 2, type, 2);
	put(at + 4, count, 4);
	put(at + 8, value, 4);
	w->entry += 12;
	w->entries++;
}

static void add_doubles(struct writer *w, unsigned tag, const double *values,
			size_t count)
{
	add(w, tag, DOUBLE, count, w->data);
	for (size_t i = 0; i < count; i++) {
		uint64_t bits;

		memcpy(&bits, &values[i], 8);
		put(w->bytes + w->data, bits, 8);
		w->data += 8;
	}
}

static void add_geo(struct writer *w)
{
	size_t keys = sizeof(geo_keys) / sizeof(geo_keys[0]);

	add_doubles(w, 33550, pixel_scale, 3);
	add_doubles(w, 33922, tie_point, 6);
	add(w, 34735, SHORT, keys, w->data);
	for (size_t i = 0; i < keys; i++, w->data += 2)
		put(w->bytes + w->data, geo_keys[i], 2);
	add(w, 34737, ASCII, sizeof(geo_ascii), w->data);
	memcpy(w->bytes + w->data, geo_ascii, sizeof(geo_ascii));
	w->data += sizeof(geo_ascii);
}

/* What one level of the layout says, checked. */
struct level {
	uint64_t width, height, tile;
	const json_t *offsets, *counts;
	size_t tiles;
};

static int read_level(const json_t *json, struct level *out, struct err *err)
{
	int code;

	if ((code = json_get_u64(json, "width", true, &out->width, WHAT, err)) ||
	    (code = json_get_u64(json, "height", true, &out->height, WHAT,
				 err)) ||
	    (code = json_get_u64(json, "tile", true, &out->tile, WHAT, err)))
		return code;
	out->offsets = json_object_get(json, "tile_offsets");
	out->counts = json_object_get(json, "tile_byte_counts");
	out->tiles = json_array_size(out->offsets);
	if (!out->tiles || json_array_size(out->counts) != out->tiles)
		return err_set(err, ERR_INVALID,
			       WHAT " has a level without equal tile tables");
	return 0;
}

/* The table's values at `at`, four bytes each. */
static void put_table(unsigned char *at, const json_t *values)
{
	for (size_t i = 0; i < json_array_size(values); i++)
		put(at + 4 * i,
		    (uint64_t)json_integer_value(json_array_get(values, i)), 4);
}

/* All entries in the order of their tags, as TIFF wants them. */
static void add_entries(struct writer *w, const struct level *level,
			bool overview, size_t tables)
{
	if (overview)
		add(w, 254, LONG, 1, 1); /* a smaller version of another image */
	add(w, 256, LONG, 1, level->width);
	add(w, 257, LONG, 1, level->height);
	add(w, 258, SHORT, 1, 16); /* bits a sample */
	add(w, 259, SHORT, 1, 8);  /* deflate */
	add(w, 262, SHORT, 1, 1);  /* black is zero */
	add(w, 277, SHORT, 1, 1);  /* samples a pixel */
	add(w, 284, SHORT, 1, 1);  /* contiguous */
	add(w, 317, SHORT, 1, 2);  /* horizontal differences */
	add(w, 322, SHORT, 1, level->tile);
	add(w, 323, SHORT, 1, level->tile);
	add(w, 324, LONG, level->tiles, tables);
	add(w, 325, LONG, level->tiles, tables + 4 * level->tiles);
	add(w, 339, SHORT, 1, 1);  /* unsigned */
	if (!overview)
		add_geo(w);
	add(w, 42113, ASCII, 2, '0'); /* no data: "0" */
}

/* Directory `number`, between `start` and `end`, with its tables at *tables,
 * which moves behind them. `next` is the next directory's offset. */
static int put_directory(struct s2_layout *out, const json_t *json,
			 unsigned number, size_t start, size_t end, size_t next,
			 size_t *tables, struct err *err)
{
	unsigned expected = COMMON_ENTRIES + (number ? 1 : GEO_ENTRIES);
	struct writer w = { .bytes = out->header, .start = start,
			    .entry = start + 2,
			    .data = start + 2 + 12 * expected + 4 };
	size_t data_bytes = number ? 0 : sizeof(pixel_scale) +
			    sizeof(tie_point) + sizeof(geo_keys) +
			    sizeof(geo_ascii);
	struct level level;
	int code = read_level(json, &level, err);

	if (code < 0)
		return code;
	if (end > S2_HEADER_BYTES || start > end ||
	    w.data + data_bytes > end ||
	    *tables + 8 * level.tiles > S2_HEADER_BYTES)
		return err_set(err, ERR_INVALID,
			       WHAT " leaves no room for directory %u", number);
	add_entries(&w, &level, number != 0, *tables);
	put(out->header + start, w.entries, 2);
	put(out->header + w.entry, next, 4);
	put_table(out->header + *tables, level.offsets);
	put_table(out->header + *tables + 4 * level.tiles, level.counts);
	*tables += 8 * level.tiles;
	return 0;
}

/* Bytes 0 up to the first directory: the mark, and how GDAL lays out COGs. */
static int put_start(struct s2_layout *out, size_t first, struct err *err)
{
	char size_line[64];
	int n = snprintf(size_line, sizeof(size_line),
			 "GDAL_STRUCTURAL_METADATA_SIZE=%06zu bytes\n",
			 sizeof(ghost_text) - 1);
	size_t at = 8 + (size_t)n;

	if (at + sizeof(ghost_text) - 1 > first)
		return err_set(err, ERR_INVALID,
			       WHAT " leaves no room for the ghost area");
	memcpy(out->header, "II\x2a\0", 4);
	put(out->header + 4, first, 4);
	memcpy(out->header + 8, size_line, (size_t)n);
	memcpy(out->header + at, ghost_text, sizeof(ghost_text) - 1);
	return 0;
}

static size_t offset_of(const json_t *offsets, size_t i)
{
	return (size_t)json_integer_value(json_array_get(offsets, i));
}

static int put_directories(struct s2_layout *out, const json_t *offsets,
			   const json_t *levels, size_t data_end,
			   struct err *err)
{
	size_t count = json_array_size(levels), tables = data_end;
	int code = put_start(out, offset_of(offsets, 0), err);

	for (size_t i = 0; code == 0 && i < count; i++) {
		size_t next = i + 1 < count ? offset_of(offsets, i + 1) : 0;

		code = put_directory(out, json_array_get(levels, i),
				     (unsigned)i, offset_of(offsets, i),
				     next ? next : data_end, next, &tables,
				     err);
	}
	if (code == 0 && tables != S2_HEADER_BYTES)
		return err_set(err, ERR_INVALID,
			       WHAT " ends its tables at byte %zu", tables);
	return code;
}

static int build(struct s2_layout *out, const json_t *json, struct err *err)
{
	const json_t *offsets = json_object_get(json, "ifd_offsets");
	const json_t *levels = json_object_get(json, "levels");
	uint64_t header_bytes = 0, data_end = 0;
	struct tiff_layout parsed;
	int code;

	if ((code = json_get_u64(json, "size_bytes", true, &out->size, WHAT,
				 err)) ||
	    (code = json_get_u64(json, "header_bytes", true, &header_bytes,
				 WHAT, err)) ||
	    (code = json_get_u64(json, "tag_data_end", true, &data_end, WHAT,
				 err)))
		return code;
	if (header_bytes != S2_HEADER_BYTES || data_end > header_bytes ||
	    !json_array_size(levels) ||
	    json_array_size(levels) != json_array_size(offsets))
		return err_set(err, ERR_INVALID,
			       WHAT " does not have a header of %u bytes and a "
			       "directory for each level", S2_HEADER_BYTES);
	code = put_directories(out, offsets, levels, data_end, err);
	if (code < 0)
		return code;
	code = tiff_parse(out->header, S2_HEADER_BYTES, &parsed, err);
	return code < 0 ? err_wrap(err, code, WHAT) : 0;
}

int s2_layout_build(struct s2_layout *out, struct err *err)
{
	json_error_t where;
	json_t *json = json_loads(embedded_s2_layout[0].text, 0, &where);
	int code;

	memset(out, 0, sizeof(*out));
	if (!json)
		return err_set(err, ERR_INVALID, WHAT " is not JSON: %s",
			       where.text);
	code = build(out, json, err);
	json_decref(json);
	return code;
}
