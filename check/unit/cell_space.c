/* PID namespaces: our own children inside, to whom signals mean what they mean
 * everywhere, and nothing outlives them. */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell/space.h"

/* Namespaces are root's; for others the harness makes a user namespace. */
static bool open_or_skip(struct space *space)
{
	struct err err;

	if (space_open(space, &err) == 0)
		return true;
	assert_int_not_equal(geteuid(), 0);
	return false;
}

static pid_t fork_in(const struct space *space)
{
	pid_t pid = space_fork(space);

	assert_int_not_equal(pid, -1);
	return pid;
}

static int wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void child_is_ours_and_inside(void **state)
{
	struct space space;
	pid_t pid;
	int status;

	(void)state;
	if (!open_or_skip(&space))
		skip();
	pid = fork_in(&space);
	if (pid == 0)
		_exit(getpid() == 2 && getppid() == 0 ? 42 : 1);
	status = wait_for(pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	space_close(&space);
	space_close(&space);
}

static void signals_mean_what_they_mean(void **state)
{
	static const int numbers[] = { SIGTERM, SIGABRT, SIGUSR1 };
	struct space space;
	pid_t pid;
	int status;

	(void)state;
	if (!open_or_skip(&space))
		skip();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		pid = fork_in(&space);
		if (pid == 0) {
			raise(numbers[i]);
			_exit(0);
		}
		status = wait_for(pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), numbers[i]);
	}
	space_close(&space);
}

static void outside_cannot_be_signalled(void **state)
{
	struct space space;
	pid_t self = getpid(), pid;

	(void)state;
	if (!open_or_skip(&space))
		skip();
	pid = fork_in(&space);
	if (pid == 0)
		_exit(self > 2 && kill(self, 0) == 0);
	assert_int_equal(wait_for(pid), 0);
	space_close(&space);
}

/* Its number of ours is told by a pipe: who holds the other end lives. */
static void leave_daemon(int held)
{
	if (fork())
		_exit(0);
	setsid();
	if (fork())
		_exit(0);
	(void)held;
	for (;;)
		pause();
}

static bool is_held(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 100) == 0;
}

static void nothing_outlives_it(void **state)
{
	struct space space;
	int ends[2];
	pid_t pid;

	(void)state;
	if (!open_or_skip(&space))
		skip();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork_in(&space);
	if (pid == 0)
		leave_daemon(ends[1]);
	close(ends[1]);
	assert_int_equal(wait_for(pid), 0);
	assert_true(is_held(ends[0]));
	space_close(&space);
	assert_false(is_held(ends[0]));
	close(ends[0]);
}

static void nothing_outlives_a_killed_harness(void **state)
{
	struct space space;
	int ends[2], status;
	pid_t harness, pid;

	(void)state;
	if (!open_or_skip(&space))
		skip();
	space_close(&space);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	harness = fork();
	if (harness == 0) {
		struct err err;

		if (space_open(&space, &err) < 0)
			_exit(1);
		pid = space_fork(&space);
		if (pid == 0)
			leave_daemon(ends[1]);
		waitpid(pid, &status, 0);
		raise(SIGKILL);
	}
	close(ends[1]);
	assert_true(WIFSIGNALED(wait_for(harness)));
	for (int i = 0; i < 50 && is_held(ends[0]); i++)
		;
	assert_false(is_held(ends[0]));
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(child_is_ours_and_inside),
		cmocka_unit_test(signals_mean_what_they_mean),
		cmocka_unit_test(outside_cannot_be_signalled),
		cmocka_unit_test(nothing_outlives_it),
		cmocka_unit_test(nothing_outlives_a_killed_harness),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
