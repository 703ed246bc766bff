/*
 * For the checks of the monitor's server: one in a thread of its own on a port
 * that the kernel chose, over the made-up view, and a client that sees every
 * byte.
 */
#ifndef CHECK_UNIT_MONITOR_SERVER_H
#define CHECK_UNIT_MONITOR_SERVER_H

#include "monitor_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/mem.h"
#include "monitor/http.h"

#define MS_PATIENCE_S 30 /* before a check gives up */

struct ms {
	struct mx mx;
	_Atomic unsigned collects;
	struct http_limits limits;
	struct monitor *monitor;
	pthread_t thread;
	int stop[2];
	int code; /* of monitor_serve() */
	unsigned port;
};

static inline void ms_collect(void *context, struct monitor_view *out)
{
	struct ms *ms = context;

	atomic_fetch_add(&ms->collects, 1);
	*out = ms->mx.view;
}

static inline void *ms_serve(void *argument)
{
	struct ms *ms = argument;
	struct err err = { "" };

	ms->code = monitor_serve(ms->monitor, ms->stop[0], &err);
	if (ms->code < 0)
		fprintf(stderr, "monitor_serve: %s\n", err.text);
	return NULL;
}

/* Quick limits; the check may change them before ms_start(). */
static inline void ms_init(struct ms *ms)
{
	memset(ms, 0, sizeof(*ms));
	mx_init(&ms->mx);
	ms->limits = http_limits_default;
	ms->limits.tick_ns = 20 * NS_PER_MS;
}

static inline void ms_start(struct ms *ms)
{
	struct monitor_feed feed = { ms_collect, ms };
	struct err err = { "" };
	char url[96];

	if (monitor_open(&ms->monitor, ":0", &feed, &err) < 0)
		fail_msg("%s", err.text);
	monitor_set_limits(ms->monitor, &ms->limits);
	monitor_url(ms->monitor, url);
	assert_int_equal(sscanf(url, "http://127.0.0.1:%u/", &ms->port), 1);
	assert_int_equal(pipe2(ms->stop, O_CLOEXEC), 0);
	assert_int_equal(pthread_create(&ms->thread, NULL, ms_serve, ms), 0);
}

static inline void ms_stop(struct ms *ms)
{
	close(ms->stop[1]);
	pthread_join(ms->thread, NULL);
	assert_int_equal(ms->code, 0);
	close(ms->stop[0]);
	monitor_close(ms->monitor);
}

/* receive_bytes: the size of the receive buffer, 0 as it comes. */
static inline int ms_connect(const struct ms *ms, int receive_bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)ms->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = MS_PATIENCE_S };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (receive_bytes)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes,
			   sizeof(receive_bytes));
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)),
			 0);
	return fd;
}

static inline void ms_say(int fd, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* `lines`: further headers, each ended by CR LF. */
static inline void ms_ask(int fd, const char *method, const char *path,
			  const char *lines)
{
	char *text = mem_printf("%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
				method, path, lines);

	ms_say(fd, text);
	free(text);
}

struct ms_answer {
	unsigned status;
	struct str head; /* with the empty line */
	struct str body;
};

static inline void ms_answer_release(struct ms_answer *a)
{
	str_release(&a->head);
	str_release(&a->body);
}

/* Value of a header, "" when absent; in memory that the next call reuses. */
static inline const char *ms_header(const struct ms_answer *a, const char *name)
{
	static char value[512];
	char *start = mem_printf("\r\n%s: ", name);
	const char *at = strcasestr(a->head.buf, start);

	value[0] = '\0';
	if (at) {
		at += strlen(start);
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\r"),
			 at);
	}
	free(start);
	return value;
}

/* The head of an answer, byte by byte so that nothing behind it is taken. */
static inline void ms_read_head(int fd, struct ms_answer *a)
{
	char c;

	str_init(&a->head);
	str_init(&a->body);
	while (a->head.len < 4 ||
	       strcmp(a->head.buf + a->head.len - 4, "\r\n\r\n") != 0) {
		if (recv(fd, &c, 1, 0) != 1)
			fail_msg("no whole head, but: %s", a->head.buf);
		str_add_char(&a->head, c);
	}
	if (sscanf(a->head.buf, "HTTP/1.%*d %u", &a->status) != 1)
		fail_msg("not an answer: %s", a->head.buf);
}

/* As much as the head says, unless only that was asked for. */
static inline void ms_read(int fd, struct ms_answer *a, bool head)
{
	char part[16384];
	size_t left;

	ms_read_head(fd, a);
	left = head ? 0 : strtoul(ms_header(a, "Content-Length"), NULL, 10);
	while (left) {
		size_t want = left < sizeof(part) ? left : sizeof(part);
		ssize_t n = recv(fd, part, want, 0);

		if (n <= 0)
			fail_msg("the body ends %zu bytes early", left);
		str_add_n(&a->body, part, (size_t)n);
		left -= (size_t)n;
	}
}

static inline void ms_get(const struct ms *ms, const char *path,
			  const char *lines, struct ms_answer *a)
{
	int fd = ms_connect(ms, 0);

	ms_ask(fd, "GET", path, lines);
	ms_read(fd, a, false);
	close(fd);
}

static inline unsigned ms_status(const struct ms *ms, const char *path)
{
	struct ms_answer a;
	unsigned status;

	ms_get(ms, path, "", &a);
	status = a.status;
	ms_answer_release(&a);
	return status;
}

/* All that comes until the other side ends it; its bytes. */
static inline size_t ms_drain(int fd)
{
	char part[65536];
	size_t sum = 0;
	ssize_t n;

	while ((n = recv(fd, part, sizeof(part), 0)) > 0)
		sum += (size_t)n;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		fail_msg("the connection was not ended; %zu bytes came", sum);
	return sum;
}

#endif
