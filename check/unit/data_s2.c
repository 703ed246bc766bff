/* The dataset "s2": every byte against docs/data.md, the header against the
 * layout, listings, and that keys cost nothing. */
#include "check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "data/data.h"
#include "formats/tiff.h"

#define SIZE 218693282ULL
#define HEADER 4208

static struct object_source *open_s2(uint64_t keys)
{
	struct object_source *source;
	struct err err;

	if (data_s2_new(&source, keys, &err) < 0)
		fail_msg("%s", err.text);
	return source;
}

static int find(struct object_source *source, const char *key,
		struct object *out)
{
	return source->ops->find(source, key, strlen(key), out, NULL);
}

/*
 * docs/data.md, "The bytes of s2", written again from the page.
 */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9;
	x ^= x >> 27;
	x *= 0x94d049bb133111eb;
	x ^= x >> 31;
	return x;
}

static uint64_t pair(uint64_t a, uint64_t b)
{
	return mix(mix(a) ^ b);
}

static unsigned char payload_byte(uint64_t key, uint64_t offset)
{
	uint64_t p = offset - 4208;
	uint64_t block = p / 65536, within = p % 65536;
	uint64_t first = mix(key * 4294967296 + block);
	uint64_t second = pair(0x73327374616d, first);
	uint64_t word, place;

	if (within < 16) {
		word = within < 8 ? first : second;
		return (unsigned char)(word >> 8 * (within % 8));
	}
	place = 8 * (mix(second) % 122883) + within - 16;
	word = pair(0x7332746d706c, place / 8);
	return (unsigned char)(word >> 8 * (place % 8));
}

static void check_bytes(struct object_source *source, uint64_t key,
			uint64_t offset, size_t n)
{
	unsigned char *bytes = mem_new(n);
	struct object object;
	struct err err;
	char name[64];

	snprintf(name, sizeof(name), "s2/%05" PRIu64 "/B04.tif", key);
	assert_int_equal(find(source, name, &object), 0);
	if (object_read(source, &object, offset, n, bytes, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < n; i++)
		if (offset + i >= HEADER &&
		    bytes[i] != payload_byte(key, offset + i))
			fail_msg("%s: byte %" PRIu64 " is %u and not %u", name,
				 offset + i, bytes[i],
				 payload_byte(key, offset + i));
	free(bytes);
}

static void bytes_are_as_documented(void **state)
{
	struct object_source *source = open_s2(70000);
	struct rng rng;

	(void)state;
	rng_init(&rng, 7);
	for (int i = 0; i < 300; i++) {
		size_t n = 1 + rng_below(&rng, 3000);

		check_bytes(source, rng_below(&rng, 70000),
			    rng_below(&rng, SIZE - n + 1), n);
	}
	check_bytes(source, 0, 0, 3 * 65536 + 5000);
	check_bytes(source, 69999, SIZE - 70000, 70000);
	check_bytes(source, 1, 4207, 2);
	/* At each place in and around a stamp. */
	for (uint64_t at = 0; at < 20; at++)
		check_bytes(source, 2, HEADER + 65536 * 9 - 2 + at, 20 - at);
	object_source_free(source);
}

static uint64_t word_at(const unsigned char *bytes, size_t at, unsigned width)
{
	uint64_t value = 0;

	while (width--)
		value = value << 8 | bytes[at + width];
	return value;
}

/* The formula and the code could both change: these may not. */
static void bytes_never_change(void **state)
{
	struct object_source *source = open_s2(20000);
	unsigned char bytes[16];
	struct object object;

	(void)state;
	assert_int_equal(find(source, "s2/00000/B04.tif", &object), 0);
	assert_string_equal(object.etag,
			    "\"6be70a9f8962b78a84f5451608c72f79-27\"");
	assert_int_equal(object_read(source, &object, 4208, 16, bytes, NULL),
			 0);
	assert_true(word_at(bytes, 0, 8) == 0xe220a8397b1dcdaf);
	assert_true(word_at(bytes, 8, 8) == 0xc722e1e392872085);
	assert_int_equal(find(source, "s2/12345/B04.tif", &object), 0);
	assert_int_equal(object_read(source, &object, 123456789, 16, bytes,
				     NULL), 0);
	assert_true(word_at(bytes, 0, 8) == 0x98a9842798388706);
	assert_true(word_at(bytes, 8, 8) == 0xe9c2f2f8470cc621);
	object_source_free(source);
}

static void slices_cover_and_fit(void **state)
{
	struct object_source *source = open_s2(3);
	struct object_slices *slices = mem_new(sizeof(*slices));
	struct object object;
	struct rng rng;

	(void)state;
	rng_init(&rng, 8);
	assert_int_equal(find(source, "s2/00002/B04.tif", &object), 0);
	for (int i = 0; i < 20000; i++) {
		uint64_t n = 1 + rng_below(&rng, i % 2 ? 4000000 : 200);
		uint64_t at = i % 3 ? rng_below(&rng, SIZE - n)
				    : rng_below(&rng, 9000);
		uint64_t sum = 0;
		int64_t said = source->ops->slices(source, &object, at, n,
						   slices, NULL);

		assert_in_range(slices->count, 1, OBJECT_SLICES);
		for (int s = 0; s < slices->count; s++) {
			assert_int_not_equal(slices->at[s].iov_len, 0);
			sum += slices->at[s].iov_len;
		}
		assert_int_equal(said, sum);
		assert_in_range(sum, n < 1200000 ? n : 1200000, n);
	}
	free(slices);
	object_source_free(source);
}

/* The values of one entry of a directory, read without tiff_parse(). */
static uint64_t value_of(const unsigned char *h, size_t ifd, unsigned tag,
			 size_t i)
{
	static const unsigned widths[] = { 0, 1, 1, 2, 4, 8, 0, 0, 0, 0, 0, 0,
					   8 };
	size_t entries = word_at(h, ifd, 2);

	for (size_t e = 0; e < entries; e++) {
		size_t at = ifd + 2 + 12 * e;
		unsigned type = (unsigned)word_at(h, at + 2, 2);
		uint64_t count = word_at(h, at + 4, 4);
		size_t values = at + 8;

		if (e)
			assert_true(word_at(h, at, 2) >
				    word_at(h, at - 12, 2));
		if (word_at(h, at, 2) != tag)
			continue;
		assert_in_range(i, 0, count - 1);
		if (count * widths[type] > 4)
			values = word_at(h, values, 4);
		assert_true(values + count * widths[type] <= HEADER);
		return word_at(h, values + i * widths[type], widths[type]);
	}
	fail_msg("directory at %zu has no tag %u", ifd, tag);
	return 0;
}

static uint64_t number(const json_t *object, const char *name, size_t i)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_array(value))
		value = json_array_get(value, i);
	assert_true(json_is_integer(value));
	return (uint64_t)json_integer_value(value);
}

static void check_directory(const unsigned char *h, size_t ifd, bool overview,
			    const json_t *level)
{
	size_t tiles = json_array_size(json_object_get(level, "tile_offsets"));

	assert_int_equal(value_of(h, ifd, 256, 0), number(level, "width", 0));
	assert_int_equal(value_of(h, ifd, 257, 0), number(level, "height", 0));
	assert_int_equal(value_of(h, ifd, 322, 0), number(level, "tile", 0));
	assert_int_equal(value_of(h, ifd, 323, 0), number(level, "tile", 0));
	assert_int_equal(value_of(h, ifd, 258, 0), 16);
	assert_int_equal(value_of(h, ifd, 259, 0), 8);
	assert_int_equal(value_of(h, ifd, 317, 0), 2);
	assert_int_equal(value_of(h, ifd, 339, 0), 1);
	if (overview)
		assert_int_equal(value_of(h, ifd, 254, 0), 1);
	for (size_t i = 0; i < tiles; i++) {
		assert_int_equal(value_of(h, ifd, 324, i),
				 number(level, "tile_offsets", i));
		assert_int_equal(value_of(h, ifd, 325, i),
				 number(level, "tile_byte_counts", i));
	}
}

static void header_is_the_layout(void **state)
{
	json_t *json = json_loads(embedded_s2_layout[0].text, 0, NULL);
	const json_t *levels = json_object_get(json, "levels");
	struct object_source *source = open_s2(2);
	unsigned char h[HEADER];
	struct object object;
	size_t ifd;

	(void)state;
	assert_int_equal(find(source, "s2/00001/B04.tif", &object), 0);
	assert_int_equal(object.size, number(json, "size_bytes", 0));
	assert_int_equal(number(json, "header_bytes", 0), HEADER);
	assert_int_equal(object_read(source, &object, 0, HEADER, h, NULL), 0);
	assert_memory_equal(h, "II\x2a\0", 4);
	ifd = word_at(h, 4, 4);
	for (size_t i = 0; i < json_array_size(levels); i++) {
		assert_int_equal(ifd, number(json, "ifd_offsets", i));
		check_directory(h, ifd, i > 0, json_array_get(levels, i));
		ifd = word_at(h, ifd + 2 + 12 * word_at(h, ifd, 2), 4);
	}
	assert_int_equal(ifd, 0);
	/* The ghost area ends before the first directory, with its own size. */
	assert_memory_equal(h + 8,
			    "GDAL_STRUCTURAL_METADATA_SIZE=000140 bytes\n"
			    "LAYOUT=IFDS_BEFORE_DATA\n", 43 + 24);
	assert_memory_equal(h + 8 + 43 + 140 - 31,
			    "KNOWN_INCOMPATIBLE_EDITION=NO\n ", 31);
	json_decref(json);
	object_source_free(source);
}

static void stamps_differ(void **state)
{
	struct object_source *source = open_s2(3000);
	unsigned char first[16], bytes[16];
	struct object object;
	char etag[64] = "";

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		char key[32];

		snprintf(key, sizeof(key), "s2/%05u/B04.tif", i);
		assert_int_equal(find(source, key, &object), 0);
		assert_int_equal(object_read(source, &object, HEADER, 16,
					     bytes, NULL), 0);
		assert_string_not_equal(object.etag, etag);
		assert_int_equal(strlen(object.etag), 2 + 32 + 3);
		if (i)
			assert_memory_not_equal(bytes, first, 16);
		memcpy(first, bytes, 16);
		strcpy(etag, object.etag);
	}
	object_source_free(source);
}

static void only_its_keys_exist(void **state)
{
	static const char *const not_there[] = {
		"", "s", "s2", "s2/", "s2/00010/B04.tif", "s2/0/B04.tif",
		"s2/000001/B04.tif", "s2/0000x/B04.tif", "s2/00001/B04.tiff",
		"s2/00001/B04.ti", "s2/00001", "xx/00001/B04.tif",
		"s2/99999999999999999999999/B04.tif", "s2/-0001/B04.tif",
		"s2/ 0001/B04.tif", "s2/18446744073709551617/B04.tif",
		"hold/s2/00001/B04.tif",
	};
	struct object_source *source = open_s2(10);
	struct object object;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(not_there) / sizeof(*not_there); i++)
		assert_int_equal(find(source, not_there[i], &object),
				 ERR_NOT_FOUND);
	/* A zero byte inside is no end. */
	assert_int_equal(source->ops->find(source, "s2/00001/B04.tif\0x", 18,
					   &object, NULL), ERR_NOT_FOUND);
	assert_int_equal(find(source, "s2/00009/B04.tif", &object), 0);
	object_source_free(source);

	assert_int_equal(data_s2_new(&source, 0, &err), ERR_USAGE);
	assert_names(err, "--keys");
	assert_int_equal(data_s2_new(&source, DATA_S2_KEYS_MAX + 1, &err),
			 ERR_USAGE);
	source = open_s2(DATA_S2_KEYS_MAX);
	assert_int_equal(find(source, "s2/4294967295/B04.tif", &object), 0);
	assert_int_equal(find(source, "s2/00001/B04.tif", &object),
			 ERR_NOT_FOUND);
	object_source_free(source);
}

/* How many keys a listing gives; each must be findable and in order. */
static size_t count(struct object_source *source, const char *prefix,
		    const char *after)
{
	char last[OBJECT_KEY_MAX + 1];
	struct object_entry entry;
	struct object object;
	size_t n = 0;

	strcpy(last, after);
	while (source->ops->next(source, prefix, last, &entry, NULL) == 0) {
		assert_true(strcmp(entry.key, last) > 0);
		assert_int_equal(strncmp(entry.key, prefix, strlen(prefix)), 0);
		assert_int_equal(find(source, entry.key, &object), 0);
		assert_string_equal(object.etag, entry.object.etag);
		assert_int_equal(entry.object.fd, -1);
		strcpy(last, entry.key);
		n++;
	}
	return n;
}

static void listings_page_in_byte_order(void **state)
{
	struct object_source *source = open_s2(2345);

	(void)state;
	assert_int_equal(count(source, "", ""), 2345);
	assert_int_equal(count(source, "s2/", ""), 2345);
	assert_int_equal(count(source, "", "s2/01344/B04.tif"), 1000);
	assert_int_equal(count(source, "", "s2/01344/B04.tif0"), 1000);
	assert_int_equal(count(source, "", "s2/01344"), 1001);
	assert_int_equal(count(source, "", "s1"), 2345);
	assert_int_equal(count(source, "", "s3"), 0);
	assert_int_equal(count(source, "", "\xff"), 0);
	assert_int_equal(count(source, "s2/000", ""), 100);
	assert_int_equal(count(source, "s2/000", "s2/00097/B04.tif"), 2);
	assert_int_equal(count(source, "s2/000", "s2/00100/B04.tif"), 0);
	assert_int_equal(count(source, "s2/02344/B04.tif", ""), 1);
	assert_int_equal(count(source, "s2/02344/B04.tif/", ""), 0);
	assert_int_equal(count(source, "s2/02345", ""), 0);
	assert_int_equal(count(source, "t", ""), 0);
	object_source_free(source);
	source = open_s2(123456);
	assert_int_equal(count(source, "s2/0999", ""), 100);
	assert_int_equal(count(source, "s2/1234", ""), 56);
	object_source_free(source);
}

/* Bytes that a source of so many keys holds after a walk over many of them. */
static size_t held(uint64_t keys)
{
	struct mallinfo2 before = mallinfo2(), after;
	struct object_source *source = open_s2(keys);
	struct object_entry entry = { .key = "" };

	for (int i = 0; i < 100000; i++) {
		char last[OBJECT_KEY_MAX + 1];

		strcpy(last, entry.key);
		if (source->ops->next(source, "", last, &entry, NULL) < 0)
			entry.key[0] = '\0'; /* from the first again */
	}
	after = mallinfo2();
	object_source_free(source);
	return after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
}

static void memory_does_not_grow_with_keys(void **state)
{
	size_t few = held(10), many = held(DATA_S2_KEYS_MAX);

	(void)state;
	if (!few)
		skip(); /* the sanitizers' allocators count nothing */
	assert_in_range(many, 0, few + 4096);
}

static bool runs(const char *command)
{
	return system(command) == 0;
}

static void gdal_reads_the_header(void **state)
{
	static const char *const expected[] = {
		"Size is 10980, 10980", "Block=1024x1024", "Type=UInt16",
		"Overviews: 5490x5490, 2745x2745, 1373x1373, 687x687",
		"COMPRESSION=DEFLATE", "LAYOUT=COG", "PREDICTOR=2",
		"UTM zone 10N", "Pixel Size = (10.000",
		"Origin = (600000.000", "NoData Value=0",
	};
	struct object_source *source = open_s2(1);
	char folder[] = "/tmp/check-s2-XXXXXX", bytes[65536], *command;
	struct str said = STR_INIT;
	struct object object;
	struct err err;
	int fd;

	(void)state;
	if (!runs("gdalinfo --version >/dev/null 2>&1"))
		skip();
	assert_non_null(mkdtemp(folder));
	assert_int_equal(find(source, "s2/00000/B04.tif", &object), 0);
	assert_int_equal(object_read(source, &object, 0, sizeof(bytes), bytes,
				     NULL), 0);
	command = mem_printf("%s/s2.tif", folder);
	fd = open(command, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(file_write_all(fd, bytes, sizeof(bytes)), 0);
	assert_int_equal(ftruncate(fd, (off_t)object.size), 0);
	close(fd);
	free(command);
	command = mem_printf("gdalinfo %s/s2.tif >%s/out 2>&1", folder, folder);
	assert_true(runs(command));
	free(command);
	command = mem_printf("%s/out", folder);
	assert_int_equal(file_read(command, 65536, &said, &err), 0);
	free(command);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		if (!strstr(said.buf, expected[i]))
			fail_msg("no '%s' in: %s", expected[i], said.buf);
	assert_null(strstr(said.buf, "Warning"));
	str_release(&said);
	object_source_free(source);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_as_documented),
		cmocka_unit_test(bytes_never_change),
		cmocka_unit_test(slices_cover_and_fit),
		cmocka_unit_test(header_is_the_layout),
		cmocka_unit_test(stamps_differ),
		cmocka_unit_test(only_its_keys_exist),
		cmocka_unit_test(listings_page_in_byte_order),
		cmocka_unit_test(memory_does_not_grow_with_keys),
		cmocka_unit_test(gdal_reads_the_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
