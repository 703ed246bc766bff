/*
 * How the tests of `reference` ask for a whole object, a suffix and a head, and
 * what they make of the answers: a server that answers as the key says, a
 * connection at a time, in a process of its own.
 */
/* First, because cmocka has a macro for every common word. */
#include "../../benchmark/tests/reference/_client.h"

#include "worker_harness.h"

struct kind {
	const char *key;
	const char *request; /* how it begins */
	const char *range;   /* its range, or NULL */
	const char *answer;
	unsigned outcome, status;
	uint64_t received;
};

#define PARTIAL(range, length)                                                 \
	"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " range          \
	"\r\nContent-Length: " length "\r\n\r\n"
#define WHOLE(length) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n\r\n"
#define GET(key) key, "GET /b/" key " HTTP/1.1\r\n", NULL
#define SUFFIX(key) key, "GET /b/" key " HTTP/1.1\r\n", "-5"
#define HEAD(key) key, "HEAD /b/" key " HTTP/1.1\r\n", NULL

/* All ask for five bytes, or an object of five. */
static const struct kind kinds[] = {
	{ GET("get"), WHOLE("5") "hello", OUTCOME_OK, 200, 5 },
	{ GET("get-less"), WHOLE("4") "hell", OUTCOME_TRUNCATED, 200, 0 },
	{ GET("get-more"), WHOLE("6") "hello!", OUTCOME_WRONG_BYTES, 200, 6 },
	{ GET("get-part"), PARTIAL("0-4/9", "5") "hello", OUTCOME_HTTP_ERROR,
	  206, 0 },
	{ GET("get-none"),
	  "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
	  OUTCOME_HTTP_ERROR, 404, 0 },
	{ SUFFIX("suffix"), PARTIAL("95-99/100", "5") "hello", OUTCOME_OK, 206,
	  5 },
	{ SUFFIX("suffix-star"), PARTIAL("95-99/*", "5") "hello", OUTCOME_OK,
	  206, 5 },
	{ SUFFIX("suffix-start"), PARTIAL("0-4/100", "5") "hello",
	  OUTCOME_WRONG_BYTES, 206, 0 },
	{ SUFFIX("suffix-short"), PARTIAL("0-2/3", "3") "hel",
	  OUTCOME_TRUNCATED, 206, 0 },
	{ SUFFIX("suffix-long"), PARTIAL("94-99/100", "6") "hello!",
	  OUTCOME_WRONG_BYTES, 206, 0 },
	{ SUFFIX("suffix-turned"), PARTIAL("99-95/100", "5") "hello",
	  OUTCOME_WRONG_BYTES, 206, 0 },
	{ SUFFIX("suffix-whole"), WHOLE("5") "hello", OUTCOME_HTTP_ERROR, 200,
	  0 },
	{ HEAD("head"), WHOLE("5"), OUTCOME_OK, 200, 0 },
	{ HEAD("head-other"), WHOLE("50"), OUTCOME_WRONG_BYTES, 200, 0 },
	{ HEAD("head-nothing"), "HTTP/1.1 200 OK\r\n\r\n", OUTCOME_OTHER, 200,
	  0 },
	{ HEAD("head-none"),
	  "HTTP/1.1 404 Not Found\r\nContent-Length: 2000\r\n\r\n",
	  OUTCOME_HTTP_ERROR, 404, 0 },
	{ HEAD("head-slow"), "HTTP/1.1 503 Slow\r\nContent-Length: 9\r\n\r\n",
	  OUTCOME_THROTTLED, 503, 0 },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct {
	pid_t pid;
	unsigned port;
} server;

static const struct kind *kind_of(const char *request)
{
	for (size_t i = 0; i < KINDS; i++) {
		const char *range = strstr(request, "\r\nRange: bytes=");
		const char *wanted = kinds[i].range;
		size_t n = wanted ? strlen(wanted) : 0;

		if (strncmp(request, kinds[i].request,
			    strlen(kinds[i].request)) == 0 &&
		    !range == !wanted &&
		    (!wanted || (strncmp(range + 15, wanted, n) == 0 &&
				 range[15 + n] == '\r')))
			return &kinds[i];
	}
	return NULL;
}

/* One connection; an unknown request ends it. */
static void serve(int fd)
{
	char request[4096];
	size_t have = 0;

	for (;;) {
		ssize_t n = recv(fd, request + have, sizeof(request) - 1 - have,
				 0);
		const struct kind *kind;

		if (n <= 0)
			return;
		have += (size_t)n;
		request[have] = '\0';
		if (!strstr(request, "\r\n\r\n"))
			continue;
		have = 0;
		kind = kind_of(request);
		if (!kind)
			return;
		send(fd, kind->answer, strlen(kind->answer), MSG_NOSIGNAL);
	}
}

static int start_server(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 64), 0);
	getsockname(listener, (struct sockaddr *)&address, &size);
	server.port = ntohs(address.sin_port);
	fflush(NULL);
	server.pid = fork();
	while (server.pid == 0) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		serve(fd);
		close(fd);
	}
	close(listener);
	return 0;
}

static int stop_server(void **state)
{
	(void)state;
	kill(server.pid, SIGKILL);
	waitpid(server.pid, NULL, 0);
	return 0;
}

static const char *verb_of(const struct kind *kind)
{
	if (kind->range)
		return "get_suffix";
	return kind->request[0] == 'H' ? "head" : "get";
}

/* Each twice, so that what one leaves on the connection spoils the other. */
static void answers_are_judged(void **state)
{
	struct harness *h = *state;
	struct str plan = STR_INIT;
	char endpoint[64];

	for (unsigned i = 0; i < 2 * KINDS; i++)
		str_addf(&plan,
			 "{\"op\":%u,\"stages\":[[{\"verb\":\"%s\","
			 "\"key\":\"%s\",\"length\":5}]]}\n",
			 i, verb_of(&kinds[i / 2]), kinds[i / 2].key);
	put_file(h, "plan", plan.buf, plan.len);
	str_release(&plan);
	snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u",
		 server.port);
	set_text(h, "endpoint", endpoint);
	set_count(h, "concurrency", 1);
	set_count(h, "n_requests", 2 * KINDS);
	json_decref(harness_session(h, &reference));
	assert_int_equal(record_count(h), 2 * KINDS);
	for (unsigned i = 0; i < 2 * KINDS; i++) {
		const struct kind *kind = &kinds[i / 2];
		const struct record *r = &h->records[i];

		if (r->outcome != kind->outcome)
			fail_msg("%s is %s", kind->key,
				 outcome_name(r->outcome));
		assert_int_equal(r->status, kind->status);
		assert_int_equal(r->bytes, kind->received);
		assert_int_equal(r->attempts, 1);
	}
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(answers_are_judged),
	};

	return cmocka_run_group_tests(checks, start_server, stop_server);
}
