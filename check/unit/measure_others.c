/* What somebody else's process uses is seen, what ours use is not. */
#include "check.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "measure/others.h"

/* A process that uses CPU until it is ended. */
static pid_t spinner(void)
{
	pid_t pid = fork();

	while (pid == 0)
		;
	return pid;
}

static uint64_t cpu_of(pid_t pid)
{
	struct timespec t = { 0 };
	clockid_t clock;

	assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* Until the process has used 200 ms more, however busy the machine is. */
static void let_work(pid_t pid)
{
	uint64_t enough = cpu_of(pid) + 200 * NS_PER_MS;

	while (cpu_of(pid) < enough)
		clock_sleep_until(clock_now_ns() + 5 * NS_PER_MS);
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static uint64_t used_by_others(struct others *others, const pid_t *ours,
			       size_t count)
{
	struct others_used used;

	others_end(others, ours, count, &used);
	return used.cpu_ns;
}

static void check_others(void **state)
{
	struct others others;
	pid_t pid = spinner();

	(void)state;
	others_begin(&others, NULL, 0);
	let_work(pid);
	assert_true(used_by_others(&others, NULL, 0) >= 200 * NS_PER_MS);
	stop(pid);
}

/* One that began in between counts with all that it used. */
static void check_newcomer(void **state)
{
	struct others others;
	pid_t pid;

	(void)state;
	others_begin(&others, NULL, 0);
	pid = spinner();
	let_work(pid);
	assert_true(used_by_others(&others, NULL, 0) >= 200 * NS_PER_MS);
	stop(pid);
}

/* The same process, once as somebody else's and once as ours. The first time
 * span holds the second, so the rest of the machine cannot turn it around. */
static void check_ours(void **state)
{
	struct others with, without;
	uint64_t all, less;
	pid_t pid = spinner();

	(void)state;
	others_begin(&with, NULL, 0);
	others_begin(&without, &pid, 1);
	let_work(pid);
	less = used_by_others(&without, &pid, 1);
	all = used_by_others(&with, NULL, 0);
	assert_true(all >= less + 200 * NS_PER_MS);
	stop(pid);
}

static void check_without_begin(void **state)
{
	struct others others = { 0 };

	(void)state;
	assert_true(used_by_others(&others, NULL, 0) == 0);
	others_release(&others);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_others),
		cmocka_unit_test(check_newcomer),
		cmocka_unit_test(check_ours),
		cmocka_unit_test(check_without_begin),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
