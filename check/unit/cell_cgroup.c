/* check: deadline 240 */
/* Groups of this machine: counters, limits, kill, remove. */
#include "cgroup_fixture.h"

#include <errno.h>
#include <sys/mman.h>

/* ThreadSanitizer gives each process a thread of its own, which pids count. */
#ifdef __SANITIZE_THREAD__
#define HAS_ONE_THREAD false
#else
#define HAS_ONE_THREAD true
#endif

static struct cgroup group;

static void make(const struct cgroup_limits *limits)
{
	if (cgroup_make(tree, "replica-0", limits, &group, &err) < 0)
		fail_msg("%s", err.text);
}

static int remove_group(void **state)
{
	(void)state;
	if (group.ops)
		cgroup_remove(&group);
	return 0;
}

static struct cgroup_counts read_all(void)
{
	struct cgroup_counts counts;

	assert_int_equal(cgroup_read(&group, CGROUP_SELDOM, &counts), 0);
	return counts;
}

/* ------------------------------------------------------------- counters --- */

static void begins_at_zero(void **state)
{
	struct cgroup_counts counts;
	bool memory = has_controller("memory"), pids = has_controller("pids"),
	     cpu = has_controller("cpu");

	(void)state;
	make(&no_limits);
	counts = read_all();
	assert_int_equal(counts.cpu_ns, 0);
	assert_int_equal(counts.cpu_user_ns, 0);
	assert_int_equal(counts.throttled_ns, cpu ? 0 : COUNT_UNKNOWN);
	assert_int_equal(counts.memory_anon_bytes, memory ? 0 : COUNT_UNKNOWN);
	assert_int_equal(counts.memory_inactive_file_bytes,
			 memory ? 0 : COUNT_UNKNOWN);
	assert_int_equal(counts.memory_kills, memory ? 0 : COUNT_UNKNOWN);
	assert_int_equal(counts.pids, pids ? 0 : COUNT_UNKNOWN);
	assert_int_equal(counts.pids_refused, pids ? 0 : COUNT_UNKNOWN);
	assert_int_equal(counts.memory_bytes == COUNT_UNKNOWN, !memory);
	remove_group(NULL);
}

static int half_a_second(void)
{
	spin(0.5);
	return 0;
}

/* The group's CPU time is that of the process; a counter never goes down. */
static void cpu_is_the_rusage(void **state)
{
	struct cgroup_counts counts, before = { .cpu_ns = 0 };
	struct rusage usage;
	double rusage_ns, difference;
	pid_t pid;
	int status;

	(void)state;
	make(&no_limits);
	pid = start_in(&group, half_a_second);
	while (wait4(pid, &status, WNOHANG, &usage) == 0) {
		assert_int_equal(cgroup_read(&group, CGROUP_OFTEN, &counts), 0);
		assert_true(counts.cpu_ns >= before.cpu_ns);
		assert_true(counts.cpu_user_ns >= before.cpu_user_ns);
		assert_true(counts.cpu_user_ns <= counts.cpu_ns);
		before = counts;
		usleep(5000);
	}
	assert_int_equal(status, 0);
	counts = read_all();
	rusage_ns = 1e9 * (double)(usage.ru_utime.tv_sec +
				   usage.ru_stime.tv_sec) +
		    1e3 * (double)(usage.ru_utime.tv_usec +
				   usage.ru_stime.tv_usec);
	difference = (double)counts.cpu_ns - rusage_ns;
	if (difference < 0)
		difference = -difference;
	if (difference > 0.02 * rusage_ns + 10e6)
		fail_msg("group %.1f ms, rusage %.1f ms",
			 (double)counts.cpu_ns / 1e6, rusage_ns / 1e6);
	remove_group(NULL);
}

static int ready[2], go[2];

static int touch_and_wait(void)
{
	char byte = 0;

	if (!touch(20 * MIB) || write(ready[1], &byte, 1) != 1 ||
	    read(go[0], &byte, 1) != 1)
		return 1;
	return 0;
}

static void memory_and_pids_are_seen(void **state)
{
	struct cgroup_counts with, without;
	char byte = 0;
	pid_t pid;

	(void)state;
	if (!has_controller("memory") || !has_controller("pids"))
		skip();
	make(&no_limits);
	pid = start_in(&group, touch_and_wait);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	with = read_all();
	assert_int_equal(write(go[1], &byte, 1), 1);
	assert_int_equal(wait_for(pid), 0);
	without = read_all();
	assert_int_equal(with.pids, HAS_ONE_THREAD ? 1 : 2);
	assert_int_equal(without.pids, 0);
	assert_true(with.memory_bytes >= 20 * MIB);
	assert_true(with.memory_anon_bytes >= 19 * MIB);
	assert_true(without.memory_anon_bytes < with.memory_anon_bytes);
	if (with.memory_peak_bytes != COUNT_UNKNOWN)
		assert_true(without.memory_peak_bytes >= with.memory_bytes &&
			    without.memory_bytes < without.memory_peak_bytes);
	remove_group(NULL);
}

/* OFTEN leaves alone what it does not read. */
static void often_is_a_part(void **state)
{
	struct cgroup_counts counts;

	(void)state;
	make(&no_limits);
	memset(&counts, 0x5a, sizeof(counts));
	assert_int_equal(cgroup_read(&group, CGROUP_OFTEN, &counts), 0);
	assert_int_equal(counts.cpu_ns, 0);
	assert_true(counts.memory_anon_bytes == 0x5a5a5a5a5a5a5a5a);
	assert_true(counts.memory_kills == 0x5a5a5a5a5a5a5a5a);
	assert_true(counts.pids_refused == 0x5a5a5a5a5a5a5a5a);
	remove_group(NULL);
}

/* A total known otherwise is split alike, and nothing ever goes down. */
static void advances_between_readings(void **state)
{
	struct cgroup_counts before, counts;
	pid_t pid;

	(void)state;
	make(&no_limits);
	pid = start_in(&group, half_a_second);
	assert_int_equal(wait_for(pid), 0);
	before = counts = read_all();
	cgroup_advance(&group, before.cpu_ns + 1000000000, &counts);
	assert_int_equal(counts.cpu_ns, before.cpu_ns + 1000000000);
	assert_true(counts.cpu_user_ns > before.cpu_user_ns);
	assert_true(counts.cpu_ns - counts.cpu_user_ns >=
		    before.cpu_ns - before.cpu_user_ns);
	before = counts;
	counts = read_all();
	assert_int_equal(counts.cpu_ns, before.cpu_ns);
	assert_true(counts.cpu_user_ns >= before.cpu_user_ns);
	remove_group(NULL);
}

/* --------------------------------------------------------------- limits --- */

static int touch_too_much(void)
{
	return touch(128 * MIB) ? 0 : 1;
}

static void memory_limit_kills(void **state)
{
	struct cgroup_limits limits = { .memory_bytes = 32 * MIB };
	struct cgroup_counts counts;
	int status;

	(void)state;
	if (!has_controller("memory"))
		skip();
	make(&limits);
	assert_int_equal(read_all().memory_kills, 0);
	status = wait_for(start_in(&group, touch_too_much));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	counts = read_all();
	assert_int_equal(counts.memory_kills, 1);
	if (counts.memory_peak_bytes != COUNT_UNKNOWN)
		assert_true(counts.memory_peak_bytes >= 31 * MIB &&
			    counts.memory_peak_bytes <= 32 * MIB);
	remove_group(NULL);
}

static uint64_t limit_file(const char *v1, const char *v2)
{
	char text[64] = "";

	for (unsigned i = 0; i < CGROUP_CONTROLLERS && !*text; i++)
		if (group.path[i])
			cgroup_text(group.path[i], at.v2 ? v2 : v1, text,
				    sizeof(text));
	return strtoull(text, NULL, 10);
}

/* The kernel alone would round down. */
static void memory_is_rounded_up(void **state)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct cgroup_limits limits = { .memory_bytes = 64 * MIB + 1 };

	(void)state;
	if (!has_controller("memory"))
		skip();
	make(&limits);
	assert_int_equal(limit_file("memory.limit_in_bytes", "memory.max"),
			 64 * MIB + page);
	remove_group(NULL);
}

/* What was set is read back; what was not is none. */
static void limits_are_read_back(void **state)
{
	struct cgroup_limits limits = { .cpus = 0.25 }, found;

	(void)state;
	if (!has_controller("cpu") || !has_controller("memory") ||
	    !has_controller("pids"))
		skip();
	make(&limits);
	cgroup_limits_of(&group, false, &found);
	assert_true(found.cpus > 0.2499 && found.cpus < 0.2501);
	assert_int_equal(found.memory_bytes, 0);
	assert_int_equal(found.pids, 0);
	remove_group(NULL);
	limits = (struct cgroup_limits){ 0, 64 * MIB, 9 };
	make(&limits);
	cgroup_limits_of(&group, false, &found);
	assert_true(found.cpus == 0);
	assert_int_equal(found.memory_bytes, 64 * MIB);
	assert_int_equal(found.pids, 9);
	cgroup_limits_of(&group, true, &found); /* the tightest there is */
	assert_in_range(found.pids, 1, 9);
	remove_group(NULL);
}

static int fork_until_refused(void)
{
	for (int i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (pid == 0)
			return wait_forever();
		if (pid < 0)
			return errno == EAGAIN ? i : 101;
	}
	return 102;
}

static void pids_limit_refuses(void **state)
{
	struct cgroup_limits limits = { .pids = 4 };
	struct cgroup_counts counts;
	int status;

	(void)state;
	if (!has_controller("pids") || !HAS_ONE_THREAD)
		skip();
	make(&limits);
	status = wait_for(start_in(&group, fork_until_refused));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	counts = read_all();
	assert_int_equal(counts.pids_refused, 1);
	assert_int_equal(counts.pids, 3);
	assert_int_equal(cgroup_kill(&group), 0);
	while (waitpid(-1, NULL, 0) > 0)
		;
	remove_group(NULL);
}

static int one_second(void)
{
	spin(1);
	return 0;
}

/* Beside busy neighbours a process may get no more than a usual quota anyway,
 * and is not throttled. It gets more than the least quota. The time is counted
 * when it may go on. */
static void quota_throttles(void **state)
{
	struct cgroup_limits limits = { .cpus = 0.01 };
	pid_t pid, ended = 0;

	(void)state;
	if (!has_controller("cpu"))
		skip();
	make(&limits);
	pid = start_in(&group, one_second);
	while (read_all().throttled_ns == 0 && ended == 0) {
		usleep(5000);
		ended = waitpid(pid, NULL, WNOHANG);
	}
	assert_true(read_all().throttled_ns > 0);
	remove_group(NULL);
	if (ended == 0)
		wait_for(pid);
}

static void assert_refused(struct cgroup_limits limits, const char *option)
{
	assert_int_equal(cgroup_make(tree, "replica-0", &limits, &group, &err),
			 ERR_USAGE);
	assert_names(err, option);
	assert_null(group.ops);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
		char *path = tree->parent[i] ? mem_printf("%s/replica-0",
							  tree->parent[i])
					     : NULL;

		if (path)
			assert_false(file_exists(path));
		free(path);
	}
}

/* What cannot be set is refused, and leaves nothing. */
static void impossible_limits(void **state)
{
	(void)state;
	assert_refused((struct cgroup_limits){ .cpus = 0.009 }, "--cpus");
	assert_refused((struct cgroup_limits){ .cpus = -1 }, "--cpus");
	assert_refused((struct cgroup_limits){ .cpus = 1e14 }, "--cpus");
	if (!has_controller("cpu"))
		assert_refused((struct cgroup_limits){ .cpus = 1 }, "--cpus");
	if (!has_controller("memory"))
		assert_refused((struct cgroup_limits){ .memory_bytes = MIB },
			       "--memory");
	if (!has_controller("pids"))
		assert_refused((struct cgroup_limits){ .pids = 9 }, "--pids");
	else
		assert_refused((struct cgroup_limits){ .pids = UINT64_MAX },
			       "--pids");
}

/* --------------------------------------------------------- kill, remove --- */

static void say_ready(void)
{
	char byte = 0;

	if (write(ready[1], &byte, 1) != 1)
		_exit(103);
}

/* A child, a grandchild that nobody waits for, and a daemon in a session of its
 * own; none of them heeds SIGTERM. */
static int fork_tree(void)
{
	signal(SIGTERM, SIG_IGN);
	if (fork() == 0) {
		if (fork() == 0) {
			setsid();
			if (fork() == 0)
				setpgid(0, 0);
			say_ready();
			return wait_forever();
		}
		say_ready();
		return wait_forever();
	}
	say_ready();
	return wait_forever();
}

/* All of them are our children, or become so, and have to be waited for. */
static unsigned reap_killed(void)
{
	unsigned killed = 0;
	int status;

	while (waitpid(-1, &status, 0) > 0)
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	return killed;
}

static void await_ready(unsigned count)
{
	char byte;

	while (count--)
		assert_int_equal(read(ready[0], &byte, 1), 1);
}

static void kill_ends_a_tree(void **state)
{
	(void)state;
	make(&no_limits);
	start_in(&group, fork_tree);
	await_ready(4);
	assert_int_equal(cgroup_population(group.path[0]), 4);
	assert_int_equal(cgroup_kill(&group), 0);
	assert_int_equal(cgroup_population(group.path[0]), 0);
	assert_int_equal(reap_killed(), 4);
	assert_int_equal(cgroup_kill(&group), 0);
	remove_group(NULL);
}

/* Four at a time that fork and end, for ever: a list of them is old at once. */
static int fork_storm(void)
{
	bool first = true;

	for (;;) {
		pid_t pid = fork();

		if (pid > 0)
			_exit(0);
		if (pid == 0 && first)
			say_ready();
		first = false;
	}
}

static void kill_outruns_forks(void **state)
{
	(void)state;
	make(&no_limits);
	for (int i = 0; i < 4; i++)
		start_in(&group, fork_storm);
	await_ready(4);
	assert_int_equal(cgroup_kill(&group), 0);
	assert_true(reap_killed() >= 4);
	remove_group(NULL);
}

static void remove_leaves_nothing(void **state)
{
	char *path[CGROUP_CONTROLLERS];
	struct cgroup_counts counts;

	(void)state;
	make(&no_limits);
	start_in(&group, fork_tree);
	await_ready(4);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		path[i] = mem_dup(group.path[i]);
	assert_true(any_exists(path));
	cgroup_remove(&group);
	assert_false(any_exists(path));
	assert_int_equal(reap_killed(), 4);
	assert_int_equal(cgroup_read(&group, CGROUP_OFTEN, &counts), -1);
	assert_int_equal(cgroup_kill(&group), 0);
	cgroup_remove(&group);
	make(&no_limits); /* the name is free again */
	cgroup_remove(&group);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		free(path[i]);
}

/* A group that somebody else removed. */
static void gone_group(void **state)
{
	struct cgroup_counts counts;

	(void)state;
	make(&no_limits);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		if (group.path[i])
			assert_int_equal(rmdir(group.path[i]), 0);
	assert_int_equal(cgroup_read(&group, CGROUP_OFTEN, &counts), -1);
	assert_int_equal(cgroup_enter(&group), -1);
	assert_int_equal(cgroup_kill(&group), 0);
	cgroup_remove(&group);
}

static void one_group_of_a_name(void **state)
{
	struct cgroup second;

	(void)state;
	make(&no_limits);
	assert_int_equal(cgroup_make(tree, "replica-0", &no_limits, &second,
				     &err), ERR_SYSTEM);
	assert_null(second.ops);
	assert_true(file_exists(group.path[0]));
	remove_group(NULL);
}

/* Descriptors that a group holds. */
static int count_fds(void)
{
	int count = 0;

	make(&no_limits);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		count += group.procs_fd[i] >= 0;
	for (unsigned i = 0; i < CGROUP_FILES; i++)
		count += group.file_fd[i] >= 0;
	count += (group.freeze_fd >= 0) + (group.frozen_fd >= 0);
	remove_group(NULL);
	return count;
}

/* Whoever cannot open more files is told so, and not given half a group. */
static void out_of_descriptors(void **state)
{
	char *name = mem_printf("%s/replica-0", tree->parent[0]);
	int code, most = count_fds(), lowest = dup(0);
	struct rlimit files, few;

	(void)state;
	close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	for (int more = 0; more < most; more++) {
		few = (struct rlimit){ (rlim_t)(lowest + more),
				       files.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		code = cgroup_make(tree, "replica-0", &no_limits, &group, &err);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
		assert_int_equal(code, ERR_SYSTEM);
		assert_names(err, "ulimit -n");
		assert_false(file_exists(name));
	}
	free(name);
}

static int make_pipes(void **state)
{
	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return pipe(ready) == 0 && pipe(go) == 0 && begin_tree(NULL) == 0 ? 0
									 : -1;
}

static int close_pipes(void **state)
{
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
	return free_tree(state);
}

#define CHECK(name) cmocka_unit_test_teardown(name, remove_group)

static int run(const char *version)
{
	const struct CMUnitTest checks[] = {
		CHECK(begins_at_zero),
		CHECK(cpu_is_the_rusage),
		CHECK(memory_and_pids_are_seen),
		CHECK(often_is_a_part),
		CHECK(advances_between_readings),
		CHECK(memory_limit_kills),
		CHECK(memory_is_rounded_up),
		CHECK(limits_are_read_back),
		CHECK(pids_limit_refuses),
		CHECK(quota_throttles),
		CHECK(impossible_limits),
		CHECK(kill_ends_a_tree),
		CHECK(kill_outruns_forks),
		CHECK(remove_leaves_nothing),
		CHECK(gone_group),
		CHECK(one_group_of_a_name),
		CHECK(out_of_descriptors),
	};

	printf("control groups %s\n", version);
	return cmocka_run_group_tests_name("cell_cgroup", checks, make_pipes,
					   close_pipes);
}

int main(void)
{
	return run_everywhere(run);
}
