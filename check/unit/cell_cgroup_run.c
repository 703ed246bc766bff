/* Groups of a whole run: who may make them, whose they are, what a killed run
 * leaves, a group that is only read. */
#include "cgroup_fixture.h"

#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/clock.h"

#define NOBODY 65534

/* In a child of ours, where cmocka's asserts cannot be used. */
#define NEED(condition)                                                        \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "line %d: %s: %s\n", __LINE__,         \
				#condition, err.text);                         \
			_exit(1);                                              \
		}                                                              \
	} while (0)

static char dead[64]; /* the name of the run that has ended */

static bool is_dead(const char *rest)
{
	return strcmp(rest, dead) == 0;
}

static bool none_is_dead(const char *rest)
{
	(void)rest;
	return false;
}

static bool all_are_dead(const char *rest)
{
	(void)rest;
	return true;
}

/* A cgroup namespace may hide our own groups from the mounts that are there. */
static bool shows_own(const struct cgroup_bases *bases)
{
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		if (bases->top[i] && !bases->own[i])
			return false;
	return true;
}

static bool machine_shows_own(void)
{
	struct cgroup_bases bases;
	bool shown;

	assert_int_equal(cgroup_find_of("/proc/self/cgroup", &bases, &err), 0);
	shown = shows_own(&bases);
	cgroup_bases_release(&bases);
	return shown;
}

/* ---------------------------------------------------------------- stale --- */

struct run {
	pid_t harness, replica;
	char *parent[CGROUP_CONTROLLERS];
};

/* A harness in a process of its own, with a replica that survives it. */
static pid_t harness(const char *name, int out)
{
	struct cgroup group;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	NEED(cgroup_tree_open_at(&tree, &at, name, &err) == 0);
	NEED(cgroup_make(tree, "replica-0", &no_limits, &group, &err) == 0);
	pid = fork();
	if (pid == 0) {
		NEED(cgroup_enter(&group) == 0);
		setsid();
		pid = getpid();
		NEED(write(out, &pid, sizeof(pid)) == sizeof(pid));
		wait_forever();
	}
	wait_forever();
	return 0;
}

/* Where a run of that name has its groups: beside our tree. */
static void name_parents(char *const *sibling, const char *name, char **out)
{
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
		const char *end = sibling[i] ? strrchr(sibling[i], '/') : NULL;

		out[i] = end ? mem_printf("%.*s/%s", (int)(end - sibling[i]),
					  sibling[i], name)
			     : NULL;
	}
}

static void start_run(struct run *run, const char *name)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	run->harness = harness(name, ends[1]);
	assert_true(run->harness > 0);
	assert_int_equal(read(ends[0], &run->replica, sizeof(pid_t)),
			 sizeof(pid_t));
	name_parents(tree->parent, name, run->parent);
	close(ends[0]);
	close(ends[1]);
}

static void kill_harness(struct run *run)
{
	kill(run->harness, SIGKILL);
	wait_for(run->harness);
	assert_true(any_exists(run->parent));
	assert_int_equal(kill(run->replica, 0), 0);
}

static void end_run(struct run *run)
{
	assert_int_equal(WTERMSIG(wait_for(run->replica)), SIGKILL);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		free(run->parent[i]);
}

static void dead_runs_are_cleared(void **state)
{
	char *name = mem_printf("%sdead", check_prefix());
	struct run run;

	(void)state;
	strcpy(dead, "dead");
	start_run(&run, name);
	kill_harness(&run);
	assert_int_equal(cgroup_clear_stale_at(&at, check_prefix(),
					       none_is_dead), 0);
	assert_int_equal(cgroup_clear_stale_at(&at, "geoio-check-other-",
					       all_are_dead), 0);
	assert_true(any_exists(run.parent));
	assert_int_equal(kill(run.replica, 0), 0);
	assert_int_equal(cgroup_clear_stale_at(&at, check_prefix(), is_dead),
			 1);
	assert_false(any_exists(run.parent));
	assert_int_equal(cgroup_clear_stale_at(&at, check_prefix(), is_dead),
			 0);
	assert_true(any_exists(tree->parent)); /* "tree" is not "dead" */
	end_run(&run);
	free(name);
}

/* In another PID namespace the number says nothing; the lock does. */
static void living_runs_are_kept(void **state)
{
	char *name = mem_printf("%slives", check_prefix());
	struct run run;

	(void)state;
	start_run(&run, name);
	assert_int_equal(cgroup_clear_stale_at(&at, name, all_are_dead), 0);
	assert_true(any_exists(run.parent));
	assert_int_equal(kill(run.replica, 0), 0);
	kill_harness(&run);
	assert_int_equal(cgroup_clear_stale_at(&at, name, all_are_dead), 1);
	assert_false(any_exists(run.parent));
	end_run(&run);
	free(name);
}

/* A run that was started from a group below, as by another session. */
static void runs_elsewhere_are_found(void **state)
{
	struct cgroup_bases deep = { .v2 = at.v2 };
	struct cgroup_tree *other;
	char *name;
	pid_t pid;

	(void)state;
	if ((at.v2 && geteuid() == 0) || !shows_own(&at))
		skip(); /* on v2 root's are at the top always */
	name = mem_printf("%selsewhere", check_prefix());
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
		if (!at.own[i])
			continue;
		deep.own[i] = mem_printf("%s/geoio-deep-%ld/below", at.own[i],
					 (long)getpid());
		assert_int_equal(file_make_dirs(deep.own[i], 0755, &err), 0);
	}
	pid = fork();
	if (pid == 0) {
		NEED(cgroup_tree_open_at(&other, &deep, name, &err) == 0);
		_exit(0);
	}
	assert_int_equal(wait_for(pid), 0);
	assert_int_equal(cgroup_clear_stale_at(&at, name, all_are_dead), 1);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
		if (!deep.own[i])
			continue;
		rmdir(deep.own[i]); /* twice for controllers together */
		*strrchr(deep.own[i], '/') = '\0';
		rmdir(deep.own[i]);
	}
	assert_false(any_exists(deep.own));
	cgroup_bases_release(&deep);
	free(name);
}

/* ------------------------------------------------------------- the tree --- */

static void one_tree_of_a_name(void **state)
{
	struct cgroup_tree *second;
	char *name = mem_printf("%stree", check_prefix());

	(void)state;
	assert_int_equal(cgroup_tree_open_at(&second, &at, name, &err),
			 ERR_CONFLICT);
	assert_true(any_exists(tree->parent));
	free(name);
}

static void free_leaves_nothing(void **state)
{
	struct cgroup_tree *second;
	char *name = mem_printf("%ssecond", check_prefix());
	char *path[CGROUP_CONTROLLERS];
	struct cgroup group;
	pid_t pid;

	(void)state;
	assert_int_equal(cgroup_tree_open_at(&second, &at, name, &err), 0);
	assert_int_equal(cgroup_make(second, "replica-0", &no_limits, &group,
				     &err), 0);
	pid = start_in(&group, wait_forever);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		path[i] = mem_dup(second->parent[i]);
	cgroup_tree_free(second);
	assert_int_equal(WTERMSIG(wait_for(pid)), SIGKILL);
	assert_false(any_exists(path));
	cgroup_remove(&group);
	cgroup_tree_free(NULL);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		free(path[i]);
	free(name);
}

/* As what the machine has, whatever that is. */
static void the_machines_own(void **state)
{
	char *name = mem_printf("%sown", check_prefix());
	struct cgroup_tree *own;

	(void)state;
	assert_int_equal(cgroup_tree_open(&own, name, &err), 0);
	assert_true(strcmp(cgroup_tree_version(own), "v1") == 0 ||
		    strcmp(cgroup_tree_version(own), "v2") == 0);
	assert_int_equal(cgroup_clear_stale(name, none_is_dead), 0);
	assert_true(any_exists(own->parent));
	cgroup_tree_free(own);
	assert_int_equal(cgroup_clear_stale(name, all_are_dead), 0);
	free(name);
}

static bool become_nobody(void)
{
	return setgroups(0, NULL) == 0 &&
	       setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	       setresuid(NOBODY, NOBODY, NOBODY) == 0;
}

static void ordinary_user_is_told(void **state)
{
	char *name = mem_printf("%suser", check_prefix());
	struct cgroup_tree *own = NULL;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid == 0) {
		NEED(become_nobody());
		NEED(cgroup_tree_open_at(&own, &at, name, &err) == ERR_SYSTEM);
		NEED(strstr(err.text, "an ordinary user"));
		NEED(strstr(err.text, "run it as root"));
		NEED(!at.v2 || strstr(err.text, "systemd-run --user --scope -p "
						"Delegate=yes"));
		NEED(!own);
		_exit(0);
	}
	assert_int_equal(wait_for(pid), 0);
	assert_int_equal(cgroup_clear_stale_at(&at, name, all_are_dead), 0);
	free(name);
}

/* ------------------------------------------------------------ delegated --- */

static void give(const char *folder, const char *file)
{
	char *path = mem_printf("%s/%s", folder, file);

	assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	free(path);
}

/* Of the process, as version 2 has it; the caller frees. */
static char *own_group(void)
{
	struct cgroup_bases bases;
	char *own;

	NEED(find_v2(&bases) == 0);
	own = mem_dup(bases.own[0]);
	cgroup_bases_release(&bases);
	return own;
}

static struct cgroup_tree *open_as_user(const char *name)
{
	struct cgroup_tree *opened = NULL;
	struct cgroup_bases bases;

	NEED(find_v2(&bases) == 0);
	NEED(cgroup_tree_open_at(&opened, &bases, name, &err) == 0);
	cgroup_bases_release(&bases);
	return opened;
}

static void use_as_user(struct cgroup_tree *mine, bool limited)
{
	struct cgroup_limits limits = { .cpus = limited ? 0.5 : 0,
					.memory_bytes = limited ? 64 * MIB : 0,
					.pids = limited ? 8 : 0 };
	struct cgroup_counts counts;
	struct cgroup group;
	int status;
	pid_t pid;

	NEED(cgroup_make(mine, "replica-0", &limits, &group, &err) == 0);
	pid = fork();
	if (pid == 0) {
		NEED(cgroup_enter(&group) == 0);
		spin(0.05);
		_exit(0);
	}
	NEED(waitpid(pid, &status, 0) == pid && status == 0);
	NEED(cgroup_read(&group, CGROUP_SELDOM, &counts) == 0);
	NEED(counts.cpu_ns >= 40000000);
	NEED(!limited || counts.memory_bytes != COUNT_UNKNOWN);
	cgroup_remove(&group);
}

/* Two runs below one delegated group, with a shell that waits: all goes into
 * the leaf, once, and back when the last run ends. */
static int delegated_child(bool limited)
{
	char *before = own_group(), *now;
	struct cgroup_tree *first, *second;
	pid_t shell = fork();

	if (shell == 0)
		return wait_forever();
	first = open_as_user("geoio-check-first");
	now = own_group();
	NEED((strcmp(before, now) != 0) == limited);
	NEED((cgroup_population(before) == 0) == limited);
	second = open_as_user("geoio-check-second");
	NEED(strcmp(now, own_group()) == 0);
	use_as_user(first, limited);
	use_as_user(second, limited);
	cgroup_tree_free(first);
	use_as_user(second, limited);
	cgroup_tree_free(second);
	NEED(strcmp(before, own_group()) == 0);
	NEED(cgroup_population(before) == 2);
	NEED(!limited || !file_exists(now));
	kill(shell, SIGKILL);
	waitpid(shell, NULL, 0);
	return 0;
}

static void delegated_to_a_user(void **state)
{
	bool limited = at.v2 && has_controller("cpu") &&
		       has_controller("memory") && has_controller("pids");
	struct cgroup group;
	pid_t pid;

	(void)state;
	if (!at.v2 || geteuid() != 0 || !shows_own(&at))
		skip(); /* nobody hands on version 1 */
	assert_int_equal(cgroup_make(tree, "scope", &no_limits, &group, &err),
			 0);
	give(group.path[0], "");
	give(group.path[0], "cgroup.procs");
	give(group.path[0], "cgroup.subtree_control");
	pid = fork();
	if (pid == 0) {
		NEED(cgroup_enter(&group) == 0);
		NEED(become_nobody());
		_exit(delegated_child(limited));
	}
	assert_int_equal(wait_for(pid), 0);
	cgroup_remove(&group);
}

/* ------------------------------------------------------------ open of --- */

/* On a hybrid system this is version 1, whichever the tree is. */
static void group_of_a_process(void **state)
{
	struct cgroup made, seen;
	struct cgroup_counts by_us, by_pid;
	pid_t pid;

	(void)state;
	if (!machine_shows_own())
		skip();
	assert_int_equal(cgroup_make(tree, "replica-0", &no_limits, &made,
				     &err), 0);
	pid = start_in(&made, wait_forever);
	assert_int_equal(cgroup_open_of(pid, &seen, &err), 0);
	assert_false(seen.ours);
	assert_int_equal(cgroup_read(&seen, CGROUP_SELDOM, &by_pid), 0);
	assert_int_equal(cgroup_read(&made, CGROUP_SELDOM, &by_us), 0);
	if (strcmp(seen.ops->name, cgroup_tree_version(tree)) == 0) {
		assert_string_equal(seen.path[0], made.path[0]);
		assert_true(by_us.cpu_ns >= by_pid.cpu_ns);
		assert_int_equal(by_us.pids, by_pid.pids);
	}
	cgroup_remove(&seen);
	assert_null(seen.ops);
	assert_true(any_exists(made.path));
	assert_int_equal(kill(pid, 0), 0);
	cgroup_remove(&made);
	assert_int_equal(WTERMSIG(wait_for(pid)), SIGKILL);
	assert_int_equal(cgroup_open_of(pid, &seen, &err), ERR_NOT_FOUND);
	assert_names(err, "has ended");
	assert_null(seen.ops);
}

/* What waits for a quota is counted once, though a folder may be that of several
 * controllers. */
static bool are_different(const struct cgroup_quota *quota)
{
	struct stat a, b;

	for (unsigned i = 1; i < quota->count; i++)
		for (unsigned j = 0; j < i; j++)
			if (fstat(quota->fd[i], &a) || fstat(quota->fd[j], &b) ||
			    (a.st_dev == b.st_dev && a.st_ino == b.st_ino))
				return false;
	return quota->count > 0;
}

/* Of its own group and those above it, as a process below one sees it. */
static int ask_quota(void)
{
	uint64_t until_ns = clock_now_ns() + 10 * NS_PER_S;
	struct cgroup_quota quota;
	uint64_t waited_ns = 0;
	bool right;

	cgroup_quota_open(NULL, &quota);
	right = quota.cpus > 0 && quota.cpus < 0.0501 && are_different(&quota);
	while (right && !waited_ns && clock_now_ns() < until_ns)
		waited_ns = cgroup_quota_waited_ns(&quota);
	cgroup_quota_close(&quota);
	return right && waited_ns ? 0 : 1;
}

static void own_quota_is_found(void **state)
{
	struct cgroup_limits limits = { .cpus = 0.05 };
	struct cgroup_quota of_tree;
	struct cgroup made;
	int status;

	(void)state;
	if (!machine_shows_own() ||
	    cgroup_make(tree, "replica-0", &limits, &made, &err) < 0)
		skip();
	/* That of one group is not that of the tree. */
	cgroup_quota_open(tree, &of_tree);
	assert_false(of_tree.cpus > 0 && of_tree.cpus < 0.0501);
	cgroup_quota_close(&of_tree);
	status = wait_for(start_in(&made, ask_quota));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	cgroup_remove(&made);
}

/* As long as something is mounted there a folder is as busy as one whose last
 * process is on its way out, on a machine that lets it wait. */
static void remove_a_busy_group(const char *path)
{
	struct cgroup made;
	pid_t pid;

	NEED(cgroup_make(tree, "replica-0", &no_limits, &made, &err) == 0);
	NEED(strcmp(made.path[0], path) == 0);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", path, "tmpfs", 0, NULL) < 0)
		_exit(SKIPPED);
	pid = fork();
	if (pid == 0) {
		clock_sleep_until(clock_now_ns() + NS_PER_S);
		_exit(umount2(path, MNT_DETACH) < 0);
	}
	cgroup_remove(&made);
	NEED(!file_exists(path));
	_exit(0);
}

static void a_busy_group_is_waited_for(void **state)
{
	char *path = mem_printf("%s/replica-0", tree->parent[0]);
	pid_t pid;
	int status;

	(void)state;
	pid = fork();
	if (pid == 0)
		remove_a_busy_group(path);
	status = WEXITSTATUS(wait_for(pid));
	rmdir(path); /* where the check fails */
	free(path);
	if (status == SKIPPED)
		skip();
	assert_int_equal(status, 0);
}

static int run(const char *version)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(dead_runs_are_cleared),
		cmocka_unit_test(living_runs_are_kept),
		cmocka_unit_test(runs_elsewhere_are_found),
		cmocka_unit_test(one_tree_of_a_name),
		cmocka_unit_test(free_leaves_nothing),
		cmocka_unit_test(the_machines_own),
		cmocka_unit_test(ordinary_user_is_told),
		cmocka_unit_test(delegated_to_a_user),
		cmocka_unit_test(group_of_a_process),
		cmocka_unit_test(own_quota_is_found),
		cmocka_unit_test(a_busy_group_is_waited_for),
	};

	printf("control groups %s\n", version);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests_name("cell_cgroup_run", checks,
					   begin_tree, free_tree);
}

int main(void)
{
	return run_everywhere(run);
}
