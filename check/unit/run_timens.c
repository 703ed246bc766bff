/* Replicas on another clock. */
#include "check.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/timens.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static void check_difference(void **state)
{
	(void)state;
	assert_int_equal(timens_difference(5, 5, 9), 0);
	assert_int_equal(timens_difference(9, 5, 9), 0);
	assert_int_equal(timens_difference(10, 5, 9), 1);
	assert_int_equal(timens_difference(4, 5, 9), -1);
}

static void check_same(void **state)
{
	int64_t ahead = 1;

	(void)state;
	if (timens_offset(getpid(), &ahead))
		assert_int_equal(ahead, 0);
}

/* Waits in a namespace whose clock is a day ahead; says whether it could. */
static pid_t start_ahead(int *said, bool below)
{
	static const char offset[] = "monotonic 86400 5";
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0 && below && fork()) /* the replica is its parent */
		for (;;)
			pause();
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (pid == 0) {
		char made = unshare(CLONE_NEWTIME) == 0;
		int fd = open("/proc/self/timens_offsets", O_WRONLY);

		made = made && write(fd, offset, sizeof(offset) - 1) > 0;
		if (write(fds[1], &made, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(fds[1]);
	*said = fds[0];
	return pid;
}

static void find_it(bool below)
{
	int64_t ahead = 0;
	char made = 0;
	int said;
	pid_t pid = start_ahead(&said, below);
	bool known = false;

	if (read(said, &made, 1) == 1 && made)
		known = timens_offset(pid, &ahead);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(said);
	if (!made)
		skip();
	assert_true(known);
	assert_true(ahead == 86400 * (int64_t)NS_PER_S + 5);
}

static void check_namespace(void **state)
{
	(void)state;
	find_it(false);
}

/* A wrapper started what works. */
static void check_namespace_below(void **state)
{
	(void)state;
	find_it(true);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_difference),
		cmocka_unit_test(check_same),
		cmocka_unit_test(check_namespace),
		cmocka_unit_test(check_namespace_below),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
