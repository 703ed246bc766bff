/* The header parser against files that are built here, in all four kinds, and
 * against everything that can be wrong with them. */
#include "check.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "formats/tiff.h"

/* The kind of file that is built: byte order and word. */
struct kind {
	bool big_endian, big_tiff;
};

static const struct kind kinds[] = {
	{ false, false }, { true, false }, { false, true }, { true, true },
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))
#define FILE_BYTES 16384

struct file {
	struct kind kind;
	unsigned char bytes[FILE_BYTES];
	size_t n;
	size_t entries; /* of the last directory: where the first is */
	size_t next;    /* where the last directory's next offset is */
};

static void put(struct file *f, size_t at, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		f->bytes[at + i] = (unsigned char)(
			value >> 8 * (f->kind.big_endian ? width - 1 - i : i));
}

static unsigned word(const struct file *f)
{
	return f->kind.big_tiff ? 8 : 4;
}

static void start(struct file *f, struct kind kind)
{
	memset(f, 0, sizeof(*f));
	f->kind = kind;
	memcpy(f->bytes, kind.big_endian ? "MM" : "II", 2);
	put(f, 2, kind.big_tiff ? 43 : 42, 2);
	if (kind.big_tiff)
		put(f, 4, 8, 2);
	f->next = kind.big_tiff ? 8 : 4;
	f->n = kind.big_tiff ? 16 : 8;
}

static unsigned width_of(unsigned type)
{
	return type == 3 ? 2 : type == 4 ? 4 : 8;
}

/* An entry with `count` values first, first + step, …; those that do not fit
 * go to the end of the file. */
static void add(struct file *f, size_t *at, unsigned tag, unsigned type,
		uint64_t count, uint64_t first, uint64_t step)
{
	size_t values = *at + 4 + word(f);

	put(f, *at, tag, 2);
	put(f, *at + 2, type, 2);
	put(f, *at + 4, count, word(f));
	if (count * width_of(type) > word(f)) {
		put(f, values, f->n, word(f));
		values = f->n;
		f->n += count * width_of(type);
	}
	for (uint64_t i = 0; i < count; i++)
		put(f, values + i * width_of(type), first + i * step,
		    width_of(type));
	*at += 4 + 2 * word(f);
}

/* A directory of 7 entries; the one that is not needed comes first. */
static void add_level(struct file *f, unsigned size, unsigned tile,
		      unsigned table_type)
{
	uint64_t tiles = (size + tile - 1) / tile;
	size_t at = f->n, count_bytes = f->kind.big_tiff ? 8 : 2;

	tiles *= tiles;
	put(f, f->next, f->n, word(f));
	put(f, at, 7, (unsigned)count_bytes);
	at += count_bytes;
	f->entries = at;
	f->next = at + 7 * (4 + 2 * word(f));
	f->n = f->next + word(f);
	add(f, &at, 254, 4, 1, 1, 0);
	add(f, &at, 256, 3, 1, size, 0);
	add(f, &at, 257, 4, 1, size, 0);
	add(f, &at, 322, 3, 1, tile, 0);
	add(f, &at, 323, 3, 1, tile, 0);
	add(f, &at, 324, table_type, tiles, 1000, 70);
	add(f, &at, 325, 3, tiles, 60, 3);
}

static void build(struct file *f, struct kind kind)
{
	start(f, kind);
	add_level(f, 2048, 256, 4);
	add_level(f, 1000, 256, kind.big_tiff ? 16 : 4);
	add_level(f, 200, 256, 3); /* one tile: its tables are in the entries */
}

/* CRC-32 a bit at a time, of the tables as the protocol defines them. */
static uint32_t crc_word(uint32_t crc, uint64_t value)
{
	for (int bit = 0; bit < 64; bit++)
		crc = (crc ^ (uint32_t)(value >> bit)) & 1
			      ? 0xedb88320U ^ crc >> 1 : crc >> 1;
	return crc;
}

static uint32_t expected_crc(uint32_t tiles)
{
	uint32_t crc = ~0U;

	for (uint32_t i = 0; i < tiles; i++)
		crc = crc_word(crc, 1000 + 70 * i);
	for (uint32_t i = 0; i < tiles; i++)
		crc = crc_word(crc, 60 + 3 * i);
	return ~crc;
}

/* Parses a copy that ends with its memory, so that AddressSanitizer sees any
 * step beyond it. */
static int parse(const struct file *f, size_t n, struct tiff_layout *out,
		 struct err *err)
{
	unsigned char *copy = malloc(n ? n : 1);
	int code;

	memcpy(copy, f->bytes, n);
	code = tiff_parse(copy, n, out, err);
	free(copy);
	return code;
}

static void all_kinds_parse(void **state)
{
	static const uint32_t sizes[] = { 2048, 1000, 200 };
	static const uint32_t tiles[] = { 64, 16, 1 };

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		struct tiff_layout layout;
		struct file f;
		struct err err;

		build(&f, kinds[k]);
		if (parse(&f, f.n, &layout, &err) < 0)
			fail_msg("kind %zu: %s", k, err.text);
		assert_int_equal(layout.count, 3);
		for (unsigned i = 0; i < 3; i++) {
			const struct tiff_level *level = &layout.level[i];

			assert_int_equal(level->width, sizes[i]);
			assert_int_equal(level->height, sizes[i]);
			assert_int_equal(level->tile_width, 256);
			assert_int_equal(level->tile_height, 256);
			assert_int_equal(level->tiles, tiles[i]);
			assert_int_equal(level->tables_crc32,
					 expected_crc(tiles[i]));
		}
	}
}

static void every_cut_is_refused(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		struct tiff_layout layout;
		struct file f;

		build(&f, kinds[k]);
		for (size_t n = 0; n < f.n; n++) {
			struct err err = { "" };

			assert_int_equal(parse(&f, n, &layout, &err),
					 ERR_INVALID);
			assert_true(strlen(err.text) > 10);
		}
	}
}

/* Whatever one byte becomes: an answer, and none beyond the bounds. */
static void any_byte_may_be_wrong(void **state)
{
	static const unsigned char values[] = { 0, 1, 0x7f, 0x80, 0xff };

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		struct tiff_layout layout;
		struct file f;

		build(&f, kinds[k]);
		for (size_t at = 0; at < f.n; at++) {
			unsigned char old = f.bytes[at];

			for (size_t v = 0; v < sizeof(values); v++) {
				f.bytes[at] = values[v];
				if (parse(&f, f.n, &layout, NULL) == 0)
					assert_in_range(layout.count, 1,
							TIFF_LEVELS_MAX);
			}
			f.bytes[at] = old;
		}
	}
}

static void refused(const struct file *f, const char *part)
{
	struct tiff_layout layout;
	struct err err = { "" };

	assert_int_equal(parse(f, f->n, &layout, &err), ERR_INVALID);
	assert_names(err, part);
}

static void chains_must_end(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		struct file f;

		build(&f, kinds[k]);
		put(&f, f.next, f.kind.big_tiff ? 16 : 8, word(&f));
		refused(&f, "does not end");

		start(&f, kinds[k]);
		for (int i = 0; i < TIFF_LEVELS_MAX; i++)
			add_level(&f, 100, 256, 4);
		assert_int_equal(parse(&f, f.n, &(struct tiff_layout){ 0 },
				       NULL), 0);
		add_level(&f, 100, 256, 4);
		refused(&f, "more than 64 directories, the limit");

		start(&f, kinds[k]);
		f.n = 64;
		refused(&f, "no image directory");
	}
}

/* Entry `number` of the last directory. */
static size_t entry(const struct file *f, size_t number)
{
	return f->entries + number * (4 + 2 * word(f));
}

static void entries_must_make_sense(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		struct file f;

		build(&f, kinds[k]);
		put(&f, entry(&f, 5), 273, 2); /* strips instead of tiles */
		refused(&f, "it is not tiled");

		build(&f, kinds[k]);
		put(&f, entry(&f, 0), 256, 2);
		refused(&f, "two entries of width");

		build(&f, kinds[k]);
		put(&f, entry(&f, 1) + 2, 2, 2); /* text for a width */
		refused(&f, "width has type 2");

		build(&f, kinds[k]);
		put(&f, entry(&f, 3) + 4 + word(&f), 0, 2);
		refused(&f, "tile width is not a number of pixels");

		build(&f, kinds[k]);
		put(&f, entry(&f, 4) + 4, 2, word(&f));
		refused(&f, k < 2 ? "tile height is not" : "tile height");

		build(&f, kinds[k]);
		put(&f, entry(&f, 6) + 4, 2, word(&f));
		refused(&f, "1 tile offsets and 2 tile byte counts");

		build(&f, kinds[k]);
		put(&f, entry(&f, 1) + 4 + word(&f), 60000, 2);
		refused(&f, "do not fit");
	}
}

static void sizes_must_not_wrap(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		uint64_t most = kinds[k].big_tiff ? UINT64_MAX : UINT32_MAX;
		struct file f;

		build(&f, kinds[k]);
		put(&f, entry(&f, 5) + 4, most / 2 + 2, word(&f));
		refused(&f, "tile offsets");
		put(&f, entry(&f, 5) + 4, most, word(&f));
		refused(&f, "tile offsets");

		build(&f, kinds[k]);
		put(&f, entry(&f, 5) + 4, 8, word(&f));
		put(&f, entry(&f, 5) + 4 + word(&f), most - 3, word(&f));
		refused(&f, "tile offsets");

		build(&f, kinds[k]);
		put(&f, f.next, most - 1, word(&f));
		refused(&f, "does not lie within");

		build(&f, kinds[k]);
		put(&f, f.entries - (f.kind.big_tiff ? 8 : 2), most,
		    f.kind.big_tiff ? 8 : 2);
		refused(&f, "list of entries");
	}
}

static void other_files_are_told_apart(void **state)
{
	struct file f;

	(void)state;
	assert_false(tiff_is_tiff("II\x2a\0", 4));
	assert_false(tiff_is_tiff("\x89PNG\r\n\x1a\n", 8));
	assert_false(tiff_is_tiff("II\x2c\0\0\0\0\0", 8));
	assert_false(tiff_is_tiff("MM\x2a\0\0\0\0\0", 8));
	build(&f, kinds[2]);
	assert_true(tiff_is_tiff(f.bytes, f.n));
	put(&f, 4, 4, 2);
	refused(&f, "BigTIFF");
	f.bytes[0] = 'X';
	refused(&f, "not a TIFF");
}

static void layouts_compare(void **state)
{
	struct tiff_layout a, b;
	struct file f;

	(void)state;
	build(&f, kinds[0]);
	assert_int_equal(parse(&f, f.n, &a, NULL), 0);
	build(&f, kinds[3]);
	assert_int_equal(parse(&f, f.n, &b, NULL), 0);
	assert_true(tiff_layout_equal(&a, &b));
	assert_int_equal(tiff_compare(f.bytes, f.n, &a, NULL), 1);
	assert_int_equal(tiff_compare(f.bytes, 9, &a, NULL), ERR_INVALID);
	b.level[2].tables_crc32 ^= 1;
	assert_int_equal(tiff_compare(f.bytes, f.n, &b, NULL), 0);
	assert_false(tiff_layout_equal(&a, &b));
	b.count = 2;
	assert_false(tiff_layout_equal(&a, &b));
	a.count = 2;
	assert_true(tiff_layout_equal(&a, &b));
	a.level[1].height++;
	assert_false(tiff_layout_equal(&a, &b));
}

/* "ok 700/500/256/256/6/1234 …", or "refused". */
static void add_verdict(const struct str *bytes, struct str *out)
{
	struct tiff_layout layout;
	struct err err = { "" };

	if (tiff_parse(bytes->buf, bytes->len, &layout, &err) < 0) {
		assert_int_not_equal(err.text[0], 0);
		str_add(out, "refused");
		return;
	}
	str_add(out, "ok");
	for (unsigned i = 0; i < layout.count; i++) {
		const struct tiff_level *level = &layout.level[i];

		str_addf(out, " %u/%u/%u/%u/%u/%u", level->width, level->height,
			 level->tile_width, level->tile_height, level->tiles,
			 level->tables_crc32);
	}
}

/* check/tiff: check/python/check_tiff.py asks for them through ctypes too. */
static void odd_files_are_judged_alike(void **state)
{
	struct str verdicts = STR_INIT, said = STR_INIT, bytes = STR_INIT;
	struct err err;

	(void)state;
	if (file_read(check_file("check/tiff/verdicts"), 1 << 20, &verdicts,
		      &err) < 0)
		fail_msg("%s", err.text);
	for (char *at = verdicts.buf; *at; at += strcspn(at, "\n") + 1) {
		int n = (int)strcspn(at, " ");

		char *name = mem_printf("check/tiff/%.*s.tif", n, at);

		str_reset(&bytes);
		if (file_read(check_file(name), 1 << 20, &bytes, &err) < 0)
			fail_msg("%s", err.text);
		free(name);
		str_addf(&said, "%.*s ", n, at);
		add_verdict(&bytes, &said);
		str_add_char(&said, '\n');
	}
	assert_string_equal(said.buf, verdicts.buf);
	str_release(&bytes);
	str_release(&said);
	str_release(&verdicts);
}

/* How many bytes would do is exact, whatever of the header was cut off. */
static void a_long_header_tells_its_length(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		struct tiff_layout layout;
		uint64_t needed;
		size_t n;
		struct file f;

		build(&f, kinds[k]);
		for (n = f.n - 1; n >= 16; n--) {
			assert_int_equal(tiff_judge(f.bytes, n, &layout,
						    &needed, NULL), TIFF_LONG);
			assert_in_range(needed, n + 1, f.n);
		}
		/* Who reads what is needed, and asks again, gets there. */
		n = 16;
		while (tiff_judge(f.bytes, n, &layout, &needed, NULL) ==
		       TIFF_LONG)
			n = needed;
		assert_int_equal(n, f.n);

		/* One directory is enough to know both tables. */
		start(&f, kinds[k]);
		add_level(&f, 2048, 256, 4);
		assert_int_equal(tiff_judge(f.bytes, f.next + word(&f), &layout,
					    &needed, NULL), TIFF_LONG);
		assert_int_equal(needed, f.n);
	}
}

static void flaws_are_told_apart(void **state)
{
	struct tiff_layout layout;
	uint64_t needed;
	struct file f;

	(void)state;
	build(&f, kinds[0]);
	put(&f, f.entries + 5 * 12, 273, 2);
	assert_int_equal(tiff_judge(f.bytes, f.n, &layout, &needed, NULL),
			 TIFF_UNTILED);
	assert_int_equal(tiff_judge("\x89PNG\r\n\x1a\n", 8, &layout, &needed,
				    NULL), TIFF_NO_TIFF);
	build(&f, kinds[0]);
	put(&f, f.next, 8, 4);
	assert_int_equal(tiff_judge(f.bytes, f.n, &layout, &needed, NULL),
			 TIFF_DAMAGED);
	for (int flaw = 0; flaw < TIFF_FLAW_COUNT; flaw++)
		assert_non_null(tiff_flaw_words((enum tiff_flaw)flaw));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_kinds_parse),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(any_byte_may_be_wrong),
		cmocka_unit_test(chains_must_end),
		cmocka_unit_test(entries_must_make_sense),
		cmocka_unit_test(sizes_must_not_wrap),
		cmocka_unit_test(other_files_are_told_apart),
		cmocka_unit_test(layouts_compare),
		cmocka_unit_test(odd_files_are_judged_alike),
		cmocka_unit_test(a_long_header_tells_its_length),
		cmocka_unit_test(flaws_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
