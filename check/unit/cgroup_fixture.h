/*
 * What the checks of control groups share. They run on the groups that the
 * machine has; and on a hybrid system (controllers on version 1) once more on
 * its mount of version 2, for what that can without controllers: CPU, kill,
 * remove, freeze; and as if it had no such mount. Skipped where no groups can be made, with the reason.
 */
#ifndef CHECK_UNIT_CGROUP_FIXTURE_H
#define CHECK_UNIT_CGROUP_FIXTURE_H

#include "check.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "cell/cgroup_ops.h"

#define MIB ((size_t)1 << 20)
#define SKIPPED 77

static struct cgroup_bases at; /* where the checks make groups */
static struct cgroup_tree *tree;
static const struct cgroup_limits no_limits;
static struct err err;

/* Our own prefix: other runs of this check may be going on. */
static inline const char *check_prefix(void)
{
	static char text[64];

	snprintf(text, sizeof(text), "geoio-check-%ld-", (long)getpid());
	return text;
}

/* Version 2 alone, whatever else is mounted. */
static inline int find_v2(struct cgroup_bases *out)
{
	struct str self = STR_INIT, mounts = STR_INIT, v2 = STR_INIT;
	char *line, *save;
	int code;

	file_read("/proc/self/cgroup", MIB, &self, NULL);
	file_read("/proc/self/mountinfo", 16 * MIB, &mounts, NULL);
	for (line = strtok_r(mounts.buf, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (strstr(line, " - cgroup2 "))
			str_addf(&v2, "%s\n", line);
	code = cgroup_find(self.buf, v2.buf, out, &err);
	str_release(&self);
	str_release(&mounts);
	str_release(&v2);
	return code;
}

static inline int begin_tree(void **state)
{
	char *name = mem_printf("%stree", check_prefix());
	int code = cgroup_tree_open_at(&tree, &at, name, &err);

	(void)state;
	free(name);
	return code;
}

static inline int free_tree(void **state)
{
	(void)state;
	cgroup_tree_free(tree);
	tree = NULL;
	return 0;
}

/* Does the tree have this controller? All of v1 are always there. */
static inline bool has_controller(const char *name)
{
	char text[512], word[64];

	if (!at.v2)
		return true;
	cgroup_text(tree->parent[0], "cgroup.subtree_control", text + 1,
		    sizeof(text) - 2);
	text[0] = ' ';
	text[strcspn(text, "\n")] = '\0';
	strcat(text, " ");
	snprintf(word, sizeof(word), " %s ", name);
	return strstr(text, word) != NULL;
}

/* A child that does `work` and ends with what it returns; it is in the group
 * when this returns. */
static inline pid_t start_in(const struct cgroup *group, int (*work)(void))
{
	int ends[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (cgroup_enter(group) < 0)
			_exit(100);
		close(ends[0]);
		close(ends[1]);
		_exit(work());
	}
	assert_true(pid > 0);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	return pid;
}

static inline int wait_for(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static inline int wait_forever(void)
{
	for (;;)
		pause();
	return 0;
}

static inline double own_cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Uses so much CPU time of its own, from now on: what was used before may have
 * been of another group. */
static inline void spin(double seconds)
{
	double until = own_cpu_s() + seconds;

	while (own_cpu_s() < until)
		;
}

static inline bool touch(size_t bytes)
{
	volatile char *memory = malloc(bytes);

	for (size_t i = 0; memory && i < bytes; i += 4096)
		memory[i] = 1;
	return memory != NULL;
}

/* Does the file system still show one of the folders? */
static inline bool any_exists(char *const *path)
{
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		if (path[i] && file_exists(path[i]))
			return true;
	return false;
}

/* Version 1 as if there were no version 2 beside it. */
static inline int run_without_unified(int (*run)(const char *version))
{
	char *top = at.top[V1_UNIFIED], *own = at.own[V1_UNIFIED];
	int failed;

	if (at.v2 || !top || !at.top[V1_FREEZER])
		return 0;
	at.top[V1_UNIFIED] = at.own[V1_UNIFIED] = NULL;
	failed = run("v1 without a mount of v2");
	at.top[V1_UNIFIED] = top;
	at.own[V1_UNIFIED] = own;
	return failed;
}

/* Runs a group of checks on each place. */
static inline int run_everywhere(int (*run)(const char *version))
{
	int failed;

	if (cgroup_find_of("/proc/self/cgroup", &at, &err) < 0 ||
	    begin_tree(NULL) < 0) {
		printf("%s\n", err.text);
		return SKIPPED;
	}
	free_tree(NULL);
	failed = run(at.v2 ? "v2" : "v1");
	failed += run_without_unified(run);
	if (!at.v2) {
		cgroup_bases_release(&at);
		if (find_v2(&at) == 0 && begin_tree(NULL) == 0) {
			free_tree(NULL);
			failed += run("v2 without controllers");
		}
	}
	cgroup_bases_release(&at);
	return failed;
}

#endif
