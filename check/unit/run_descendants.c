/* What replicas leave behind, killed and waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/clock.h"
#include "run/descendants.h"

#define FORKERS 40
#define LIFE_NS (5 * NS_PER_S) /* none outlives the check by much */

static int *alive; /* shared: forkers that have begun */

/* Each is a child of the one before, which ends at once: who looks for one
 * finds it gone. */
static _Noreturn void fork_and_end(uint64_t until_ns)
{
	__atomic_add_fetch(alive, 1, __ATOMIC_SEQ_CST);
	while (clock_now_ns() < until_ns)
		if (fork() > 0)
			_exit(0);
	_exit(0);
}

static _Noreturn void be_replica(void)
{
	uint64_t until_ns = clock_now_ns() + LIFE_NS;

	if (setsid() < 0)
		_exit(1);
	for (int i = 0; i < FORKERS; i++)
		if (fork() == 0)
			fork_and_end(until_ns);
	_exit(0);
}

static void those_that_fork_faster_than_we_look(void **state)
{
	struct descendants all;
	pid_t replica, beside;
	unsigned killed, left;
	int status;

	(void)state;
	alive = mmap(NULL, sizeof(*alive), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(alive != MAP_FAILED);
	beside = fork();
	if (beside == 0)
		for (;;)
			pause();
	descendants_begin(&all);
	replica = fork();
	if (replica == 0)
		be_replica();
	assert_int_equal(waitpid(replica, &status, 0), replica);
	assert_int_equal(status, 0);
	while (__atomic_load_n(alive, __ATOMIC_SEQ_CST) < FORKERS)
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	descendants_add(&all, replica);
	killed = descendants_reap(&all, clock_now_ns() + LIFE_NS / 2, &left);
	kill(-replica, SIGKILL); /* where the check fails */
	assert_int_equal(left, 0);
	assert_true(killed >= FORKERS);
	assert_int_equal(waitpid(beside, &status, WNOHANG), 0);
	assert_int_equal(kill(beside, SIGKILL), 0);
	assert_int_equal(waitpid(beside, &status, 0), beside);
	descendants_release(&all);
	munmap(alive, sizeof(*alive));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_fork_faster_than_we_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
