/* Many connections, slow ones, deadlines, limits. */
#include "origin_fixture.h"

#include <netinet/tcp.h>
#include <signal.h>
#include <sys/resource.h>

#include "origin/server.h"

static void start(struct fx *fx, double idle_timeout_s, unsigned connections)
{
	struct origin_config config = { .idle_timeout_s = idle_timeout_s,
					.max_connections = connections };

	fx_start(fx, &config);
}

/* Peers that do not read hold up nobody, and get all once they do. */
static void serves_past_slow_readers(void **state)
{
	struct fx fx;
	struct http_answer a;
	int slow[20];

	(void)state;
	start(&fx, 0, 0);
	for (int i = 0; i < 20; i++) {
		slow[i] = http_connect(origin_port(fx.origin, 0), 4096);
		http_say(slow[i], i % 2 ? "GET /bucket/big HTTP/1.1\r\n"
					"Host: x\r\n\r\n"
				      : "GET /bucket/scratch HTTP/1.1\r\n"
					"Host: x\r\n\r\n");
	}
	fx_wait(&fx.row->in_flight, 20);
	for (int i = 0; i < 100; i++) {
		fx_get(&fx, "/bucket/hello", "", &a);
		assert_int_equal(a.status, 200);
		http_answer_release(&a);
	}
	for (int i = 0; i < 20; i++) {
		size_t n = i % 2 ? FX_BIG_BYTES : 3 << 20;

		assert_true(http_read(slow[i], true, &a));
		assert_int_equal(a.body.len, n);
		assert_true(memcmp(a.body.buf, fx.source->bytes, n) == 0);
		http_answer_release(&a);
		close(slow[i]);
	}
	fx_wait(&fx.row->open_connections, 0);
	assert_int_equal(atomic_load(&fx.row->completed), 120);
	assert_int_equal(atomic_load(&fx.row->aborted), 0);
	fx_stop(&fx);
}

static uint64_t resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long size, resident;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu %lu", &size, &resident), 2);
	fclose(file);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

#define IDLE 2000

/* Sanitizers pad and keep what the client of this check allocates. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IDLE_BYTES 16384
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IDLE_BYTES 16384
#endif
#endif
#ifndef IDLE_BYTES
#define IDLE_BYTES 1024
#endif

/* Each of them was served once. What it then keeps is its struct. */
static void keeps_idle_connections_small(void **state)
{
	struct rlimit files;
	struct fx fx;
	struct http_answer a;
	uint64_t before;
	int *fds = mem_array(IDLE, sizeof(*fds));

	(void)state;
	start(&fx, 0, 0);
	getrlimit(RLIMIT_NOFILE, &files);
	assert_int_equal(files.rlim_cur, files.rlim_max);
	if (files.rlim_cur < 2 * IDLE + 100) {
		fx_stop(&fx);
		free(fds);
		skip();
	}
	fx_get(&fx, "/bucket/big", "", &a);
	http_answer_release(&a);
	before = resident_bytes();
	for (int i = 0; i < IDLE; i++) {
		fds[i] = fx_connect(&fx);
		fx_ask(fds[i], "GET", "/bucket/hello", "", &a);
		http_answer_release(&a);
	}
	assert_int_equal(atomic_load(&fx.row->open_connections_peak), IDLE);
	assert_true(resident_bytes() < before + IDLE * IDLE_BYTES);
	for (int i = 0; i < IDLE; i++)
		close(fds[i]);
	free(fds);
	fx_wait(&fx.row->open_connections, 0);
	fx_stop(&fx);
}

/* One that asks too late, as on a busy machine, is closed as idle itself. */
static bool asks_in_time(int fd, const char *text)
{
	return send(fd, text, strlen(text), MSG_NOSIGNAL) ==
		       (ssize_t)strlen(text) &&
	       recv(fd, &(char){ 0 }, 1, MSG_PEEK) == 1;
}

static int connect_and_ask(const struct fx *fx, int buffer, const char *text)
{
	for (int i = 0; i < 100; i++) {
		int fd = http_connect(origin_port(fx->origin, 0), buffer);

		if (asks_in_time(fd, text))
			return fd;
		close(fd);
	}
	fail_msg("each connection is closed before it asks");
	return -1;
}

static void closes_idle_connections(void **state)
{
	struct fx fx;
	struct http_answer a;
	int never, used, busy;
	uint64_t began;

	(void)state;
	start(&fx, 0.3, 0);
	never = fx_connect(&fx);
	busy = connect_and_ask(&fx, 4096,
			       "GET /bucket/big HTTP/1.1\r\nHost: x\r\n\r\n");
	began = clock_now_ns();
	used = connect_and_ask(&fx, 0, "GET /bucket/hello HTTP/1.1\r\n"
				       "Host: x\r\n\r\n");
	assert_true(http_read(used, true, &a));
	http_answer_release(&a);
	assert_true(http_is_closed(used));
	assert_true(clock_now_ns() - began >= 290 * NS_PER_MS);
	assert_true(http_is_closed(never));
	/* Not while its answer is on the way. */
	clock_sleep_until(began + 700 * NS_PER_MS);
	assert_true(http_read(busy, true, &a));
	assert_int_equal(a.body.len, FX_BIG_BYTES);
	http_answer_release(&a);
	assert_true(http_is_closed(busy));
	close(never);
	close(used);
	close(busy);
	fx_stop(&fx);
}

/* A head that does not end has ten seconds. */
static void gives_up_slow_heads(void **state)
{
	struct fx fx;
	struct http_answer a;
	int fd, idle;
	uint64_t began;

	(void)state;
	start(&fx, 0, 0);
	idle = fx_connect(&fx);
	fd = fx_connect(&fx);
	began = clock_now_ns();
	http_say(fd, "GET /bucket/hello HTTP/1.1\r\nHost: x\r\n");
	assert_true(http_read(fd, true, &a));
	assert_true(clock_now_ns() - began >= 9900 * NS_PER_MS);
	assert_int_equal(a.status, 400);
	assert_true(http_has(&a, "<Code>RequestTimeout</Code>"));
	http_answer_release(&a);
	assert_true(http_is_closed(fd));
	close(fd);
	/* One that has not begun has all the time. */
	fx_ask(idle, "GET", "/bucket/hello", "", &a);
	assert_int_equal(a.status, 200);
	http_answer_release(&a);
	close(idle);
	fx_wait(&fx.row->open_connections, 0);
	fx_stop(&fx);
}

/* Those that do not fit wait until others go. */
static void limits_connections(void **state)
{
	struct fx fx;
	struct http_answer a;
	int fds[12];

	(void)state;
	start(&fx, 0, 4);
	for (int i = 0; i < 12; i++) {
		fds[i] = fx_connect(&fx);
		http_say(fds[i], "GET /bucket/hello HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	for (int i = 0; i < 12; i++) {
		assert_true(http_read(fds[i], true, &a));
		http_answer_release(&a);
		close(fds[i]);
	}
	fx_wait(&fx.row->open_connections, 0);
	assert_int_equal(atomic_load(&fx.row->connections), 12);
	assert_int_equal(atomic_load(&fx.row->open_connections_peak), 4);
	fx_stop(&fx);
}

static uint64_t cpu_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* No file for a connection: it waits without spinning, and is served when
 * there is one. */
static void waits_for_files(void **state)
{
	struct fx fx;
	struct http_answer a;
	struct rlimit all, few;
	clockid_t clock;
	uint64_t before;
	int fd;

	(void)state;
	start(&fx, 0, 0);
	fd = fx_connect(&fx);
	fx_wait(&fx.row->open_connections, 1);
	getrlimit(RLIMIT_NOFILE, &all);
	few = all;
	few.rlim_cur = 3; /* all of them are taken */
	close(fd);
	fx_wait(&fx.row->open_connections, 0);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	{
		struct sockaddr_in to = {
			.sin_family = AF_INET,
			.sin_port = htons(
				(uint16_t)origin_port(fx.origin, 0)),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
		};

		assert_int_equal(connect(fd, (const struct sockaddr *)&to,
					 sizeof(to)),
				 0);
	}
	http_say(fd, "GET /bucket/hello HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(pthread_getcpuclockid(fx.thread, &clock), 0);
	before = cpu_ns(clock);
	clock_sleep_until(clock_now_ns() + 500 * NS_PER_MS);
	assert_true(cpu_ns(clock) - before < 250 * NS_PER_MS);
	assert_int_equal(atomic_load(&fx.row->open_connections), 0);
	setrlimit(RLIMIT_NOFILE, &all);
	assert_true(http_read(fd, true, &a));
	assert_int_equal(a.status, 200);
	http_answer_release(&a);
	close(fd);
	fx_wait(&fx.row->open_connections, 0);
	fx_stop(&fx);
}

#define CLIENTS 8

struct client {
	const struct fx *fx;
	uint64_t seed;
	unsigned wrong;
};

/* Random ranges of both kinds of objects, some connections left early. */
static void *work(void *argument)
{
	struct client *c = argument;
	struct rng rng;
	int fd = fx_connect(c->fx);

	rng_init(&rng, c->seed);
	for (int i = 0; i < 60; i++) {
		bool scratch = rng_below(&rng, 2);
		uint64_t size = scratch ? 3 << 20 : FX_BIG_BYTES;
		uint64_t start = rng_below(&rng, size - 1);
		uint64_t n = rng_below(&rng, size - start) + 1;
		char *text = mem_printf(
			"GET /bucket/%s HTTP/1.1\r\nHost: x\r\n"
			"Range: bytes=%llu-%llu\r\n\r\n",
			scratch ? "scratch" : "big", (unsigned long long)start,
			(unsigned long long)(start + n - 1));
		struct http_answer a;

		http_say(fd, text);
		free(text);
		if (rng_below(&rng, 8) == 0) {
			close(fd);
			fd = fx_connect(c->fx);
			continue;
		}
		if (!http_read(fd, true, &a) || a.body.len != n ||
		    memcmp(a.body.buf, c->fx->source->bytes + start, n) != 0)
			c->wrong++;
		http_answer_release(&a);
	}
	close(fd);
	return NULL;
}

static void serve_many(void)
{
	struct fx fx;
	struct client clients[CLIENTS];
	pthread_t threads[CLIENTS];

	start(&fx, 5, 0);
	for (unsigned i = 0; i < CLIENTS; i++) {
		clients[i] = (struct client){ &fx, i, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, work,
						&clients[i]),
				 0);
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(clients[i].wrong, 0);
	}
	fx_wait(&fx.row->open_connections, 0);
	fx_wait(&fx.row->in_flight, 0);
	assert_int_equal(atomic_load(&fx.row->requests),
			 atomic_load(&fx.row->completed) +
				 atomic_load(&fx.row->aborted));
	fx_stop(&fx);
}

static void serves_many_at_once(void **state)
{
	(void)state;
	serve_many();
}

static void forbid_splicing(struct origin *origin)
{
	origin->wire.copies_only = true;
}

/* Where large answers cannot go through a pipe, they arrive all the same. */
static void serves_many_by_copying(void **state)
{
	(void)state;
	fx_before_serving = forbid_splicing;
	serve_many();
	fx_before_serving = NULL;
}

/* Answers that wait in the kernel hold what was the head and the stamp when
 * they were sent, however many answers are made before they are read. */
static void keeps_what_waits(void **state)
{
	struct fx fx;
	struct http_answer a;
	int slow[10];

	(void)state;
	start(&fx, 0, 0);
	for (int i = 0; i < 10; i++) {
		char text[128];

		slow[i] = http_connect(origin_port(fx.origin, 0), 4096);
		snprintf(text, sizeof(text),
			 "GET /bucket/big HTTP/1.1\r\nHost: x\r\n"
			 "Range: bytes=%d-%d\r\n\r\n",
			 i * 1000, i * 1000 + 99999);
		http_say(slow[i], text);
	}
	fx_wait(&fx.row->requests, 10);
	for (int i = 0; i < 2000; i++) {
		fx_get(&fx, "/bucket/big", "Range: bytes=1234567-1299999\r\n",
		       &a);
		assert_int_equal(a.body.len, 65433);
		http_answer_release(&a);
	}
	for (int i = 0; i < 10; i++) {
		assert_true(http_read(slow[i], true, &a));
		assert_int_equal(a.status, 206);
		assert_int_equal(a.body.len, 100000);
		assert_true(memcmp(a.body.buf, fx.source->bytes + i * 1000,
				   100000) == 0);
		http_answer_release(&a);
		close(slow[i]);
	}
	fx_stop(&fx);
}

static int early_fd;

static void ask_and_half_close(struct origin *origin)
{
	early_fd = http_connect(origin_port(origin, 0), 0);
	http_say(early_fd, "GET /bucket/hello HTTP/1.1\r\nHost: x\r\n\r\n");
	shutdown(early_fd, SHUT_WR);
}

/* Request and end of input are one event; both are seen. */
static void sees_an_early_end(void **state)
{
	struct fx fx;
	struct http_answer a;

	(void)state;
	fx_before_serving = ask_and_half_close;
	start(&fx, 0, 0);
	fx_before_serving = NULL;
	assert_true(http_read(early_fd, true, &a));
	assert_int_equal(a.body.len, 1000);
	http_answer_release(&a);
	assert_true(http_is_closed(early_fd));
	close(early_fd);
	fx_stop(&fx);
}

/* The end comes while answers are on the way and others wait. */
static void stops_in_the_middle(void **state)
{
	struct fx fx;
	int fds[10];

	(void)state;
	start(&fx, 0, 0);
	atomic_store(&fx.row->hold_target, 50);
	for (int i = 0; i < 10; i++) {
		fds[i] = http_connect(origin_port(fx.origin, 0), 4096);
		http_say(fds[i], i % 2 ? "GET /bucket/big HTTP/1.1\r\n"
				       "Host: x\r\n\r\n"
				     : "GET /bucket/hold/big HTTP/1.1\r\n"
				       "Host: x\r\n\r\n");
	}
	fx_wait(&fx.row->in_flight, 10);
	fx_stop(&fx);
	for (int i = 0; i < 10; i++)
		close(fds[i]);
}

static void names_what_is_wrong(void **state)
{
	struct ledger *ledger = ledger_new(2);
	struct origin *origin, *second;
	struct err err;
	struct origin_config config = { .port = 1, .listeners = 2 };

	(void)state;
	assert_int_equal(origin_open(&origin, &config, NULL, 0, ledger, &err),
			 ERR_USAGE);
	assert_names(err, "port 0");
	config = (struct origin_config){ .listeners = 3 };
	assert_int_equal(origin_open(&origin, &config, NULL, 0, ledger, &err),
			 ERR_USAGE);
	assert_names(err, "ledger");
	config = (struct origin_config){ .address = "localhost" };
	assert_int_equal(origin_open(&origin, &config, NULL, 0, ledger, &err),
			 ERR_USAGE);
	assert_names(err, "localhost");
	config = (struct origin_config){ .port = 70000 };
	assert_int_equal(origin_open(&origin, &config, NULL, 0, ledger, &err),
			 ERR_USAGE);
	assert_names(err, "70000");
	config = (struct origin_config){ .address = "192.0.2.1" };
	assert_int_equal(origin_open(&origin, &config, NULL, 0, ledger, &err),
			 ERR_SYSTEM);
	assert_names(err, "192.0.2.1");
	config = (struct origin_config){ 0 };
	assert_int_equal(origin_open(&origin, &config, NULL, 0, ledger, &err),
			 0);
	config.port = origin_port(origin, 0);
	assert_int_equal(origin_open(&second, &config, NULL, 0, ledger, &err),
			 ERR_CONFLICT);
	assert_names(err, "in use");
	origin_free(origin);
	origin_free(NULL);
	ledger_free(ledger);
}

/* The first of those asked for that the kernel grants, else what there is. */
static void tells_the_congestion_control(void **state)
{
	static const struct {
		const char *asked, *got; /* NULL: the system's */
	} cases[] = { { "reno", "reno" },
		      { "no_such_thing,reno", "reno" },
		      { "reno,no_such_thing", "reno" },
		      { "no_such_thing", NULL },
		      { NULL, NULL } };
	struct ledger *ledger = ledger_new(1);
	char system[16] = "";

	(void)state;
	for (size_t i = sizeof(cases) / sizeof(cases[0]); i-- > 0;) {
		struct origin_config config = { .congestion = cases[i].asked };
		struct origin *origin;
		struct err err;

		assert_int_equal(origin_open(&origin, &config, NULL, 0, ledger,
					     &err),
				 0);
		if (!cases[i].asked)
			strcpy(system, origin_congestion(origin));
		assert_true(system[0]);
		assert_string_equal(origin_congestion(origin),
				    cases[i].got ? cases[i].got : system);
		if (cases[i].got)
			assert_non_null(strstr(origin_congestions(origin),
					       cases[i].got));
		assert_null(strstr(origin_congestions(origin), "no_such"));
		origin_free(origin);
	}
	ledger_free(ledger);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(serves_past_slow_readers),
		cmocka_unit_test(keeps_idle_connections_small),
		cmocka_unit_test(closes_idle_connections),
		cmocka_unit_test(gives_up_slow_heads),
		cmocka_unit_test(limits_connections),
		cmocka_unit_test(waits_for_files),
		cmocka_unit_test(serves_many_at_once),
		cmocka_unit_test(serves_many_by_copying),
		cmocka_unit_test(keeps_what_waits),
		cmocka_unit_test(sees_an_early_end),
		cmocka_unit_test(stops_in_the_middle),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(tells_the_congestion_control),
	};

	return cmocka_run_group_tests_name("origin_load", checks, NULL, NULL);
}
