/* check: waits */
/* Connections that do nothing: how long they may, and what they may not take
 * from others. */
#include "origin_fixture.h"

#include <sys/resource.h>

#include "origin/room.h"

#define ASK_BIG "GET /bucket/big HTTP/1.1\r\nHost: x\r\n\r\n"

static void start(struct fx *fx, double idle_s, double send_s, unsigned most)
{
	struct origin_config config = { .idle_timeout_s = idle_s,
					.send_timeout_s = send_s,
					.max_connections = most };

	fx_start(fx, &config);
}

/* A client that asks for much and reads nothing. */
static int stall(const struct fx *fx)
{
	int fd = http_connect(origin_port(fx->origin, 0), 4096);

	http_say(fd, ASK_BIG);
	return fd;
}

static void pause_ms(unsigned ms)
{
	clock_sleep_until(clock_now_ns() + ms * NS_PER_MS);
}

static void cuts_off_who_never_reads(void **state)
{
	struct fx fx;
	int fd;

	(void)state;
	start(&fx, 0, 0.5, 0);
	fd = stall(&fx);
	fx_wait(&fx.row->aborted, 1);
	fx_wait(&fx.row->open_connections, 0);
	close(fd);
	fx_stop(&fx);
}

static size_t read_some(int fd, size_t most)
{
	static char bytes[65536];
	ssize_t n = recv(fd, bytes, most < sizeof(bytes) ? most : sizeof(bytes),
			 0);

	return n > 0 ? (size_t)n : 0;
}

/* So slow that the kernel takes nothing more of the answer for longer than the
 * time-out: what counts is what the peer reads. */
static void waits_for_slow_readers(void **state)
{
	struct fx fx;
	size_t got = 0, n;
	int fd;

	(void)state;
	start(&fx, 0, 2, 0);
	fd = stall(&fx);
	for (int i = 0; i < 40; i++) {
		pause_ms(100);
		got += read_some(fd, 2048);
	}
	while (got < FX_BIG_BYTES && (n = read_some(fd, FX_BIG_BYTES)))
		got += n;
	assert_true(got >= FX_BIG_BYTES);
	close(fd);
	fx_wait(&fx.row->open_connections, 0);
	assert_int_equal(atomic_load(&fx.row->aborted), 0);
	fx_stop(&fx);
}

static void waits_for_ever_without_a_limit(void **state)
{
	struct fx fx;
	struct http_answer a;
	int idle, stalled;

	(void)state;
	start(&fx, 0, 0, 2);
	stalled = stall(&fx);
	idle = fx_connect(&fx);
	fx_wait(&fx.row->open_connections, 2);
	close(fx_connect(&fx)); /* wants a place, and gets none */
	pause_ms(ROOM_STALLED_NS / NS_PER_MS + 1000);
	assert_int_equal(atomic_load(&fx.row->open_connections), 2);
	fx_ask(idle, "GET", "/bucket/hello", "", &a);
	assert_int_equal(a.status, 200);
	http_answer_release(&a);
	close(idle);
	close(stalled);
	fx_wait(&fx.row->open_connections, 0);
	fx_stop(&fx);
}

static void closes_idle_ones_for_others(void **state)
{
	struct fx fx;
	struct http_answer a;
	int idle[8];

	(void)state;
	start(&fx, 3600, 0, 8);
	for (int i = 0; i < 8; i++)
		idle[i] = fx_connect(&fx);
	fx_wait(&fx.row->open_connections, 8);
	fx_get(&fx, "/bucket/hello", "", &a);
	assert_int_equal(a.status, 200);
	http_answer_release(&a);
	assert_true(http_is_closed(idle[0]));
	for (int i = 0; i < 8; i++)
		close(idle[i]);
	fx_wait(&fx.row->open_connections, 0);
	fx_stop(&fx);
}

static void closes_stalled_ones_for_others(void **state)
{
	struct fx fx;
	struct http_answer a;
	int stalled[4];

	(void)state;
	start(&fx, 0, 3600, 4);
	for (int i = 0; i < 4; i++)
		stalled[i] = stall(&fx);
	fx_wait(&fx.row->in_flight, 4);
	fx_get(&fx, "/bucket/hello", "", &a);
	assert_int_equal(a.status, 200);
	http_answer_release(&a);
	assert_true(atomic_load(&fx.row->aborted) > 0);
	for (int i = 0; i < 4; i++)
		close(stalled[i]);
	fx_wait(&fx.row->open_connections, 0);
	fx_stop(&fx);
}

static void hold_files(struct origin *origin)
{
	origin->sources[0]->files = 1;
}

/* A source whose objects hold a file: each connection has room for its own. */
static void counts_two_files_a_connection(void **state)
{
	struct rlimit few;
	struct fx fx;
	int fd[100];

	(void)state;
	few.rlim_cur = few.rlim_max = 264;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	fx_before_serving = hold_files;
	start(&fx, 0, 0, 0);
	fx_before_serving = NULL;
	for (int i = 0; i < 100; i++)
		fd[i] = fx_connect(&fx);
	/* 64 are spare, one is the listener's. */
	fx_wait(&fx.row->open_connections, (264 - 64 - 1) / 2);
	for (int i = 0; i < 100; i++)
		close(fd[i]);
	fx_wait(&fx.row->open_connections, 0);
	fx_stop(&fx);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(cuts_off_who_never_reads),
		cmocka_unit_test(waits_for_slow_readers),
		cmocka_unit_test(waits_for_ever_without_a_limit),
		cmocka_unit_test(closes_idle_ones_for_others),
		cmocka_unit_test(closes_stalled_ones_for_others),
		cmocka_unit_test(counts_two_files_a_connection),
	};

	return cmocka_run_group_tests_name("origin_room", checks, NULL, NULL);
}
