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
	assert_true(is_near(schedule_left_s(&schedule, NAN, now_ns), 20));
	assert_true(is_near(schedule_left_s(&schedule, NAN, now_ns + 4 * S),
			    16));
	/* What the window says is nearer the truth. */
	assert_true(is_near(schedule_left_s(&schedule, 7, now_ns + 4 * S), 17));
}

static void by_how_long_the_others_took(void **state)
{
	struct schedule schedule = second_of_three(15 * S);
	uint64_t now_ns = schedule.trial_start_ns;

	(void)state;
	assert_true(is_near(schedule_left_s(&schedule, NAN, now_ns), 30));
	/* One that takes longer than all that was expected leaves nothing. */
	assert_true(is_near(schedule_left_s(&schedule, NAN, now_ns + 99 * S),
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
	assert_true(is_near(schedule_left_s(&schedule, NAN, now_ns), 50));
	assert_true(is_near(schedule_left_s(&schedule, 3, now_ns + 5 * S), 45));
	assert_true(is_near(schedule_left_s(&schedule, 3, now_ns + 40 * S),
			    25));
	schedule_end(&schedule);
	schedule_begin_block(&schedule, "c d, block 2", 25);
	schedule_end(&schedule);
	assert_int_equal(schedule.total, 2);
	schedule_begin_block(&schedule, "c d, block 3", 25);
	assert_int_equal(schedule.number, 3);
	assert_int_equal(schedule.total, 3);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(counts_and_names),
		cmocka_unit_test(by_the_settings),
		cmocka_unit_test(by_how_long_the_others_took),
		cmocka_unit_test(by_the_time_of_blocks),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
