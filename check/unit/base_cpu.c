#include "check.h"

#include "base/cpu.h"

static void splits_by_the_estimate(void **state)
{
	struct cpu_time time = { 0 };

	(void)state;
	cpu_time_set(&time, 50, 0, 0);
	assert_int_equal(time.total_ns, 50);
	assert_int_equal(time.user_ns, 50);
	cpu_time_set(&time, 400, 1, 3);
	assert_int_equal(time.total_ns, 400);
	assert_int_equal(time.user_ns, 100);
}

static void never_goes_down(void **state)
{
	struct cpu_time time = { 0 };

	(void)state;
	cpu_time_set(&time, 100, 1, 1);
	cpu_time_set(&time, 90, 1, 1); /* the total */
	assert_int_equal(time.total_ns, 100);
	assert_int_equal(time.user_ns, 50);
	cpu_time_set(&time, 110, 1, 9); /* user time */
	assert_int_equal(time.user_ns, 50);
	cpu_time_set(&time, 120, 9, 1); /* system time, 60 */
	assert_int_equal(time.user_ns, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_by_the_estimate),
		cmocka_unit_test(never_goes_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
