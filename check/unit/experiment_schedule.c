/* How long the rest of a run may take. */
#include "check.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "experiment/schedule.h"

#define S NS_PER_S

static bool is_near(double a, double b)
{
	return fabs(a - b) < 1e-6;
}

/* Two of three trials of 10 s are left, one of them has begun. */
static struct schedule second_of_three(uint64_t first_took_ns)
{
	struct schedule schedule;

	schedule_init(&schedule, 3, 30);
	schedule_begin(&schedule, "a b", 10);
	schedule_end(&schedule);
	schedule_begin(&schedule, "c d", 10);
	schedule.start_ns = 100 * S;
	schedule.trial_start_ns = 100 * S + first_took_ns;
	return schedule;
}

static void counts_and_names(void **state)
{
	struct schedule schedule = second_of_three(10 * S);

	(void)state;
	assert_int_equal(schedule.number, 2);
	assert_int_equal(schedule.total, 3);
	assert_string_equal(schedule.name, "c d");
}

static void by_the_settings(void **state)
{
	struct schedule schedule = second_of_three(10 * S);
	uint64_t now_ns = schedule.trial_start_ns;

	(void)state;
	assert_true(is_near(schedule_left(&schedule, NAN, now_ns).s, 20));
	assert_true(is_near(schedule_left(&schedule, NAN, now_ns + 4 * S).s,
			    16));
	/* What the window says is nearer the truth. */
	assert_true(is_near(schedule_left(&schedule, 7, now_ns + 4 * S).s, 17));
}

static void by_how_long_the_others_took(void **state)
{
	struct schedule schedule = second_of_three(15 * S);
	uint64_t now_ns = schedule.trial_start_ns;

	(void)state;
	assert_true(is_near(schedule_left(&schedule, NAN, now_ns).s, 30));
	/* One that takes longer than all that was expected leaves nothing. */
	assert_true(is_near(schedule_left(&schedule, NAN, now_ns + 99 * S).s,
			    15));
}

/* Whatever a trial of it says, a block ends when its time is over; blocks may
 * be added behind the last one. */
static void by_the_time_of_blocks(void **state)
{
	struct schedule schedule;
	uint64_t now_ns;

	(void)state;
	schedule_init(&schedule, 2, 50);
	schedule_begin_block(&schedule, "c d, block 1", 25);
	now_ns = schedule.start_ns = schedule.trial_start_ns = 100 * S;
	assert_true(is_near(schedule_left(&schedule, NAN, now_ns).s, 50));
	assert_true(is_near(schedule_left(&schedule, 3, now_ns + 5 * S).s, 45));
	assert_true(is_near(schedule_left(&schedule, 3, now_ns + 40 * S).s,
			    25));
	schedule_end(&schedule);
	schedule_begin_block(&schedule, "c d, block 2", 25);
	schedule_end(&schedule);
	assert_int_equal(schedule.total, 2);
	schedule_begin_block(&schedule, "c d, block 3", 25);
	assert_int_equal(schedule.number, 3);
	assert_int_equal(schedule.total, 3);
}

/* Nobody knows how many steps come, but until when. */
static void says_the_most(void **state)
{
	struct schedule schedule = second_of_three(10 * S);
	uint64_t now_ns = schedule.trial_start_ns;

	(void)state;
	assert_false(schedule_left(&schedule, NAN, now_ns).is_most);
	schedule_limit(&schedule, now_ns + 60 * S, 100);
	assert_true(schedule_left(&schedule, NAN, now_ns).is_most);
	assert_true(is_near(schedule_left(&schedule, NAN, now_ns).s, 160));
	assert_true(is_near(schedule_left(&schedule, 7, now_ns + 20 * S).s,
			    140));
	assert_true(is_near(schedule_left(&schedule, NAN, now_ns + 70 * S).s,
			    100));
	/* What is made in any case takes longer: an estimate. */
	schedule_limit(&schedule, now_ns + 12 * S, 0);
	assert_false(schedule_left(&schedule, NAN, now_ns).is_most);
	assert_true(is_near(schedule_left(&schedule, NAN, now_ns).s, 20));
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(counts_and_names),
		cmocka_unit_test(by_the_settings),
		cmocka_unit_test(by_how_long_the_others_took),
		cmocka_unit_test(by_the_time_of_blocks),
		cmocka_unit_test(says_the_most),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
