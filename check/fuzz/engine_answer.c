/* What a container engine answers; the first byte is its HTTP status. */
#include "fuzz.h"

#include "run/engine_answer.h"

static void check_judge(long status, const json_t *value)
{
	struct err err = { "" };
	int code = engine_answer_judge("GET", "/containers/json", status,
				       value, &err);

	must_tell(code, &err);
	must(code != ERR_NOT_FOUND || status == 404);
	must(code != ERR_CONFLICT || status == 409);
	must(code < 0 || status == 304 || status / 100 == 2);
	if (engine_answer_is_about_version(status, value))
		must(code == ERR_FAILED);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const long statuses[] = { 200, 201, 204, 304, 400, 404,
					 409, 500, 0,	-1 };
	long status = n ? statuses[bytes[0] % 10] : 200;
	const char *body = n ? (const char *)bytes + 1 : "";
	json_t *value = engine_answer_last(body, n ? n - 1 : 0);
	const char *version =
		json_string_value(json_object_get(value, "MinAPIVersion"));

	must(engine_answer_version(version) <= 999999);
	check_judge(status, value);
	check_judge(200, value);
	check_judge(400, value);
	json_decref(value);
	return 0;
}

#include "replay.h"
