/* Long work: what is shown of it, and of what it waits for meanwhile. */
#include "check.h"

#include <stdbool.h>

#include "base/clock.h"
#include "base/work.h"

static struct work seen;
static bool stop;

static bool stopped(void)
{
	return stop;
}

static void show(void *context, const struct work *work)
{
	(void)context;
	seen = *work;
}

static int begin(void **state)
{
	static const struct work_observer observer = { stopped, -1, show, NULL };

	(void)state;
	seen = (struct work){ 0 };
	stop = false;
	work_observe(&observer);
	return 0;
}

static int end(void **state)
{
	(void)state;
	work_observe(NULL);
	return 0;
}

/* It is shown some times a second at most. */
static void let_it_show(void)
{
	clock_sleep_until(clock_now_ns() + 150 * NS_PER_MS);
}

static void a_wait_leaves_the_work_as_it_was(void **state)
{
	(void)state;
	work_begin(9, "rows", "reading %s", "it");
	let_it_show();
	assert_int_equal(work_done(2, 30, NULL), 0);
	assert_string_equal(seen.what, "reading it");
	let_it_show();
	assert_int_equal(work_wait(NULL, "waiting for %s", "them"), 0);
	assert_string_equal(seen.what, "waiting for them");
	assert_null(seen.unit);
	assert_int_equal(seen.done, 0);
	let_it_show();
	assert_int_equal(work_done(1, 0, NULL), 0);
	assert_string_equal(seen.what, "reading it");
	assert_string_equal(seen.unit, "rows");
	assert_int_equal(seen.done, 3);
	assert_int_equal(seen.total, 9);
	assert_int_equal(seen.bytes, 30);
	work_end();
}

static void who_wants_to_stop_is_heard(void **state)
{
	struct err err;

	(void)state;
	stop = true;
	assert_int_equal(work_wait(&err, "waiting"), ERR_INTERRUPTED);
	assert_string_equal(err.text, "interrupted while waiting");
	assert_int_equal(work_done(1, 0, &err), ERR_INTERRUPTED);
	assert_string_equal(err.text, "interrupted");
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test_setup_teardown(
			a_wait_leaves_the_work_as_it_was, begin, end),
		cmocka_unit_test_setup_teardown(who_wants_to_stop_is_heard,
						begin, end),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
