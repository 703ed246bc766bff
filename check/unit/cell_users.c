/* Users for replicas: nobody else's, and nobody's twice. */
#include "check.h"

#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell/users.h"

static void take(struct users *users, size_t count)
{
	struct err err;

	assert_int_equal(users_take(users, count, &err), 0);
}

static void each_is_another(void **state)
{
	enum { COUNT = 200 };
	struct users users = { 0 };

	(void)state;
	take(&users, 1);
	take(&users, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		uid_t user = users_at(&users, i);

		assert_true(user > 1000);
		assert_null(getpwuid(user));
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(user, users_at(&users, j));
	}
	users_release(&users);
}

static void runs_share_none(void **state)
{
	enum { RUNS = 50 };
	struct users run[RUNS] = { 0 };

	(void)state;
	for (size_t i = 0; i < RUNS; i++)
		take(&run[i], 3);
	for (size_t i = 0; i < RUNS; i++)
		for (size_t j = 0; j < i; j++)
			for (size_t k = 0; k < 9; k++)
				assert_int_not_equal(users_at(&run[i], k / 3),
						     users_at(&run[j], k % 3));
	for (size_t i = 0; i < RUNS; i++)
		users_release(&run[i]);
}

/* What was drawn by lot may be taken: the next is. */
static void keeps_what_it_has(void **state)
{
	struct users users = { 0 };
	uid_t first;

	(void)state;
	take(&users, 1);
	first = users_at(&users, 0);
	take(&users, 65);
	assert_int_equal(users_at(&users, 0), first);
	assert_int_equal(users_at(&users, 63), first + 63);
	users_release(&users);
	users_release(&users);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(each_is_another),
		cmocka_unit_test(runs_share_none),
		cmocka_unit_test(keeps_what_it_has),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
