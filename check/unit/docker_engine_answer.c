/* What a container engine answers, without any engine. */
#include "check.h"

#include "docker/engine_answer.h"

static json_t *answer_of(const char *text)
{
	json_t *answer = json_loads(text, 0, NULL);

	assert_non_null(answer);
	return answer;
}

/* An id stands in the path of the next request. */
static void ids(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "{\"Id\":\"4f5c1d0e9a\"}", true },
		{ "{\"Id\":\"Name_1.x-y\"}", true },
		{ "{\"Id\":\"\"}", false },
		{ "{\"Id\":7}", false },
		{ "{\"Id\":\"../x\"}", false },
		{ "{\"Id\":\"a?force=1\"}", false },
		{ "{\"Id\":\"a b\"}", false },
		{ "{\"Id\":\"a\\r\\nX: y\"}", false },
		{ "{\"Id\":\"0123456789012345678901234567890123456789"
		  "01234567890123456789012345678901\"}", false },
		{ "{}", false },
		{ "[]", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *answer = answer_of(cases[i].text);
		char id[LAUNCHED_ID_BYTES];
		struct engine_listed listed;
		struct err err;
		int code = engine_answer_made(answer, id, &err);

		engine_answer_listed(answer, &listed);
		if ((code == 0) != cases[i].good ||
		    (listed.id != NULL) != cases[i].good)
			fail_msg("%d: %s", code, cases[i].text);
		json_decref(answer);
	}
}

static void states(void **state)
{
	static const struct {
		const char *text;
		int code, status;
	} cases[] = {
		{ "{\"State\":{\"ExitCode\":137}}", 0, 137 },
		{ "{\"State\":{\"ExitCode\":0}}", 0, 0 },
		/* 2^32 + 137 */
		{ "{\"State\":{\"ExitCode\":4294967433}}", 0, -1 },
		{ "{\"State\":{\"ExitCode\":-1}}", 0, -1 },
		{ "{\"State\":{\"ExitCode\":\"0\"}}", 0, -1 },
		{ "{\"State\":{}}", 0, -1 },
		{ "{\"State\":\"running\"}", ERR_INVALID, -1 },
		{ "{}", ERR_INVALID, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *answer = answer_of(cases[i].text);
		struct engine_state found;
		struct err err;

		assert_int_equal(engine_answer_state(answer, &found, &err),
				 cases[i].code);
		assert_int_equal(found.status, cases[i].status);
		json_decref(answer);
	}
}

static void check_name(const char *components, const char *want)
{
	char form[200], name[100];
	json_t *answer;

	snprintf(form, sizeof(form), "{\"Version\":\"4.3\",\"ApiVersion\":"
		 "\"1.41\",\"Components\":%s}", components);
	answer = answer_of(form);
	engine_answer_name(answer, name, sizeof(name));
	assert_string_equal(name, want);
	json_decref(answer);
}

/* They end up in terminals. */
static void texts(void **state)
{
	json_t *answer = answer_of(
		"{\"Version\":\"24\\u001b[2J\\n\",\"ApiVersion\":\"1.43\","
		"\"Warnings\":[\"no swap; none\",5,\"a\\nb\\u001bc\"],"
		"\"message\":\"no\\u009b2J\\nsuch\"}");
	char text[100], small[8];
	struct err err;

	(void)state;
	engine_answer_name(answer, text, sizeof(text));
	assert_string_equal(text, "engine 24?[2J  (API 1.43)");
	check_name("[{\"Name\":\"Podman Engine\"},{\"Name\":\"x\"}]",
		   "Podman Engine 4.3 (API 1.41)");
	check_name("[{\"Name\":\"Engine\"}]", "engine 4.3 (API 1.41)");
	check_name("[{\"Name\":5}]", "engine 4.3 (API 1.41)");
	check_name("{}", "engine 4.3 (API 1.41)");
	engine_answer_warnings(answer, text, sizeof(text));
	assert_string_equal(text, "no swap, none, a b?c");
	engine_answer_warnings(answer, small, sizeof(small));
	assert_string_equal(small, "no swap");
	engine_answer_judge("GET", "/x", 500, answer, &err);
	assert_string_equal(err.text,
			    "the container engine says: no??2J such");
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(ids),
		cmocka_unit_test(states),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
