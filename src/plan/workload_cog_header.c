/*
 * cog_header: the first bytes of a COG, enough for all of its directories, and
 * what a parser must find in them. Libraries may remember a header, so each
 * operation in flight has a key of its own.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/work.h"
#include "plan/plan.h"
#include "plan/workload.h"
#include "record/tiff.h"

#define HEADER_BYTES_MIN 16384U

/* An object that the workload can use. */
struct header {
	uint32_t key;
	uint32_t crc32; /* where has_crc32 */
	bool has_crc32;
	uint64_t length;
};

static int check_keys(const struct plan *plan, size_t usable,
		      const char *dataset, struct err *err)
{
	const struct workload *w = &plan->workload;
	uint64_t needed = (uint64_t)w->replicas * w->concurrency;

	if (w->hot_key)
		return err_set(err, ERR_USAGE,
			       "cog_header needs a key for each operation in "
			       "flight: leave --hot-key out");
	if (w->request_size < HEADER_BYTES_MIN)
		return err_set(err, ERR_USAGE,
			       "cog_header reads at least %u bytes: give a "
			       "--request-size of that or more, or none",
			       HEADER_BYTES_MIN);
	if (needed > usable)
		return err_set(err, ERR_USAGE,
			       "cog_header needs a key for each operation in "
			       "flight: %u x %u need %" PRIu64 " TIFFs, and %s "
			       "has %zu: lower --concurrency, or give s2 more "
			       "with --keys", w->replicas, w->concurrency,
			       needed, dataset, usable);
	return 0;
}

/* Parses the first `n` bytes. *usable is false where they are no TIFF's. */
static int parse(struct plan *plan, struct object_source *source,
		 const struct object *object, struct header *header,
		 unsigned char *bytes, uint64_t n, bool *usable,
		 struct err *err)
{
	int code = object_read(source, object, 0, n, bytes, err);

	*usable = code == 0 && tiff_is_tiff(bytes, n);
	if (!*usable)
		return code;
	header->has_crc32 = n == header->length;
	if (header->has_crc32)
		header->crc32 = (uint32_t)crc32_z(0, bytes, n);
	return tiff_parse(bytes, n, &plan->layouts[header->key], err);
}

/* Reads one object's header: first as much as is usual, and all that a request
 * covers only where that does not hold it. */
static int read_header(struct plan *plan, struct object_source *source,
		       struct header *header, unsigned char *bytes,
		       bool *usable, struct err *err)
{
	uint64_t n = header->length < HEADER_BYTES_MIN ? header->length
						       : HEADER_BYTES_MIN;
	struct object object;
	int code = plan_find(plan, source, header->key, &object, err);

	if (code < 0)
		return code;
	code = parse(plan, source, &object, header, bytes, n, usable, err);
	if (code < 0 && *usable && n < header->length)
		code = parse(plan, source, &object, header, bytes,
			     header->length, usable, err);
	object_close(source, &object);
	if (code < 0 && *usable)
		return err_wrap(err, ERR_USAGE,
				"cog_header cannot use the object %s (give a "
				"larger --request-size, or leave it out)",
				plan->keys[header->key]);
	return code;
}

/* Fills `headers` with what can be used, in the order of the keys. */
static int read_headers(struct plan *plan, const uint64_t *sizes,
			struct object_source *source, struct header *headers,
			size_t *count, struct err *err)
{
	unsigned char *bytes = mem_new(plan->workload.request_size);
	int code = 0;

	*count = 0;
	work_begin(plan->key_count, "objects", "reading headers of %s",
		   source->name);
	for (size_t i = 0; code == 0 && i < plan->key_count; i++) {
		struct header *header = &headers[*count];
		bool usable = false;

		memset(header, 0, sizeof(*header));
		header->key = (uint32_t)i;
		header->length = sizes[i] < plan->workload.request_size
				 ? sizes[i] : plan->workload.request_size;
		code = read_header(plan, source, header, bytes, &usable, err);
		*count += usable;
		if (code == 0)
			code = work_done(1, 0, err);
	}
	work_end();
	free(bytes);
	return code;
}

/* Fisher and Yates. */
static void shuffle(struct header *headers, size_t count, uint64_t seed)
{
	static const char name[] = "cog_header";
	struct rng rng;

	rng_init(&rng, hash_pair(seed, hash_bytes(name, strlen(name))));
	for (size_t i = count; i > 1; i--) {
		size_t j = (size_t)rng_below(&rng, i);
		struct header swap = headers[i - 1];

		headers[i - 1] = headers[j];
		headers[j] = swap;
	}
}

/* Operation i reads header i % round. As a round is a whole number of turns of
 * the replicas, each header belongs to one replica for ever. */
static void fill_ops(struct plan *plan, const struct header *headers,
		     size_t round)
{
	plan->op_count = plan_op_count(plan->workload.request_size, round);
	plan->ops = mem_array(plan->op_count, sizeof(*plan->ops));
	for (size_t i = 0; i < plan->op_count; i++) {
		const struct header *header = &headers[i % round];
		struct plan_op *op = &plan->ops[i];

		op->key = header->key;
		op->length = header->length;
		op->has_crc32 = header->has_crc32 &&
				plan_is_sampled(&plan->workload, i);
		op->crc32 = op->has_crc32 ? header->crc32 : 0;
	}
}

static int fill(struct plan *plan, const uint64_t *sizes,
		struct object_source *source, struct err *err)
{
	const struct workload *w = &plan->workload;
	struct header *headers;
	size_t count;
	int code = check_keys(plan, plan->key_count, source->name, err);

	if (code < 0)
		return code;
	plan->layouts = mem_array(plan->key_count, sizeof(*plan->layouts));
	headers = mem_array(plan->key_count, sizeof(*headers));
	code = read_headers(plan, sizes, source, headers, &count, err);
	if (code == 0)
		code = check_keys(plan, count, source->name, err);
	if (code == 0) {
		shuffle(headers, count, w->seed);
		fill_ops(plan, headers, count / w->replicas * w->replicas);
	}
	free(headers);
	return code < 0 ? code : plan_fill_crcs(plan, source, err);
}

/* How much of the operation's range its header needs. */
static int shorten(const struct plan *plan, struct object_source *source,
		   struct plan_op *op, struct err *err)
{
	unsigned char bytes[PLAN_BURST_BYTES];
	struct tiff_layout layout;
	struct object object;
	int code;

	if (op->length <= PLAN_BURST_BYTES)
		return 0;
	code = plan_find(plan, source, op->key, &object, err);
	if (code < 0)
		return code;
	code = object_read(source, &object, 0, sizeof(bytes), bytes, err);
	object_close(source, &object);
	if (code == 0 && tiff_parse(bytes, sizeof(bytes), &layout, NULL) == 0)
		op->length = sizeof(bytes);
	return code;
}

/* The first operations of the plan, whose keys all differ. */
static int burst(const struct plan *plan, size_t i,
		 struct object_source *source, struct plan_op *op,
		 struct err *err)
{
	*op = plan->ops[i];
	return shorten(plan, source, op, err);
}

const struct workload_ops workload_cog_header = {
	.name = "cog_header",
	.default_bytes = HEADER_BYTES_MIN,
	.fill = fill,
	.burst = burst,
};
