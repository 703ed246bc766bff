/* How long threads waited for a CPU. */
#include "check.h"
#include "put_at.h"
#include "rival.h"

#include "base/clock.h"

#define MS NS_PER_MS

static void check_sum(void **state)
{
	char *root = root_new("waits");

	(void)state;
	put_at(root, "/proc/77/task/77/schedstat", "1000000 5000 3\n");
	put_at(root, "/proc/77/task/79/schedstat", "4000000 18000000000 9\n");
	put_at(root, "/proc/78/task/78/schedstat", "1 1 1\n");
	assert_int_equal(waits_read(root, 77), 18000005000);
	assert_int_equal(waits_read(root, 80), COUNT_UNKNOWN);
	root_free(root);
}

static void check_unknown(void **state)
{
	char *root = root_new("uncounted");

	(void)state;
	put_at(root, "/proc/77/task/77/stat", "77 (lib) R 1\n");
	put_at(root, "/proc/78/task/78/schedstat", "1000\n");
	assert_int_equal(waits_read(root, 77), COUNT_UNKNOWN);
	assert_int_equal(waits_read(root, 78), COUNT_UNKNOWN);
	assert_false(waits_are_counted(root));
	put_at(root, "/proc/self/schedstat", "0 0 0\n");
	assert_true(waits_are_counted(root));
	root_free(root);
}

/* This program waits, as somebody has its CPU; one that is stopped does not. */
static void check_real(void **state)
{
	uint64_t before_ns;
	pid_t rival;

	(void)state;
	if (!waits_are_counted(""))
		skip();
	rival = rival_begin();
	wait_for_cpu(50 * MS);
	kill(rival, SIGSTOP);
	waitpid(rival, NULL, WUNTRACED);
	before_ns = waits_read("", rival);
	assert_int_not_equal(before_ns, COUNT_UNKNOWN);
	clock_sleep_until(clock_now_ns() + 50 * MS);
	assert_int_equal(waits_read("", rival), before_ns);
	rival_end(rival);
	assert_int_equal(waits_read("", rival), COUNT_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_sum),
		cmocka_unit_test(check_unknown),
		cmocka_unit_test(check_real),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
