/* check: waits */
/* docs/worker-protocol.md, "pause, paused, finish", of both forms of tests. */
#include "worker_pauses.h"

/* Nothing begins anew; the packet may be written in another way. */
static void slices(void **state)
{
	static const char *const texts[] = {
		PAUSE, "{\"type\": \"pause\"}",
		"{ \"later\" : 1, \"type\" : \"pause\" }", PAUSE
	};
	struct harness *h = *state;

	for (enum form form = 0; form < FORMS; form++) {
		uint64_t at_ns = begin(h, form, "1", "1");
		unsigned from = 0, n;

		for (unsigned i = 0; i < 4; i++) {
			await_records(h, from + 20);
			n = pause_with(h, texts[i], 0);
			expect_slice(h, from, n, at_ns);
			usleep(20000);
			assert_int_equal(record_count(h), n);
			from = n;
			if (i < 3)
				at_ns = go_on(h);
		}
		expect_order(h, n, 0);
		harness_send_text(h, FINISH);
		assert_int_equal(record_count(h), n);
		json_decref(harness_receive(h, "done"));
		harness_bye(h);
		assert_int_equal(atomic_load(&shared->threads), 0);
		harness_again(h);
	}
}

static void finish_says_done(void **state)
{
	struct harness *h = *state;

	for (enum form form = 0; form < FORMS; form++) {
		json_t *done;
		unsigned n;

		begin(h, form, "1", "1");
		await_records(h, 5);
		n = pause_with(h, PAUSE, 0);
		harness_send_text(h, FINISH);
		done = harness_receive(h, "done");
		assert_int_equal(expect_counts(h, done, 0), n);
		assert_string_equal(text_in(done, "stopped_by"), "finish");
		/* When it stopped working, and not when it was told. */
		assert_true((uint64_t)count_in(done, "end_ns") >=
			    h->records[n - 1].end_ns);
		json_decref(done);
		harness_bye(h);
		harness_again(h);
	}
}

/* A time that is over long ago: what is intended is when it was read. */
static void go_that_is_past(void **state)
{
	struct harness *h = *state;

	for (enum form form = 0; form < FORMS; form++) {
		uint64_t sent_ns;
		unsigned from, n;

		begin(h, form, "1", "1");
		await_records(h, 5);
		from = pause_with(h, PAUSE, 0);
		sent_ns = clock_now_ns();
		send_go(h, 1);
		await_records(h, from + 10);
		n = pause_with(h, PAUSE, 0);
		for (unsigned i = from; i < n; i++)
			assert_true(h->records[i].intended_ns >= sent_ns);
		harness_send_text(h, FINISH);
		end_with(h, "finish", 0);
	}
}

static void n_requests_in_a_later_slice(void **state)
{
	struct harness *h = *state;

	set_count(h, "n_requests", 4000);
	for (enum form form = 0; form < FORMS; form++) {
		begin(h, form, "1", "1");
		for (unsigned n = 20; n < 100; n += 20) {
			await_records(h, n);
			assert_true(pause_with(h, PAUSE, 0) < 4000);
			go_on(h);
		}
		await_records(h, 4000);
		expect_order(h, 4000, 0);
		assert_int_equal(end_with(h, "n_requests", 0), 4000);
	}
}

#define TIMEOUT_NS (3 * NS_PER_S / 2)

/* What is left behind the pause, from what this side sees of it. */
static void timeout_is_working_time(void **state)
{
	struct harness *h = *state;

	set_number(h, "timeout_seconds", 1.5);
	for (enum form form = 0; form < FORMS; form++) {
		uint64_t first_ns = begin(h, form, "1", "1");
		uint64_t sent_ns, received_ns, at_ns;
		json_t *done;
		unsigned n;

		await_records(h, 50);
		sent_ns = clock_now_ns();
		pause_with(h, PAUSE, 0);
		received_ns = clock_now_ns();
		usleep(TIMEOUT_NS / 1000);
		at_ns = go_on(h);
		done = harness_receive(h, "done");
		assert_string_equal(text_in(done, "stopped_by"), "deadline");
		assert_true((uint64_t)count_in(done, "end_ns") >=
			    at_ns + TIMEOUT_NS - (received_ns - first_ns));
		json_decref(done);
		n = record_count(h);
		expect_order(h, n, 0);
		for (unsigned i = 0; i < n; i++)
			assert_true(h->records[i].start_ns <
				    at_ns + TIMEOUT_NS - (sent_ns - first_ns));
		assert_true(h->records[n - 1].start_ns > at_ns);
		harness_bye(h);
		harness_again(h);
	}
}

/* On its way when `done` is sent: no answer, and `bye` is heard. */
static void pause_crosses_done(void **state)
{
	struct harness *h = *state;
	char byte;

	set_count(h, "n_requests", 20);
	for (enum form form = 0; form < FORMS; form++) {
		struct pollfd wait;

		begin(h, form, "1", "1");
		wait = (struct pollfd){ .fd = h->fd, .events = POLLIN };
		assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
		harness_send_text(h, PAUSE);
		assert_int_equal(end_with(h, "n_requests", 0), 20);

		/* And once it has been seen before `done`, or after `go`. */
		begin(h, form, "1", "1");
		await_records(h, 20);
		harness_send_text(h, PAUSE);
		json_decref(harness_receive(h, "done"));
		harness_send_text(h, "{\"type\":\"bye\"}");
		assert_int_equal(harness_wait(h), 0);
		assert_int_equal(recv(h->fd, &byte, 1, 0), 0);
		harness_again(h);
	}
}

/* One signal for two packets. */
static void pause_right_behind_go(void **state)
{
	struct harness *h = *state;

	for (enum form form = 0; form < FORMS; form++) {
		unsigned n;

		begin(h, form, "1", "1");
		n = pause_with(h, PAUSE, 0);
		for (int i = 0; i < 50; i++) {
			send_go(h, clock_now_ns());
			n = pause_with(h, PAUSE, 0);
		}
		expect_order(h, n, 0);
		harness_send_text(h, FINISH);
		end_with(h, "finish", 0);
	}
}

/* A process that is stopped between `paused` and `go`. */
static void stopped_meanwhile(void **state)
{
	struct harness *h = *state;

	for (enum form form = 0; form < FORMS; form++) {
		uint64_t continued_ns;
		unsigned from, n;

		begin(h, form, "1", "1");
		await_records(h, 20);
		from = pause_with(h, PAUSE, 0);
		kill(h->pid, SIGSTOP);
		send_go(h, clock_now_ns());
		usleep(100000);
		assert_int_equal(record_count(h), from);
		continued_ns = clock_now_ns();
		kill(h->pid, SIGCONT);
		await_records(h, from + 20);
		n = pause_with(h, PAUSE, 0);
		for (unsigned i = from; i < n; i++)
			assert_true(h->records[i].intended_ns >= continued_ns);
		expect_order(h, n, 0);
		harness_send_text(h, FINISH);
		end_with(h, "finish", 0);
	}
}

static uint64_t cpu_of(const struct harness *h)
{
	struct timespec t;
	clockid_t id;

	assert_int_equal(clock_getcpuclockid(h->pid, &id), 0);
	assert_int_equal(clock_gettime(id, &t), 0);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* Other processes may delay its falling asleep, but not for ever: the least of
 * several looks, as soon as it is no more than `enough_ns`. */
static uint64_t cpu_at_rest(const struct harness *h, uint64_t enough_ns)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES && least > enough_ns; i++) {
		uint64_t before = cpu_of(h), used;

		usleep(300000);
		used = cpu_of(h) - before;
		if (used < least)
			least = used;
	}
	return least;
}

/* In 300 ms a twentieth at most of what the operations cost that take so long. */
static void no_cpu_while_paused(void **state)
{
	struct harness *h = *state;

	for (enum form form = 0; form < FORMS; form++) {
		uint64_t before, worked, rested;

		begin(h, form, "1", "1");
		await_records(h, 5);
		before = cpu_of(h);
		await_records(h, 5 + 250 * SLOTS);
		worked = cpu_of(h) - before;
		pause_with(h, PAUSE, 0);
		rested = cpu_at_rest(h, worked / 20);
		if (rested > worked / 20)
			fail_msg("form %d: %llu ns of CPU in a pause, %llu "
				 "while it worked",
				 (int)form, (unsigned long long)rested,
				 (unsigned long long)worked);
		harness_send_text(h, FINISH);
		json_decref(harness_receive(h, "done"));
		harness_bye(h);
		harness_again(h);
	}
}

static void said_in_ready(void **state)
{
	struct harness *h = *state;

	put_plan(h, 10, "1");
	for (enum form form = 0; form < FORMS; form++) {
		for (int open = 0; open < 2; open++) {
			json_t *ready, *pause;

			json_object_set_new(h->setup, "rate",
					    open ? json_integer(10) :
						   json_null());
			harness_start(h, &tests[form]);
			harness_send(h, h->setup);
			ready = harness_receive(h, "ready");
			pause = json_object_get(ready, "pause");
			assert_true(json_is_boolean(pause));
			assert_int_equal(json_is_true(pause), !open);
			json_decref(ready);
			harness_bye(h);
			close(h->fd);
			h->fd = -1;
		}
	}
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(slices),
		CHECK(finish_says_done),
		CHECK(go_that_is_past),
		CHECK(n_requests_in_a_later_slice),
		CHECK(timeout_is_working_time),
		CHECK(pause_crosses_done),
		CHECK(pause_right_behind_go),
		CHECK(stopped_meanwhile),
		CHECK(no_cpu_while_paused),
		CHECK(said_in_ready),
	};

	return cmocka_run_group_tests(checks, share, NULL);
}
