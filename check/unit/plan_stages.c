/* Plans whose operations have stages, and all that is written of them. */
#include "check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/hash.h"
#include "plan/workload.h"
#include "plan_fixture.h"

/* Seven objects, "a/0" to "c/6": object i has i x 300 bytes. */
static struct object_source *open_objects(void)
{
	struct object_source *source;

	for (unsigned i = 0; i < 7; i++) {
		char *path = mem_printf("%s/root/%c/%u", folder, 'a' + i / 3, i);
		char content[7 * 300];

		for (unsigned at = 0; at < sizeof(content); at++)
			content[at] = (char)(at * (i + 3) % 251);
		*strrchr(path, '/') = '\0';
		assert_int_equal(file_make_dirs(path, 0700, NULL), 0);
		path[strlen(path)] = '/';
		assert_int_equal(file_write(path, content, i * 300, NULL), 0);
		free(path);
	}
	{
		char *root = mem_printf("%s/root", folder);

		assert_int_equal(data_dir_new(&source, root, "b", "small",
					      NULL), 0);
		free(root);
	}
	return source;
}

static const char *line_text(const struct plan *plan, size_t op)
{
	static struct str text = STR_INIT;

	str_reset(&text);
	assert_int_equal(plan_format_op(plan, op, &text), 0);
	return text.buf;
}

#define STAGES_0                                                               \
	"{\"op\":0,\"stages\":[[{\"verb\":\"get_range\",\"key\":\"a/1"         \
	"\",\"start\":73,\"length\":50,\"crc32\":3935118136}],[{\"ver"         \
	"b\":\"head\",\"key\":\"a/1\",\"length\":300},{\"verb\":\"get"         \
	"_suffix\",\"key\":\"a/1\",\"length\":50,\"crc32\":1033127374"         \
	"},{\"verb\":\"get_range\",\"key\":\"a/1\",\"start\":214,\"le"         \
	"ngth\":50,\"crc32\":887355566},{\"verb\":\"get_range\",\"key"         \
	"\":\"a/1\",\"start\":125,\"length\":50,\"crc32\":1268512183}"         \
	",{\"verb\":\"get_range\",\"key\":\"a/1\",\"start\":75,\"leng"         \
	"th\":50,\"crc32\":3133968001}],[{\"verb\":\"get\",\"key\":\""         \
	"a/2\",\"length\":600,\"crc32\":84555127}]],\"expect\":{\"req"         \
	"uests\":[7,7],\"body_bytes\":[850,850]}}\n"
#define STAGES_1                                                               \
	"{\"op\":1,\"stages\":[[{\"verb\":\"get_range\",\"key\":\"a/2"         \
	"\",\"start\":371,\"length\":50}],[{\"verb\":\"head\",\"key\""         \
	":\"a/2\",\"length\":600},{\"verb\":\"get_suffix\",\"key\":\""         \
	"a/2\",\"length\":50},{\"verb\":\"get_range\",\"key\":\"a/2\""         \
	",\"start\":196,\"length\":50},{\"verb\":\"get_range\",\"key"          \
	"\":\"a/2\",\"start\":198,\"length\":50},{\"verb\":\"get_rang"         \
	"e\",\"key\":\"a/2\",\"start\":447,\"length\":50}],[{\"verb\""         \
	":\"get\",\"key\":\"b/5\",\"length\":1500}]],\"expect\":{\"re"         \
	"quests\":[7,7],\"body_bytes\":[1750,1750]}}\n"
#define LIST_0                                                                 \
	"{\"op\":0,\"stages\":[[{\"verb\":\"list\",\"key\":\"a/\",\"k"         \
	"eys\":3,\"crc32\":1033346194}],[{\"verb\":\"get_range\",\"ke"         \
	"y\":\"a/1\",\"start\":0,\"length\":50,\"crc32\":3627573593}]"         \
	"],\"expect\":{\"requests\":[2,2]}}\n"
#define LIST_3                                                                 \
	"{\"op\":3,\"stages\":[[{\"verb\":\"list\",\"key\":\"\",\"key"         \
	"s\":7}],[{\"verb\":\"get_range\",\"key\":\"b/4\",\"start\":0"         \
	",\"length\":50}]],\"expect\":{\"requests\":[2,2]}}\n"
#define VALUES_0								\
	"{\"op\":0,\"stages\":[[{\"verb\":\"get_range\",\"key\":"               \
	"\"a/1\",\"start\":0,\"length\":50,\"crc32\":3627573593}]"              \
	",[{\"verb\":\"read_values\",\"key\":\"a/1\",\"first\":23"              \
	",\"count\":25,\"crc32\":2123528616},{\"verb\":\"read_val"              \
	"ues\",\"key\":\"a/1\",\"first\":51,\"count\":25,\"crc32"               \
	"\":916125510},{\"verb\":\"read_values\",\"key\":\"a/1\","              \
	"\"first\":24,\"count\":25,\"crc32\":3920137546}]],\"expe"              \
	"ct\":{\"requests\":[4,7],\"body_bytes\":[200,200]}}\n"

/* A change of these is a change of what all past checks were made with. */
static void lines_are_the_same_everywhere(void **state)
{
	struct object_source *source = open_objects();
	struct workload w = workload("check_stages", 1, 4, 50);
	struct plan plan;

	(void)state;
	make(&plan, &w, source, 10);
	assert_int_equal(plan.op_count, 16384);
	assert_string_equal(plan.left_out, "1 of 7 objects left out: empty, or "
					   "more than 16777216 bytes");
	assert_string_equal(line_text(&plan, 0), STAGES_0);
	assert_string_equal(line_text(&plan, 1), STAGES_1);
	plan_release(&plan);
	w = workload("check_list", 1, 4, 50);
	make(&plan, &w, source, 10);
	assert_string_equal(line_text(&plan, 0), LIST_0);
	assert_string_equal(line_text(&plan, 3), LIST_3);
	plan_release(&plan);
	w = workload("check_values", 1, 4, 50);
	make(&plan, &w, source, 10);
	assert_string_equal(line_text(&plan, 0), VALUES_0);
	plan_release(&plan);
	object_source_free(source);
}

/* The bytes that a request has to answer, by its line alone; returns how many. */
static size_t answer_of(struct object_source *source, const json_t *request,
			char *out)
{
	const char *verb = json_string_value(json_object_get(request, "verb"));
	const char *key = json_string_value(json_object_get(request, "key"));
	size_t length, at = 0;
	struct object object;
	json_t *part;
	size_t i;

	if (!strncmp(key, "hold/", 5))
		key += 5;
	if (!strcmp(verb, "list"))
		return 0;
	assert_int_equal(source->ops->find(source, key, strlen(key), &object,
					   NULL), 0);
	if (!strcmp(verb, "get_ranges")) {
		json_array_foreach(json_object_get(request, "ranges"), i, part) {
			length = (size_t)json_integer_value(
				json_array_get(part, 1));
			object_read(source, &object,
				    (uint64_t)json_integer_value(
					    json_array_get(part, 0)),
				    length, out + at, NULL);
			at += length;
		}
	} else if (strcmp(verb, "head") != 0) {
		at = (size_t)member(request, "length");
		length = !strcmp(verb, "get") ? 0
			 : !strcmp(verb, "get_suffix")
				 ? object.size - at
				 : (size_t)member(request, "start");
		object_read(source, &object, length, at, out, NULL);
	}
	if (!strcmp(verb, "get") || !strcmp(verb, "head"))
		assert_int_equal(member(request, "length"), object.size);
	object_close(source, &object);
	return at;
}

/* What a file of lines holds together. */
struct seen {
	struct object_source *source;
	char bytes[1 << 20]; /* of all answers */
	size_t at;
	unsigned lines, requests, ranges, suffixes;
	bool all_checked;    /* each get* and list has a CRC */
};

static void see_request(struct seen *seen, const json_t *request)
{
	const char *verb = json_string_value(json_object_get(request, "verb"));
	char *answer = seen->bytes + seen->at;
	size_t n = answer_of(seen->source, request, answer);
	const json_t *crc = json_object_get(request, "crc32");

	seen->at += n;
	seen->requests++;
	seen->ranges += !strcmp(verb, "get_range");
	seen->suffixes += !strcmp(verb, "get_suffix");
	if (!strcmp(verb, "head"))
		assert_null(crc);
	else if (!crc)
		seen->all_checked = false;
	else if (strcmp(verb, "list") != 0)
		assert_int_equal(json_integer_value(crc),
				 crc32_z(0, (const Bytef *)answer, n));
}

static void see_line(struct seen *seen, const char *text)
{
	json_t *line = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
	json_t *stage, *request;
	size_t i, j;

	assert_non_null(line);
	assert_int_equal(member(line, "op"), seen->lines++);
	json_array_foreach(json_object_get(line, "stages"), i, stage) {
		assert_int_not_equal(json_array_size(stage), 0);
		json_array_foreach(stage, j, request)
			see_request(seen, request);
	}
	if (!i) { /* one ranged GET has no stages */
		json_object_set_new(line, "verb", json_string("get_range"));
		see_request(seen, line);
	}
	json_decref(line);
}

static struct seen *see(struct object_source *source, const char *text)
{
	struct seen *seen = mem_new(sizeof(*seen));

	seen->source = source;
	seen->all_checked = true;
	for (; *text; text = strchr(text, '\n') + 1)
		see_line(seen, text);
	return seen;
}

static char *read_back(int fd)
{
	struct str text = STR_INIT;
	char piece[4096];
	ssize_t n;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		str_add_n(&text, piece, (size_t)n);
	close(fd);
	return text.buf ? str_detach(&text) : mem_dup("");
}

static int open_new(const char *name)
{
	char *path = mem_printf("%s/%s", folder, name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	free(path);
	assert_true(fd >= 0);
	return fd;
}

/* Operations of two replicas that are checked: the first of each, and others. */
static void sampled_operations_have_crcs(void **state)
{
	struct object_source *source = open_objects();
	struct workload w = workload("check_stages", 2, 4, 50);
	struct plan plan;
	size_t checked = 0;

	(void)state;
	make(&plan, &w, source, 10);
	for (size_t i = 0; i < 400; i++) {
		struct seen *seen = mem_new(sizeof(*seen));
		json_t *line = json_loads(line_text(&plan, i), 0, NULL), *stage;
		struct plan_expect expect;
		size_t s, r, with = 0;
		json_t *request;

		seen->source = source;
		json_array_foreach(json_object_get(line, "stages"), s, stage)
			json_array_foreach(stage, r, request) {
				see_request(seen, request);
				with += json_object_get(request, "crc32") !=
					NULL;
			}
		assert_int_equal(s, 3);
		assert_int_equal(with, plan_is_sampled(&w, i) ? 6 : 0);
		checked += with != 0;
		plan_expect(&plan, i, &expect);
		assert_int_equal(expect.answer_bytes, seen->at);
		assert_int_equal(expect.requests.least, 7);
		assert_int_equal(expect.requests.most, 7);
		assert_int_equal(expect.heads, 1);
		assert_int_equal(expect.lists, 0);
		json_decref(line);
		free(seen);
	}
	assert_in_range(checked, 5, 30);
	plan_release(&plan);
	object_source_free(source);
}

/* All answers of get* in the order of the requests, and nothing between. */
static void proofs_hold_all_bodies(void **state)
{
	static const char *const tests[] = { "check_stages", "check_list" };
	struct object_source *source = open_objects();

	(void)state;
	for (int t = 0; t < 2; t++) {
		struct workload w = workload(tests[t], 1, 4, 50);
		int lines = open_new("lines"), bytes = open_new("bytes");
		char *text, *body;
		struct seen *seen;
		struct plan plan;

		make(&plan, &w, source, 10);
		assert_int_equal(plan_write_proof(&plan, source, 5, lines,
						  bytes, NULL), 0);
		text = read_back(lines);
		body = read_back(bytes);
		seen = see(source, text);
		assert_int_equal(seen->lines, 5);
		assert_true(seen->all_checked);
		assert_true(seen->at > 100);
		assert_memory_equal(seen->bytes, body, seen->at);
		plan_release(&plan);
		free(seen);
		free(text);
		free(body);
	}
	object_source_free(source);
}

static struct seen *burst_of(const struct plan *plan,
			     struct object_source *source, unsigned *requests)
{
	int fd = open_new("burst");
	struct seen *seen;
	char *text;

	assert_int_equal(plan_write_burst(plan, source, "hold/", fd, requests,
					  NULL), 0);
	text = read_back(fd);
	seen = see(source, text);
	assert_null(strstr(text, "}],[{"));
	assert_true(seen->all_checked);
	assert_int_equal(seen->lines, plan->workload.concurrency);
	assert_int_equal(seen->requests, *requests);
	free(text);
	return seen;
}

/* The widest stage, without what has no body. */
static void bursts_are_one_stage(void **state)
{
	struct object_source *source = open_objects();
	struct workload w = workload("check_stages", 1, 5, 50);
	struct seen *seen;
	unsigned requests;
	struct plan plan;

	(void)state;
	make(&plan, &w, source, 10);
	assert_int_equal(plan_widest(&plan), 5);
	seen = burst_of(&plan, source, &requests);
	assert_int_equal(requests, 5 * 4);
	assert_int_equal(seen->suffixes, 5);
	assert_int_equal(seen->ranges, 15);
	free(seen);
	plan_release(&plan);
	w = workload("check_list", 1, 5, 50);
	make(&plan, &w, source, 10);
	assert_int_equal(plan_widest(&plan), 1);
	seen = burst_of(&plan, source, &requests);
	assert_int_equal(requests, 5);
	assert_int_equal(seen->ranges, 5);
	free(seen);
	plan_release(&plan);
	object_source_free(source);
}

/* Whole objects, suffixes and several ranges that are long. */
static void what_is_long_is_shortened(void **state)
{
	struct object_source *source = open_folder(2, 200000);
	struct plan plan = { .workload = workload("check_stages", 1, 3, 0) };
	char *names[] = { mem_dup("0"), mem_dup("1") };
	struct seen *seen;
	unsigned requests;

	(void)state;
	plan.keys = mem_array(2, sizeof(*plan.keys));
	memcpy(plan.keys, names, sizeof(names));
	plan.key_count = 2;
	plan_begin_op(&plan);
	plan_add(&plan, PLAN_GET, 0, 0, 200000, false);
	plan_add(&plan, PLAN_GET_SUFFIX, 1, 0, 150000, false);
	plan_add(&plan, PLAN_GET_RANGES, 1, 0, 0, false);
	plan_add_part(&plan, 10, 30000);
	plan_add_part(&plan, 100000, 7);
	plan_begin_op(&plan);
	plan_add(&plan, PLAN_GET_RANGES, 0, 0, 0, false);
	plan_add_part(&plan, 1, 2);
	plan_add_part(&plan, 5, 6);
	assert_string_equal(line_text(&plan, 1),
			    "{\"op\":1,\"stages\":[[{\"verb\":\"get_ranges\","
			    "\"key\":\"0\",\"ranges\":[[1,2],[5,6]]}]],"
			    "\"expect\":{\"requests\":[1,2],"
			    "\"body_bytes\":[8,8]}}\n");
	seen = burst_of(&plan, source, &requests);
	assert_int_equal(requests, 3 + 1 + 3);
	assert_int_equal(seen->suffixes, 2);
	assert_int_equal(seen->ranges, 5);
	assert_int_equal(seen->at, 6 * PLAN_BURST_BYTES + 2);
	free(seen);
	plan_release(&plan);
	object_source_free(source);
}

/* An operation that alone is more than a proof may be. */
static void a_long_proof_is_cut(void **state)
{
	struct object_source *source = open_s2(1);
	struct plan plan = { .workload = workload("check_stages", 1, 1, 0) };
	int lines = open_new("lines"), bytes = open_new("bytes");
	char *text;

	(void)state;
	plan.keys = mem_array(1, sizeof(*plan.keys));
	plan.keys[0] = mem_dup("s2/00000/B04.tif");
	plan.key_count = 1;
	for (int i = 0; i < 2; i++) {
		plan_begin_op(&plan);
		plan_add(&plan, PLAN_GET, 0, 0, 218693282, false);
		plan_add(&plan, PLAN_HEAD, 0, 0, 218693282, true);
	}
	assert_int_equal(plan_write_proof(&plan, source, 2, lines, bytes,
					  NULL), 0);
	assert_int_equal(lseek(bytes, 0, SEEK_END), PLAN_PROOF_BYTES / 2);
	text = read_back(lines);
	assert_non_null(strstr(text, "{\"verb\":\"get_range\",\"key\":\"s2/000"
				     "00/B04.tif\",\"start\":0,\"length\":167"));
	assert_null(strstr(text, "\"op\":1"));
	free(text);
	close(bytes);
	plan_release(&plan);
	object_source_free(source);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct object_source *source = open_s2(2);
	struct workload w = workload("check_stages", 1, 1, 0);
	struct plan plan;
	struct err err;

	(void)state;
	assert_int_equal(plan_make(&plan, &w, source, 2, &err), ERR_USAGE);
	assert_names(err, "none of s2 has from 1 to 16777216 bytes");
	plan_release(&plan);
	w = workload("fetch_rnage", 1, 1, 0);
	assert_int_equal(plan_make(&plan, &w, source, 2, &err), ERR_USAGE);
	assert_names(err, "there is no workload 'fetch_rnage'");
	plan_release(&plan);
	object_source_free(source);
}

/* Found by their files; each with what it needs. */
static void workloads_are_listed(void **state)
{
	const struct workload_about *w;
	const char *before = "";
	unsigned shown = 0;

	(void)state;
	for (size_t i = 0; (w = plan_workload(i)); i++) {
		assert_true(strcmp(before, w->name) < 0);
		before = w->name;
		assert_true(w->verbs & PLAN_VERB_BIT(PLAN_GET_RANGE));
		shown += !w->hidden;
	}
	assert_true(shown >= 2);
	assert_null(workload_named("check"));
	assert_true(workload_named("check_stages")->about.hidden);
	assert_false(workload_named("fetch_range")->about.hidden);
	assert_int_equal(plan_verb_number("list"), PLAN_LIST);
	assert_int_equal(plan_verb_number("lists"), PLAN_VERB_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHECK(lines_are_the_same_everywhere),
		CHECK(sampled_operations_have_crcs),
		CHECK(proofs_hold_all_bodies),
		CHECK(bursts_are_one_stage),
		CHECK(what_is_long_is_shortened),
		CHECK(a_long_proof_is_cut),
		CHECK(what_does_not_fit_is_refused),
		CHECK(workloads_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
