#include "formats/tiff.h"

#include <endian.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>

/* X(NAME, tag, "what it is"): all that a reader of tiles needs. */
#define TAGS(X)                                                                \
	X(WIDTH, 256, "width")                                                 \
	X(HEIGHT, 257, "height")                                               \
	X(TILE_WIDTH, 322, "tile width")                                       \
	X(TILE_HEIGHT, 323, "tile height")                                     \
	X(OFFSETS, 324, "tile offsets")                                        \
	X(COUNTS, 325, "tile byte counts")

enum tag {
#define X(name, number, text) TAG_##name,
	TAGS(X)
#undef X
	TAG_KINDS
};

static const char *const tag_text[] = {
#define X(name, number, text) text,
	TAGS(X)
#undef X
};

/* One entry of a directory. `at` is where its values are: in the entry itself
 * or elsewhere. `width` is 0 where the directory has no such entry. */
struct entry {
	uint64_t count;
	uint64_t at;
	unsigned width; /* bytes of a value */
};

struct reader {
	const unsigned char *bytes;
	uint64_t n;
	bool big_endian;
	bool big_tiff;
	unsigned number; /* of the directory, for sentences */
	enum tiff_flaw flaw;
	bool measuring;  /* goes on behind tables that are cut off … */
	uint64_t needed; /* … and keeps where the last of them ends */
	struct err *err;
};

static int tag_of(uint64_t number)
{
	switch (number) {
#define X(name, value, text)                                                   \
	case value:                                                            \
		return TAG_##name;
		TAGS(X)
#undef X
	default:
		return -1;
	}
}

/* Bytes of the types SHORT, LONG, LONG8 and IFD8; 0 for all others. */
static unsigned width_of(uint64_t type)
{
	switch (type) {
	case 3:
		return 2;
	case 4:
		return 4;
	case 16:
	case 18:
		return 8;
	default:
		return 0;
	}
}

/* The unsigned number of 2, 4 or 8 bytes at `at`, which is inside. */
static inline uint64_t number_at(const struct reader *r, uint64_t at,
				 unsigned width)
{
	uint64_t v8;
	uint32_t v4;
	uint16_t v2;

	switch (width) {
	case 2:
		memcpy(&v2, r->bytes + at, 2);
		return r->big_endian ? be16toh(v2) : le16toh(v2);
	case 4:
		memcpy(&v4, r->bytes + at, 4);
		return r->big_endian ? be32toh(v4) : le32toh(v4);
	default:
		memcpy(&v8, r->bytes + at, 8);
		return r->big_endian ? be64toh(v8) : le64toh(v8);
	}
}

static bool inside(const struct reader *r, uint64_t at, uint64_t bytes)
{
	return at <= r->n && bytes <= r->n - at;
}

/* Beyond what a file's offsets can say. */
static uint64_t sum(uint64_t at, uint64_t bytes)
{
	return at > UINT64_MAX - bytes ? UINT64_MAX : at + bytes;
}

static int outside(struct reader *r, uint64_t at, uint64_t bytes,
		   const char *what)
{
	uint64_t end = sum(at, bytes);

	r->flaw = TIFF_LONG;
	if (end > r->needed)
		r->needed = end;
	return err_set(r->err, ERR_INVALID,
		       "the %s of TIFF directory %u at byte %" PRIu64
		       " ends at byte %" PRIu64 " and does not lie within the "
		       "%" PRIu64 " bytes read", what, r->number, at, end,
		       r->n);
}

bool tiff_is_tiff(const void *bytes, size_t n)
{
	return n >= 8 && (!memcmp(bytes, "II\x2a\0", 4) ||
			  !memcmp(bytes, "MM\0\x2a", 4) ||
			  !memcmp(bytes, "II\x2b\0", 4) ||
			  !memcmp(bytes, "MM\0\x2b", 4));
}

/* Byte order, kind, and the offset of the first directory. */
static int read_header(struct reader *r, uint64_t *first)
{
	if (!tiff_is_tiff(r->bytes, r->n))
		return err_set(r->err, ERR_INVALID,
			       "not a TIFF: the first bytes are not its mark");
	r->big_endian = r->bytes[0] == 'M';
	r->big_tiff = number_at(r, 2, 2) == 43;
	if (!r->big_tiff) {
		*first = number_at(r, 4, 4);
		return 0;
	}
	if (r->n < 16 || number_at(r, 4, 2) != 8 || number_at(r, 6, 2) != 0)
		return err_set(r->err, ERR_INVALID,
			       "not a BigTIFF: its offsets do not have 8 bytes");
	*first = number_at(r, 8, 8);
	return 0;
}

/* The entry at byte `at`, where it is one that is needed. */
static int read_entry(struct reader *r, uint64_t at, struct entry entries[])
{
	unsigned word = r->big_tiff ? 8 : 4;
	uint64_t value = at + 4 + word;
	int tag = tag_of(number_at(r, at, 2)), code;
	struct entry *entry;
	uint64_t bytes;

	if (tag < 0)
		return 0;
	entry = &entries[tag];
	if (entry->width)
		return err_set(r->err, ERR_INVALID,
			       "TIFF directory %u has two entries of %s",
			       r->number, tag_text[tag]);
	entry->width = width_of(number_at(r, at + 2, 2));
	entry->count = number_at(r, at + 4, word);
	if (!entry->width || !entry->count)
		return err_set(r->err, ERR_INVALID,
			       "TIFF directory %u: %s has type %" PRIu64
			       " and %" PRIu64 " values",
			       r->number, tag_text[tag],
			       number_at(r, at + 2, 2), entry->count);
	/* Divides, because the product could wrap round. */
	entry->at = entry->count <= word / entry->width
			    ? value : number_at(r, value, word);
	bytes = entry->count > UINT64_MAX / entry->width
			? UINT64_MAX : entry->count * entry->width;
	if (inside(r, entry->at, bytes))
		return 0;
	code = outside(r, entry->at, bytes, tag_text[tag]);
	return r->measuring ? 0 : code;
}

/* All entries of the directory at *at, which becomes the next one's offset. */
static int read_directory(struct reader *r, uint64_t *at,
			  struct entry entries[])
{
	unsigned count_bytes = r->big_tiff ? 8 : 2;
	unsigned entry_bytes = r->big_tiff ? 20 : 12;
	unsigned next_bytes = r->big_tiff ? 8 : 4;
	uint64_t start = *at, count, bytes;

	if (!inside(r, start, count_bytes))
		return outside(r, start, count_bytes, "entry count");
	count = number_at(r, start, count_bytes);
	start += count_bytes;
	bytes = count > UINT64_MAX / 32 ? UINT64_MAX
					: count * entry_bytes + next_bytes;
	if (!inside(r, start, bytes))
		return outside(r, start, bytes, "list of entries");
	for (uint64_t i = 0; i < count; i++) {
		int code = read_entry(r, start + i * entry_bytes, entries);

		if (code < 0)
			return code;
	}
	for (int tag = 0; tag < TAG_KINDS; tag++)
		if (!entries[tag].width) {
			r->flaw = TIFF_UNTILED;
			return err_set(r->err, ERR_INVALID,
				       "TIFF directory %u has no %s: it is not "
				       "tiled", r->number, tag_text[tag]);
		}
	*at = number_at(r, start + count * entry_bytes, next_bytes);
	return 0;
}

/* The one value of an entry, a size in pixels. */
static int read_size(const struct reader *r, const struct entry entries[],
		     enum tag tag, uint32_t *out)
{
	const struct entry *entry = &entries[tag];
	uint64_t value = number_at(r, entry->at, entry->width);

	if (entry->count != 1 || !value || value > UINT32_MAX)
		return err_set(r->err, ERR_INVALID,
			       "TIFF directory %u: %s is not a number of pixels",
			       r->number, tag_text[tag]);
	*out = (uint32_t)value;
	return 0;
}

/* CRC of a table as if its values had 64 bits, little-endian. */
static uint32_t crc_table(const struct reader *r, const struct entry *entry,
			  uint32_t crc)
{
	uint64_t wide[256];
	uint64_t at = entry->at;
	unsigned width = entry->width;

	for (uint64_t left = entry->count; left;) {
		unsigned n = left < 256 ? (unsigned)left : 256;

		for (unsigned i = 0; i < n; i++)
			wide[i] = htole64(number_at(r, at + i * width, width));
		crc = (uint32_t)crc32(crc, (const Bytef *)wide, n * 8);
		at += n * width;
		left -= n;
	}
	return crc;
}

/* Whether the table has one entry a tile, or a tile and band. */
static bool count_fits(const struct tiff_level *level)
{
	uint64_t across = ((uint64_t)level->width + level->tile_width - 1) /
			  level->tile_width;
	uint64_t down = ((uint64_t)level->height + level->tile_height - 1) /
			level->tile_height;

	return across <= level->tiles && down <= level->tiles / across &&
	       level->tiles % (across * down) == 0;
}

static int read_level(struct reader *r, const struct entry entries[],
		      struct tiff_level *out)
{
	const struct entry *offsets = &entries[TAG_OFFSETS];
	const struct entry *counts = &entries[TAG_COUNTS];

	if (read_size(r, entries, TAG_WIDTH, &out->width) < 0 ||
	    read_size(r, entries, TAG_HEIGHT, &out->height) < 0 ||
	    read_size(r, entries, TAG_TILE_WIDTH, &out->tile_width) < 0 ||
	    read_size(r, entries, TAG_TILE_HEIGHT, &out->tile_height) < 0)
		return ERR_INVALID;
	out->tiles = (uint32_t)offsets->count;
	if (offsets->count != counts->count || offsets->count > UINT32_MAX ||
	    !count_fits(out))
		return err_set(r->err, ERR_INVALID,
			       "TIFF directory %u: %" PRIu64 " tile offsets and "
			       "%" PRIu64 " tile byte counts do not fit %" PRIu32
			       " x %" PRIu32 " pixels in tiles of %" PRIu32
			       " x %" PRIu32, r->number, offsets->count,
			       counts->count, out->width, out->height,
			       out->tile_width, out->tile_height);
	out->tables_crc32 = crc_table(r, counts, crc_table(r, offsets, 0));
	return 0;
}

/* Whether the directory at `at`, which is to be read, may be. */
static int check_link(struct reader *r, const uint64_t seen[], uint64_t at)
{
	for (unsigned i = 0; i < r->number; i++)
		if (seen[i] == at)
			return err_set(r->err, ERR_INVALID,
				       "the chain of TIFF directories does not "
				       "end: directory %u leads back to "
				       "directory %u", r->number - 1, i);
	if (r->number < TIFF_LEVELS_MAX)
		return 0;
	r->flaw = TIFF_DIRECTORIES;
	return err_set(r->err, ERR_INVALID,
		       "the TIFF has more than %d directories, the limit of "
		       "this program", TIFF_LEVELS_MAX);
}

/* All directories; `out` is NULL where they are only measured. */
static int read_chain(struct reader *r, struct tiff_layout *out)
{
	uint64_t seen[TIFF_LEVELS_MAX], at = 0;

	r->flaw = TIFF_DAMAGED;
	if (read_header(r, &at) < 0)
		return ERR_INVALID;
	for (r->number = 0; at; r->number++) {
		struct entry entries[TAG_KINDS] = { 0 };

		if (check_link(r, seen, at) < 0)
			return ERR_INVALID;
		seen[r->number] = at;
		if (read_directory(r, &at, entries) < 0 ||
		    (out &&
		     read_level(r, entries, &out->level[r->number]) < 0))
			return ERR_INVALID;
	}
	if (!r->number)
		return err_set(r->err, ERR_INVALID,
			       "the TIFF has no image directory");
	if (out)
		out->count = r->number;
	return 0;
}

/* The first thing that is cut off ended the parser: what else is, and whether
 * more bytes would help? */
static enum tiff_flaw measure(const void *bytes, size_t n, uint64_t *needed,
			      struct err *err)
{
	struct reader r = { .bytes = bytes, .n = n, .measuring = true,
			    .err = err };
	int code = read_chain(&r, NULL);

	*needed = r.needed;
	return code == 0 || r.flaw == TIFF_LONG ? TIFF_LONG : r.flaw;
}

enum tiff_flaw tiff_judge(const void *bytes, size_t n, struct tiff_layout *out,
			  uint64_t *needed, struct err *err)
{
	struct reader r = { .bytes = bytes, .n = n, .err = err };

	out->count = 0;
	*needed = 0;
	if (read_chain(&r, out) == 0)
		return TIFF_NONE;
	if (r.flaw == TIFF_LONG)
		return measure(bytes, n, needed, err);
	return tiff_is_tiff(bytes, n) ? r.flaw : TIFF_NO_TIFF;
}

int tiff_parse(const void *bytes, size_t n, struct tiff_layout *out,
	       struct err *err)
{
	struct reader r = { .bytes = bytes, .n = n, .err = err };

	out->count = 0;
	return read_chain(&r, out);
}

const char *tiff_flaw_words(enum tiff_flaw flaw)
{
	static const char *const words[] = {
#define X(name, text) text,
		TIFF_FLAWS(X)
#undef X
	};

	return words[flaw];
}

size_t tiff_layout_bytes(const struct tiff_layout *layout)
{
	return offsetof(struct tiff_layout, level) +
	       layout->count * sizeof(layout->level[0]);
}

static bool level_equal(const struct tiff_level *a, const struct tiff_level *b)
{
	return a->width == b->width && a->height == b->height &&
	       a->tile_width == b->tile_width &&
	       a->tile_height == b->tile_height && a->tiles == b->tiles &&
	       a->tables_crc32 == b->tables_crc32;
}

bool tiff_layout_equal(const struct tiff_layout *a, const struct tiff_layout *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (!level_equal(&a->level[i], &b->level[i]))
			return false;
	return true;
}

int tiff_compare(const void *bytes, size_t n,
		 const struct tiff_layout *expected, struct err *err)
{
	struct tiff_layout found;
	int code = tiff_parse(bytes, n, &found, err);

	return code < 0 ? code : tiff_layout_equal(&found, expected);
}
