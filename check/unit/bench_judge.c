#include "check.h"

#include "../bench/judge.h"
#include "base/clock.h"

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

/* 10 s of CPU time, of which 4 s were busy and 1 s was stolen. */
static void check_shares(void **state)
{
	static const struct machine_time begin = { .busy_ns = NS_PER_S,
		.steal_ns = 2 * NS_PER_S, .idle_ns = 3 * NS_PER_S };
	struct machine_time end = { .busy_ns = 5 * NS_PER_S,
		.steal_ns = 3 * NS_PER_S, .idle_ns = 8 * NS_PER_S };
	struct judge_noise noise = { .begin = begin, .own_s = 1.5 };

	(void)state;
	judge_take(&noise, &end, 4);
	assert_float_equal(noise.steal, 0.1, 1e-9);
	assert_float_equal(noise.others, 0.15, 1e-9);
	judge_take(&noise, &end, 5.6);
	assert_float_equal(noise.others, 0, 1e-9);
	judge_take(&noise, &begin, 1.5);
	assert_true(isnan(noise.steal) && isnan(noise.others));
	end.busy_ns = COUNT_UNKNOWN;
	judge_take(&noise, &end, 4);
	assert_true(isnan(noise.steal) && isnan(noise.others));
}

/* What this process itself uses is no noise: more were others' if it were. */
static void check_noise(void **state)
{
	struct judge_noise noise, all;
	double begin_s = judge_own_s();

	(void)state;
	judge_begin(&noise);
	while (judge_own_s() < begin_s + 0.1)
		;
	all = noise;
	all.own_s = judge_own_s();
	judge_end(&noise);
	judge_end(&all);
	assert_true(noise.steal >= 0 && noise.steal <= 1);
	assert_true(noise.others >= 0 && noise.others < all.others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_seconds),
		cmocka_unit_test(check_shares),
		cmocka_unit_test(check_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
