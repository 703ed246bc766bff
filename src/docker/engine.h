/*
 * A client of the container engine's API (Docker Engine API; podman's service
 * speaks it too) over a Unix socket of this machine.
 *
 *	struct engine *engine;
 *	json_t *answer;
 *	struct err err;
 *
 *	engine_open(&engine, "/var/run/docker.sock");
 *	engine_call(engine, "GET", "/info", NULL, ENGINE_SHORT_MS, &answer, &err);
 *	json_decref(answer);
 *	engine_close(engine);
 *
 * One connection, kept between calls; not for two threads at once. Version 1.40
 * of the API (Docker 19.03) is spoken, or where an engine has dropped it, the
 * oldest that it still speaks.
 */
#ifndef DOCKER_ENGINE_H
#define DOCKER_ENGINE_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

/* Deadlines of one call: of those that only look something up, and of those
 * that make or start something, on a machine that is busy. */
#define ENGINE_SHORT_MS 10000
#define ENGINE_LONG_MS 60000

struct engine;

/* Asks nothing yet. `socket` is copied. */
void engine_open(struct engine **out, const char *socket);
void engine_close(struct engine *engine); /* NULL is fine */

/*
 * `path` begins behind the version: "/containers/json?all=1". `body` may be
 * NULL and stays the caller's. `answer` may be NULL; otherwise it gets what the
 * engine said (the last object where it sent several), to be released with
 * json_decref(), or NULL where it said nothing.
 *
 * 0 also where there was nothing to do (304). ERR_NOT_FOUND (404), ERR_CONFLICT
 * (409), ERR_FAILED (any other) with the engine's own words; ERR_TIMEOUT;
 * ERR_SYSTEM when there is no engine, this user may not speak to it, or it
 * ended the connection.
 */
int engine_call(struct engine *engine, const char *method, const char *path,
		const json_t *body, long timeout_ms, json_t **answer,
		struct err *err);

/* The same as a POST of a tar archive. */
int engine_send_tar(struct engine *engine, const char *path, const void *tar,
		    size_t bytes, long timeout_ms, json_t **answer,
		    struct err *err);

/* Makes text fit into a path or a query: %XX. The caller frees. */
char *engine_quote(const char *text);

#endif
