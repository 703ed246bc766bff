#include "check.h"

#include "../bench/judge.h"

/* Twice the limit is too much anywhere; up to that it depends on who else used the
 * machine. */
static void check_seconds(void **state)
{
	static const double under[] = { 9, 1.9 }, near[] = { 3.9, 9 };
	static const double over[] = { 4.1, 9 };
	const struct judge_noise calm = { .steal = 0.01, .others = 0.02 };
	const struct judge_noise stolen = { .steal = 0.03, .others = 0 };
	const struct judge_noise busy = { .steal = 0, .others = 0.3 };
	const struct judge_noise unknown = { .steal = NAN, .others = NAN };

	(void)state;
	assert_true(judge_seconds("name", under, 2, 2, &busy));
	assert_true(judge_seconds("name", near, 2, 2, &busy));
	assert_true(judge_seconds("name", near, 2, 2, &stolen));
	assert_true(judge_seconds("name", near, 2, 2, &unknown));
	assert_false(judge_seconds("name", near, 2, 2, &calm));
	assert_false(judge_seconds("name", over, 2, 2, &busy));
}

static void check_noise(void **state)
{
	struct judge_noise noise;
	double begin_s = judge_own_s();

	(void)state;
	judge_begin(&noise);
	while (judge_own_s() < begin_s + 0.1)
		;
	judge_end(&noise);
	assert_true(noise.steal >= 0 && noise.steal <= 1);
	assert_true(noise.others >= 0 && noise.others < 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_seconds),
		cmocka_unit_test(check_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
