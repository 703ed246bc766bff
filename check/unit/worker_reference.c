/*
 * The tests of `reference` against a server that misbehaves as the key says: a
 * process of its own with a thread a connection, on a free port.
 */
#include <netdb.h>

static int find_addresses(const char *host, const char *port,
			  const struct addrinfo *hints, struct addrinfo **out);

/* First, because cmocka has a macro for every common word. */
#define getaddrinfo find_addresses
#include "../../benchmark/tests/reference/_client.h"
#undef getaddrinfo

#include "worker_harness.h"

#include <pthread.h>
#include <stdatomic.h>

static struct {
	pid_t pid;
	unsigned port;
	_Atomic int *connections; /* accepted so far; shared */
} server;

/* "two.addresses" has one where nobody listens, then the server's. */
static int find_addresses(const char *host, const char *port,
			  const struct addrinfo *hints, struct addrinfo **out)
{
	int code;

	if (strcmp(host, "two.addresses") != 0)
		return getaddrinfo(host, port, hints, out);
	code = getaddrinfo("127.0.0.2", port, hints, out);
	return code ? code : getaddrinfo("127.0.0.1", port, hints,
					 &(*out)->ai_next);
}

/* All bytes, or as many as the other side takes. */
static void put(int fd, const void *data, size_t n)
{
	send(fd, data, n, MSG_NOSIGNAL);
}

static void put_text(int fd, const char *text)
{
	put(fd, text, strlen(text));
}

static void put_slowly(int fd, const char *data, size_t n, size_t piece)
{
	for (size_t i = 0; i < n; i += piece) {
		put(fd, data + i, n - i < piece ? n - i : piece);
		usleep(500);
	}
}

static size_t make_answer(char *to, uint64_t first, uint64_t last,
			  const char *more)
{
	int n = sprintf(to,
			"HTTP/1.1 206 Partial Content\r\n"
			"Content-Length: %llu\r\n"
			"content-range: bytes %llu-%llu/100000\r\n"
			"X-Amz-Thing: Content-Length: 3\r\n%s\r\n",
			(unsigned long long)(last - first + 1),
			(unsigned long long)first, (unsigned long long)last,
			more);

	content((unsigned char *)to + n, first, last - first + 1);
	return (size_t)n + (size_t)(last - first + 1);
}

static void reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

struct kind {
	const char *key;
	const char *text; /* the whole answer, where it is not a 206 */
};

static const struct kind kinds[] = {
	{ "503", "HTTP/1.1 503 Slow Down\r\nContent-Length: 5\r\n\r\nslow!" },
	{ "429", "HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n" },
	{ "404", "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "2\r\nno\r\n0\r\n\r\n" },
	{ "200", "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\nabc" },
	{ "norange", "HTTP/1.1 206 OK\r\nContent-Length: 1000\r\n\r\n" },
	{ "garbage", "SSH-2.0-OpenSSH_9.2\r\n" },
	{ "302", "HTTP/1.1 302 Found\r\nLocation: /b/ok\r\n"
		 "Content-Length: 0\r\n\r\n" },
	{ "both", "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-999/9999\r\n"
		  "Content-Length: 1000\r\nTransfer-Encoding: chunked\r\n"
		  "\r\n" },
	{ "nolength", "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-999/100000\r\n"
		      "Transfer-Encoding: chunked\r\n\r\n" },
	{ "otherlength", "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-999/9999\r\n"
			 "Content-Length: 10\r\n\r\n0123456789" },
	{ "hugelength", "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-999/9999\r\n"
			"Content-Length: 4611686018427387904\r\n\r\n"
			"0123456789" },
	{ "416", "HTTP/1.1 416 No\r\nContent-Range: bytes */9\r\n"
		 "Content-Length: 0\r\n\r\n" },
	{ "unit", "HTTP/1.1 206 OK\r\nContent-Range: pages 0-999/9999\r\n"
		  "Content-Length: 1000\r\n\r\n" },
};

/* Returns whether the connection stays. */
static bool serve_kind(int fd, const char *key)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].key, key) == 0)
			put_text(fd, kinds[i].text);
	}
	return strcmp(key, "hugelength") != 0;
}

static bool serve(int fd, const char *key, uint64_t first, uint64_t last)
{
	char answer[4096];
	size_t n = make_answer(answer, first, last, "");

	if (strcmp(key, "continue") == 0) {
		static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n"
			"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n";
		char all[sizeof(interim) + sizeof(answer)];

		memcpy(all, interim, sizeof(interim) - 1);
		memcpy(all + sizeof(interim) - 1, answer, n);
		put_slowly(fd, all, sizeof(interim) - 1 + n, 90);
	} else if (strcmp(key, "ok") == 0)
		put(fd, answer, n);
	else if (strcmp(key, "quits") == 0)
		/* With what closes the connection, in one segment. */
		send(fd, answer, n, MSG_NOSIGNAL | MSG_MORE);
	else if (strcmp(key, "dribble") == 0)
		put_slowly(fd, answer, n, n < 1200 ? 7 : 100);
	else if (strcmp(key, "truncate") == 0 || strcmp(key, "cut") == 0)
		put(fd, answer, n - 500);
	else if (strcmp(key, "halfhead") == 0)
		put(fd, answer, 20);
	else if (strcmp(key, "range") == 0)
		put(fd, answer, make_answer(answer, first + 1, last + 1, ""));
	else if (strcmp(key, "short") == 0)
		put(fd, answer, make_answer(answer, first, last - 9, ""));
	else if (strcmp(key, "more") == 0)
		put(fd, answer, n + 3);
	else if (strcmp(key, "last") == 0)
		put(fd, answer,
		    make_answer(answer, first, last, "Connection: Close\r\n"));
	else
		return serve_kind(fd, key);
	if (strcmp(key, "cut") == 0) {
		usleep(20000); /* a reset takes what is under way with it */
		reset(fd);
	}
	return strcmp(key, "ok") == 0 || strcmp(key, "dribble") == 0 ||
	       strcmp(key, "range") == 0 || strcmp(key, "more") == 0 ||
	       strcmp(key, "short") == 0 || strcmp(key, "continue") == 0;
}

/* One request; returns whether another may follow. */
static bool serve_request(int fd, char *request)
{
	unsigned long long first, last;
	char key[64];
	const char *range = strstr(request, "\r\nRange: bytes=");

	if ((sscanf(request, "GET /b/%63s HTTP/1.1\r\n", key) != 1 &&
	     sscanf(request, "GET /base/b/%63s HTTP/1.1\r\n", key) != 1) ||
	    !range || !strstr(request, "\r\nAccept-Encoding: identity\r\n") ||
	    sscanf(range + 15, "%llu-%llu\r\n", &first, &last) != 2 ||
	    !strstr(request, "\r\nHost: ")) {
		put_text(fd, "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n");
		return false;
	}
	if (strcmp(key, "reset") == 0) {
		reset(fd);
		return false;
	}
	if (strcmp(key, "stall") == 0)
		for (;;)
			pause();
	return strcmp(key, "close") != 0 && serve(fd, key, first, last) &&
	       !strstr(request, "\r\nConnection: close\r\n");
}

static void *serve_connection(void *argument)
{
	int fd = (int)(intptr_t)argument;
	char request[4096];
	size_t have = 0;

	for (;;) {
		ssize_t n = recv(fd, request + have, sizeof(request) - 1 - have,
				 0);

		if (n <= 0)
			break;
		have += (size_t)n;
		request[have] = '\0';
		if (!strstr(request, "\r\n\r\n"))
			continue;
		have = 0;
		if (!serve_request(fd, request))
			break;
	}
	close(fd);
	return NULL;
}

static void serve_for_ever(int listener)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		pthread_t thread;

		if (fd < 0)
			_exit(1);
		atomic_fetch_add(server.connections, 1);
		if (pthread_create(&thread, NULL, serve_connection,
				   (void *)(intptr_t)fd) == 0)
			pthread_detach(thread);
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
	assert_int_equal(listen(listener, 1024), 0);
	getsockname(listener, (struct sockaddr *)&address, &size);
	server.port = ntohs(address.sin_port);
	server.connections = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(server.connections, MAP_FAILED);
	fflush(NULL);
	server.pid = fork();
	if (server.pid == 0)
		serve_for_ever(listener);
	close(listener);
	return 0;
}

static int stop_server(void **state)
{
	(void)state;
	kill(server.pid, SIGKILL);
	waitpid(server.pid, NULL, 0);
	munmap(server.connections, sizeof(int));
	return 0;
}

static void set_endpoint(struct harness *h, const char *host)
{
	char endpoint[64];

	snprintf(endpoint, sizeof(endpoint), "http://%s:%u", host, server.port);
	set_text(h, "endpoint", endpoint);
}

static void set_base(struct harness *h, const char *host, const char *path)
{
	char endpoint[64];

	snprintf(endpoint, sizeof(endpoint), "HTTP://%s:%u%s", host,
		 server.port, path);
	set_text(h, "endpoint", endpoint);
}

/* Two operations of `key` and two good ones in turn, one at a time: what fails
 * is counted as it should be and spoils nothing for the next. */
static void classify(struct harness *h, const char *key, unsigned outcome,
		     unsigned status, uint64_t received)
{
	const char *keys[] = { key, "ok", NULL };

	put_operations(h, "plan", 4, keys, "");
	clear_records(h);
	json_decref(harness_session(h, &reference));
	close(h->fd);
	h->fd = -1;
	assert_int_equal(record_count(h), 4);
	for (unsigned i = 0; i < 4; i++) {
		const struct record *r = &h->records[i];
		bool is_good = i % 2;

		if (r->outcome != (is_good ? OUTCOME_OK : outcome))
			fail_msg("%s: record %u is %s", key, i,
				 outcome_name(r->outcome));
		assert_int_equal(r->status, is_good ? 206 : status);
		assert_int_equal(r->bytes, is_good ? 1000 : received);
		assert_int_equal(r->attempts, 1);
	}
}

static void failures_by_class(void **state)
{
	struct harness *h = *state;

	set_endpoint(h, "127.0.0.1");
	set_count(h, "concurrency", 1);
	set_count(h, "n_requests", 4);
	classify(h, "ok", OUTCOME_OK, 206, 1000);
	classify(h, "dribble", OUTCOME_OK, 206, 1000);
	classify(h, "last", OUTCOME_OK, 206, 1000);
	classify(h, "more", OUTCOME_OK, 206, 1000);
	classify(h, "reset", OUTCOME_RESET, 0, 0);
	classify(h, "close", OUTCOME_RESET, 0, 0);
	classify(h, "halfhead", OUTCOME_RESET, 0, 0);
	classify(h, "truncate", OUTCOME_TRUNCATED, 206, 500);
	classify(h, "cut", OUTCOME_TRUNCATED, 206, 500);
	classify(h, "503", OUTCOME_THROTTLED, 503, 0);
	classify(h, "429", OUTCOME_THROTTLED, 429, 0);
	classify(h, "404", OUTCOME_HTTP_ERROR, 404, 0);
	classify(h, "200", OUTCOME_HTTP_ERROR, 200, 0);
	classify(h, "range", OUTCOME_WRONG_BYTES, 206, 0);
	classify(h, "norange", OUTCOME_WRONG_BYTES, 206, 0);
	classify(h, "unit", OUTCOME_WRONG_BYTES, 206, 0);
	classify(h, "416", OUTCOME_HTTP_ERROR, 416, 0);
	classify(h, "short", OUTCOME_TRUNCATED, 206, 0);
	classify(h, "continue", OUTCOME_OK, 206, 1000);
	classify(h, "garbage", OUTCOME_BAD_HTTP, 0, 0);
	classify(h, "both", OUTCOME_BAD_HTTP, 0, 0);
	classify(h, "302", OUTCOME_HTTP_ERROR, 302, 0);
}

/* These answer for bytes 0 to 999 whatever was asked: one operation each. */
static void bad_lengths(void **state)
{
	struct harness *h = *state;
	const struct record *r = h->records;

	set_endpoint(h, "127.0.0.1");
	set_count(h, "n_requests", 1);
	put_plan(h, 1, "nolength");
	json_decref(harness_session(h, &reference));
	assert_int_equal(r->outcome, OUTCOME_OTHER);
	close(h->fd);
	put_plan(h, 1, "otherlength");
	json_decref(harness_session(h, &reference));
	assert_int_equal(r->outcome, OUTCOME_TRUNCATED);
	close(h->fd);
	put_plan(h, 1, "hugelength");
	json_decref(harness_session(h, &reference));
	assert_int_equal(r->outcome, OUTCOME_TRUNCATED);
	assert_int_equal(r->bytes, 10);
}

static void limits_and_connect(void **state)
{
	struct harness *h = *state;

	set_endpoint(h, "127.0.0.1");
	set_count(h, "concurrency", 1);
	set_count(h, "n_requests", 4);
	set_number(h, "operation_timeout_seconds", 0.2);
	classify(h, "stall", OUTCOME_TIMEOUT, 0, 0);
	set_text(h, "endpoint", "http://127.0.0.1:1");
	put_plan(h, 4, "ok");
	clear_records(h);
	json_decref(harness_session(h, &reference));
	assert_int_equal(record_count(h), 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(h->records[i].outcome, OUTCOME_CONNECT);
}

/* Runs n good operations; returns how many connections they took. */
static int connections_of(struct harness *h, const char *key, unsigned n)
{
	int before = atomic_load(server.connections);

	put_plan(h, n, key);
	clear_records(h);
	set_count(h, "n_requests", n);
	json_decref(harness_session(h, &reference));
	close(h->fd);
	h->fd = -1;
	assert_int_equal(record_count(h), n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(h->records[i].outcome, OUTCOME_OK);
	return atomic_load(server.connections) - before;
}

static void connections(void **state)
{
	struct harness *h = *state;

	set_endpoint(h, "127.0.0.1");
	set_count(h, "concurrency", 5);
	assert_int_equal(connections_of(h, "ok", 500), 5);
	assert_int_equal(connections_of(h, "last", 50), 50);
	set_client(h, "pool_size", json_integer(2));
	assert_int_equal(connections_of(h, "ok", 500), 2);
	assert_int_equal(connections_of(h, "last", 50), 50);
	set_client(h, "keep_alive", json_false());
	assert_int_equal(connections_of(h, "ok", 50), 50);
	set_client(h, "pool_size", json_integer(5));
	assert_int_equal(connections_of(h, "ok", 50), 50);
}

/* The server ends idle connections without a word, or the client does. */
static void idle_connections(void **state)
{
	struct harness *h = *state;
	int found = 0;

	set_endpoint(h, "127.0.0.1");
	set_count(h, "concurrency", 1);
	set_number(h, "rate", 20);
	assert_int_equal(connections_of(h, "ok", 5), 1);
	assert_int_equal(connections_of(h, "quits", 5), 5);
	set_client(h, "keep_alive_timeout_seconds", json_real(0.02));
	/* Where the machine is late they follow each other at once. */
	for (int i = 0; i < TRIES && found != 5; i++)
		found = connections_of(h, "ok", 5);
	assert_int_equal(found, 5);
}

/* Its connections stay, and no byte of an answer is left in them. */
static void pauses(void **state)
{
	const char *keys[] = { "ok", NULL };
	struct harness *h = *state;
	const volatile struct record *records = h->records;
	int64_t n = 0;
	int before;

	set_endpoint(h, "127.0.0.1");
	put_operations(h, "plan", 7, keys, "");
	before = atomic_load(server.connections);
	harness_start(h, &reference);
	harness_send(h, h->setup);
	harness_go(h);
	for (int i = 0; i < 5; i++) {
		json_t *paused;

		for (int t = 0; t < WAIT_MS && !records[n + 20].outcome; t++)
			usleep(1000);
		harness_send_text(h, "{\"type\":\"pause\"}");
		paused = harness_receive(h, "paused");
		n = count_in(paused, "finished");
		assert_int_equal(count_in(paused, "unfinished"), 0);
		assert_int_equal(record_count(h), n);
		json_decref(paused);
		harness_send_text(h, i < 4 ? "{\"type\":\"go\",\"at_ns\":1}" :
					     "{\"type\":\"finish\"}");
	}
	json_decref(harness_receive(h, "done"));
	harness_bye(h);
	for (int64_t i = 0; i < n; i++)
		assert_int_equal(records[i].outcome, OUTCOME_OK);
	assert_int_equal(atomic_load(server.connections) - before, 4);
}

static void names_and_refusals(void **state)
{
	struct harness *h = *state;

	set_endpoint(h, "localhost");
	set_client(h, "use_dns_cache", json_false());
	set_client(h, "keep_alive", json_false());
	assert_int_equal(connections_of(h, "ok", 5), 5);
	set_endpoint(h, "two.addresses");
	assert_int_equal(connections_of(h, "ok", 5), 5);
	set_client(h, "use_dns_cache", json_true());
	assert_int_equal(connections_of(h, "ok", 5), 5);
	set_base(h, "LOCALHOST", "/base//");
	assert_int_equal(connections_of(h, "ok", 5), 5);
	set_text(h, "endpoint", "http://nowhere.invalid:80");
	harness_refused(h, &reference, "setup", "nowhere.invalid");
	close(h->fd);
	set_text(h, "endpoint", "https://127.0.0.1:443");
	harness_refused(h, &reference, "setup", "plain HTTP only");
	close(h->fd);
	set_endpoint(h, "127.0.0.1");
	json_object_set_new(h->setup, "credentials",
			    json_pack("{s:s, s:s}", "access_key_id", "a",
				      "secret_access_key", "b"));
	harness_refused(h, &reference, "setup", "does not sign");
}

/* Every way to cut a head in two is noticed, and nothing read beyond it. */
static void heads(void **state)
{
	static const char good[] = "HTTP/1.1 206 Partial Content\r\n"
				   "Content-Range: bytes 5-9/100\r\n"
				   "Connection:  Close \r\n"
				   "Content-Length:5\r\n\r\nHELLO";
	static const char *const bad[] = {
		"HTTP/2 200\r\n\r\n",
		"HTTP/1.1 20x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX : 1\r\n\r\n",
		"HTTP/1.1 200 OK\r\n: 1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
		"Transfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
		"Content-Length: 5\r\n\r\n",
		"HTTP/1.1 200 OK\r\n"
		"Content-Length: 99999999999999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\nConnection\r\n\r\n",
	};
	static const char *const no_range[] = {
		"HTTP/1.1 206 OK\r\nContent-Range: bytes 5-/100\r\n\r\n",
		"HTTP/1.1 206 OK\r\nContent-Range: bytes 5-9\r\n\r\n",
		"HTTP/1.1 416 OK\r\nContent-Range: bytes */100\r\n\r\n",
	};
	size_t whole = sizeof(good) - 6;
	struct head head;

	(void)state;
	for (size_t n = 0; n < whole; n++)
		assert_int_equal(head_parse(good, n, &head), 0);
	assert_int_equal(head_parse(good, sizeof(good) - 1, &head), whole);
	assert_int_equal(head.status, 206);
	assert_true(head.has_range && head.has_length && head.closes);
	assert_int_equal(head.first, 5);
	assert_int_equal(head.last, 9);
	assert_int_equal(head.length, 5);
	assert_int_equal(head_parse("HTTP/1.1 200 OK\nA: b\n c d\n\n", 27,
				    &head), 27);
	assert_int_equal(head_parse("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", 25,
				    &head), -1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (head_parse(bad[i], strlen(bad[i]), &head) != -1)
			fail_msg("'%s' is taken", bad[i]);
	}
	for (size_t i = 0; i < sizeof(no_range) / sizeof(no_range[0]); i++) {
		assert_true(head_parse(no_range[i], strlen(no_range[i]),
				       &head) > 0);
		assert_false(head.has_range);
	}
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(failures_by_class),
		CHECK(bad_lengths),
		CHECK(limits_and_connect),
		CHECK(connections),
		CHECK(idle_connections),
		CHECK(pauses),
		CHECK(names_and_refusals),
		cmocka_unit_test(heads),
	};

	return cmocka_run_group_tests(checks, start_server, stop_server);
}
