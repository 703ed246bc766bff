/* PID namespaces: our own children inside, to whom signals mean what they mean
 * everywhere, and nothing outlives them. */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
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

static pid_t fork_in(const struct space *space, void (*child)(void *context),
		     void *context)
{
	pid_t pid = space_fork(space, child, context);

	assert_int_not_equal(pid, -1);
	return pid;
}

static int wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void say_whether_inside(void *context)
{
	(void)context;
	_exit(getpid() == 2 && getppid() == 0 ? 42 : 1);
}

static void child_is_ours_and_inside(void **state)
{
	struct space space;
	pid_t pid;
	int status;

	(void)state;
	if (!open_or_skip(&space))
		skip();
	pid = fork_in(&space, say_whether_inside, NULL);
	status = wait_for(pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	space_close(&space);
	space_close(&space);
}

static void raise_it(void *context)
{
	const int *number = context;

	raise(*number);
	_exit(0);
}

static void signals_mean_what_they_mean(void **state)
{
	static int numbers[] = { SIGTERM, SIGABRT, SIGUSR1 };
	struct space space;
	pid_t pid;
	int status;

	(void)state;
	if (!open_or_skip(&space))
		skip();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		pid = fork_in(&space, raise_it, &numbers[i]);
		status = wait_for(pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), numbers[i]);
	}
	space_close(&space);
}

static void signal_it(void *context)
{
	const pid_t *outside = context;

	_exit(*outside > 2 && kill(*outside, 0) == 0);
}

static void outside_cannot_be_signalled(void **state)
{
	struct space space;
	pid_t self = getpid(), pid;

	(void)state;
	if (!open_or_skip(&space))
		skip();
	pid = fork_in(&space, signal_it, &self);
	assert_int_equal(wait_for(pid), 0);
	space_close(&space);
}

/* It lives as long as it holds its end of a pipe. */
static void leave_daemon(void *context)
{
	(void)context;
	if (fork())
		_exit(0);
	setsid();
	if (fork())
		_exit(0);
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
	pid = fork_in(&space, leave_daemon, NULL);
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
		pid = space_fork(&space, leave_daemon, NULL);
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

/* On one CPU the init does not run before its parent waits or ends. */
static void share_one_cpu(void)
{
	cpu_set_t all, one;

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

static void open_and_end(void)
{
	struct space space;
	struct err err;

	share_one_cpu();
	if (space_open(&space, &err) < 0)
		_exit(1);
	kill(getpid(), SIGKILL);
}

static bool has_children(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0;
}

/* Orphans become children of ours; the init is one as long as it lives. */
static bool all_end(void)
{
	int turns = 12000;

	while (has_children() && turns-- > 0)
		if (waitpid(-1, NULL, WNOHANG) == 0)
			usleep(5000);
	return turns > 0;
}

static void end_children(void)
{
	char path[64], line[256] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	file = fopen(path, "re");
	if (file && fgets(line, sizeof(line), file))
		kill((pid_t)atol(line), SIGKILL);
	if (file)
		fclose(file);
}

static void init_ends_with_whom_opened_it_at_any_moment(void **state)
{
	struct space space;
	bool ended = true;

	(void)state;
	if (!open_or_skip(&space))
		skip();
	space_close(&space);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; ended && i < 100; i++) {
		pid_t harness = fork();

		if (harness == 0)
			open_and_end();
		if (i % 2) {
			usleep((useconds_t)i * 10);
			kill(harness, SIGKILL);
		}
		assert_true(WIFSIGNALED(wait_for(harness)));
		ended = all_end();
	}
	if (!ended)
		end_children();
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	assert_true(ended);
}

/* What the harness has open, or remembers, is nowhere in it. */
static void init_has_nothing_of_ours(void **state)
{
	struct space space;
	struct stat st;
	char path[64];

	(void)state;
	if (!open_or_skip(&space))
		skip();
	snprintf(path, sizeof(path), "/proc/%d/fd/1", (int)space.init);
	assert_int_equal(stat(path, &st), -1);
	snprintf(path, sizeof(path), "/proc/%d", (int)space.init);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 0);
	space_close(&space);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(child_is_ours_and_inside),
		cmocka_unit_test(signals_mean_what_they_mean),
		cmocka_unit_test(outside_cannot_be_signalled),
		cmocka_unit_test(nothing_outlives_it),
		cmocka_unit_test(nothing_outlives_a_killed_harness),
		cmocka_unit_test(init_ends_with_whom_opened_it_at_any_moment),
		cmocka_unit_test(init_has_nothing_of_ours),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
