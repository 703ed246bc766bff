/* What replicas leave behind, killed and waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/clock.h"
#include "run/descendants.h"

#define FORKERS 40
#define PATIENCE_NS (60 * NS_PER_S) /* for those that never end */

static int *begun; /* shared: how many processes of forkers have */

static void await_begun(int count, pid_t check)
{
	while (__atomic_load_n(begun, __ATOMIC_SEQ_CST) < count &&
	       kill(check, 0) == 0)
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
}

/* Each is a child of the one before, which ends at once: who looks for one
 * finds it gone. They begin together, however slow the machine is, and end by
 * themselves only after the check. */
static _Noreturn void fork_and_end(pid_t check)
{
	__atomic_add_fetch(begun, 1, __ATOMIC_SEQ_CST);
	await_begun(FORKERS, check);
	while (kill(check, 0) == 0) {
		if (fork() > 0)
			_exit(0);
		__atomic_add_fetch(begun, 1, __ATOMIC_SEQ_CST);
	}
	_exit(0);
}

static _Noreturn void be_replica(pid_t check)
{
	if (setsid() < 0)
		_exit(1);
	for (int i = 0; i < FORKERS; i++)
		if (fork() == 0)
			fork_and_end(check);
	_exit(0);
}

static void those_that_fork_faster_than_we_look(void **state)
{
	struct descendants all;
	pid_t replica, beside, check = getpid();
	unsigned killed, left;
	int status;

	(void)state;
	begun = mmap(NULL, sizeof(*begun), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(begun != MAP_FAILED);
	beside = fork();
	if (beside == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* where the check fails */
		for (;;)
			pause();
	}
	descendants_begin(&all);
	replica = fork();
	if (replica == 0)
		be_replica(check);
	assert_int_equal(waitpid(replica, &status, 0), replica);
	assert_int_equal(status, 0);
	await_begun(10 * FORKERS, check);
	descendants_add(&all, replica);
	killed = descendants_reap(&all, clock_now_ns() + PATIENCE_NS, &left);
	kill(-replica, SIGKILL); /* where the check fails */
	assert_int_equal(left, 0);
	assert_true(killed >= FORKERS);
	assert_int_equal(waitpid(beside, &status, WNOHANG), 0);
	assert_int_equal(kill(beside, SIGKILL), 0);
	assert_int_equal(waitpid(beside, &status, 0), beside);
	descendants_release(&all);
	munmap(begun, sizeof(*begun));
}

/* Ends once its daemon is an orphan, or goes on. */
static _Noreturn void leave_daemon(int told)
{
	pid_t child;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* where the check fails */
	setsid();
	child = fork();
	if (child == 0) {
		setsid();
		child = fork();
		if (child == 0) {
			close(told);
			for (;;)
				pause();
		}
		if (write(told, &child, sizeof(child)) != sizeof(child))
			kill(child, SIGKILL);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	close(told);
	for (;;)
		pause();
}

/* A replica that goes on has left a daemon: only that ends. */
static void an_orphan_of_one_that_goes_on(void **state)
{
	struct descendants all;
	pid_t replica, daemon = 0, none;
	unsigned killed, left;
	int told[2];

	(void)state;
	assert_int_equal(pipe(told), 0);
	descendants_begin(&all);
	replica = fork();
	if (replica == 0)
		leave_daemon(told[1]);
	close(told[1]);
	descendants_add(&all, replica);
	assert_int_equal(read(told[0], &daemon, sizeof(daemon)),
			 sizeof(daemon));
	assert_int_equal(read(told[0], &none, sizeof(none)), 0);
	killed = descendants_kill_orphans(&all, clock_now_ns() + PATIENCE_NS,
					  &left);
	assert_int_equal(killed, 1);
	assert_int_equal(left, 0);
	assert_int_equal(kill(daemon, 0), -1);
	assert_int_equal(kill(replica, 0), 0);
	assert_int_equal(waitpid(replica, NULL, WNOHANG), 0);
	killed = descendants_reap(&all, clock_now_ns() + PATIENCE_NS, &left);
	assert_int_equal(killed, 1);
	assert_int_equal(waitpid(replica, NULL, 0), -1);
	descendants_release(&all);
	close(told[0]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_fork_faster_than_we_look),
		cmocka_unit_test(an_orphan_of_one_that_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
