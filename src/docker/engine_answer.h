/* Inside of the engine's client: what an answer says. Pure. */
#ifndef DOCKER_ENGINE_ANSWER_H
#define DOCKER_ENGINE_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "run/launcher.h"

/* The last of the JSON values in a body, to be released; NULL: there is none. */
json_t *engine_answer_last(const char *body, size_t n);

/* "1.44" -> 1044; 0: it is no version. `text` may be NULL. */
unsigned engine_answer_version(const char *text);

/* Says whether the engine refused our version of the API: it answers 400 then.
 * `answer` may be NULL here and below. */
bool engine_answer_is_about_version(long status, const json_t *answer);

/* 0, or the failure in the engine's own words; method and path are the
 * request's. */
int engine_answer_judge(const char *method, const char *path, long status,
			const json_t *answer, struct err *err);

/* The id of the container that was made, as POST /containers/create answers:
 * letters, digits, and _.- within, so that it may stand in a path. */
int engine_answer_made(const json_t *answer, char id[LAUNCHED_ID_BYTES],
		       struct err *err);

/* Writes what the engine left out of what it was asked, as a part of a sentence:
 * limits that this machine lacks. "": nothing. */
void engine_answer_warnings(const json_t *answer, char *out, size_t size);

struct engine_state {
	bool runs, out_of_memory;
	int status; /* of its end, from 0 to 255; -1: the engine says another */
};

/* How a container is, as GET /containers/ID/json answers. */
int engine_answer_state(const json_t *answer, struct engine_state *out,
			struct err *err);

/* "engine 24.0 (API 1.43)", "Podman Engine 4.3.1 (API 1.41)", as GET /version
 * answers. */
void engine_answer_name(const json_t *answer, char *out, size_t size);

/* Reads one of a list of containers. Its id is NULL if it cannot be named.
 * Borrowed from `each`. */
struct engine_listed {
	const char *id, *owner, *space; /* of our labels; NULL: not ours */
};

void engine_answer_listed(const json_t *each, struct engine_listed *out);

#endif
