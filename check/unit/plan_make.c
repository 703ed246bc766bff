/* Plans: the same on every machine, within the objects, and as
 * docs/data.md, "Plans", says. */
#include "check.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/hash.h"
#include "base/work.h"
#include "plan_fixture.h"

static uint32_t text_crc(const struct plan *plan)
{
	struct str text = STR_INIT;
	uint32_t crc;

	for (size_t i = 0; i < plan->op_count; i++)
		assert_int_equal(plan_format_op(plan, i, &text), 0);
	crc = (uint32_t)crc32_z(0, (const Bytef *)text.buf, text.len);
	str_release(&text);
	return crc;
}

/* A change of these is a change of what all past results were made with: it
 * must be meant, and told in docs/data.md. */
static void plans_are_the_same_everywhere(void **state)
{
	static const struct {
		const char *test;
		unsigned replicas, concurrency;
		uint64_t request_size;
		uint32_t crc;
	} golden[] = {
		{ "fetch_range", 1, 500, 0, 2593102448U },
		{ "fetch_range", 4, 100, 1048576, 337967727U },
		{ "cog_header", 1, 500, 0, 4110670283U },
		{ "cog_header", 3, 100, 65536, 3183155414U },
	};
	struct object_source *source = open_s2(512);

	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(*golden); i++) {
		struct workload w = workload(golden[i].test, golden[i].replicas,
					     golden[i].concurrency,
					     golden[i].request_size);
		struct plan plan;
		uint32_t crc;

		make(&plan, &w, source, 512);
		crc = text_crc(&plan);
		if (crc != golden[i].crc)
			fail_msg("plan %zu has CRC %" PRIu32, i, crc);
		plan_release(&plan);
		w.seed = 43;
		make(&plan, &w, source, 512);
		assert_int_not_equal(text_crc(&plan), golden[i].crc);
		plan_release(&plan);
	}
	object_source_free(source);
}

static bool sampled(const struct workload *w, size_t i)
{
	return i < w->replicas ||
	       hash_mix(hash_mix(w->seed) ^ i) % 32 == 0;
}

static void check_samples(const struct plan *plan, struct object_source *source)
{
	size_t with = 0;

	for (size_t i = 0; i < plan->op_count; i++) {
		const struct plan_request *op = &plan->requests[i];

		assert_int_equal(op->has_crc32, sampled(&plan->workload, i));
		if (!op->has_crc32)
			continue;
		with++;
		assert_int_equal(op->crc32, crc_of(source, plan->keys[op->key],
						   op->start, op->length));
	}
	assert_in_range(with, plan->op_count / 40, plan->op_count / 25);
}

static void ranges_are_within_objects(void **state)
{
	static const uint64_t sizes[] = { 1, 777, 16384, 65537 };
	struct object_source *source = open_s2(300);

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		struct workload w = workload("fetch_range", 3, 7, sizes[s]);
		unsigned used[300] = { 0 };
		uint64_t lowest = UINT64_MAX, highest = 0;
		struct plan plan;

		w.seed = s;
		make(&plan, &w, source, 200);
		assert_int_equal(plan.key_count, 200);
		assert_null(plan.layouts);
		assert_int_equal(plan.op_count % 3, 0);
		for (size_t i = 0; i < plan.op_count; i++) {
			const struct plan_request *op = &plan.requests[i];

			assert_int_equal(op->length, sizes[s]);
			assert_true(op->start + op->length <= 218693282);
			assert_in_range(op->key, 0, 199);
			used[op->key]++;
			lowest = op->start < lowest ? op->start : lowest;
			highest = op->start > highest ? op->start : highest;
		}
		for (int k = 0; k < 200; k++)
			assert_in_range(used[k], 40, 140);
		assert_in_range(lowest, 0, 218693282 / 1000);
		assert_true(highest > 218693282ULL / 1000 * 997);
		check_samples(&plan, source);
		plan_release(&plan);
	}
	object_source_free(source);
}

static size_t ops_of(const char *test, unsigned replicas, uint64_t size,
		     uint64_t keys)
{
	struct object_source *source = open_s2(keys);
	struct workload w = workload(test, replicas, 1, size);
	struct plan plan;
	size_t count;

	make(&plan, &w, source, keys);
	count = plan.op_count;
	plan_release(&plan);
	object_source_free(source);
	return count;
}

static void plans_have_16_gib(void **state)
{
	(void)state;
	assert_int_equal(ops_of("fetch_range", 1, 1, 4), 16384);
	assert_int_equal(ops_of("fetch_range", 1, 1 << 20, 4), 16384);
	assert_int_equal(ops_of("fetch_range", 1, 3 << 20, 4), 5461);
	assert_int_equal(ops_of("fetch_range", 5, 3 << 20, 4), 5460);
	assert_int_equal(ops_of("fetch_range", 1, 64 << 20, 1), 2048);
	assert_int_equal(ops_of("cog_header", 1, 0, 1000), 16000);
	assert_int_equal(ops_of("cog_header", 3, 0, 100), 99 * 165);
	assert_int_equal(ops_of("cog_header", 3, 0, 20000), 19998);
}

static void a_hot_key_is_the_first(void **state)
{
	struct object_source *source = open_s2(50);
	struct workload w = workload("fetch_range", 2, 10, 0);
	struct plan plan;

	(void)state;
	w.hot_key = true;
	make(&plan, &w, source, 50);
	assert_int_equal(plan.key_count, 1);
	assert_string_equal(plan.keys[0], "s2/00000/B04.tif");
	check_samples(&plan, source);
	plan_release(&plan);
	object_source_free(source);
}

/* Who uses a key, and that a replica does not meet it again too soon. */
static void check_disjoint(uint64_t keys, unsigned replicas,
			   unsigned concurrency)
{
	struct object_source *source = open_s2(keys);
	struct workload w = workload("cog_header", replicas, concurrency, 0);
	int64_t *owner = mem_array(keys, sizeof(*owner));
	int64_t *last = mem_array(keys, sizeof(*last));
	struct plan plan;
	size_t per_replica;

	make(&plan, &w, source, keys);
	assert_int_equal(plan.op_count % replicas, 0);
	per_replica = plan.op_count / replicas;
	for (unsigned r = 0; r < replicas; r++)
		/* Twice round, as replicas do. */
		for (size_t n = 0; n < 2 * per_replica; n++) {
			size_t i = r + n % per_replica * replicas;
			uint32_t key = plan.requests[i].key;

			assert_true(!owner[key] || owner[key] == r + 1);
			owner[key] = r + 1;
			assert_true(!last[key] || (int64_t)n + 1 - last[key] >=
				    (int64_t)concurrency);
			last[key] = (int64_t)n + 1;
		}
	check_samples(&plan, source);
	plan_release(&plan);
	object_source_free(source);
	free(owner);
	free(last);
}

static void replicas_share_no_header(void **state)
{
	(void)state;
	check_disjoint(512, 1, 500);
	check_disjoint(512, 1, 512);
	check_disjoint(512, 5, 100);
	check_disjoint(100, 3, 33);
	check_disjoint(64, 64, 1);
	check_disjoint(1, 1, 1);
	check_disjoint(17000, 7, 2000);
}

static void refused(const struct workload *w, struct object_source *source,
		    uint64_t keys, const char *first, const char *second)
{
	struct plan plan;
	struct err err = { "" };

	assert_int_equal(plan_make(&plan, w, source, keys, &err), ERR_USAGE);
	assert_names(err, first);
	assert_names(err, second);
	plan_release(&plan);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct object_source *source = open_s2(512);
	struct workload w = workload("cog_header", 2, 257, 0);

	(void)state;
	refused(&w, source, 512, "--keys", "lower --concurrency to 256, or");
	w = workload("cog_header", 3, 20, 0);
	refused(&w, source, 59, "60", "59: lower --concurrency to 19");
	w = workload("cog_header", 3, 20, 0);
	refused(&w, source, 2, "has 2:", "lower --replicas to 2, with --concu");
	w = workload("cog_header", 1, 1, 4096);
	refused(&w, source, 512, "--request-size", "16384");
	w = workload("cog_header", 1, 1, 0);
	w.hot_key = true;
	refused(&w, source, 512, "--hot-key", "cog_header");
	w = workload("fetch_range", 1, 1, 218693283);
	refused(&w, source, 512, "s2/00000/B04.tif", "218693282");
	w = workload("fetch_range", 0, 1, 0);
	refused(&w, source, 512, "--replicas", "--concurrency");
	w = workload("fetch_range", 1, 0, 0);
	refused(&w, source, 512, "--replicas", "--concurrency");
	w = workload("fetch_range", 1, 1, 0);
	refused(&w, source, 0, "--keys", "1");
	w.request_size = 0;
	refused(&w, source, 512, "--request-size", "1");
	object_source_free(source);

	/* So many are not read to be told that they are too few. */
	source = open_s2(1025);
	w = workload("cog_header", 1, 1026, 0);
	refused(&w, source, 1025, "has 1025 objects: lower --concurrency to "
		"1025 or less", "not all of them may be");
	object_source_free(source);

	source = open_folder(3, 1000);
	w = workload("fetch_range", 1, 1, 218693283);
	refused(&w, source, 512, "none of the 3 objects of small",
		"the largest, 0, has 1000 bytes");
	w = workload("cog_header", 1, 1, 0);
	refused(&w, source, 512, "3 of 3 objects left out: 3 no TIFF",
		"has 0");
	object_source_free(source);
	assert_int_equal(teardown(NULL), 0);
	assert_int_equal(setup(NULL), 0);
	source = open_folder(0, 1);
	refused(&w, source, 512, "small", "no objects");
	object_source_free(source);
}

/* TIFFs and others in one folder: only the first count, whole if small. */
static void only_tiffs_have_headers(void **state)
{
	struct object_source *source = open_folder(3, 1000), *s2 = open_s2(1);
	struct workload w = workload("cog_header", 1, 2, 0);
	char header[30000], *path = mem_printf("%s/root/0", folder);
	struct object object;
	struct plan plan;
	struct err err;

	(void)state;
	assert_int_equal(s2->ops->find(s2, "s2/00000/B04.tif", 16, &object,
				       NULL), 0);
	object_read(s2, &object, 0, sizeof(header), header, NULL);
	assert_int_equal(file_write(path, header, 5000, NULL), 0);
	path[strlen(path) - 1] = '2';
	assert_int_equal(file_write(path, header, sizeof(header), NULL), 0);
	make(&plan, &w, source, 10);
	for (size_t i = 0; i < plan.op_count; i++) {
		const char *key = plan.keys[plan.requests[i].key];

		assert_true(!strcmp(key, "0") || !strcmp(key, "2"));
		assert_int_equal(plan.requests[i].length, *key == '0' ? 5000 : 16384);
	}
	check_samples(&plan, source);
	plan_release(&plan);
	/* A TIFF whose header does not lie in what is read is none to skip. */
	assert_int_equal(file_write(path, header, 3000, NULL), 0);
	assert_int_equal(plan_make(&plan, &w, source, 10, &err), ERR_USAGE);
	assert_names(err, "1 x 2 need 2, and small has 1 (2 of 3 objects left "
			  "out: 1 no TIFF, 1 damaged)");
	assert_names(err, "lower --concurrency to 1");
	assert_null(strstr(err.text, "--keys"));
	plan_release(&plan);
	object_source_free(source);
	object_source_free(s2);
	free(path);
}

static void put(unsigned char **at, uint32_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		*(*at)++ = (unsigned char)(value >> 8 * i);
}

/* A TIFF of side x side tiles, the offsets' table last; `tag` is 324, or what a
 * file of strips has. Its path ends in `name`. Returns how long its header is. */
static size_t write_tiff(const char *name, unsigned side, unsigned tag)
{
	const unsigned tiles = side * side;
	const struct { unsigned tag, type, count, value; } entries[] = {
		{ 256, 4, 1, side * 16 }, { 257, 4, 1, side * 16 },
		{ 322, 3, 1, 16 }, { 323, 3, 1, 16 },
		{ tag, 4, tiles, 8 + 2 + 6 * 12 + 4 + tiles * 2 },
		{ 325, 3, tiles, 8 + 2 + 6 * 12 + 4 },
	};
	size_t n = 86 + tiles * 6;
	unsigned char *bytes = mem_new(n), *at = bytes;
	char *path = mem_printf("%s/root/%s", folder, name);

	put(&at, 0x002a4949, 4);
	put(&at, 8, 4);
	put(&at, 6, 2);
	for (size_t i = 0; i < 6; i++) {
		put(&at, entries[i].tag, 2);
		put(&at, entries[i].type, 2);
		put(&at, entries[i].count, 4);
		put(&at, entries[i].value, 4);
	}
	assert_int_equal(file_write(path, (char *)bytes, n, NULL), 0);
	free(path);
	free(bytes);
	return n;
}

/* Whatever a bucket holds besides, what can be used is used. */
static void one_odd_object_spoils_nothing(void **state)
{
	struct object_source *source = open_folder(2, 0);
	struct workload w = workload("cog_header", 1, 2, 0);
	size_t needed;
	struct plan plan;
	struct err err;
	char part[64];

	(void)state;
	write_tiff("a", 40, 324);
	write_tiff("b", 40, 273);
	write_tiff("c", 40, 324);
	needed = write_tiff("long", 200, 324);
	make(&plan, &w, source, 10);
	snprintf(part, sizeof(part), "the longest, of long, needs "
		 "--request-size %zu", needed);
	if (!strstr(plan.left_out, "4 of 6 objects left out: 2 no TIFF, 1 with "
		    "a header longer than the request, 1 not tiled") ||
	    !strstr(plan.left_out, part))
		fail_msg("%s", plan.left_out);
	plan_release(&plan);
	/* That many bytes do, and one less does not. */
	w = workload("cog_header", 1, 3, needed);
	make(&plan, &w, source, 10);
	check_samples(&plan, source);
	plan_release(&plan);
	w.request_size--;
	assert_int_equal(plan_make(&plan, &w, source, 10, &err), ERR_USAGE);
	assert_names(err, "need 3, and small has 2");
	assert_names(err, part);
	plan_release(&plan);
	/* What a person types is not what is allocated. */
	w.request_size = 1ULL << 60;
	make(&plan, &w, source, 10);
	plan_release(&plan);

	w = workload("fetch_range", 1, 3, 16384);
	w.hot_key = true;
	make(&plan, &w, source, 10);
	assert_string_equal(plan.left_out, "5 of 6 objects left out: smaller "
			    "than a request of 16384 bytes");
	assert_int_equal(plan.key_count, 1);
	assert_string_equal(plan.keys[0], "long");
	check_samples(&plan, source);
	plan_release(&plan);
	object_source_free(source);
}

static unsigned looks, looks_left;

static bool stops(void)
{
	looks++;
	return !looks_left || !--looks_left;
}

/* Wherever the signal comes, the plan ends there and says what it was at. */
static void a_plan_can_be_stopped(void **state)
{
	const struct work_observer observer = { .stopped = stops, .stop_fd = -1 };
	struct workload w = workload("cog_header", 1, 4, 16384);
	struct object_source *source = open_s2(40);
	unsigned all;

	(void)state;
	work_observe(&observer);
	for (unsigned i = 0; i < 2; i++) {
		struct plan plan;
		struct err err;

		looks = 0;
		looks_left = 1000000;
		make(&plan, &w, source, 40);
		plan_release(&plan);
		all = looks;
		assert_true(all > 80);
		for (looks_left = 1; looks_left < all;) {
			unsigned at = looks_left;

			assert_int_equal(plan_make(&plan, &w, source, 40, &err),
					 ERR_INTERRUPTED);
			assert_names(err, "interrupted while ");
			plan_release(&plan);
			looks_left = at + 7;
		}
		strcpy(w.test, "fetch_range");
	}
	work_observe(NULL);
	object_source_free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHECK(plans_are_the_same_everywhere),
		CHECK(ranges_are_within_objects),
		CHECK(plans_have_16_gib),
		CHECK(a_hot_key_is_the_first),
		CHECK(replicas_share_no_header),
		CHECK(what_does_not_fit_is_refused),
		CHECK(only_tiffs_have_headers),
		CHECK(one_odd_object_spoils_nothing),
		CHECK(a_plan_can_be_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
