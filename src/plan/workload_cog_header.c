/*
 * cog_header: the first bytes of a COG, enough for all of its directories, and
 * what a parser must find in them. Libraries may remember a header, so each
 * operation in flight has a key of its own.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/work.h"
#include "plan/plan.h"
#include "plan/workload.h"
#include "formats/tiff.h"

#define HEADER_BYTES_MIN 16384U

/* Who has a longer one is told so without all of it being read. */
#define HEADER_BYTES_MOST (64U << 20)

/* Where there are too few objects, so many are still looked at for how many of
 * them would do. */
#define HEADERS_TOO_FEW_MOST 1024U

/* An object that the workload can use. */
struct header {
	uint32_t key;
	uint32_t crc32; /* where has_crc32 */
	bool has_crc32;
	uint64_t length;
};

/* What is known of the objects while their headers are read. */
struct reading {
	struct plan *plan;
	struct object_source *source;
	const uint64_t *sizes;
	struct str bytes;        /* of the newest header */
	struct tiff_layout layout; /* its */
	size_t flaws[TIFF_FLAW_COUNT]; /* objects with each */
	uint32_t longest;        /* key of the one whose header needs most */
	uint64_t needed;         /* bytes, by what was read of it */
};

static int check_options(const struct workload *w, struct err *err)
{
	if (w->hot_key)
		return err_set(err, ERR_USAGE,
			       "cog_header needs a key for each operation in "
			       "flight: leave --hot-key out");
	if (w->request_size < HEADER_BYTES_MIN)
		return err_set(err, ERR_USAGE,
			       "cog_header reads at least %u bytes: give a "
			       "--request-size of that or more, or none",
			       HEADER_BYTES_MIN);
	return 0;
}

/* "; lower --concurrency to 4": what the usable objects are enough for. */
static void add_remedy(struct str *out, const struct plan *plan, size_t usable,
		       bool all_seen)
{
	const struct workload *w = &plan->workload;
	const char *or_less = all_seen ? "" : " or less, as not all of them "
					      "may be such";

	if (!usable)
		str_add(out, "choose objects that are, with --prefix or "
			     "--bucket");
	else if (usable < w->replicas)
		str_addf(out, "lower --replicas to %zu%s, with --concurrency 1",
			 usable, or_less);
	else
		str_addf(out, "lower --concurrency to %zu%s",
			 usable / w->replicas, or_less);
	if (plan->cut)
		str_add(out, ", or take more objects with --keys");
}

/* Of `usable` objects not all were looked at where `all_seen` is false. */
static int check_keys(const struct plan *plan, size_t usable, bool all_seen,
		      const struct object_source *source, struct err *err)
{
	const struct workload *w = &plan->workload;
	uint64_t needed = (uint64_t)w->replicas * w->concurrency;
	struct str remedy = STR_INIT;

	if (needed <= usable)
		return 0;
	add_remedy(&remedy, plan, usable, all_seen);
	err_set(err, ERR_USAGE,
		"cog_header needs a tiled TIFF for each operation in flight: "
		"%u x %u need %" PRIu64 ", and %s has %zu%s%s%s%s: %s",
		w->replicas, w->concurrency, needed, source->name, usable,
		all_seen ? "" : " objects", plan->left_out ? " (" : "",
		plan->left_out ? plan->left_out : "", plan->left_out ? ")" : "",
		remedy.buf);
	str_release(&remedy);
	return ERR_USAGE;
}

static int read_more(struct reading *reading, const struct object *object,
		     uint64_t n, struct err *err)
{
	str_reset(&reading->bytes);
	str_reserve(&reading->bytes, n);
	reading->bytes.len = n;
	return object_read(reading->source, object, 0, n, reading->bytes.buf,
			   err);
}

/*
 * Reads as much of a header as is usual, and then as much as it turns out to
 * need, up to `most`. What it needs beyond the object's end it does not have.
 */
static int read_header(struct reading *reading, const struct object *object,
		       uint64_t most, enum tiff_flaw *flaw, uint64_t *needed,
		       struct err *err)
{
	uint64_t n = most < HEADER_BYTES_MIN ? most : HEADER_BYTES_MIN;
	int code;

	for (;;) {
		code = read_more(reading, object, n, err);
		if (code < 0)
			return code;
		*flaw = tiff_judge(reading->bytes.buf, n, &reading->layout,
				   needed, NULL);
		if (*flaw == TIFF_LONG && *needed > object->size)
			*flaw = TIFF_DAMAGED;
		if (*flaw != TIFF_LONG || n == most)
			return 0;
		n = *needed < most ? *needed : most;
	}
}

static int open_key(const struct reading *reading, uint32_t key,
		    struct object *object, struct err *err)
{
	return plan_find(reading->plan, reading->source, key, object, err);
}

static void keep(struct reading *reading, struct header *header)
{
	struct tiff_layout *layout =
		mem_new(tiff_layout_bytes(&reading->layout));

	memcpy(layout, &reading->layout, tiff_layout_bytes(&reading->layout));
	reading->plan->layouts[header->key] = layout;
	header->has_crc32 = reading->bytes.len == header->length;
	if (header->has_crc32)
		header->crc32 = (uint32_t)crc32_z(
			0, (const Bytef *)reading->bytes.buf, header->length);
}

/* Reads one object's header; *count grows where it can be used. */
static int take_object(struct reading *reading, size_t number,
		       struct header *headers, size_t *count, struct err *err)
{
	uint64_t size = reading->sizes[number], needed;
	uint64_t request = reading->plan->workload.request_size;
	struct header *header = &headers[*count];
	struct object object;
	enum tiff_flaw flaw;
	int code;

	*header = (struct header){ .key = (uint32_t)number,
				   .length = size < request ? size : request };
	code = open_key(reading, header->key, &object, err);
	if (code < 0)
		return code;
	code = read_header(reading, &object, header->length, &flaw, &needed,
			   err);
	object_close(reading->source, &object);
	if (code < 0)
		return code;
	reading->flaws[flaw]++;
	if (flaw == TIFF_LONG && needed > reading->needed) {
		reading->longest = header->key;
		reading->needed = needed;
	}
	if (flaw == TIFF_NONE)
		keep(reading, header);
	*count += flaw == TIFF_NONE;
	return 0;
}

/* What the longest header takes, for who wants to read it: all of it has to be
 * seen to know. Appends the words. */
static int add_needed(struct reading *reading, struct str *out,
		      struct err *err)
{
	uint64_t needed = 0;
	enum tiff_flaw flaw;
	struct object object;
	uint64_t most;
	int code;

	if (!reading->flaws[TIFF_LONG])
		return 0;
	code = open_key(reading, reading->longest, &object, err);
	if (code < 0)
		return code;
	most = object.size < HEADER_BYTES_MOST ? object.size
					       : HEADER_BYTES_MOST;
	code = read_header(reading, &object, most, &flaw, &needed, err);
	object_close(reading->source, &object);
	if (code < 0)
		return code;
	if (flaw == TIFF_LONG)
		str_addf(out, "; %s needs more than %u bytes",
			 reading->plan->keys[reading->longest],
			 HEADER_BYTES_MOST);
	else
		str_addf(out, "; the longest, of %s, needs --request-size %zu",
			 reading->plan->keys[reading->longest],
			 reading->bytes.len);
	return 0;
}

/* "3 of 120 objects left out: 2 no TIFF, 1 not tiled" */
static int tell_left_out(struct reading *reading, size_t usable,
			 struct err *err)
{
	size_t all = reading->plan->key_count;
	struct str text = STR_INIT;
	const char *before = "";
	int code;

	if (usable == all)
		return 0;
	str_addf(&text, "%zu of %zu objects left out: ", all - usable, all);
	for (int flaw = TIFF_NONE + 1; flaw < TIFF_FLAW_COUNT; flaw++)
		if (reading->flaws[flaw]) {
			str_addf(&text, "%s%zu %s", before,
				 reading->flaws[flaw],
				 tiff_flaw_words((enum tiff_flaw)flaw));
			before = ", ";
		}
	code = add_needed(reading, &text, err);
	reading->plan->left_out = str_detach(&text);
	return code;
}

/* Fills `headers` with what can be used, in the order of the keys. */
static int read_headers(struct plan *plan, const uint64_t *sizes,
			struct object_source *source, struct header *headers,
			size_t *count, struct err *err)
{
	struct reading reading = { .plan = plan, .source = source,
				   .sizes = sizes, .bytes = STR_INIT };
	int code = 0;

	*count = 0;
	work_begin(plan->key_count, "objects", "reading headers of %s",
		   source->name);
	for (size_t i = 0; code == 0 && i < plan->key_count; i++) {
		code = take_object(&reading, i, headers, count, err);
		if (code == 0)
			code = work_done(1, 0, err);
	}
	if (code == 0)
		code = tell_left_out(&reading, *count, err);
	work_end();
	str_release(&reading.bytes);
	return code;
}

static void shuffle(const struct plan *plan, struct header *headers,
		    size_t count)
{
	struct rng rng;

	plan_rng(plan, &rng);
	rng_shuffle(&rng, headers, count, sizeof(*headers));
}

/* Operation i reads header i % round. As a round is a whole number of turns of
 * the replicas, each header belongs to one replica for ever. */
static void fill_ops(struct plan *plan, const struct header *headers,
		     size_t round)
{
	plan->op_count = plan_op_count(plan->workload.request_size, round);
	plan->requests = mem_array(plan->op_count, sizeof(*plan->requests));
	for (size_t i = 0; i < plan->op_count; i++) {
		const struct header *header = &headers[i % round];
		struct plan_request *r = &plan->requests[i];

		r->key = header->key;
		r->length = header->length;
		r->has_crc32 = header->has_crc32 &&
				plan_is_sampled(&plan->workload, i);
		r->crc32 = r->has_crc32 ? header->crc32 : 0;
	}
}

static int fill(struct plan *plan, uint64_t *sizes,
		struct object_source *source, struct err *err)
{
	const struct workload *w = &plan->workload;
	struct header *headers;
	size_t count;
	int code = 0;

	if (plan->key_count > HEADERS_TOO_FEW_MOST)
		code = check_keys(plan, plan->key_count, false, source, err);
	if (code < 0)
		return code;
	plan->layouts = mem_array(plan->key_count, sizeof(*plan->layouts));
	headers = mem_array(plan->key_count, sizeof(*headers));
	code = read_headers(plan, sizes, source, headers, &count, err);
	if (code == 0)
		code = check_keys(plan, count, true, source, err);
	if (code == 0) {
		shuffle(plan, headers, count);
		fill_ops(plan, headers, count / w->replicas * w->replicas);
	}
	free(headers);
	return code < 0 ? code : plan_fill_crcs(plan, source, err);
}

/* How much of the operation's range its header needs. */
static int shorten(const struct plan *plan, struct object_source *source,
		   struct plan_request *r, struct err *err)
{
	unsigned char bytes[PLAN_BURST_BYTES];
	struct tiff_layout layout;
	struct object object;
	int code;

	if (r->length <= PLAN_BURST_BYTES)
		return 0;
	code = plan_find(plan, source, r->key, &object, err);
	if (code < 0)
		return code;
	code = object_read(source, &object, 0, sizeof(bytes), bytes, err);
	object_close(source, &object);
	if (code == 0 && tiff_parse(bytes, sizeof(bytes), &layout, NULL) == 0)
		r->length = sizeof(bytes);
	return code;
}

/* The first operations of the plan, whose keys all differ. */
static int burst(const struct plan *plan, size_t i,
		 struct object_source *source, struct plan_request *r,
		 struct err *err)
{
	*r = plan->requests[i];
	return shorten(plan, source, r, err);
}

const struct workload_ops workload_cog_header = {
	.about = { .name = "cog_header",
		   .verbs = PLAN_VERB_BIT(PLAN_GET_RANGE) },
	.check = check_options,
	.fill = fill,
	.burst = burst,
};
