/* What a container engine answers; the first byte is its HTTP status. */
#include "fuzz.h"

#include "docker/engine_answer.h"

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

static void check_text(const char *text)
{
	for (; *text; text++)
		must((unsigned char)*text >= ' ' && *text != 0x7f);
}

/* It stands in the path of a request. */
static void check_id(const char *id)
{
	must(*id && strlen(id) < LAUNCHED_ID_BYTES);
	for (; *id; id++)
		must((unsigned char)*id > ' ' && !strchr("/?#%&\x7f", *id));
}

static void check_container(const json_t *value)
{
	char id[LAUNCHED_ID_BYTES] = "", text[400], small[9];
	struct engine_state state;
	struct err err = { "" };

	if (engine_answer_made(value, id, &err) == 0)
		check_id(id);
	engine_answer_warnings(value, text, sizeof(text));
	check_text(text);
	engine_answer_warnings(value, small, sizeof(small));
	check_text(small);
	engine_answer_name(value, text, sizeof(text));
	check_text(text);
	must_tell(engine_answer_state(value, &state, &err), &err);
	must(state.status >= -1 && state.status <= 255);
}

static void check_list(const json_t *list)
{
	struct engine_listed listed;
	const json_t *each;
	size_t i;

	json_array_foreach(list, i, each) {
		engine_answer_listed(each, &listed);
		if (listed.id)
			check_id(listed.id);
	}
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
	check_container(value);
	check_list(value);
	json_decref(value);
	return 0;
}

#include "replay.h"
