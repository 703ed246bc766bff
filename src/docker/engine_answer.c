#include "docker/engine_answer.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "docker/container.h"

json_t *engine_answer_last(const char *body, size_t n)
{
	const char *at = body, *end = at + n;
	json_t *last = NULL;
	json_error_t where;

	while (at < end) {
		json_t *value = json_loadb(at, (size_t)(end - at),
					   JSON_DISABLE_EOF_CHECK, &where);

		if (!value)
			break;
		json_decref(last);
		last = value;
		at += where.position;
	}
	return last;
}

/* What the engine says went wrong, also within a 200 (images/create). */
static const char *complaint_of(const json_t *answer)
{
	const char *text = json_string_value(json_object_get(answer,
							     "message"));

	return text ? text
		    : json_string_value(json_object_get(answer, "error"));
}

static int status_error(const char *method, const char *path, long status,
			const json_t *answer, struct err *err)
{
	const char *text = complaint_of(answer);
	int code = status == 404 ? ERR_NOT_FOUND
		 : status == 409 ? ERR_CONFLICT : ERR_FAILED;

	if (!text)
		return err_set(err, code,
			       "the container engine answers with status %ld "
			       "to %s %s", status, method, path);
	err_set(err, code, "the container engine says: %s", text);
	if (err)
		text_clean_line(err->text);
	return code;
}

unsigned engine_answer_version(const char *text)
{
	unsigned major, minor;

	if (!text || sscanf(text, "%3u.%3u", &major, &minor) != 2)
		return 0;
	return major * 1000 + minor;
}

bool engine_answer_is_about_version(long status, const json_t *answer)
{
	const char *text = complaint_of(answer);

	return status == 400 && text && strstr(text, "API version");
}

int engine_answer_judge(const char *method, const char *path, long status,
			const json_t *answer, struct err *err)
{
	bool good = (status >= 200 && status < 300 &&
		     !json_is_string(json_object_get(answer, "error"))) ||
		    status == 304;

	return good ? 0 : status_error(method, path, status, answer, err);
}

static bool is_id(const char *text)
{
	static const char within[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.-";
	size_t n = text ? strlen(text) : 0;

	return n && n < LAUNCHED_ID_BYTES && strspn(text, within) == n &&
	       !strchr("_.-", *text);
}

int engine_answer_made(const json_t *answer, char id[LAUNCHED_ID_BYTES],
		       struct err *err)
{
	const char *text = json_string_value(json_object_get(answer, "Id"));

	if (!is_id(text))
		return err_set(err, ERR_INVALID,
			       "the container engine does not say which "
			       "container it made");
	strcpy(id, text);
	return 0;
}

void engine_answer_warnings(const json_t *answer, char *out, size_t size)
{
	json_t *warnings = json_object_get(answer, "Warnings"), *warning;
	size_t i, used = 0;

	*out = '\0';
	json_array_foreach(warnings, i, warning) {
		const char *text = json_string_value(warning);

		if (text && used < size - 1)
			used += (size_t)snprintf(out + used, size - used,
						 "%s%s", used ? ", " : "",
						 text);
	}
	text_clean_part(out);
}

int engine_answer_state(const json_t *answer, struct engine_state *out,
			struct err *err)
{
	json_t *state = NULL;
	uint64_t status = 0;

	*out = (struct engine_state){ .status = -1 };
	if (json_get_object(answer, "State", true, &state, "", NULL) < 0)
		return err_set(err, ERR_INVALID, "the container engine does "
			       "not say how its container is");
	out->runs = json_is_true(json_object_get(state, "Running"));
	out->out_of_memory = json_is_true(json_object_get(state, "OOMKilled"));
	if (json_get_u64(state, "ExitCode", true, &status, "", NULL) == 0 &&
	    status <= 255)
		out->status = (int)status;
	return 0;
}

static const char *text_of(const json_t *answer, const char *name)
{
	const char *text = json_string_value(json_object_get(answer, name));

	return text ? text : "?";
}

/* Docker's own is called "Engine". */
void engine_answer_name(const json_t *answer, char *out, size_t size)
{
	const json_t *parts = json_object_get(answer, "Components");
	const char *name = json_string_value(
		json_object_get(json_array_get(parts, 0), "Name"));

	if (!name || !*name || !strcmp(name, "Engine"))
		name = "engine";
	snprintf(out, size, "%.40s %.40s (API %.20s)", name,
		 text_of(answer, "Version"), text_of(answer, "ApiVersion"));
	text_clean_line(out);
}

void engine_answer_listed(const json_t *each, struct engine_listed *out)
{
	const json_t *labels = json_object_get(each, "Labels");

	out->id = json_string_value(json_object_get(each, "Id"));
	if (!is_id(out->id))
		out->id = NULL;
	out->owner = json_string_value(
		json_object_get(labels, CONTAINER_OWNER_LABEL));
	out->space = json_string_value(
		json_object_get(labels, CONTAINER_PIDS_LABEL));
}
