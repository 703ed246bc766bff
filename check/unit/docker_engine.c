/* The client of the engine's API, and what is asked about containers before a
 * trial, against an engine of our own (fake_engine.h). */
#include "check.h"

#include "base/owner.h"
#include "base/work.h"
#include "fake_engine.h"
#include "docker/container.h"
#include "docker/docker.h"
#include "docker/engine.h"

#define ANY_MS 60000

static int get(const char *socket, const char *path, long timeout_ms,
	       json_t **answer, struct err *err)
{
	struct engine *engine;
	int code;

	engine_open(&engine, socket);
	code = engine_call(engine, "GET", path, NULL, timeout_ms, answer, err);
	engine_close(engine);
	return code;
}

static void no_engine(void **state)
{
	struct fake_engine e;
	struct err err;

	(void)state;
	assert_int_equal(get("/nonexistent/engine.sock", "/info", ANY_MS, NULL,
			     &err), ERR_SYSTEM);
	assert_names(err, "/nonexistent/engine.sock does not exist");
	assert_names(err, "apt-get install docker.io");
	fake_engine_start(&e, NULL);
	kill(e.pid, SIGKILL);
	waitpid(e.pid, NULL, 0);
	assert_int_equal(get(e.path, "/info", ANY_MS, NULL, &err), ERR_SYSTEM);
	assert_names(err, "no container engine answers at");
	assert_names(err, "systemctl start docker");
	e.pid = fork(); /* for fake_engine_stop() */
	if (e.pid == 0)
		_exit(0);
	fake_engine_stop(&e);
}

/* Root may use any socket, and so becomes nobody for a moment. */
static void no_permission(void **state)
{
	struct fake_engine e;
	struct err err;
	int code;

	(void)state;
	fake_engine_start(&e, NULL);
	if (geteuid() == 0) {
		assert_int_equal(seteuid(65534), 0);
		code = get(e.path, "/info", ANY_MS, NULL, &err);
		assert_int_equal(seteuid(0), 0);
		assert_int_equal(code, ERR_SYSTEM);
		assert_names(err, "usermod -aG docker");
	}
	fake_engine_stop(&e);
}

static void bad_answers(void **state)
{
	static const struct engine_rule rules[] = {
		{ "/closes", ENGINE_CLOSES, NULL },
		{ "/hangs", ENGINE_HANGS, NULL },
		{ "/babbles", ENGINE_BABBLES, NULL },
		{ "/absent", 404, "{\"message\":\"No such\\nthing\"}" },
		{ "/busy", 409, "{\"message\":\"is in use\"}" },
		{ "/broken", 500, "<html>" },
		{ "/late", 200, "{\"status\":1}\r\n{\"error\":\"disk full\"}" },
		{ "/done", 304, "" },
		{ "/two", 200, "{\"a\":1}\n{\"a\":2}\n" },
		{ NULL, 0, NULL },
	};
	struct fake_engine e;
	json_t *answer = NULL;
	struct err err;

	(void)state;
	fake_engine_start(&e, rules);
	assert_int_equal(get(e.path, "/closes", ANY_MS, NULL, &err),
			 ERR_SYSTEM);
	assert_names(err, "has it died?");
	assert_int_equal(get(e.path, "/hangs", 50, NULL, &err), ERR_TIMEOUT);
	assert_names(err, "within 0.05 s (GET /hangs)");
	assert_int_equal(get(e.path, "/babbles", ANY_MS, NULL, &err),
			 ERR_SYSTEM);
	assert_names(err, "does not speak HTTP");
	assert_int_equal(get(e.path, "/absent", ANY_MS, &answer, &err),
			 ERR_NOT_FOUND);
	assert_names(err, "the container engine says: No such thing");
	assert_null(answer);
	assert_int_equal(get(e.path, "/busy", ANY_MS, NULL, &err),
			 ERR_CONFLICT);
	assert_int_equal(get(e.path, "/broken", ANY_MS, NULL, &err),
			 ERR_FAILED);
	assert_names(err, "status 500 to GET /broken");
	assert_int_equal(get(e.path, "/late", ANY_MS, NULL, &err), ERR_FAILED);
	assert_names(err, "disk full");
	assert_int_equal(get(e.path, "/done", ANY_MS, NULL, &err), 0);
	assert_int_equal(get(e.path, "/two", ANY_MS, &answer, &err), 0);
	assert_int_equal(json_integer_value(json_object_get(answer, "a")), 2);
	json_decref(answer);
	fake_engine_stop(&e);
}

static bool stops(void)
{
	static int looks;

	return ++looks > 2;
}

/* Who wants to go does not wait for an engine that hangs. */
static void a_hanging_engine_is_left(void **state)
{
	static const struct engine_rule rules[] = {
		{ "/hangs", ENGINE_HANGS, NULL }, { NULL, 0, NULL },
	};
	const struct work_observer observer = { .stopped = stops, .stop_fd = -1 };
	struct fake_engine e;
	struct err err;

	(void)state;
	fake_engine_start(&e, rules);
	work_observe(&observer);
	assert_int_equal(get(e.path, "/hangs", 600000, NULL, &err),
			 ERR_INTERRUPTED);
	work_observe(NULL);
	fake_engine_stop(&e);
}

/* Docker 29 has dropped 1.40, and says so as here. */
static void newer_engine(void **state)
{
	static const struct engine_rule rules[] = {
		{ "/v1.40/", 400, "{\"message\":\"client version 1.40 is too "
				  "old. Minimum supported API version is "
				  "1.44\"}" },
		{ "GET /version", 200, "{\"ApiVersion\":\"1.52\","
				       "\"MinAPIVersion\":\"1.44\"}" },
		{ NULL, 0, NULL },
	};
	struct fake_engine e;
	struct err err;

	(void)state;
	fake_engine_start(&e, rules);
	assert_int_equal(get(e.path, "/info", ANY_MS, NULL, &err), 0);
	assert_int_equal(fake_asked(&e, "GET /v1.44/info"), 1);
	fake_engine_stop(&e);
}

static void older_engine(void **state)
{
	static const struct engine_rule rules[] = {
		{ "/v1.40/", 400, "{\"message\":\"client version 1.40 is too "
				  "new. Maximum supported API version is "
				  "1.38\"}" },
		{ "GET /version", 200, "{\"ApiVersion\":\"1.38\","
				       "\"MinAPIVersion\":\"1.12\"}" },
		{ NULL, 0, NULL },
	};
	struct fake_engine e;
	struct err err;

	(void)state;
	fake_engine_start(&e, rules);
	assert_int_equal(get(e.path, "/info", ANY_MS, NULL, &err), ERR_FAILED);
	assert_names(err, "version 1.38");
	assert_names(err, "install Docker 19.03");
	fake_engine_stop(&e);
}

static void sockets(void **state)
{
	char *path;
	struct err err;

	(void)state;
	setenv("DOCKER_HOST", "unix:///x/y.sock", 1);
	assert_int_equal(container_socket(&path, &err), 0);
	assert_string_equal(path, "/x/y.sock");
	free(path);
	setenv("DOCKER_HOST", "tcp://198.18.0.1:2375", 1);
	assert_int_equal(container_socket(&path, &err), ERR_USAGE);
	assert_names(err, "tcp://198.18.0.1:2375");
	assert_names(err, "unix:///PATH");
	setenv("DOCKER_HOST", "", 1);
	assert_int_equal(container_socket(&path, &err), 0);
	assert_int_equal(path[0], '/');
	free(path);
	unsetenv("DOCKER_HOST");
}

static void probe(void **state)
{
	struct fake_engine e;
	char *host, text[300];

	(void)state;
	fake_engine_start(&e, NULL);
	host = mem_printf("unix://%s", e.path);
	setenv("DOCKER_HOST", host, 1);
	assert_true(container_probe(text, sizeof(text)));
	assert_non_null(strstr(text, "engine 9.9 (API 1.41)"));
	setenv("DOCKER_HOST", "unix:///nonexistent", 1);
	assert_false(container_probe(text, sizeof(text)));
	assert_non_null(strstr(text, "/nonexistent"));
	unsetenv("DOCKER_HOST");
	free(host);
	fake_engine_stop(&e);
}

static void images(void **state)
{
	static const struct engine_rule rules[] = {
		{ "/images/there", 200, "{}" },
		{ "/json", 404, "{\"message\":\"No such image\"}" },
		{ NULL, 0, NULL },
	};
	struct fake_engine e;
	struct err err;
	char *image;

	(void)state;
	fake_engine_start(&e, rules);
	assert_int_equal(container_image(e.path, "there", &image, &err), 0);
	assert_string_equal(image, "there");
	free(image);
	assert_int_equal(container_image(e.path, "a/b:1", &image, &err),
			 ERR_NOT_FOUND);
	assert_names(err, "no image 'a/b:1'");
	assert_names(err, "docker build -t a/b:1 -f containers/Dockerfile .");
	assert_int_equal(fake_asked(&e, "/images/create"), 0);
	assert_int_equal(container_image(e.path, NULL, &image, &err), 0);
	assert_string_equal(image, "geoio-benchmark-empty:" BENCHMARK_VERSION);
	assert_int_equal(fake_asked(&e, "fromSrc=-&repo=geoio-benchmark-empty"
				     "%3A" BENCHMARK_VERSION "\nusr/\n"), 1);
	free(image);
	setenv("GEOIO_BENCHMARK_IMAGE", "1", 1);
	assert_int_equal(container_image(e.path, NULL, &image, &err),
			 ERR_USAGE);
	unsetenv("GEOIO_BENCHMARK_IMAGE");
	assert_names(err, "--image NAME");
	fake_engine_stop(&e);
}

/* An archive that tar(1) reads as what it is meant to be. */
static void empty_image(void **state)
{
	char text[4096], *command = NULL;
	struct str tar = STR_INIT;
	struct fake_engine e; /* for its folder */
	FILE *list;
	size_t n;

	(void)state;
	fake_engine_start(&e, NULL);
	docker_empty_image(&tar);
	assert_int_equal(tar.len % 512, 0);
	command = mem_printf("%s/empty.tar", e.folder);
	assert_int_equal(file_write(command, tar.buf, tar.len, NULL), 0);
	free(command);
	command = mem_printf("LC_ALL=C tar tvf %s/empty.tar 2>&1", e.folder);
	list = popen(command, "r");
	n = fread(text, 1, sizeof(text) - 1, list);
	text[n] = '\0';
	assert_int_equal(pclose(list), 0);
	assert_non_null(strstr(text, "drwxr-xr-x 0/0"));
	assert_non_null(strstr(text, " usr/\n"));
	assert_non_null(strstr(text, " lib64 -> usr/lib64\n"));
	free(command);
	str_release(&tar);
	fake_engine_stop(&e);
}

static char *described(const char *id, const char *owner, const char *space)
{
	return mem_printf("{\"Id\":\"%s\",\"Labels\":{\"geoio.owner\":\"%s\","
			  "\"geoio.pid_namespace\":\"%s\"}}", id, owner,
			  space);
}

/* The calling process has another number than one that was killed, but the
 * start time tells them apart. */
static void stale(void **state)
{
	char self[OWNER_BYTES], dead[OWNER_BYTES], other[OWNER_BYTES];
	char space[DOCKER_SPACE_BYTES], *list, *each[5], *host;
	struct engine_rule rules[] = {
		{ "/containers/json?all=1&filters=", 200, NULL },
		{ "DELETE ", 204, "" },
		{ NULL, 0, NULL },
	};
	struct fake_engine e;
	struct owner owner;

	(void)state;
	docker_pid_namespace(space);
	owner_self(&owner);
	owner_format(&owner, self);
	owner.start--;
	owner_format(&owner, dead);
	owner.uid++;
	owner_format(&owner, other);
	each[0] = described("alive", self, space);
	each[1] = described("dead", dead, space);
	each[2] = described("foreign", other, space);
	each[3] = described("elsewhere", dead, "1");
	each[4] = described("forged", "x", space);
	list = mem_printf("[%s,%s,%s,%s,%s,{\"Id\":\"bare\",\"Labels\":null}]",
			  each[0], each[1], each[2], each[3], each[4]);
	rules[0].body = list;
	fake_engine_start(&e, rules);
	host = mem_printf("unix://%s", e.path);
	setenv("DOCKER_HOST", host, 1);
	assert_int_equal(container_clear_stale(), 1);
	assert_int_equal(fake_asked(&e, "DELETE "), 1);
	assert_int_equal(fake_asked(&e, "DELETE /v1.40/containers/dead?force="
				    "1"), 1);
	setenv("DOCKER_HOST", "unix:///nonexistent", 1);
	assert_int_equal(container_clear_stale(), 0);
	unsetenv("DOCKER_HOST");
	fake_engine_stop(&e);
	for (size_t i = 0; i < 5; i++)
		free(each[i]);
	free(list);
	free(host);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_engine),
		cmocka_unit_test(no_permission),
		cmocka_unit_test(bad_answers),
		cmocka_unit_test(a_hanging_engine_is_left),
		cmocka_unit_test(newer_engine),
		cmocka_unit_test(older_engine),
		cmocka_unit_test(sockets),
		cmocka_unit_test(probe),
		cmocka_unit_test(images),
		cmocka_unit_test(empty_image),
		cmocka_unit_test(stale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
