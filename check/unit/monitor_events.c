/* Streams of events, and clients that are slow, dead, or many. */
#include "monitor_server.h"

#include <jansson.h>

static struct ms ms;

static int make_ready(void **state)
{
	(void)state;
	ms_init(&ms);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	ms_stop(&ms);
	return 0;
}

/* A listener, and what came that was not looked at yet. */
struct stream {
	int fd;
	struct str text; /* without the chunks' heads */
};

static int listen_to(struct stream *stream, int receive_bytes)
{
	struct http_answer a;
	unsigned status;

	stream->fd = ms_connect(&ms, receive_bytes);
	str_init(&stream->text);
	ms_ask(stream->fd, "GET", "/events", "Accept: text/event-stream\r\n");
	ms_read_head(stream->fd, &a);
	status = a.status;
	if (status == 200) {
		assert_string_equal(http_header(&a, "Content-Type"),
				    "text/event-stream");
		assert_string_equal(http_header(&a, "Cache-Control"), "no-store");
		assert_string_equal(http_header(&a, "Transfer-Encoding"),
				    "chunked");
	}
	http_answer_release(&a);
	return (int)status;
}

static void leave(struct stream *stream)
{
	close(stream->fd);
	str_release(&stream->text);
}

static void read_all(int fd, char *out, size_t n)
{
	if (recv(fd, out, n, MSG_WAITALL) != (ssize_t)n)
		fail_msg("the stream ends");
}

/* "1a0" CR LF, so many bytes, CR LF. */
static void read_chunk(struct stream *stream)
{
	char head[32] = "", *bytes;
	size_t n = 0;

	while (n < 2 || head[n - 1] != '\n') {
		assert_true(n < sizeof(head) - 1);
		read_all(stream->fd, &head[n++], 1);
	}
	n = strtoul(head, NULL, 16);
	assert_true(n > 0);
	bytes = mem_new(n + 2);
	read_all(stream->fd, bytes, n + 2);
	assert_int_equal(bytes[n], '\r');
	str_add_n(&stream->text, bytes, n);
	free(bytes);
}

/* The document of the next event; the caller's. */
static json_t *next_event(struct stream *stream)
{
	static const char begin[] = "retry: 2000\nevent: live\ndata: ";
	struct str rest = STR_INIT;
	json_t *json;
	char *end;

	while (!(end = strstr(stream->text.buf, "\n\n")))
		read_chunk(stream);
	assert_int_equal(strncmp(stream->text.buf, begin, strlen(begin)), 0);
	*end = '\0';
	json = json_loads(stream->text.buf + strlen(begin), 0, NULL);
	assert_non_null(json);
	str_add(&rest, end + 2);
	str_release(&stream->text);
	stream->text = rest;
	return json;
}

static double now_of(struct stream *stream)
{
	json_t *json = next_event(stream);
	double now = json_number_value(json_object_get(json, "now"));

	assert_int_equal(json_array_size(json_object_get(json, "runs")), 2);
	json_decref(json);
	return now;
}

static void sends_events(void **state)
{
	struct stream stream;
	double before = 0;

	(void)state;
	ms_start(&ms);
	assert_int_equal(listen_to(&stream, 0), 200);
	for (int i = 0; i < 10; i++) {
		double now = now_of(&stream);

		assert_true(now > before);
		before = now;
	}
	leave(&stream);
}

/* The figures are looked at once a tick, however many listen. */
static void shares_documents(void **state)
{
	uint64_t begin_ns = clock_now_ns(), ticks;
	struct stream streams[32];
	unsigned looks;

	(void)state;
	ms_start(&ms);
	for (int i = 0; i < 32; i++)
		assert_int_equal(listen_to(&streams[i], 0), 200);
	for (int event = 0; event < 10; event++)
		for (int i = 0; i < 32; i++)
			now_of(&streams[i]);
	looks = atomic_load(&ms.collects);
	ticks = (clock_now_ns() - begin_ns) / ms.limits.tick_ns;
	assert_true(looks >= 10);
	if (looks > ticks + 1)
		fail_msg("%u looks in the time of %u ticks", looks,
			 (unsigned)ticks);
	for (int i = 0; i < 32; i++)
		leave(&streams[i]);
}

/* Those that are there are served, and the place of one that left is free. */
static void limits_listeners(void **state)
{
	struct stream one, two, three;
	struct http_answer a;
	int status;

	(void)state;
	ms.limits.listeners = 2;
	ms_start(&ms);
	assert_int_equal(listen_to(&one, 0), 200);
	assert_int_equal(listen_to(&two, 0), 200);
	ms_get(&ms, "/events", "", &a);
	assert_int_equal(a.status, 503);
	assert_non_null(strstr(a.body.buf, "/live.json"));
	http_answer_release(&a);
	now_of(&one);
	leave(&two);
	for (int i = 0; (status = listen_to(&three, 0)) != 200; i++) {
		assert_true(i < HTTP_PATIENCE_S * 100);
		clock_sleep_until(clock_now_ns() + 10 * NS_PER_MS);
		leave(&three);
	}
	now_of(&three);
	now_of(&one);
	leave(&three);
	leave(&one);
}

/* Takes nothing: it is dropped, and nobody waits for it meanwhile. */
static void drops_deaf_listeners(void **state)
{
	struct stream deaf, other;
	size_t bytes;

	(void)state;
	ms.limits.listeners = 1;
	ms.limits.idle_s = 3600;
	ms.limits.patience_s = 1;
	ms_start(&ms);
	assert_int_equal(listen_to(&deaf, 4096), 200);
	for (int i = 0; listen_to(&other, 0) != 200; i++) {
		assert_true(i < HTTP_PATIENCE_S * 100);
		assert_int_equal(ms_status(&ms, "/live.json"), 200);
		clock_sleep_until(clock_now_ns() + 10 * NS_PER_MS);
		leave(&other);
	}
	now_of(&other);
	bytes = ms_drain(deaf.fd);
	/* What lay in the kernel's buffers. */
	assert_true(bytes < 4 << 20);
	leave(&deaf);
	leave(&other);
}

/* One that reads seldom gets whole events, not all of them, the newest. */
static void skips_for_slow_listeners(void **state)
{
	struct stream slow, quick;
	unsigned events = 0, before;
	double now = 0, until = 0;

	(void)state;
	ms.limits.tick_ns = 5 * NS_PER_MS;
	ms_start(&ms);
	assert_int_equal(listen_to(&slow, 4096), 200);
	assert_int_equal(listen_to(&quick, 0), 200);
	before = atomic_load(&ms.collects);
	while (atomic_load(&ms.collects) - before < 100)
		until = now_of(&quick);
	while (now < until) {
		double next = now_of(&slow);

		assert_true(next > now);
		now = next;
		events++;
	}
	if (events >= 80)
		fail_msg("%u events of 100 that it had no time for", events);
	leave(&slow);
	leave(&quick);
}

/* Nobody listens: nothing is looked at. */
static void rests(void **state)
{
	struct stream stream;
	unsigned before;

	(void)state;
	ms_start(&ms);
	assert_int_equal(listen_to(&stream, 0), 200);
	now_of(&stream);
	leave(&stream);
	/* It is seen to have gone when it is next sent to, or after that. */
	do {
		before = atomic_load(&ms.collects);
		clock_sleep_until(clock_now_ns() + 10 * ms.limits.tick_ns);
	} while (atomic_load(&ms.collects) != before);
}

/* Until the end of the stream: the chunk of no bytes, and no reset. */
static void expect_end(int fd)
{
	char last[5] = "", byte;
	ssize_t n;

	while ((n = recv(fd, &byte, 1, 0)) > 0) {
		memmove(last, last + 1, sizeof(last) - 1);
		last[sizeof(last) - 1] = byte;
	}
	assert_int_equal(n, 0);
	assert_memory_equal(last, "0\r\n\r\n", sizeof(last));
}

/* A server that is told to stop does so, whoever listens. Who reads is told of the
 * end of the stream. */
static void stops_with_listeners(void **state)
{
	struct stream streams[8];

	(void)state;
	ms_start(&ms);
	for (int i = 0; i < 8; i++)
		assert_int_equal(listen_to(&streams[i], i % 2 ? 4096 : 0), 200);
	now_of(&streams[0]);
	ms_stop(&ms);
	for (int i = 0; i < 8; i++) {
		if (i % 2)
			ms_drain(streams[i].fd);
		else
			expect_end(streams[i].fd);
		leave(&streams[i]);
	}
}

/* Half a head, or none: dropped; and the places of such are not lost. */
static void drops_dead_clients(void **state)
{
	int dead[8];

	(void)state;
	ms.limits.connections = 8;
	ms.limits.idle_s = 1;
	ms_start(&ms);
	for (int i = 0; i < 8; i++) {
		dead[i] = ms_connect(&ms, 0);
		if (i % 2)
			http_say(dead[i], "GET /metrics HTTP/1.1\r\nHos");
	}
	/* It waits in the backlog until the first of them was dropped. */
	assert_int_equal(ms_status(&ms, "/live.json"), 200);
	for (int i = 0; i < 8; i++) {
		ms_drain(dead[i]);
		close(dead[i]);
	}
}

/* All at once; the text is made once for all that come while it is new. */
static void shares_figures(void **state)
{
	static int fds[100];
	struct http_answer first = { 0 }, a;

	(void)state;
	ms.limits.fresh_ns = 3600 * NS_PER_S;
	ms_start(&ms);
	for (int i = 0; i < 100; i++)
		fds[i] = ms_connect(&ms, 0);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++)
			ms_ask(fds[i], "GET", "/metrics", "");
		for (int i = 0; i < 100; i++) {
			ms_read(fds[i], &a, false);
			if (!first.head.len) {
				first = a;
				continue;
			}
			assert_int_equal(a.status, 200);
			assert_string_equal(a.body.buf, first.body.buf);
			http_answer_release(&a);
		}
	}
	assert_true(first.body.len > 100000);
	assert_int_equal(atomic_load(&ms.collects), 1);
	http_answer_release(&first);
	for (int i = 0; i < 100; i++)
		close(fds[i]);
}

/* Figures that are old are made anew, also while a slow client takes the old
 * ones. */
static void renews_figures(void **state)
{
	int slow;
	struct http_answer a;

	(void)state;
	ms.limits.fresh_ns = 0;
	ms_start(&ms);
	slow = ms_connect(&ms, 4096);
	ms_ask(slow, "GET", "/metrics", "");
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(ms_status(&ms, "/metrics"), 200);
	assert_true(atomic_load(&ms.collects) >= 20);
	ms_read(slow, &a, false);
	assert_int_equal(strncmp(a.body.buf, "# HELP ", 7), 0);
	assert_int_equal(a.body.buf[a.body.len - 1], '\n');
	http_answer_release(&a);
	close(slow);
}

int main(void)
{
#define WITH_SERVER(check) \
	cmocka_unit_test_setup_teardown(check, make_ready, stop)
	const struct CMUnitTest checks[] = {
		WITH_SERVER(sends_events),
		WITH_SERVER(shares_documents),
		WITH_SERVER(limits_listeners),
		WITH_SERVER(drops_deaf_listeners),
		WITH_SERVER(skips_for_slow_listeners),
		WITH_SERVER(rests),
		cmocka_unit_test_setup(stops_with_listeners, make_ready),
		WITH_SERVER(drops_dead_clients),
		WITH_SERVER(shares_figures),
		WITH_SERVER(renews_figures),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
