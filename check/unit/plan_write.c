/* Plans, proofs and bursts as files. */
#include "check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/embedded.h"
#include "plan_fixture.h"

/* The CRC of one table pair, from the layout's text. */
static uint32_t table_crc(const json_t *level)
{
	static const char *const tables[] = { "tile_offsets",
					      "tile_byte_counts" };
	uLong crc = 0;

	for (int t = 0; t < 2; t++) {
		const json_t *table = json_object_get(level, tables[t]);

		for (size_t i = 0; i < json_array_size(table); i++) {
			json_int_t v = json_integer_value(
				json_array_get(table, i));
			unsigned char wide[8];

			for (int b = 0; b < 8; b++)
				wide[b] = (unsigned char)(v >> 8 * b);
			crc = crc32(crc, wide, 8);
		}
	}
	return (uint32_t)crc;
}

static void check_expect(const json_t *line, const json_t *layout)
{
	const json_t *levels = json_object_get(json_object_get(line, "expect"),
					       "levels");
	const json_t *wanted = json_object_get(layout, "levels");

	assert_int_equal(json_array_size(levels), 5);
	for (size_t i = 0; i < 5; i++) {
		const json_t *a = json_array_get(levels, i);
		const json_t *b = json_array_get(wanted, i);

		assert_int_equal(member(a, "width"), member(b, "width"));
		assert_int_equal(member(a, "height"), member(b, "height"));
		assert_int_equal(member(a, "tile_width"), member(b, "tile"));
		assert_int_equal(member(a, "tile_height"), member(b, "tile"));
		assert_int_equal(member(a, "tiles"),
				 json_array_size(json_object_get(
					 b, "tile_offsets")));
		assert_int_equal(member(a, "tables_crc32"), table_crc(b));
	}
}

static int create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

/* The file, line by line, against the plan. */
static void what_is_written_is_the_plan(void **state)
{
	json_t *layout = json_loads(embedded_s2_layout[0].text, 0, NULL);
	struct object_source *source = open_s2(20);
	struct workload w = workload("cog_header", 2, 10, 0);
	char *path = mem_printf("%s/plan", folder);
	struct str text = STR_INIT;
	struct plan plan;
	struct err err;
	char *at;
	int fd;

	(void)state;
	make(&plan, &w, source, 20);
	fd = create(path);
	assert_int_equal(plan_write(&plan, fd, &err), 0);
	close(fd);
	assert_int_equal(file_read(path, 64 << 20, &text, &err), 0);
	at = text.buf;
	for (size_t i = 0; i < plan.op_count; i++) {
		const struct plan_request *op = &plan.requests[i];
		char *end = strchr(at, '\n');
		json_t *line = json_loadb(at, (size_t)(end - at), 0, NULL);

		assert_int_equal(member(line, "op"), i);
		assert_int_equal(member(line, "start"), 0);
		assert_int_equal(member(line, "length"), 16384);
		assert_string_equal(json_string_value(
			json_object_get(line, "key")), plan.keys[op->key]);
		if (op->has_crc32)
			assert_int_equal(member(line, "crc32"), op->crc32);
		else
			assert_null(json_object_get(line, "crc32"));
		if (i < 20)
			check_expect(line, layout);
		json_decref(line);
		at = end + 1;
	}
	assert_int_equal(*at, '\0');
	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_int_equal(plan_write(&plan, fd, &err), ERR_SYSTEM);
	assert_names(err, "cannot write a plan");
	close(fd);
	plan_release(&plan);
	plan_release(&plan);
	str_release(&text);
	json_decref(layout);
	object_source_free(source);
	free(path);
}

/* Calls `each` with every line of a file of operations; returns how many. */
static unsigned for_lines(const char *path, void (*each)(json_t *, void *),
			  void *context)
{
	struct str text = STR_INIT;
	struct err err;
	unsigned count = 0;

	assert_int_equal(file_read(path, 64 << 20, &text, &err), 0);
	for (char *at = text.buf; *at; at = strchr(at, '\n') + 1) {
		json_t *line = json_loads(at, JSON_DISABLE_EOF_CHECK, NULL);

		assert_non_null(line);
		assert_int_equal(member(line, "op"), count);
		each(line, context);
		json_decref(line);
		count++;
	}
	str_release(&text);
	return count;
}

struct reader {
	struct object_source *source;
	const char *prefix;
	const struct str *bytes; /* of the proof */
	size_t at;
	char seen[600][64];      /* of the burst */
	unsigned seen_count;
	bool expects;
};

static void check_proof_line(json_t *line, void *context)
{
	struct reader *r = context;
	size_t length = (size_t)member(line, "length");
	const char *key = json_string_value(json_object_get(line, "key"));

	assert_true(r->at + length <= r->bytes->len);
	assert_int_equal(member(line, "crc32"),
			 crc32_z(0, (const Bytef *)r->bytes->buf + r->at,
				 length));
	assert_int_equal(member(line, "crc32"),
			 crc_of(r->source, key,
				(uint64_t)member(line, "start"), length));
	assert_int_equal(json_object_get(line, "expect") != NULL, r->expects);
	r->at += length;
}

/* Writes a proof of `count` operations; returns how many there are in it. */
static unsigned proof(const char *test, uint64_t size, unsigned count,
		      uint64_t *bytes_written)
{
	struct object_source *source = open_s2(40);
	struct workload w = workload(test, 2, 10, size);
	char *lines = mem_printf("%s/lines", folder);
	char *bytes = mem_printf("%s/bytes", folder);
	struct str text = STR_INIT;
	struct reader r = { .source = source, .bytes = &text,
			    .expects = !strcmp(test, "cog_header") };
	struct plan plan;
	struct err err;
	unsigned n;
	int lines_fd, bytes_fd;

	make(&plan, &w, source, 40);
	lines_fd = create(lines);
	bytes_fd = create(bytes);
	if (plan_write_proof(&plan, source, count, lines_fd, bytes_fd,
			     &err) < 0)
		fail_msg("%s", err.text);
	close(lines_fd);
	close(bytes_fd);
	assert_int_equal(file_read(bytes, 64 << 20, &text, &err), 0);
	n = for_lines(lines, check_proof_line, &r);
	assert_int_equal(r.at, text.len);
	*bytes_written = text.len;
	plan_release(&plan);
	str_release(&text);
	object_source_free(source);
	free(lines);
	free(bytes);
	return n;
}

static void proofs_are_bounded(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(proof("fetch_range", 0, 16, &bytes), 16);
	assert_int_equal(bytes, 16 * 16384);
	assert_int_equal(proof("cog_header", 0, 5, &bytes), 5);
	assert_int_equal(proof("fetch_range", 10 << 20, 16, &bytes), 3);
	assert_int_equal(bytes, 30 << 20);
	assert_int_equal(proof("fetch_range", 40 << 20, 16, &bytes), 1);
	assert_int_equal(bytes, 32 << 20);
	assert_int_equal(proof("fetch_range", 1, 100000, &bytes), 16384);
	assert_int_equal(proof("fetch_range", 0, 0, &bytes), 0);
}

static void check_burst_line(json_t *line, void *context)
{
	struct reader *r = context;
	const char *key = json_string_value(json_object_get(line, "key"));
	uint64_t start = (uint64_t)member(line, "start");
	uint64_t length = (uint64_t)member(line, "length");
	char *name = r->seen[r->seen_count++];

	assert_in_range(length, 1, 16384);
	assert_int_equal(strncmp(key, r->prefix, strlen(r->prefix)), 0);
	key += strlen(r->prefix);
	assert_int_equal(member(line, "crc32"),
			 crc_of(r->source, key, start, length));
	assert_int_equal(json_object_get(line, "expect") != NULL, r->expects);
	snprintf(name, 64, "%s %" PRIu64, key, start);
	for (unsigned i = 0; i + 1 < r->seen_count; i++)
		if (!strcmp(r->seen[i], name))
			fail_msg("%s comes twice", name);
}

static void check_burst(struct object_source *source, const struct workload *w,
			uint64_t keys, const char *prefix)
{
	struct reader *r = mem_new(sizeof(*r));
	char *path = mem_printf("%s/burst", folder);
	struct plan plan;
	unsigned requests;
	struct err err;
	int fd;

	r->source = source;
	r->prefix = prefix;
	r->expects = !strcmp(w->test, "cog_header");
	make(&plan, w, source, keys);
	fd = create(path);
	if (plan_write_burst(&plan, source, prefix, fd, &requests,
			     &err) < 0)
		fail_msg("%s", err.text);
	close(fd);
	assert_int_equal(for_lines(path, check_burst_line, r), w->concurrency);
	assert_int_equal(requests, w->concurrency);
	plan_release(&plan);
	free(path);
	free(r);
}

static void bursts_differ_in_range(void **state)
{
	struct object_source *source = open_s2(512);
	struct workload w = workload("fetch_range", 1, 500, 0);

	(void)state;
	check_burst(source, &w, 512, "hold/");
	check_burst(source, &w, 7, "");
	w.hot_key = true;
	check_burst(source, &w, 7, "hold/");
	w = workload("fetch_range", 4, 1, 8 << 20);
	check_burst(source, &w, 512, "hold/");
	w = workload("fetch_range", 1, 500, 1);
	check_burst(source, &w, 3, "hold/");
	w = workload("cog_header", 1, 500, 0);
	check_burst(source, &w, 512, "hold/");
	w = workload("cog_header", 5, 100, 1 << 20);
	check_burst(source, &w, 512, "hold/");
	object_source_free(source);

	/* Objects that have hardly room for so many ranges, and too little. */
	source = open_folder(2, 30);
	w = workload("fetch_range", 1, 60, 30);
	check_burst(source, &w, 10, "hold/");
	w.concurrency = 61;
	{
		unsigned requests;
		struct plan plan;
		struct err err;

		make(&plan, &w, source, 10);
		assert_int_equal(plan_write_burst(&plan, source, "", -1,
						  &requests, &err), ERR_USAGE);
		assert_names(err, "--concurrency");
		plan_release(&plan);
	}
	object_source_free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHECK(what_is_written_is_the_plan),
		CHECK(proofs_are_bounded),
		CHECK(bursts_differ_in_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
