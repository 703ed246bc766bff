/* check: waits */
/* Pauses of workers in C at which something does not end, or ends for good. */
#include "worker_pauses.h"

#include <limits.h>

/* What was given up once is waited for at no later pause: one that waits takes 2 s
 * each time, one that does not may take as long where the machine stands still.
 * Records need not lie in the order of their ends, which threads note before they
 * have their place. */
static bool pauses_at_once(struct harness *h, unsigned n)
{
	for (int i = 0; i < TRIES; i++) {
		uint64_t sent_ns;

		go_on(h);
		await_records(h, n + 20);
		sent_ns = clock_now_ns();
		n = pause_with(h, PAUSE, 1);
		if (clock_now_ns() - sent_ns < 2 * NS_PER_S)
			return true;
	}
	return false;
}

/* What does not end within 2 s leaves no record; the other slots go on. */
static void hangs_at_the_pause(void **state)
{
	struct harness *h = *state;

	json_object_set_new(json_object_get(h->setup, "records"), "capacity",
			    json_integer(2000));
	for (enum form form = 0; form < FORMS; form++) {
		uint64_t sent_ns, at_ns;
		unsigned from, n;

		begin(h, form, "stuck", "1");
		await_records(h, 20);
		sent_ns = clock_now_ns();
		from = pause_with(h, PAUSE, 1);
		assert_true(clock_now_ns() - sent_ns >= 2 * NS_PER_S);
		at_ns = go_on(h);
		await_records(h, from + 20);
		/* Nothing hangs any more, or is waited for. */
		n = pause_with(h, PAUSE, 1);
		expect_slice(h, from, n, at_ns);
		assert_true(pauses_at_once(h, n));
		go_on(h);
		await_records(h, 2000);
		json_decref(harness_receive(h, "done"));
		/* Its place in the records is another's. */
		n = record_count(h);
		assert_int_equal(n, 2000);
		expect_order(h, n, 1);
		harness_bye(h);
		harness_again(h);
	}
}

/* All of them hang; there is no event that could tell of the pause. */
static void all_hang(void **state)
{
	struct harness *h = *state;

	set_number(h, "operation_timeout_seconds", 600);
	set_number(h, "timeout_seconds", 1000);
	for (enum form form = 0; form < FORMS; form++) {
		begin(h, form, "stuck", "stuck");
		usleep(100000);
		harness_send_text(h, PAUSE);
		json_decref(harness_receive(h, "paused"));
		assert_int_equal(record_count(h), 0);
		go_on(h);
		harness_send_text(h, PAUSE);
		json_decref(harness_receive(h, "paused"));
		assert_int_equal(record_count(h), 0);
		harness_send_text(h, FINISH);
		json_decref(harness_receive(h, "done"));
		harness_bye(h);
		harness_again(h);
	}
}

/* A thread that comes back after it was given up: its operation counts for
 * nothing, it goes on with others, and ends as all do. */
static void comes_back_late(void **state)
{
	struct harness *h = *state;
	unsigned n;

	begin(h, THREADS, "held", "1");
	await_records(h, 20);
	pause_with(h, PAUSE, 1);
	go_on(h);
	let_go(1);
	n = pause_with(h, PAUSE, 1);
	expect_order(h, n, 1);
	go_on(h);
	await_records(h, n + 20);
	n = pause_with(h, PAUSE, 1);
	expect_order(h, n, 1);
	for (unsigned i = 0; i < n; i++)
		assert_true(h->records[i].op != 0);
	harness_send_text(h, FINISH);
	end_with(h, "finish", 1);
	assert_int_equal(atomic_load(&shared->threads), 0);
}

static void comes_back_in_the_pause(void **state)
{
	struct harness *h = *state;
	unsigned n;

	begin(h, THREADS, "held", "1");
	await_records(h, 20);
	n = pause_with(h, PAUSE, 1);
	let_go(1);
	usleep(100000); /* in which it would do what it must not */
	assert_int_equal(record_count(h), n);
	go_on(h);
	await_records(h, n + 20);
	n = pause_with(h, PAUSE, 1);
	expect_order(h, n, 1);
	harness_send_text(h, FINISH);
	end_with(h, "finish", 1);
	assert_int_equal(atomic_load(&shared->threads), 0);
}

/* A slice of slow operations. Returns how many started behind the pause. */
static unsigned behind_the_pause(struct harness *h, enum form form)
{
	uint64_t sent_ns, received_ns;
	unsigned n, behind = 0;

	begin(h, form, "100", "100");
	await_records(h, SLOTS + 1);
	sent_ns = clock_now_ns();
	n = pause_with(h, PAUSE, 0);
	received_ns = clock_now_ns();
	for (unsigned i = 0; i < n; i++) {
		behind += h->records[i].start_ns > sent_ns;
		assert_true(h->records[i].end_ns < received_ns);
	}
	harness_send_text(h, FINISH);
	end_with(h, "finish", 0);
	return behind;
}

/* A slow store: those in flight end, and none follows them. A replica that has no
 * CPU hears of the pause late, but not always. */
static void none_starts_behind_the_pause(void **state)
{
	struct harness *h = *state;

	for (enum form form = 0; form < FORMS; form++) {
		unsigned behind = UINT_MAX;

		for (int i = 0; i < TRIES && behind; i++)
			behind = behind_the_pause(h, form);
		assert_int_equal(behind, 0);
	}
}

static void ends_while_paused(void **state)
{
	struct harness *h = *state;
	json_t *error;

	for (enum form form = 0; form < FORMS; form++) {
		for (int end = 0; end < 3; end++) {
			begin(h, form, "1", "1");
			await_records(h, 5);
			pause_with(h, PAUSE, 0);
			if (end == 0) {
				harness_bye(h);
			} else if (end == 1) {
				close(h->fd);
				h->fd = -1;
				assert_int_equal(harness_wait(h), 1);
			} else {
				harness_send_text(h, PAUSE);
				error = harness_receive(h, "error");
				assert_string_equal(text_in(error, "stage"),
						    "run");
				json_decref(error);
				assert_int_equal(harness_wait(h), 1);
			}
			if (h->fd >= 0)
				close(h->fd);
			h->fd = -1;
			clear_records(h);
		}
	}
}

/* The harness ends while operations drain: `bye` is heard before `paused` would
 * be sent to nobody, which ends the process with status 1. */
static void ends_while_draining(void **state)
{
	struct harness *h = *state;

	for (enum form form = 0; form < FORMS; form++) {
		for (int with_bye = 0; with_bye < 2; with_bye++) {
			begin(h, form, "stuck", "stuck");
			usleep(50000);
			harness_send_text(h, PAUSE);
			if (with_bye)
				harness_send_text(h, "{\"type\":\"bye\"}");
			close(h->fd);
			h->fd = -1;
			assert_int_equal(harness_wait(h), with_bye ? 0 : 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(hangs_at_the_pause),
		CHECK(all_hang),
		CHECK(comes_back_late),
		CHECK(comes_back_in_the_pause),
		CHECK(none_starts_behind_the_pause),
		CHECK(ends_while_paused),
		CHECK(ends_while_draining),
	};

	return cmocka_run_group_tests(checks, share, NULL);
}
