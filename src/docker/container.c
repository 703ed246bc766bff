#include "docker/container.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/owner.h"
#include "docker/docker.h"
#include "docker/engine.h"
#include "docker/engine_answer.h"

#define DOCKER_SOCKET "/var/run/docker.sock"
#define PODMAN_SOCKET "/run/podman/podman.sock"
#define EMPTY_NAME "geoio-benchmark-empty"

/* --------------------------------------------------------------- socket --- */

static int socket_of(const char *host, char **out, struct err *err)
{
	static const char unix_scheme[] = "unix://";
	size_t n = sizeof(unix_scheme) - 1;

	if (strncmp(host, unix_scheme, n) != 0 || host[n] != '/')
		return err_set(err, ERR_USAGE,
			       "DOCKER_HOST is '%s': containers of replicas "
			       "share memory with the harness, so it has to be "
			       "the Unix socket of an engine on this machine, "
			       "unix:///PATH", host);
	*out = mem_dup(host + n);
	return 0;
}

/* An ordinary user's engine has its socket below XDG_RUNTIME_DIR. */
static char *first_socket(void)
{
	static const char *const own[] = { "docker.sock",
					   "podman/podman.sock" };
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (file_exists(DOCKER_SOCKET))
		return mem_dup(DOCKER_SOCKET);
	for (size_t i = 0; runtime && *runtime && i < 2; i++) {
		char *path = mem_printf("%s/%s", runtime, own[i]);

		if (file_exists(path))
			return path;
		free(path);
	}
	return mem_dup(file_exists(PODMAN_SOCKET) ? PODMAN_SOCKET
						  : DOCKER_SOCKET);
}

int container_socket(char **out, struct err *err)
{
	const char *host = getenv("DOCKER_HOST");

	if (host && *host)
		return socket_of(host, out, err);
	*out = first_socket();
	return 0;
}

/* ---------------------------------------------------------------- probe --- */

int container_engine(const char *socket, char out[CONTAINER_ENGINE_BYTES],
		     struct err *err)
{
	struct engine *engine;
	json_t *answer = NULL;
	int code;

	engine_open(&engine, socket);
	code = engine_call(engine, "GET", "/version", NULL, ENGINE_SHORT_MS,
			   &answer, err);
	if (code == 0)
		engine_answer_name(answer, out, CONTAINER_ENGINE_BYTES);
	json_decref(answer);
	engine_close(engine);
	return code;
}

bool container_probe(char *out, size_t size)
{
	char name[CONTAINER_ENGINE_BYTES], *socket = NULL;
	struct err err;
	int code = container_socket(&socket, &err);

	if (code == 0)
		code = container_engine(socket, name, &err);
	if (code == 0)
		snprintf(out, size, "%s at %s", name, socket);
	if (code < 0)
		snprintf(out, size, "%s", err.text);
	free(socket);
	return code == 0;
}

/* ---------------------------------------------------------------- image --- */

static int look_up(struct engine *engine, const char *image, struct err *err)
{
	char *quoted = engine_quote(image);
	char *path = mem_printf("/images/%s/json", quoted);
	int code = engine_call(engine, "GET", path, NULL, ENGINE_SHORT_MS, NULL,
			       err);

	free(path);
	free(quoted);
	return code;
}

/* The version stands in the name: podman 4.3 overlooks a parameter `tag`. */
static int make_empty(struct engine *engine, struct err *err)
{
	struct str tar = STR_INIT;
	int code;

	docker_empty_image(&tar);
	code = engine_send_tar(engine,
			       "/images/create?fromSrc=-&repo=" EMPTY_NAME
			       "%3A" BENCHMARK_VERSION, tar.buf, tar.len,
			       ENGINE_LONG_MS, NULL, err);
	str_release(&tar);
	return code < 0 ? err_wrap(err, code, "cannot make the image "
				   EMPTY_NAME) : 0;
}

int container_image(const char *socket, const char *wanted, char **out,
		    struct err *err)
{
	const char *image = wanted ? wanted
				   : EMPTY_NAME ":" BENCHMARK_VERSION;
	struct engine *engine;
	int code;

	if (!wanted && docker_is_inside())
		return err_set(err, ERR_USAGE,
			       "in a container --isolation docker needs "
			       "--image NAME: that of this container, as the "
			       "machine does not have the tests");
	engine_open(&engine, socket);
	code = look_up(engine, image, err);
	if (code == ERR_NOT_FOUND && wanted)
		err_set(err, code,
			"there is no image '%s': build it (`docker build -t %s "
			"-f containers/Dockerfile .`), fetch it (`docker pull "
			"%s`), or leave --image out", wanted, wanted, wanted);
	else if (code == ERR_NOT_FOUND)
		code = make_empty(engine, err);
	engine_close(engine);
	if (code == 0)
		*out = mem_dup(image);
	return code;
}

/* ---------------------------------------------------------------- stale --- */

static bool is_stale(const struct engine_listed *listed)
{
	char ours[DOCKER_SPACE_BYTES];
	struct owner owner;

	docker_pid_namespace(ours);
	return listed->id && listed->owner && listed->space &&
	       strcmp(listed->space, ours) == 0 &&
	       owner_parse(listed->owner, &owner) &&
	       owner.uid == geteuid() && !owner_is_alive(&owner);
}

static unsigned remove_stale(struct engine *engine, const json_t *list)
{
	unsigned removed = 0;
	const json_t *each;
	size_t i;

	json_array_foreach(list, i, each) {
		struct engine_listed listed;

		engine_answer_listed(each, &listed);
		if (is_stale(&listed))
			removed += docker_remove(engine, listed.id, NULL) == 0;
	}
	return removed;
}

unsigned container_clear_stale(void)
{
	static const char filter[] = "{\"label\":[\"" CONTAINER_OWNER_LABEL
				     "\"]}";
	struct engine *engine;
	json_t *list = NULL;
	char *socket, *quoted, *path;
	unsigned removed = 0;
	struct err err;

	if (container_socket(&socket, &err) < 0)
		return 0;
	engine_open(&engine, socket);
	quoted = engine_quote(filter);
	path = mem_printf("/containers/json?all=1&filters=%s", quoted);
	if (!file_exists(socket))
		LOG(DOCKER, "%s does not exist", socket);
	else if (engine_call(engine, "GET", path, NULL, ENGINE_SHORT_MS, &list,
			     &err) < 0)
		LOG(DOCKER, "%s", err.text);
	else
		removed = remove_stale(engine, list);
	json_decref(list);
	free(path);
	free(quoted);
	engine_close(engine);
	free(socket);
	return removed;
}
