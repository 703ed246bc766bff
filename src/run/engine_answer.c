#include "run/engine_answer.h"

#include <stdio.h>
#include <string.h>

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
	for (char *p = err ? err->text : NULL; p && *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
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
