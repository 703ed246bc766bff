/* A child that is told to end is waited for, but not for ever. */
#include "check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "experiment/child.h"

static void one_that_ends(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(7);
	status = child_end(pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
}

/* As a replica of our own user may do to it. */
static void one_that_was_stopped(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	status = child_end(pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(one_that_ends),
		cmocka_unit_test(one_that_was_stopped),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
