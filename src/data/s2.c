/*
 * The dataset "s2". docs/data.md defines every byte; the formulas there and
 * the code here are held against each other by check/unit/data_s2.c.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/hash.h"
#include "base/mem.h"
#include "data/data.h"
#include "data/s2.h"

#define BLOCK_BYTES 65536U
#define STAMP_BYTES 16U
#define BODY_BYTES (BLOCK_BYTES - STAMP_BYTES)
#define TEMPLATE_BYTES (1U << 20)
#define HUGE_PAGE_BYTES (2U << 20)
/* Where in the template a body can begin, in steps of 8 bytes. */
#define TEMPLATE_PLACES ((TEMPLATE_BYTES - BODY_BYTES) / 8 + 1)

#define SEED_TEMPLATE 0x7332746d706cULL /* "s2tmpl" */
#define SEED_STAMP 0x73327374616dULL    /* "s2stam" */
#define SEED_ETAG 0x733265746167ULL     /* "s2etag" */

#define KEY_START "s2/"
#define KEY_END "/B04.tif"
#define PART_BYTES 8388608U /* of the upload that the ETag pretends */
#define MODIFIED_S 1703358590 /* 2023-12-23 19:09:50, when it was sensed */

struct s2 {
	struct object_source source;
	struct s2_layout layout;
	uint64_t keys;
	int digits;
	char etag_end[24]; /* the parts of the upload, and the quote */
	unsigned char *template;
};

static struct s2 *of(struct object_source *source)
{
	return (struct s2 *)source;
}

static void format_key(const struct s2 *s2, uint64_t number, char *out)
{
	snprintf(out, OBJECT_KEY_MAX + 1, KEY_START "%0*" PRIu64 KEY_END,
		 s2->digits, number);
}

/* The number of a key; false: there is no such key. */
static bool read_key(const struct s2 *s2, const char *key, size_t key_len,
		     uint64_t *number)
{
	const char *digit = key + strlen(KEY_START);
	const char *end = digit + s2->digits;

	if (key_len != strlen(KEY_START KEY_END) + (size_t)s2->digits ||
	    memcmp(key, KEY_START, strlen(KEY_START)) != 0 ||
	    memcmp(end, KEY_END, strlen(KEY_END)) != 0)
		return false;
	for (*number = 0; digit < end; digit++) {
		if (*digit < '0' || *digit > '9')
			return false;
		*number = *number * 10 + (uint64_t)(*digit - '0');
	}
	return *number < s2->keys;
}

static char *put_hex(char *to, uint64_t value)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 60; i >= 0; i -= 4)
		*to++ = digits[value >> i & 15];
	return to;
}

/* printf() took 1.6% of what a range of 16 KiB costs client and origin. */
static void make_etag(const struct s2 *s2, uint64_t number, char *out)
{
	uint64_t high = hash_pair(SEED_ETAG, number);

	*out++ = '"';
	out = put_hex(out, high);
	out = put_hex(out, hash_pair(high, number));
	strcpy(out, s2->etag_end);
}

static void fill_object(const struct s2 *s2, uint64_t number,
			struct object *out)
{
	memset(out, 0, sizeof(*out));
	out->id = number;
	out->size = s2->layout.size;
	out->modified_s = MODIFIED_S;
	make_etag(s2, number, out->etag);
	out->part_bytes = PART_BYTES;
	out->content_type = "image/tiff";
	out->fd = -1;
}

static int s2_find(struct object_source *source, const char *key,
		   size_t key_len, struct object *out, struct err *err)
{
	const struct s2 *s2 = of(source);
	uint64_t number;

	if (!read_key(s2, key, key_len, &number))
		return err_set(err, ERR_NOT_FOUND, "s2 has no such key");
	fill_object(s2, number, out);
	return 0;
}

/* The first number whose key is greater than `after` and not less than
 * `prefix`; s2->keys if none. All keys are equally long, so numbers and bytes
 * have the same order. */
static uint64_t lower_bound(const struct s2 *s2, const char *prefix,
			    const char *after)
{
	uint64_t low = 0, high = s2->keys;
	char key[OBJECT_KEY_MAX + 1];

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		format_key(s2, middle, key);
		if (strcmp(key, after) > 0 && strcmp(key, prefix) >= 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int s2_next(struct object_source *source, const char *prefix,
		   const char *after, struct object_entry *out, struct err *err)
{
	const struct s2 *s2 = of(source);
	uint64_t number = lower_bound(s2, prefix, after);

	if (number < s2->keys) {
		format_key(s2, number, out->key);
		if (!strncmp(out->key, prefix, strlen(prefix))) {
			fill_object(s2, number, &out->object);
			return 0;
		}
	}
	return err_set(err, ERR_NOT_FOUND, "s2 has no further key");
}

/* A block's stamp and where in the template its body begins, in bytes. */
struct block {
	uint64_t stamp[2]; /* little-endian */
	size_t place;
};

static struct block block_of(uint64_t number, uint64_t block)
{
	uint64_t first = hash_mix(number << 32 | block);
	uint64_t second = hash_pair(SEED_STAMP, first);
	struct block out = {
		.stamp = { htole64(first), htole64(second) },
		.place = (size_t)(hash_mix(second) % TEMPLATE_PLACES) * 8,
	};

	return out;
}

static uint64_t add(struct object_slices *out, const void *bytes, uint64_t n,
		    uint64_t limit)
{
	union {
		const void *from;
		void *to;
	} base = { .from = bytes }; /* iovec has no const; nobody writes */

	n = n < limit ? n : limit;
	out->at[out->count].iov_base = base.to;
	out->at[out->count].iov_len = n;
	out->count++;
	return n;
}

/* The bytes of one block from `within` on; returns how many. */
static uint64_t add_block(const struct s2 *s2, uint64_t number, uint64_t block,
			  unsigned within, uint64_t limit,
			  struct object_slices *out)
{
	struct block b = block_of(number, block);
	char *stamp = out->scratch + (size_t)out->count * STAMP_BYTES;
	uint64_t n = 0;

	if (within < STAMP_BYTES) {
		memcpy(stamp, b.stamp, STAMP_BYTES);
		n = add(out, stamp + within, STAMP_BYTES - within, limit);
		within = STAMP_BYTES;
	}
	if (n < limit)
		n += add(out, s2->template + b.place + within - STAMP_BYTES,
			 BLOCK_BYTES - within, limit - n);
	return n;
}

static int64_t s2_slices(struct object_source *source,
			 const struct object *object, uint64_t offset,
			 uint64_t length, struct object_slices *out,
			 struct err *err)
{
	const struct s2 *s2 = of(source);
	uint64_t done = 0;

	(void)err;
	out->count = 0;
	if (offset < S2_HEADER_BYTES)
		done = add(out, s2->layout.header + offset,
			   S2_HEADER_BYTES - offset, length);
	while (done < length && out->count + 2 <= OBJECT_SLICES) {
		uint64_t at = offset + done - S2_HEADER_BYTES;

		done += add_block(s2, object->id, at / BLOCK_BYTES,
				  (unsigned)(at % BLOCK_BYTES), length - done,
				  out);
	}
	return (int64_t)done;
}

static void s2_free(struct object_source *source)
{
	free(of(source)->template);
	free(of(source));
}

static const struct object_source_ops s2_ops = {
	.find = s2_find,
	.next = s2_next,
	.slices = s2_slices,
	.free = s2_free,
};

/* In one huge page where the kernel gives one: answers of 1 MiB then cost 8%
 * less CPU, as there are fewer pages to refer to. */
static unsigned char *new_template(void)
{
	unsigned char *bytes = aligned_alloc(HUGE_PAGE_BYTES, HUGE_PAGE_BYTES);

	if (!bytes)
		return mem_new(TEMPLATE_BYTES);
	madvise(bytes, HUGE_PAGE_BYTES, MADV_HUGEPAGE);
	return bytes;
}

static void fill_template(unsigned char *bytes)
{
	for (uint64_t i = 0; i < TEMPLATE_BYTES / 8; i++) {
		uint64_t word = htole64(hash_pair(SEED_TEMPLATE, i));

		memcpy(bytes + 8 * i, &word, 8);
	}
}

int data_s2_new(struct object_source **out, uint64_t keys, struct err *err)
{
	char last[32];
	struct s2 *s2;
	int code;

	if (keys < 1 || keys > DATA_S2_KEYS_MAX)
		return err_set(err, ERR_USAGE,
			       "s2 cannot have %" PRIu64 " keys: give --keys "
			       "from 1 to %llu", keys, DATA_S2_KEYS_MAX);
	s2 = mem_new(sizeof(*s2));
	code = s2_layout_build(&s2->layout, err);
	if (code < 0) {
		free(s2);
		return code;
	}
	s2->source.ops = &s2_ops;
	strcpy(s2->source.bucket, "bench");
	strcpy(s2->source.name, "s2");
	s2->keys = keys;
	s2->digits = snprintf(last, sizeof(last), "%" PRIu64, keys - 1);
	s2->digits = s2->digits < 5 ? 5 : s2->digits;
	snprintf(s2->etag_end, sizeof(s2->etag_end), "-%" PRIu64 "\"",
		 (s2->layout.size + PART_BYTES - 1) / PART_BYTES);
	s2->template = new_template();
	fill_template(s2->template);
	*out = &s2->source;
	return 0;
}
