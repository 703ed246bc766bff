/* CPU of all processes of a replica, with no control group to ask. */
#include "check.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "measure/family.h"

#define BURN_NS (60 * NS_PER_MS)

/* A tick is 10 ms at most, and is rounded down. */
#define TICK_NS (10 * NS_PER_MS)

static int to_us[2], to_them[2];

static uint64_t own_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void burn(void)
{
	uint64_t until = own_cpu_ns() + BURN_NS;

	while (own_cpu_ns() < until)
		;
}

static void say(int fd, pid_t pid)
{
	if (write(fd, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
}

static pid_t hear(int fd)
{
	pid_t pid = 0;

	if (read(fd, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	return pid;
}

/* Says what the next in line is, when it has burnt. */
static void burn_and_wait(void)
{
	burn();
	say(to_us[1], getpid());
	hear(to_them[0]);
}

/* A replica: a session of its own; `work` is what it does. */
static pid_t start(void (*work)(void))
{
	pid_t pid;

	assert_int_equal(pipe(to_us), 0);
	assert_int_equal(pipe(to_them), 0);
	pid = fork();
	if (pid == 0) {
		setsid();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work();
		say(to_us[1], getpid());
		for (;;)
			pause();
	}
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(to_us[i]);
		close(to_them[i]);
	}
}

/* Whether a process is known to be a replica's, or an orphan of one. */
static bool families_has(const struct families *f, pid_t pid)
{
	for (size_t i = 0; i < f->member_count; i++)
		if (f->member[i].pid == pid)
			return true;
	for (size_t i = 0; i < f->stray_count; i++)
		if (f->stray[i] == pid)
			return true;
	return false;
}

static uint64_t sum_of(struct families *f, unsigned number)
{
	struct family_sum sum;

	families_scan(f);
	families_sum(f, number, &sum);
	return sum.cpu_ns;
}

static void child_works(void)
{
	pid_t child = fork();

	if (child == 0) {
		burn_and_wait();
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

/* Alive it counts by its clock, then by what its parent waited for. */
static void check_child(void **state)
{
	pid_t pid = start(child_works), child;
	struct families f;

	(void)state;
	families_init(&f, &pid, NULL, 1, NULL, 0);
	child = hear(to_us[0]);
	assert_in_range(sum_of(&f, 0), BURN_NS, 10 * BURN_NS);
	assert_true(families_has(&f, child));
	assert_true(families_has(&f, pid));
	assert_false(families_has(&f, getpid()));
	assert_int_equal(f.processes[0], 2);
	say(to_them[1], 0);
	assert_int_equal(hear(to_us[0]), pid);
	assert_in_range(sum_of(&f, 0), BURN_NS, 10 * BURN_NS);
	families_release(&f);
	stop(pid);
}

static void child_works_unseen(void)
{
	pid_t child;

	hear(to_them[0]);
	child = fork();
	if (child == 0) {
		burn();
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

/* One that came and went between two scans: the kernel told its parent. */
static void check_unseen(void **state)
{
	pid_t pid = start(child_works_unseen);
	struct families f;

	(void)state;
	families_init(&f, &pid, NULL, 1, NULL, 0);
	assert_int_equal(sum_of(&f, 0), 0);
	say(to_them[1], 0);
	assert_int_equal(hear(to_us[0]), pid);
	assert_in_range(sum_of(&f, 0), BURN_NS - TICK_NS, 10 * BURN_NS);
	assert_int_equal(f.processes[0], 1);
	families_release(&f);
	stop(pid);
}

static void child_of_no_interest(void)
{
	signal(SIGCHLD, SIG_IGN);
	if (fork() == 0) {
		burn_and_wait();
		_exit(0);
	}
	while (waitpid(-1, NULL, 0) >= 0)
		;
}

/* A parent that does not wait is told nothing: what was seen is kept. */
static void check_not_waited_for(void **state)
{
	pid_t pid = start(child_of_no_interest);
	struct families f;
	uint64_t seen_ns;

	(void)state;
	families_init(&f, &pid, NULL, 1, NULL, 0);
	hear(to_us[0]);
	seen_ns = sum_of(&f, 0);
	assert_true(seen_ns >= BURN_NS);
	say(to_them[1], 0);
	assert_int_equal(hear(to_us[0]), pid);
	assert_true(sum_of(&f, 0) >= seen_ns);
	families_release(&f);
	stop(pid);
}

static void daemonise(void)
{
	pid_t child = fork();

	if (child == 0) {
		setsid();
		if (fork() == 0)
			burn_and_wait();
		_exit(0);
	}
	waitpid(child, NULL, 0);
	hear(to_them[0]);
}

/* A replica of another trial is a child of ours too. */
static void check_beside(void **state)
{
	pid_t other = start(child_works), child = hear(to_us[0]);
	pid_t root = fork();
	struct families f;

	(void)state;
	if (root == 0) {
		setsid();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	families_init(&f, &root, NULL, 1, &other, 1);
	assert_int_equal(sum_of(&f, 0), 0);
	assert_false(families_has(&f, other));
	assert_false(families_has(&f, child));
	assert_int_equal(f.stray_count, 0);
	families_release(&f);
	kill(root, SIGKILL);
	waitpid(root, NULL, 0);
	say(to_them[1], 0);
	assert_int_equal(hear(to_us[0]), other);
	stop(other);
}

/* Its parents have ended, and it comes to us. Of one replica it can only be
 * its; of two, of the same trial or not, it is one of theirs, and nobody else's
 * program. */
static void check_daemon(void **state)
{
	for (unsigned replicas = 1; replicas <= 3; replicas++) {
		pid_t pid = start(daemonise), other = getppid();
		pid_t roots[2] = { pid, 0 }; /* the other has none */
		struct families f;
		pid_t orphan;

		(void)state;
		families_init(&f, roots, NULL, replicas == 2 ? 2 : 1, &other,
			      replicas == 3);
		orphan = hear(to_us[0]);
		assert_int_equal(sum_of(&f, 0) >= BURN_NS, replicas == 1);
		assert_true(families_has(&f, orphan));
		assert_int_equal(f.stray_count, replicas > 1);
		families_release(&f);
		kill(orphan, SIGKILL);
		waitpid(orphan, NULL, 0);
		stop(pid);
	}
}

/* An orphan's parent is the init, which does not count itself. */
static void check_namespace(void **state)
{
	pid_t init = start(child_works), child = hear(to_us[0]), root = fork();
	struct families f;

	(void)state;
	if (root == 0) {
		setsid();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	families_init(&f, &root, &init, 1, NULL, 0);
	assert_in_range(sum_of(&f, 0), BURN_NS, 10 * BURN_NS);
	assert_true(families_has(&f, child));
	assert_false(families_has(&f, init));
	assert_int_equal(f.processes[0], 2);
	families_release(&f);
	kill(root, SIGKILL);
	waitpid(root, NULL, 0);
	say(to_them[1], 0);
	stop(init);
}

/* Nothing is there before, and a family that has gone leaves its sum. */
static void check_ended(void **state)
{
	pid_t pid = start(child_works);
	struct families f;
	uint64_t last_ns;
	pid_t child;

	(void)state;
	families_init(&f, &pid, NULL, 1, NULL, 0);
	child = hear(to_us[0]);
	last_ns = sum_of(&f, 0);
	stop(pid);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_true(sum_of(&f, 0) >= last_ns);
	families_release(&f);
	families_release(&f);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_child),
		cmocka_unit_test(check_unseen),
		cmocka_unit_test(check_not_waited_for),
		cmocka_unit_test(check_beside),
		cmocka_unit_test(check_daemon),
		cmocka_unit_test(check_namespace),
		cmocka_unit_test(check_ended),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(checks, NULL, NULL);
}
