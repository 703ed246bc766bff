/* Lines of a plan as a test in C reads them: both forms, and what is wrong. */
/* clang-format off: cmocka wants these first. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "worker/operations.h"
#include "worker/verb.h"

#define ALL ((1U << VERB_COUNT) - 1)

static int load(struct operations *ops, unsigned verbs, const char *text,
		struct err *err)
{
	const struct operations_part all = { 0, 1, UINT64_MAX };
	int fd = memfd_create("plan", MFD_CLOEXEC);
	char path[64];
	int code;

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, strlen(text)), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	operations_init(ops, verbs);
	code = operations_load(ops, path, "http://h:1/p", "b", &all, err);
	close(fd);
	return code;
}

static const char good[] =
	"{\"op\":0,\"key\":\"a\",\"start\":5,\"length\":7,\"expect\":{}}\n"
	"{\"op\":1,\"stages\":[[{\"key\":\"a\",\"start\":1,\"length\":2}],"
	"[{\"verb\":\"get\",\"key\":\"a/b c\",\"length\":900,\"crc32\":9},"
	"{\"verb\":\"get_suffix\",\"key\":\"a\",\"length\":3},"
	"{\"verb\":\"get_ranges\",\"key\":\"a\",\"ranges\":[[8,2],[0,1]],"
	"\"crc32\":0}],"
	"[{\"verb\":\"head\",\"key\":\"a\",\"length\":0,\"crc32\":\"no\"},"
	"{\"verb\":\"list\",\"key\":\"a/b c\",\"keys\":2000,\"crc32\":4}]],"
	"\"level\":3,\"key\":7,\"expect\":{\"levels\":null,"
	"\"requests\":[6,7],\"body_bytes\":[908,908]}}\n"
	"{\"op\":2,\"stages\":null,\"key\":\"a\",\"start\":0,\"length\":1}\n";

static void both_forms(void **state)
{
	struct benchmark_operation op;
	const struct request *requests;
	struct operations ops;
	struct err err;
	unsigned count;

	(void)state;
	assert_int_equal(load(&ops, ALL, good, &err), 0);
	assert_int_equal(ops.count, 3);
	assert_int_equal(ops.key_count, 3);
	assert_int_equal(ops.widest, 3);
	assert_int_equal(ops.longest_bytes, 900);
	assert_null(operations_requests(&ops, 0, &count));
	assert_null(operations_requests(&ops, 2, &count));
	assert_int_equal(count, 0);
	operations_get(&ops, 0, &op);
	assert_int_equal(op.verb, BENCHMARK_GET_RANGE);
	assert_int_equal(op.start, 5);
	assert_null(op.more);
	assert_int_equal(operations_body_bytes(&ops, 0), 7);
	requests = operations_requests(&ops, 1, &count);
	assert_int_equal(count, 6);
	assert_int_equal(operations_body_bytes(&ops, 1), 2 + 900 + 3 + 3);
	for (unsigned i = 0; i < count; i++) {
		operations_get_request(&ops, 1, &requests[i], &op);
		assert_int_equal(op.verb, i);
		assert_int_equal(op.number, 1);
		assert_string_equal(op.more, "{\"level\":3}");
		assert_int_equal(requests[i].ends_stage,
				 i == 0 || i == 3 || i == 5);
		assert_int_equal(requests[i].has_crc32,
				 i == 1 || i == 3 || i == 5);
	}
	operations_get_request(&ops, 1, &requests[1], &op);
	assert_string_equal(op.path, "/p/b/a/b%20c");
	operations_get_request(&ops, 1, &requests[3], &op);
	assert_int_equal(op.range_count, 2);
	assert_int_equal(op.ranges[0].start, 8);
	assert_int_equal(op.ranges[1].length, 1);
	assert_int_equal(op.length, 3);
	operations_get_request(&ops, 1, &requests[5], &op);
	assert_string_equal(op.path, "/p/b?list-type=2&prefix=a%2Fb%20c");
	assert_string_equal(op.key, "a/b c");
	assert_int_equal(op.length, 2000);
	operations_release(&ops);
}

/* The replica's memory is measured. */
static void few_bytes_an_operation(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct operation), 32);
	assert_int_equal(sizeof(struct request), 32);
}

static void refused(unsigned verbs, const char *line, const char *part)
{
	struct operations ops;
	struct err err = { "" };

	assert_int_equal(load(&ops, verbs, line, &err), ERR_INVALID);
	if (!strstr(err.text, ", line 1") || !strstr(err.text, part))
		fail_msg("%s: '%s' has no '%s'", line, err.text, part);
	operations_release(&ops);
}

/* One request of one stage that is wrong. */
static void refused_request(const char *request, const char *part)
{
	char line[1024];

	snprintf(line, sizeof(line), "{\"op\":0,\"stages\":[[%s]]}", request);
	refused(ALL, line, part);
}

static void wrong_requests(void **state)
{
	(void)state;
	refused_request("7", "stage 1, request 1 is no JSON object");
	refused_request("{\"verb\":\"haed\",\"key\":\"k\",\"length\":1}",
			"stage 1, request 1: member 'verb' is no verb; did you "
			"mean 'head'?");
	refused_request("{\"verb\":\"fly\",\"key\":\"k\"}",
			"there are get_range, get, get_suffix, get_ranges, "
			"head, list");
	refused_request("{\"verb\":7,\"key\":\"k\"}",
			"member 'verb' is not a string");
	refused_request("{\"verb\":\"head\",\"length\":1}",
			"has no member 'key'");
	refused_request("{\"key\":\"k\",\"start\":0,\"length\":0}",
			"'start' and 'length' are no range");
	refused_request("{\"verb\":\"get\",\"key\":\"k\"}",
			"has no member 'length'");
	refused_request("{\"verb\":\"get\",\"key\":\"k\",\"length\":-1}",
			"member 'length' is not a whole number from 0");
	refused_request("{\"verb\":\"get_suffix\",\"key\":\"k\",\"length\":0}",
			"member 'length' is under 1");
	refused_request("{\"verb\":\"list\",\"key\":\"k\",\"length\":1}",
			"has no member 'keys'");
	refused_request("{\"verb\":\"get\",\"key\":\"k\",\"length\":1,"
			"\"crc32\":4294967296}",
			"member 'crc32' is over 4294967295");
}

static void refused_ranges(const char *ranges, const char *part)
{
	char request[512];

	snprintf(request, sizeof(request),
		 "{\"verb\":\"get_ranges\",\"key\":\"k\",\"ranges\":%s}",
		 ranges);
	refused_request(request, part);
}

static void wrong_ranges(void **state)
{
	const char *none = "member 'ranges' is no list of 1 to 1024";
	const char *second = "range 2 of 'ranges' is no [start, length]";

	(void)state;
	refused_ranges("null", none);
	refused_ranges("[]", none);
	refused_ranges("{}", none);
	refused_ranges("[[0,1],[0,0]]", second);
	refused_ranges("[[0,1],[-1,1]]", second);
	refused_ranges("[[0,1],[0,1,2]]", second);
	refused_ranges("[[0,1],[0,1.5]]", second);
	refused_ranges("[[0,1],7]", second);
	refused_ranges("[[0,1],[9223372036854775807,1]]", second);
	refused_ranges("[[0,9223372036854775807],[0,1]]",
		       "'ranges' are too long together");
}

static void wrong_stages(void **state)
{
	const char *none = "member 'stages' is no list of 1 to 64";

	(void)state;
	refused(ALL, "{\"op\":0,\"stages\":[]}", none);
	refused(ALL, "{\"op\":0,\"stages\":{}}", none);
	refused(ALL, "{\"op\":0,\"stages\":false}", none);
	refused(ALL, "{\"stages\":[[]]}", "has no member 'op'");
	refused(ALL, "{\"op\":0,\"stages\":[[]]}",
		"stage 1 is no list of requests");
	refused(ALL, "{\"op\":0,\"stages\":[7]}",
		"stage 1 is no list of requests");
	refused(ALL,
		"{\"op\":0,\"stages\":[[{\"verb\":\"head\",\"key\":\"k\","
		"\"length\":1}]],\"expect\":{\"levels\":[{\"width\":1,"
		"\"height\":1,\"tile_width\":1,\"tile_height\":1,\"tiles\":1,"
		"\"tables_crc32\":1}]}}",
		"no get_range and no get");
	refused(ALL,
		"{\"op\":0,\"key\":\"k\",\"start\":0,\"length\":1,"
		"\"expect\":{\"levels\":[]}}",
		"'expect' must have 1 to 64 levels");
}

/* `n` stages of `width` requests each. */
static int load_many(unsigned n, unsigned width, struct err *err)
{
	struct str line = STR_INIT;
	struct operations ops;
	int code;

	str_add(&line, "{\"op\":0,\"stages\":[");
	for (unsigned i = 0; i < n * width; i++)
		str_addf(&line, "%s{\"key\":\"k\",\"start\":0,\"length\":1}%s",
			 i % width ? "," : i ? ",[" : "[",
			 i % width == width - 1 ? "]" : "");
	str_add(&line, "]}");
	code = load(&ops, ALL, line.buf, err);
	str_release(&line);
	operations_release(&ops);
	return code;
}

static void most_of_all(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(load_many(64, 4, &err), 0);
	assert_int_equal(load_many(1, 256, &err), 0);
	assert_int_equal(load_many(65, 1, &err), ERR_INVALID);
	assert_int_equal(load_many(2, 129, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "stage 2 is no list of requests"));
}

static void verbs_of_the_test(void **state)
{
	const char *head = "{\"op\":0,\"stages\":[[{\"verb\":\"head\","
			   "\"key\":\"k\",\"length\":1}]]}";
	const char *range = "{\"op\":0,\"stages\":[[{\"key\":\"k\","
			    "\"start\":0,\"length\":1}]]}";
	struct operations ops;
	struct err err;

	(void)state;
	refused(0, range, "does single ranged GETs and no stages");
	refused(BENCHMARK_DOES(BENCHMARK_GET_RANGE) |
			BENCHMARK_DOES(BENCHMARK_GET),
		head, "this test does not do head, only get_range, get");
	assert_int_equal(load(&ops, BENCHMARK_DOES(BENCHMARK_GET_RANGE), range,
			      &err),
			 0);
	operations_release(&ops);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(both_forms),
		cmocka_unit_test(few_bytes_an_operation),
		cmocka_unit_test(wrong_requests),
		cmocka_unit_test(wrong_ranges),
		cmocka_unit_test(wrong_stages),
		cmocka_unit_test(most_of_all),
		cmocka_unit_test(verbs_of_the_test),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
