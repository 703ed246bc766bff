/* check: deadline 240 */
/* Groups that are frozen: nothing in them runs, and they can be ended. */
#include "cgroup_fixture.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/clock.h"

static struct cgroup group;
static volatile uint64_t *rounds; /* of those that work, shared with them */

static bool is_dead(const char *rest)
{
	(void)rest;
	return true;
}

static int remove_group(void **state)
{
	(void)state;
	if (group.ops)
		cgroup_remove(&group);
	return 0;
}

/* Skips where nothing freezes, as on version 1 alone without that controller. */
static void make(void)
{
	assert_int_equal(cgroup_make(tree, "replica-0", &no_limits, &group,
				     &err), 0);
	if (group.freeze_fd >= 0)
		return;
	remove_group(NULL);
	skip();
}

static int work_for_ever(void)
{
	for (;;)
		++*rounds;
	return 0;
}

/* A busy one, and one that does nothing but fork. */
static int work_and_fork(void)
{
	if (fork() == 0)
		return work_for_ever();
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	return 0;
}

static uint64_t cpu_ns(void)
{
	struct cgroup_counts counts;

	assert_int_equal(cgroup_read(&group, CGROUP_OFTEN, &counts), 0);
	return counts.cpu_ns;
}

static void await_work(void)
{
	uint64_t before = *rounds;

	while (*rounds == before)
		usleep(1000);
}

static void freeze(void)
{
	if (cgroup_freeze(&group, true) < 0)
		fail_msg("not frozen: %s", strerror(errno));
}

static void end_all(void)
{
	cgroup_remove(&group);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* A process says that it is frozen just before it gives up its CPU: that moment
 * is counted when it has done so. */
static uint64_t settled_cpu_ns(void)
{
	uint64_t cpu, before;

	do {
		before = cpu_ns();
		usleep(20000);
		cpu = cpu_ns();
	} while (cpu != before);
	return cpu;
}

/* What a running task has used is counted at its next tick or switch only. */
static void await_more_than(uint64_t cpu)
{
	while (cpu_ns() <= cpu)
		usleep(1000);
}

static void nothing_runs(void **state)
{
	uint64_t cpu, done;

	(void)state;
	make();
	start_in(&group, work_and_fork);
	for (int i = 0; i < 5; i++) {
		await_work();
		freeze();
		done = *rounds;
		cpu = settled_cpu_ns();
		usleep(200000);
		assert_int_equal(cpu_ns(), cpu);
		assert_int_equal(*rounds, done);
		assert_int_equal(cgroup_freeze(&group, false), 0);
		await_work();
		await_more_than(cpu);
	}
	end_all();
}

/* Each is fine twice, and before anything is in the group. */
static void twice(void **state)
{
	(void)state;
	make();
	freeze();
	freeze();
	assert_int_equal(cgroup_freeze(&group, false), 0);
	assert_int_equal(cgroup_freeze(&group, false), 0);
	start_in(&group, work_for_ever);
	await_work();
	freeze();
	freeze();
	assert_int_equal(cgroup_freeze(&group, false), 0);
	await_work();
	end_all();
}

static void frozen_is_killed(void **state)
{
	pid_t pid;

	(void)state;
	make();
	pid = start_in(&group, work_for_ever);
	await_work();
	freeze();
	assert_int_equal(cgroup_kill(&group), 0);
	assert_int_equal(WTERMSIG(wait_for(pid)), SIGKILL);
	remove_group(NULL);
}

static void frozen_is_removed(void **state)
{
	char *path[CGROUP_CONTROLLERS];
	uint64_t done;

	(void)state;
	make();
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		path[i] = mem_dup(group.path[i]);
	start_in(&group, work_and_fork);
	await_work();
	freeze();
	done = *rounds;
	cgroup_remove(&group);
	assert_false(any_exists(path));
	assert_int_equal(*rounds, done);
	while (waitpid(-1, NULL, 0) > 0)
		;
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		free(path[i]);
}

static void not_ours(void **state)
{
	struct cgroup own;

	(void)state;
	if (cgroup_open_of(getpid(), &own, &err) < 0)
		skip();
	assert_int_equal(cgroup_freeze(&own, true), -1);
	assert_int_equal(errno, ENOTSUP);
	cgroup_remove(&own);
	assert_int_equal(cgroup_freeze(&own, true), -1);
}

/* ------------------------------------------------------ a killed harness --- */

/* Its replica is frozen and has a child; PDEATHSIG ends both, as the PID
 * namespace of a replica would. */
static int replica(void)
{
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		rounds[1] = 1;
		return work_for_ever();
	}
	while (!rounds[1])
		usleep(1000);
	return work_for_ever();
}

static _Noreturn void be_harness(const char *name, int out)
{
	pid_t pid;

	if (cgroup_tree_open_at(&tree, &at, name, &err) < 0 ||
	    cgroup_make(tree, "replica-0", &no_limits, &group, &err) < 0)
		_exit(1);
	rounds[1] = 0;
	pid = start_in(&group, replica);
	while (!rounds[1])
		usleep(1000);
	if (cgroup_freeze(&group, true) < 0 ||
	    write(out, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	wait_forever();
	_exit(0);
}

static pid_t start_harness(const char *name, pid_t *frozen)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0)
		be_harness(name, ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], frozen, sizeof(*frozen)),
			 sizeof(*frozen));
	close(ends[0]);
	return pid;
}

/* We are the subreaper: all that the harness leaves becomes ours. */
static void killed_harness_leaves_no_frozen(void **state)
{
	char *name = mem_printf("%sfrozen", check_prefix());
	pid_t frozen, pid;

	(void)state;
	make(); /* skips */
	remove_group(NULL);
	pid = start_harness(name, &frozen);
	kill(pid, SIGKILL);
	wait_for(pid);
	assert_int_equal(WTERMSIG(wait_for(frozen)), SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(cgroup_clear_stale_at(&at, name, is_dead), 1);
	assert_int_equal(cgroup_clear_stale_at(&at, name, is_dead), 0);
	free(name);
}

/* As if the guard had been killed with the harness. */
static void stale_frozen_is_cleared(void **state)
{
	char *name = mem_printf("%sfrozen", check_prefix());
	struct cgroup_tree *other;
	pid_t pid;

	(void)state;
	make(); /* skips */
	remove_group(NULL);
	pid = fork();
	if (pid == 0) {
		if (cgroup_tree_open_at(&other, &at, name, &err) < 0 ||
		    cgroup_make(other, "replica-0", &no_limits, &group,
				&err) < 0)
			_exit(1);
		cgroup_guard_end(other->guard);
		if (fork() == 0) {
			cgroup_enter(&group);
			return (void)work_for_ever();
		}
		await_work();
		_exit(cgroup_freeze(&group, true) < 0);
	}
	assert_int_equal(wait_for(pid), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
	assert_int_equal(cgroup_clear_stale_at(&at, name, is_dead), 1);
	while (waitpid(-1, NULL, 0) > 0)
		;
	free(name);
}

static int begin(void **state)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	rounds = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return rounds == MAP_FAILED ? -1 : begin_tree(state);
}

#define CHECK(name) cmocka_unit_test_teardown(name, remove_group)

static int run(const char *version)
{
	const struct CMUnitTest checks[] = {
		CHECK(nothing_runs),
		CHECK(twice),
		CHECK(frozen_is_killed),
		CHECK(frozen_is_removed),
		CHECK(not_ours),
		CHECK(killed_harness_leaves_no_frozen),
		CHECK(stale_frozen_is_cleared),
	};

	printf("control groups %s\n", version);
	return cmocka_run_group_tests_name("cell_freeze", checks, begin,
					   free_tree);
}

int main(void)
{
	return run_everywhere(run);
}
