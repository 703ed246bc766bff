/*
 * For the checks of the monitor's server: one in a thread of its own on a port
 * that the kernel chose, over the made-up view.
 */
#ifndef CHECK_UNIT_MONITOR_SERVER_H
#define CHECK_UNIT_MONITOR_SERVER_H

#include "http_client.h"
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

static inline int ms_connect(const struct ms *ms, int receive_bytes)
{
	return http_connect(ms->port, receive_bytes);
}

/* `lines`: further headers, each ended by CR LF. */
static inline void ms_ask(int fd, const char *method, const char *path,
			  const char *lines)
{
	char *text = mem_printf("%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
				method, path, lines);

	http_say(fd, text);
	free(text);
}

static inline void ms_read_head(int fd, struct http_answer *a)
{
	if (!http_read_head(fd, a))
		fail_msg("no whole head, but: %s", a->head.buf);
}

/* `head`: only that was asked for. */
static inline void ms_read(int fd, struct http_answer *a, bool head)
{
	if (!http_read(fd, !head, a) || !a->whole)
		fail_msg("no whole answer, but: %s", a->head.buf);
}

static inline void ms_get(const struct ms *ms, const char *path,
			  const char *lines, struct http_answer *a)
{
	int fd = ms_connect(ms, 0);

	ms_ask(fd, "GET", path, lines);
	ms_read(fd, a, false);
	close(fd);
}

static inline unsigned ms_status(const struct ms *ms, const char *path)
{
	struct http_answer a;
	unsigned status;

	ms_get(ms, path, "", &a);
	status = a.status;
	http_answer_release(&a);
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
