/* check: waits */
/* What one client may take of the monitor: time for a head, and places. */
#include "monitor_server.h"

static struct ms ms;

static int stop(void **state)
{
	(void)state;
	ms_stop(&ms);
	return 0;
}

static int start(void **state)
{
	(void)state;
	ms_init(&ms);
	ms.limits.connections = 4;
	ms.limits.of_address = 4;
	ms.limits.idle_s = 3600;
	ms.limits.head_s = 1;
	ms_start(&ms);
	return 0;
}

static int start_with_two_places(void **state)
{
	(void)state;
	ms_init(&ms);
	ms.limits.of_address = 2;
	ms_start(&ms);
	return 0;
}

static int start_strict(void **state)
{
	(void)state;
	ms_init(&ms);
	ms.limits.idle_s = 1;
	ms.limits.head_s = 1;
	ms_start(&ms);
	return 0;
}

/* A byte of a head that never ends, on each; they may have been cut off. */
static void drip(const int *fds, int n)
{
	for (int i = 0; i < n; i++)
		send(fds[i], "x", 1, MSG_NOSIGNAL);
}

static bool readable_in(int fd, int ms_)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, ms_) == 1;
}

static void drips_do_not_keep_places(void **state)
{
	uint64_t until = clock_now_ns() + HTTP_PATIENCE_S * NS_PER_S;
	struct http_answer a;
	int drips[4], other;

	(void)state;
	for (int i = 0; i < 4; i++) {
		drips[i] = ms_connect(&ms, 0);
		http_say(drips[i], "GET / HTTP/1.1\r\nHost: localhost\r\nA: ");
	}
	other = ms_connect(&ms, 0);
	ms_ask(other, "GET", "/live.json", "");
	while (!readable_in(other, 50) && clock_now_ns() < until)
		drip(drips, 4);
	ms_read(other, &a, false);
	assert_int_equal(a.status, 200);
	http_answer_release(&a);
	close(other);
	for (int i = 0; i < 4; i++)
		close(drips[i]);
}

/* Not the second one of a connection either. */
static void later_heads_must_end_too(void **state)
{
	uint64_t until = clock_now_ns() + HTTP_PATIENCE_S * NS_PER_S;
	struct http_answer a;
	int fd = ms_connect(&ms, 0);
	char byte;

	(void)state;
	ms_ask(fd, "GET", "/live.json", "");
	ms_read(fd, &a, false);
	assert_int_equal(a.status, 200);
	http_answer_release(&a);
	while (!readable_in(fd, 50) && clock_now_ns() < until)
		drip(&fd, 1);
	assert_true(recv(fd, &byte, 1, 0) <= 0);
	assert_true(clock_now_ns() < until);
	close(fd);
}

static void listeners_are_not_cut(void **state)
{
	uint64_t until = clock_now_ns() + 3 * NS_PER_S;
	struct http_answer a;
	char part[16384];
	int fd = ms_connect(&ms, 0);

	(void)state;
	ms_ask(fd, "GET", "/events", "");
	ms_read_head(fd, &a);
	assert_int_equal(a.status, 200);
	http_answer_release(&a);
	while (clock_now_ns() < until)
		assert_true(recv(fd, part, sizeof(part), 0) > 0);
	close(fd);
}

static void an_address_has_so_many_places(void **state)
{
	int fds[2], other;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct http_answer a;

		fds[i] = ms_connect(&ms, 0);
		ms_ask(fds[i], "GET", "/live.json", "");
		ms_read(fds[i], &a, false);
		assert_int_equal(a.status, 200);
		http_answer_release(&a);
	}
	other = ms_connect(&ms, 0);
	ms_drain(other); /* closed at once, without an answer */
	close(other);
	close(fds[0]);
	for (int i = 0; i < 600; i++) {
		char byte;

		other = ms_connect(&ms, 0);
		ms_ask(other, "GET", "/live.json", "");
		if (recv(other, &byte, 1, 0) == 1)
			break;
		close(other);
		other = -1;
		clock_sleep_until(clock_now_ns() + 50 * NS_PER_MS);
	}
	assert_true(other >= 0);
	close(other);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test_setup_teardown(drips_do_not_keep_places, start,
						stop),
		cmocka_unit_test_setup_teardown(later_heads_must_end_too,
						start_strict, stop),
		cmocka_unit_test_setup_teardown(listeners_are_not_cut,
						start_strict, stop),
		cmocka_unit_test_setup_teardown(an_address_has_so_many_places,
						start_with_two_places, stop),
	};

	return cmocka_run_group_tests_name("monitor_limits", checks, NULL,
					   NULL);
}
