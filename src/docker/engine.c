#include "docker/engine.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/transfer.h"
#include "base/work.h"
#include "docker/engine_answer.h"

#define API_VERSION "1.40"

/* An answer of a thousand containers has about 1 MiB. */
#define ANSWER_BYTES (16U << 20)

struct engine {
	CURL *curl;
	CURLM *multi; /* has the connection */
	char *socket;
	char api[16]; /* "1.40" */
	struct str body; /* of the answer that is coming */
	char curl_text[CURL_ERROR_SIZE];
};

/* What goes with one request. */
struct request {
	const char *method, *path;
	const char *type; /* of the bytes; NULL: none */
	const void *bytes;
	size_t count;
	long timeout_ms;
	bool unversioned;
};

static void init_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

void engine_open(struct engine **out, const char *socket)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct engine *engine = mem_new(sizeof(*engine));

	pthread_once(&once, init_curl);
	engine->curl = curl_easy_init();
	engine->multi = curl_multi_init();
	engine->socket = mem_dup(socket);
	snprintf(engine->api, sizeof(engine->api), "%s", API_VERSION);
	str_init(&engine->body);
	*out = engine;
}

void engine_close(struct engine *engine)
{
	if (!engine)
		return;
	curl_easy_cleanup(engine->curl);
	curl_multi_cleanup(engine->multi);
	str_release(&engine->body);
	free(engine->socket);
	free(engine);
}

char *engine_quote(const char *text)
{
	char *quoted = curl_easy_escape(NULL, text, 0);
	char *copy = mem_dup(quoted);

	curl_free(quoted);
	return copy;
}

/* ---------------------------------------------------------- one request --- */

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
	struct engine *engine = context;

	n *= size;
	if (n > ANSWER_BYTES - engine->body.len)
		return 0; /* curl gives up */
	str_add_n(&engine->body, bytes, n);
	return n;
}

static int connect_error(const struct engine *engine, int error,
			 struct err *err)
{
	const char *socket = engine->socket;

	switch (error) {
	case ENOENT:
		return err_set(err, ERR_SYSTEM,
			       "no container engine runs here, as %s does not "
			       "exist: install one (`apt-get install "
			       "docker.io`) and start it (`systemctl start "
			       "docker`), or name its socket, "
			       "DOCKER_HOST=unix://PATH", socket);
	case EACCES:
	case EPERM:
		return err_set(err, ERR_SYSTEM,
			       "this user may not use the container engine at "
			       "%s: `sudo usermod -aG docker USER` and log in "
			       "again, or run it as root", socket);
	case ECONNREFUSED:
		return err_set(err, ERR_SYSTEM,
			       "no container engine answers at %s: start it "
			       "(`systemctl start docker`)", socket);
	default:
		return err_set(err, ERR_SYSTEM,
			       "cannot reach the container engine at %s: %s",
			       socket, error ? strerror(error)
					     : engine->curl_text);
	}
}

static int curl_error(const struct engine *engine, CURLcode code,
		      const struct request *request, struct err *err)
{
	long error = 0;

	if (code == CURLE_ABORTED_BY_CALLBACK)
		return work_done(0, 0, err);
	if (code == CURLE_COULDNT_CONNECT) {
		curl_easy_getinfo(engine->curl, CURLINFO_OS_ERRNO, &error);
		return connect_error(engine, (int)error, err);
	}
	if (code == CURLE_OPERATION_TIMEDOUT)
		return err_set(err, ERR_TIMEOUT,
			       "the container engine at %s did not answer "
			       "within %g s (%s %s): is the machine busy, or "
			       "does it hang?", engine->socket,
			       (double)request->timeout_ms / 1000,
			       request->method, request->path);
	if (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
	    code == CURLE_SEND_ERROR || code == CURLE_PARTIAL_FILE)
		return err_set(err, ERR_SYSTEM,
			       "the container engine at %s ended the "
			       "connection: has it died?", engine->socket);
	return err_set(err, ERR_SYSTEM,
		       "the container engine at %s does not speak HTTP as "
		       "expected: %s", engine->socket,
		       *engine->curl_text ? engine->curl_text
					  : curl_easy_strerror(code));
}

static struct curl_slist *headers_of(const struct request *request)
{
	struct curl_slist *headers = NULL;
	char line[80];

	snprintf(line, sizeof(line), "Content-Type:%s%s",
		 request->type ? " " : "", request->type ? request->type : "");
	headers = curl_slist_append(headers, line);
	/* A body of 1 KiB and more would wait for a `100 Continue`. */
	return curl_slist_append(headers, "Expect:");
}

static void set_options(struct engine *engine, const struct request *request)
{
	CURL *curl = engine->curl;

	curl_easy_reset(curl); /* keeps the connection */
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, engine->socket);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, engine->curl_text);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, engine);
	if (strcmp(request->method, "GET") != 0) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->count);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
				 request->bytes ? request->bytes : "");
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

/* One request and its answer, in engine->body; *status is HTTP's. */
static int exchange(struct engine *engine, const struct request *request,
		    long *status, struct err *err)
{
	struct curl_slist *headers = headers_of(request);
	char *url = request->unversioned
			    ? mem_printf("http://localhost%s", request->path)
			    : mem_printf("http://localhost/v%s%s", engine->api,
					 request->path);
	CURLcode code;
	int result = 0;

	str_reset(&engine->body);
	engine->curl_text[0] = '\0';
	set_options(engine, request);
	curl_easy_setopt(engine->curl, CURLOPT_URL, url);
	curl_easy_setopt(engine->curl, CURLOPT_HTTPHEADER, headers);
	code = transfer_perform(engine->multi, engine->curl);
	if (code != CURLE_OK)
		result = curl_error(engine, code, request, err);
	else
		curl_easy_getinfo(engine->curl, CURLINFO_RESPONSE_CODE, status);
	LOG(DOCKER, "engine: %s %s: %s %ld", request->method, request->path,
	    code == CURLE_OK ? "status" : "failed", code == CURLE_OK ? *status
								     : code);
	curl_slist_free_all(headers);
	free(url);
	return result;
}

/* -------------------------------------------------------------- answers --- */

/* Takes the oldest version that the engine speaks, if that is newer than
 * ours. */
static int choose_version(struct engine *engine, struct err *err)
{
	const struct request request = {
		.method = "GET", .path = "/version",
		.timeout_ms = ENGINE_SHORT_MS, .unversioned = true,
	};
	json_t *answer = NULL;
	const char *newest, *oldest;
	long status = 0;
	int code = exchange(engine, &request, &status, err);

	if (code < 0)
		return code;
	answer = engine_answer_last(engine->body.buf, engine->body.len);
	newest = json_string_value(json_object_get(answer, "ApiVersion"));
	oldest = json_string_value(json_object_get(answer, "MinAPIVersion"));
	if (engine_answer_version(oldest) > engine_answer_version(API_VERSION))
		snprintf(engine->api, sizeof(engine->api), "%.15s", oldest);
	else
		code = err_set(err, ERR_FAILED,
			       "the container engine at %s speaks version "
			       "%.20s of its interface and not " API_VERSION
			       ": install Docker 19.03 or podman 3, or newer",
			       engine->socket, newest ? newest : "(none)");
	json_decref(answer);
	return code;
}

static int call(struct engine *engine, const struct request *request,
		json_t **answer, struct err *err)
{
	long status = 0;
	json_t *value = NULL;
	int code = exchange(engine, request, &status, err);

	if (answer)
		*answer = NULL;
	if (code < 0)
		return code;
	value = engine_answer_last(engine->body.buf, engine->body.len);
	if (engine_answer_is_about_version(status, value)) {
		json_decref(value);
		value = NULL;
		code = choose_version(engine, err);
		if (code == 0)
			code = exchange(engine, request, &status, err);
		if (code < 0)
			return code;
		value = engine_answer_last(engine->body.buf, engine->body.len);
	}
	code = engine_answer_judge(request->method, request->path, status,
				   value, err);
	if (code == 0 && answer)
		*answer = json_incref(value);
	json_decref(value);
	return code;
}

int engine_call(struct engine *engine, const char *method, const char *path,
		const json_t *body, long timeout_ms, json_t **answer,
		struct err *err)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	const struct request request = {
		.method = method,
		.path = path,
		.type = text ? "application/json" : NULL,
		.bytes = text,
		.count = text ? strlen(text) : 0,
		.timeout_ms = timeout_ms,
	};
	int code = call(engine, &request, answer, err);

	free(text);
	return code;
}

int engine_send_tar(struct engine *engine, const char *path, const void *tar,
		    size_t bytes, long timeout_ms, json_t **answer,
		    struct err *err)
{
	const struct request request = {
		.method = "POST",
		.path = path,
		.type = "application/x-tar",
		.bytes = tar,
		.count = bytes,
		.timeout_ms = timeout_ms,
	};

	return call(engine, &request, answer, err);
}
