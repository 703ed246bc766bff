/* Requests and answers over a real socket. */
#include "monitor_server.h"

#include <dirent.h>

#include "base/embedded.h"

static struct ms ms;

static int start(void **state)
{
	(void)state;
	ms_init(&ms);
	ms_start(&ms);
	return 0;
}

/* The library may see only then that a client has half closed. */
static int start_impatient(void **state)
{
	(void)state;
	ms_init(&ms);
	ms.limits.idle_s = 1;
	ms_start(&ms);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	ms_stop(&ms);
	return 0;
}

static void assert_header(const struct http_answer *a, const char *name,
			  const char *part)
{
	if (!strstr(http_header(a, name), part))
		fail_msg("%s is '%s', without '%s'", name, http_header(a, name),
			 part);
}

static void assert_guarded(const struct http_answer *a)
{
	assert_header(a, "Content-Security-Policy", "default-src 'self'");
	assert_header(a, "X-Content-Type-Options", "nosniff");
	assert_header(a, "Cache-Control", "no-");
	assert_string_equal(http_header(a, "Access-Control-Allow-Origin"), "");
}

static void serves_the_page(void **state)
{
	struct http_answer a;

	(void)state;
	for (const struct embedded *e = embedded_web; e->name; e++) {
		char *path = mem_printf("/%s", e->name);

		ms_get(&ms, path, "", &a);
		assert_int_equal(a.status, 200);
		assert_guarded(&a);
		assert_string_equal(a.body.buf, e->text);
		http_answer_release(&a);
		free(path);
	}
	ms_get(&ms, "/?theme=dark", "", &a);
	assert_int_equal(a.status, 200);
	assert_header(&a, "Content-Type", "text/html; charset=utf-8");
	http_answer_release(&a);
}

static void serves_figures(void **state)
{
	struct http_answer a;

	(void)state;
	ms_get(&ms, "/metrics", "", &a);
	assert_int_equal(a.status, 200);
	assert_guarded(&a);
	assert_header(&a, "Content-Type", "text/plain; version=0.0.4");
	assert_header(&a, "Vary", "Accept");
	assert_non_null(
		strstr(a.body.buf, "container_cpu_user_seconds_total{"));
	http_answer_release(&a);
	ms_get(&ms, "/metrics", "Accept: application/openmetrics-text\r\n", &a);
	assert_header(&a, "Content-Type", "application/openmetrics-text; ");
	assert_string_equal(a.body.buf + a.body.len - 6, "# EOF\n");
	http_answer_release(&a);
	ms_get(&ms, "/live.json", "", &a);
	assert_header(&a, "Content-Type", "application/json");
	assert_guarded(&a);
	assert_int_equal(strncmp(a.body.buf, "{\"now\":", 7), 0);
	assert_int_equal(a.body.buf[a.body.len - 1], '}');
	http_answer_release(&a);
}

/* What GET would say, without the body, and the connection goes on. */
static void answers_head(void **state)
{
	static const char *const paths[] = { "/", "/metrics", "/live.json",
					     "/events", "/nothing", "/" };
	struct http_answer a;
	int fd = ms_connect(&ms, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ms_ask(fd, "HEAD", paths[i], "");
		ms_read(fd, &a, true);
		assert_int_equal(a.status, i == 4 ? 404 : 200);
		assert_guarded(&a);
		if (strcmp(paths[i], "/events") == 0)
			assert_header(&a, "Content-Type", "text/event-stream");
		else
			assert_true(
				atoi(http_header(&a, "Content-Length")) > 0);
		http_answer_release(&a);
	}
	ms_ask(fd, "GET", "/live.json", "");
	ms_read(fd, &a, false);
	assert_int_equal(a.status, 200);
	http_answer_release(&a);
	close(fd);
}

/* Raw, as no client would write them. */
static void refuses_other_paths(void **state)
{
	static const char *const paths[] = {
		"/../../../../etc/passwd", "/..%2f..%2fetc%2fpasswd",
		"/%2e%2e/%2e%2e/VERSION",  "/web/monitor.html",
		"//etc/passwd",		   "/metrics/../etc/passwd",
		"/metrics%00.html",	   "/monitor.html%00",
		"/proc/self/environ",	   "/.git/config",
	};
	struct http_answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ms_get(&ms, paths[i], "", &a);
		if (a.status != 404)
			fail_msg("%u for %s", a.status, paths[i]);
		assert_guarded(&a);
		assert_non_null(strstr(a.body.buf, "/live.json"));
		http_answer_release(&a);
	}
}

static void refuses_other_methods(void **state)
{
	static const char *const methods[] = { "POST", "PUT", "DELETE",
					       "OPTIONS", "TRACE" };
	struct http_answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		int fd = ms_connect(&ms, 0);

		ms_ask(fd, methods[i], "/metrics",
		       i < 2 ? "Content-Length: 1000000000\r\n" : "");
		ms_read(fd, &a, false);
		assert_int_equal(a.status, 405);
		assert_header(&a, "Allow", "GET, HEAD");
		assert_guarded(&a);
		http_answer_release(&a);
		close(fd);
	}
}

static void refuses_other_names(void **state)
{
	struct http_answer a;
	int fd = ms_connect(&ms, 0);

	(void)state;
	http_say(fd, "GET /live.json HTTP/1.1\r\nHost: evil.example:1\r\n\r\n");
	ms_read(fd, &a, false);
	assert_int_equal(a.status, 403);
	assert_non_null(strstr(a.body.buf, "localhost"));
	http_answer_release(&a);
	close(fd);
}

/* Answered with 400 or cut off; the server lives on. */
static void survives_rubbish(void **state)
{
	static const char *const heads[] = {
		"rubbish\r\n\r\n",
		"GET\r\n\r\n",
		"\x16\x03\x01\x02\x01\x01",
		"GET / HTTP/9.9\r\n\r\n",
		"GET / HTTP/1.1\r\n: no name\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: ::\r\nContent-Length: -1\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: 1.1.1.1\r\nContent-Length: 1\r\n\r\nb",
	};
	char *line = mem_new(100001), *head;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		int fd = ms_connect(&ms, 0);

		http_say(fd, heads[i]);
		shutdown(fd, SHUT_WR);
		ms_drain(fd);
		close(fd);
		assert_int_equal(ms_status(&ms, "/live.json"), 200);
	}
	memset(line, 'x', 100000);
	head = mem_printf("GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n", line);
	for (int i = 0; i < 2; i++) {
		int fd = ms_connect(&ms, 0);

		/* It may be cut off before it was said. */
		send(fd, head, strlen(head), MSG_NOSIGNAL);
		ms_drain(fd);
		close(fd);
	}
	assert_int_equal(ms_status(&ms, "/live.json"), 200);
	free(head);
	free(line);
}

static void says_bad_requests(void **state)
{
	static const struct {
		const char *head;
		unsigned status;
	} cases[] = {
		{ "GET / HTTP/1.1\r\nrubbish\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n\r\n", 400 }, /* without a Host */
		{ "GET / HTTP/1.0\r\n\r\n", 200 },
		{ "GET / HTTP/2.0\r\n\r\n", 505 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_answer a;
		int fd = ms_connect(&ms, 0);

		http_say(fd, cases[i].head);
		ms_read(fd, &a, false);
		if (a.status != cases[i].status)
			fail_msg("%u for %s", a.status, cases[i].head);
		http_answer_release(&a);
		close(fd);
	}
}

/* Whatever this process starts gets none of our files. */
static void leaks_no_file(void **state)
{
	int fd = ms_connect(&ms, 0), listener = ms_connect(&ms, 0);
	struct http_answer a;
	struct dirent *entry;
	unsigned seen = 0;
	DIR *folder;

	(void)state;
	ms_ask(listener, "GET", "/events", "");
	ms_read_head(listener, &a);
	folder = opendir("/proc/self/fd");
	while ((entry = readdir(folder))) {
		int number = atoi(entry->d_name);
		int flags = fcntl(number, F_GETFD);

		if (number < 3 || flags < 0)
			continue;
		seen++;
		if (!(flags & FD_CLOEXEC))
			fail_msg("file %d stays open in a child", number);
	}
	assert_true(seen >= 8);
	closedir(folder);
	http_answer_release(&a);
	close(listener);
	close(fd);
}

static void opens(const char *listen_at, const char *url, bool public)
{
	struct monitor_feed feed = { ms_collect, &ms };
	struct monitor *monitor;
	struct err err = { "" };
	char got[96];

	if (monitor_open(&monitor, listen_at, &feed, &err) < 0)
		fail_msg("'%s': %s", listen_at, err.text);
	monitor_url(monitor, got);
	if (strncmp(got, url, strlen(url)) != 0)
		fail_msg("'%s' is %s", listen_at, got);
	assert_int_equal(monitor_is_public(monitor), public);
	monitor_close(monitor);
}

static bool has_ipv6(void)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has = fd >= 0 && bind(fd, (const struct sockaddr *)&to,
				   sizeof(to)) == 0;

	close(fd);
	return has;
}

static void takes_addresses(void **state)
{
	(void)state;
	opens(":0", "http://127.0.0.1:", false);
	opens("127.0.0.2:0", "http://127.0.0.2:", false);
	opens("0.0.0.0:0", "http://0.0.0.0:", true);
	if (!has_ipv6())
		return;
	opens("[::1]:0", "http://[::1]:", false);
	opens("[::]:0", "http://[::]:", true);
	opens("::1:0", "http://[::1]:", false);
}

static void refuses_addresses(void **state)
{
	struct monitor_feed feed = { ms_collect, &ms };
	struct monitor *monitor;
	struct err err = { "" };

	(void)state;
	assert_int_equal(monitor_open(&monitor, "localhost:0", &feed, &err),
			 ERR_USAGE);
	assert_names(err, "localhost:0");
}

static void says_that_a_port_is_in_use(void **state)
{
	struct monitor_feed feed = { ms_collect, &ms };
	struct monitor *monitor;
	struct err err = { "" };
	char *at = mem_printf("127.0.0.1:%u", ms.port);
	char *port = mem_printf("port %u is in use", ms.port);

	(void)state;
	assert_int_equal(monitor_open(&monitor, at, &feed, &err), ERR_SYSTEM);
	assert_names(err, port);
	assert_names(err, "another port");
	assert_int_equal(monitor_open(&monitor, "192.0.2.1:0", &feed, &err),
			 ERR_SYSTEM);
	assert_names(err, "192.0.2.1");
	monitor_close(NULL);
	free(at);
	free(port);
}

int main(void)
{
#define WITH_SERVER(check) cmocka_unit_test_setup_teardown(check, start, stop)
	const struct CMUnitTest checks[] = {
		WITH_SERVER(serves_the_page),
		WITH_SERVER(serves_figures),
		WITH_SERVER(answers_head),
		WITH_SERVER(refuses_other_paths),
		WITH_SERVER(refuses_other_methods),
		WITH_SERVER(refuses_other_names),
		cmocka_unit_test_setup_teardown(survives_rubbish,
						start_impatient, stop),
		WITH_SERVER(says_bad_requests),
		WITH_SERVER(leaks_no_file),
		WITH_SERVER(says_that_a_port_is_in_use),
		cmocka_unit_test(takes_addresses),
		cmocka_unit_test(refuses_addresses),
	};

	/* What we were given is none of ours, for leaks_no_file(). */
	for (int fd = 3; fd < 1024; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return cmocka_run_group_tests(checks, NULL, NULL);
}
