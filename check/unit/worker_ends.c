/*
 * How a worker in C ends before its time: the harness is gone, says `bye`, or the
 * worker is killed; and that it takes no second thread to notice.
 */
#include "worker_client.h"

/* Ends while the replica waits for setup, for go, and while it works. */
static void end_of_file(void **state)
{
	struct harness *h = *state;

	put_plan(h, 10, "stuck");
	for (int when = 0; when < 3; when++) {
		harness_start(h, &test);
		if (when > 0)
			harness_send(h, h->setup);
		if (when == 1)
			json_decref(harness_receive(h, "ready"));
		if (when == 2) {
			harness_go(h);
			usleep(50000);
		}
		close(h->fd);
		h->fd = -1;
		assert_int_equal(harness_wait(h), 1);
	}
}

static void early_bye(void **state)
{
	struct harness *h = *state;

	put_plan(h, 10, "stuck");
	harness_start(h, &test);
	harness_send(h, h->setup);
	json_decref(harness_receive(h, "ready"));
	harness_bye(h);
	/* In the middle of its work, and right behind `go`. */
	for (unsigned after_us = 0; after_us <= 50000; after_us += 50000) {
		close(h->fd);
		harness_start(h, &test);
		harness_send(h, h->setup);
		harness_go(h);
		usleep(after_us);
		harness_bye(h);
	}
}

/* System calls of a process of two cost more. */
static void event_driven_has_one_thread(void **state)
{
	struct harness *h = *state;
	char path[64];
	struct str status = STR_INIT;
	struct err err;

	put_plan(h, 10, "stuck");
	harness_start(h, &test);
	harness_send(h, h->setup);
	harness_go(h);
	usleep(50000);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)h->pid);
	assert_int_equal(file_read(path, 65536, &status, &err), 0);
#ifndef __SANITIZE_THREAD__ /* which has a thread of its own */
	assert_non_null(strstr(status.buf, "\nThreads:\t1\n"));
#endif
	str_release(&status);
	harness_bye(h);
}

static void killed_in_the_middle(void **state)
{
	struct harness *h = *state;
	const volatile uint8_t *seen = &h->records[500].outcome;
	unsigned n;

	put_plan(h, 10, "k");
	set_number(h, "rate", 20000);
	harness_start(h, &test);
	harness_send(h, h->setup);
	harness_go(h);
	for (int i = 0; i < WAIT_MS && !*seen; i++)
		usleep(1000);
	kill(h->pid, SIGKILL);
	assert_int_equal(harness_wait(h), 1000 + SIGKILL);
	n = record_count(h);
	assert_true(n > 500 && n < CAPACITY);
	for (unsigned i = 0; i < n; i++) {
		const struct record *r = &h->records[i];

		assert_int_equal(r->outcome, OUTCOME_OK);
		assert_int_equal(r->op, i % 10);
		assert_int_equal(r->bytes, 1000);
		assert_true(r->end_ns >= r->start_ns && r->start_ns);
	}
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(end_of_file),
		CHECK(early_bye),
		CHECK(event_driven_has_one_thread),
		CHECK(killed_in_the_middle),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
