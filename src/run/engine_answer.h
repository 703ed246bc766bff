/* Inside of the engine's client: what an answer says. Pure. */
#ifndef RUN_ENGINE_ANSWER_H
#define RUN_ENGINE_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* The last of the JSON values in a body, to be released; NULL: there is none. */
json_t *engine_answer_last(const char *body, size_t n);

/* "1.44" -> 1044; 0: it is no version. `text` may be NULL. */
unsigned engine_answer_version(const char *text);

/* Engines answer 400 to a version of the API that they do not speak. `answer`
 * may be NULL here and below. */
bool engine_answer_is_about_version(long status, const json_t *answer);

/* 0, or the failure in the engine's own words; method and path are the
 * request's. */
int engine_answer_judge(const char *method, const char *path, long status,
			const json_t *answer, struct err *err);

#endif
