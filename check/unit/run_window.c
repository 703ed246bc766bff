/* The window of a trial, and a harness that is late itself: its hooks sleep, as
 * it would on a machine that is too busy. */
#include "run_fixture.h"
#include "said.h"

static void window_is_the_deadline(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "deadline");
	f.trial.spec.n_requests = COUNT_UNKNOWN;
	f.trial.spec.timeout_s = 0.75;
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[1].state, REPLICA_FINISHED);
	assert_true(f.trial.window_end_ns ==
		    f.trial.go_ns + clock_ns(0.75));
	assert_contains(f.events.buf, "ready go window_end done");
	assert_true(f.ticks >= 1 && f.ticks <= 7);
	assert_true(f.progress >= 4);
	fixture_release(&f);
}

static void window_is_the_first_done(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "normal deadline");
	f.trial.spec.timeout_s = 0.5;
	assert_int_equal(fixture_run(&f), 0);
	assert_true(f.trial.window_end_ns == f.trial.replica[0].end_ns);
	assert_true(f.trial.replica[1].end_ns > f.trial.window_end_ns);
	assert_string_equal(f.events.buf, "ready go window_end done0 done1 ");
	fixture_release(&f);
}

/* It says so 400 ms after GO, when the other has long been done. */
static void window_is_the_earliest_end(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "done_late done_at_300_ms");
	assert_int_equal(fixture_run(&f), 0);
	assert_true(f.trial.replica[0].end_ns < f.trial.replica[1].end_ns);
	assert_true(f.trial.window_end_ns == f.trial.replica[0].end_ns);
	fixture_release(&f);
}

static uint64_t window_end_called_ns;

static void note_window_end(void *context, struct trial *trial)
{
	(void)context;
	(void)trial;
	window_end_called_ns = clock_now_ns();
}

/* The last reading is at the deadline, which is no tick, and not at the first
 * `done`. Late once is the machine, late always is us. */
static void reading_at_the_deadline(void **state)
{
	uint64_t least_ns = UINT64_MAX;

	(void)state;
	for (int i = 0; i < 5 && least_ns > 20 * NS_PER_MS; i++) {
		struct fixture f;

		fixture_init(&f, 1, "done_at_300_ms");
		f.trial.spec.timeout_s = 0.04;
		f.trial.spec.operation_timeout_s = 1;
		f.request.hooks.window_end = note_window_end;
		assert_int_equal(fixture_run(&f), 0);
		assert_int_equal(f.trial.replica[0].state, REPLICA_FINISHED);
		window_end_called_ns -= f.trial.window_end_ns;
		if (window_end_called_ns < least_ns)
			least_ns = window_end_called_ns;
		fixture_release(&f);
	}
	assert_true(least_ns <= 20 * NS_PER_MS);
}

static void sleep_300_ms(void)
{
	clock_sleep_until(clock_now_ns() + 300 * NS_PER_MS);
}

static void slow_tick(void *context, struct trial *trial, uint64_t now_ns)
{
	(void)context;
	(void)trial;
	(void)now_ns;
	sleep_300_ms();
}

static void slow_hook(void *context, struct trial *trial)
{
	(void)context;
	(void)trial;
	sleep_300_ms();
}

static void slow_done(void *context, struct trial *trial, unsigned replica)
{
	(void)context;
	(void)trial;
	(void)replica;
	sleep_300_ms();
}

/* We see `done` and the deadline at once: the window is not longer for it. */
static void deadline_overslept(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 1, "done_at_300_ms");
	f.trial.spec.timeout_s = 0.25;
	f.trial.spec.operation_timeout_s = 1;
	f.request.hooks.tick = slow_tick;
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_FINISHED);
	assert_true(f.trial.window_end_ns == f.trial.go_ns + clock_ns(0.25));
	fixture_release(&f);
}

/* A reading at GO that takes too long is known, so that it can be said. */
static void go_overslept(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 1, "normal");
	f.request.hooks.go = slow_hook;
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_FINISHED);
	assert_true(f.trial.go_read_late_ns > 0);
	fixture_release(&f);
}

/* What it said last arrives although it left a packet of ours unread. */
static void last_words_of_one_that_does_not_read(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 1, "error_unread");
	f.request.hooks.go = slow_hook;
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_EXITED);
	assert_contains(f.trial.replica[0].text, "(run): unread");
	fixture_release(&f);
}

static void closed_before_bye(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 1, "close_after_done");
	f.request.grace_s = 0.3;
	f.request.hooks.done = slow_done;
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_EXITED);
	assert_contains(f.trial.text, "did not wait for 'bye'");
	fixture_release(&f);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(window_is_the_deadline),
		cmocka_unit_test(window_is_the_first_done),
		cmocka_unit_test(window_is_the_earliest_end),
		cmocka_unit_test(reading_at_the_deadline),
		cmocka_unit_test(deadline_overslept),
		cmocka_unit_test(go_overslept),
		cmocka_unit_test(last_words_of_one_that_does_not_read),
		cmocka_unit_test(closed_before_bye),
	};

	if (argc > 1 && strcmp(argv[1], "replica") == 0)
		return replica_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
