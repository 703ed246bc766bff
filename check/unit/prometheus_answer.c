/* What a Prometheus may answer, well and badly. */
#include "check.h"

#include "prometheus/answer.h"

#define WHO "http://127.0.0.1:9090"
#define MATRIX(series)                                                         \
	"{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\","         \
	"\"result\":[" series "]}}"
#define SERIES(values) "{\"metric\":{},\"values\":[" values "]}"

static int parse(const char *text, struct scraped_matrix *out, struct err *err)
{
	return answer_parse(text, strlen(text), WHO, out, err);
}

static void a_matrix_is_read(void **state)
{
	struct scraped_matrix m;
	struct err err;

	(void)state;
	assert_int_equal(parse(MATRIX(
		"{\"metric\":{\"container_label_replica\":\"12\","
		"\"job\":\"geoio\",\"instance\":\"a:1\"},"
		"\"values\":[[1700000000,\"1.5\"],[1700000001.123,\"-2e3\"]]},"
		"{\"metric\":{\"container_label_replica\":\"origin\"},"
		"\"values\":[]}"), &m, &err), 0);
	assert_int_equal(m.count, 2);
	assert_int_equal(m.series[0].replica, 12);
	assert_string_equal(m.series[0].job, "geoio");
	assert_string_equal(m.series[0].instance, "a:1");
	assert_int_equal(m.series[0].count, 2);
	assert_true(m.series[0].point[0].at_ms == 1700000000000);
	assert_true(m.series[0].point[0].value == 1.5);
	assert_true(m.series[0].point[1].at_ms == 1700000001123);
	assert_true(m.series[0].point[1].value == -2000);
	assert_int_equal(m.series[1].replica, -1);
	assert_string_equal(m.series[1].job, "");
	assert_int_equal(m.series[1].count, 0);
	scraped_matrix_release(&m);
	scraped_matrix_release(&m);
}

static void what_is_only_told_is_no_failure(void **state)
{
	struct scraped_matrix m;
	struct err err;

	(void)state;
	assert_int_equal(parse("{\"status\":\"success\",\"warnings\":[],"
			       "\"infos\":[\"is x a counter?\"],\"data\":"
			       "{\"resultType\":\"matrix\",\"result\":[]}}",
			       &m, &err), 0);
	assert_int_equal(m.count, 0);
}

/* Each: what comes, which code, and a word of the sentence. */
static const struct {
	const char *text;
	int code;
	const char *names;
} bad[] = {
	{ "", ERR_INVALID, "no JSON" },
	{ "<html>", ERR_INVALID, "no JSON" },
	{ "[]", ERR_INVALID, "no status" },
	{ "{}", ERR_INVALID, "no status" },
	{ "{\"status\":1}", ERR_INVALID, "no status" },
	{ "{\"status\":\"fine\"}", ERR_INVALID, "status" },
	{ "{\"status\":\"success\"}", ERR_INVALID, "no matrix" },
	{ "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\","
	  "\"result\":[]}}", ERR_INVALID, "no matrix" },
	{ "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\"}}",
	  ERR_INVALID, "no matrix" },
	{ "{\"status\":\"error\",\"error\":\"out of\\nsense\"}", ERR_FAILED,
	  "(out of sense)" },
	{ "{\"status\":\"error\"}", ERR_FAILED, "does not say why" },
	{ "{\"status\":\"success\",\"warnings\":[\"a store is away\"],"
	  "\"data\":{\"resultType\":\"matrix\",\"result\":[]}}", ERR_INVALID,
	  "(a store is away)" },
	{ MATRIX("1"), ERR_INVALID, "lacks" },
	{ MATRIX("{\"metric\":{}}"), ERR_INVALID, "lacks" },
	{ MATRIX("{\"values\":[]}"), ERR_INVALID, "lacks" },
	{ MATRIX(SERIES("1")), ERR_INVALID, "pair" },
	{ MATRIX(SERIES("[1]")), ERR_INVALID, "pair" },
	{ MATRIX(SERIES("[\"1\",\"1\"]")), ERR_INVALID, "pair" },
	{ MATRIX(SERIES("[1e300,\"1\"]")), ERR_INVALID, "pair" },
	{ MATRIX(SERIES("[1,2]")), ERR_INVALID, "no text" },
	{ MATRIX(SERIES("[1,\"\"]")), ERR_INVALID, "no text" },
	{ MATRIX(SERIES("[1,\"2x\"]")), ERR_INVALID, "no number" },
	{ MATRIX(SERIES("[1,\"NaN\"]")), ERR_INVALID, "not numbers (NaN)" },
	{ MATRIX(SERIES("[1,\"+Inf\"]")), ERR_INVALID, "not numbers (+Inf)" },
	{ MATRIX(SERIES("[1,\"1e999\"]")), ERR_INVALID, "not numbers" },
	{ MATRIX(SERIES("[2,\"1\"],[2,\"1\"]")), ERR_INVALID, "ascend" },
	{ MATRIX(SERIES("[1,\"1\"]") "," SERIES("[1,\"NaN\"]")), ERR_INVALID,
	  "NaN" },
};

static void what_is_bad_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct scraped_matrix m;
		struct err err = { "" };
		int code = parse(bad[i].text, &m, &err);

		if (code != bad[i].code)
			fail_msg("%s: %d, '%s'", bad[i].text, code, err.text);
		assert_names(err, bad[i].names);
		assert_names(err, WHO);
		assert_null(strchr(err.text, '\n'));
		assert_int_equal(m.count, 0);
	}
}

static void long_words_are_cut_between_characters(void **state)
{
	struct scraped_matrix m;
	struct err err;
	char text[4096] = "{\"status\":\"error\",\"error\":\"a";

	(void)state;
	for (int i = 0; i < 1000; i++)
		strcat(text, "\xc3\xa9");
	strcat(text, "\"}");
	assert_int_equal(parse(text, &m, &err), ERR_FAILED);
	assert_names(err, "\xc3\xa9): mend it there");
	assert_true(strlen(err.text) < 500);
}

static void replicas_are_numbers(void **state)
{
	static const char *const none[] = { "", "-1", "1x", " 1", "1e1",
					    "99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		struct scraped_matrix m;
		struct err err;
		char text[512];

		snprintf(text, sizeof(text),
			 MATRIX("{\"metric\":{\"container_label_replica\":"
				"\"%s\"},\"values\":[]}"), none[i]);
		assert_int_equal(parse(text, &m, &err), 0);
		assert_int_equal(m.series[0].replica, -1);
		scraped_matrix_release(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_matrix_is_read),
		cmocka_unit_test(what_is_only_told_is_no_failure),
		cmocka_unit_test(what_is_bad_is_told),
		cmocka_unit_test(long_words_are_cut_between_characters),
		cmocka_unit_test(replicas_are_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
