#include "cell/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cell/cgroup_ops.h"

#define LEAST_CPUS 0.01

/* ------------------------------------------------------------- the tree --- */

static void remove_folder(const struct cgroup_ops *ops, const char *path)
{
	if (!cgroup_remove_folders(ops, path))
		LOG(CELL, "%s cannot be removed: %s", path, strerror(errno));
}

/* The process has the lock, not the descriptor: forked children do not inherit
 * it. */
static int lock_folder(const char *path)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && fcntl(fd, F_SETLK, &lock) < 0)
		LOG(CELL, "%s cannot be locked: %s", path, strerror(errno));
	return fd;
}

int cgroup_make_parent(struct cgroup_tree *tree, unsigned i,
		       const char *folder, const char *name, struct err *err)
{
	char *path = mem_printf("%s/%s", folder, name);

	if (mkdir(path, 0755) < 0) {
		free(path);
		return cgroup_refused(err, folder, tree->ops == &cgroup_v2);
	}
	tree->parent[i] = path;
	tree->lock_fd[i] = lock_folder(path);
	return 0;
}

int cgroup_tree_open_at(struct cgroup_tree **out,
			const struct cgroup_bases *at, const char *name,
			struct err *err)
{
	struct cgroup_tree *tree = mem_new(sizeof(*tree));
	int code;

	tree->ops = cgroup_ops_of(at);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		tree->lock_fd[i] = -1;
	code = tree->ops->open(tree, at, name, err);
	if (code < 0) {
		cgroup_tree_free(tree);
		return code;
	}
	*out = tree;
	return 0;
}

int cgroup_tree_open(struct cgroup_tree **out, const char *name,
		     struct err *err)
{
	struct cgroup_bases bases;
	int code = cgroup_find_of("/proc/self/cgroup", &bases, err);

	if (code < 0)
		return code;
	code = cgroup_tree_open_at(out, &bases, name, err);
	cgroup_bases_release(&bases);
	return code;
}

const char *cgroup_tree_version(const struct cgroup_tree *tree)
{
	return tree->ops->name;
}

/* The last hierarchy first: v1's pids can forbid forks. */
void cgroup_tree_free(struct cgroup_tree *tree)
{
	if (!tree)
		return;
	for (unsigned i = CGROUP_CONTROLLERS; i-- > 0;) {
		if (tree->parent[i])
			remove_folder(tree->ops, tree->parent[i]);
		if (tree->lock_fd[i] >= 0)
			close(tree->lock_fd[i]);
		free(tree->parent[i]);
	}
	cgroup_guard_end(tree->guard);
	if (tree->ops->close)
		tree->ops->close(tree);
	free(tree);
}

/* ------------------------------------------------------------ the group --- */

static void clear(struct cgroup *group, const struct cgroup_ops *ops)
{
	*group = (struct cgroup){ .ops = ops };
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		group->procs_fd[i] = -1;
	for (unsigned i = 0; i < CGROUP_FILES; i++)
		group->file_fd[i] = -1;
	group->freeze_fd = group->frozen_fd = -1;
}

static int make_folder(struct cgroup *group, unsigned i, const char *parent,
		       const char *name, struct err *err)
{
	char *path = mem_printf("%s/%s", parent, name);

	if (mkdir(path, 0755) < 0) {
		err_sys(err, "cannot make the control group %s", path);
		free(path);
		return ERR_SYSTEM;
	}
	group->path[i] = path; /* ours from here on */
	group->procs_fd[i] = cgroup_open_file(path, "cgroup.procs", O_WRONLY);
	if (group->procs_fd[i] < 0)
		return err_sys(err, "cannot open cgroup.procs of %s%s", path,
			       errno == EMFILE ? " (raise the limit of open "
						 "files: ulimit -n)" : "");
	return 0;
}

static int open_freezer(struct cgroup *group, struct err *err)
{
	if (cgroup_open_freezer(group) == 0)
		return 0;
	return err_sys(err, "cannot open the freezer of the control group %s "
		       "(raise the limit of open files: ulimit -n)",
		       group->path[0]);
}

static int make_folders(const struct cgroup_tree *tree, const char *name,
			struct cgroup *group, struct err *err)
{
	int code = 0;

	for (unsigned i = 0; i < CGROUP_CONTROLLERS && code == 0; i++)
		if (tree->parent[i])
			code = make_folder(group, i, tree->parent[i], name,
					   err);
	return code;
}

/* Rounds up: the kernel would round down. */
static uint64_t whole_pages(uint64_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return bytes % page ? bytes + page - bytes % page : bytes;
}

static int set_limits(const struct cgroup *group,
		      const struct cgroup_limits *limits, struct err *err)
{
	const struct cgroup_ops *ops = group->ops;

	if (limits->cpus != 0 && !(limits->cpus >= LEAST_CPUS))
		return err_set(err, ERR_USAGE,
			       "--cpus %g is less than the scheduler can hold "
			       "to: give %g or more", limits->cpus, LEAST_CPUS);
	if (limits->cpus > 0 && ops->limit_cpus(group, limits->cpus) < 0)
		return cgroup_limit_refused(err, "--cpus", "cpu");
	if (limits->memory_bytes &&
	    ops->limit_memory(group, whole_pages(limits->memory_bytes)) < 0)
		return cgroup_limit_refused(err, "--memory", "memory");
	if (limits->pids && cgroup_set(group, "pids.max", "%llu",
				       (unsigned long long)limits->pids) < 0)
		return cgroup_limit_refused(err, "--pids", "pids");
	return 0;
}

int cgroup_make(struct cgroup_tree *tree, const char *name,
		const struct cgroup_limits *limits, struct cgroup *out,
		struct err *err)
{
	int code;

	clear(out, tree->ops);
	out->ours = true;
	code = make_folders(tree, name, out, err);
	if (code == 0)
		code = cgroup_open_files(out, err);
	if (code == 0)
		code = open_freezer(out, err);
	if (code == 0)
		code = set_limits(out, limits, err);
	if (code < 0)
		cgroup_remove(out);
	return code;
}

static int take_bases(pid_t pid, const struct cgroup_bases *bases,
		       struct cgroup *out, struct err *err)
{
	clear(out, cgroup_ops_of(bases));
	for (unsigned i = 0; i < V1_REQUIRED; i++) {
		if (bases->top[i] && !bases->own[i])
			return err_set(err, ERR_NOT_FOUND,
				       "the control group of process %ld is "
				       "not below %s: run it outside of "
				       "containers", (long)pid, bases->top[i]);
		out->path[i] = mem_dup(bases->own[i]);
	}
	return cgroup_open_files(out, err);
}

int cgroup_open_of(pid_t pid, struct cgroup *out, struct err *err)
{
	struct cgroup_bases bases;
	char path[48];
	int code;

	clear(out, NULL);
	snprintf(path, sizeof(path), "/proc/%ld/cgroup", (long)pid);
	if (access(path, F_OK) < 0)
		return err_set(err, ERR_NOT_FOUND, "process %ld has ended",
			       (long)pid);
	code = cgroup_find_of(path, &bases, err);
	if (code < 0)
		return code;
	code = take_bases(pid, &bases, out, err);
	cgroup_bases_release(&bases);
	if (code < 0)
		cgroup_remove(out);
	return code;
}

int cgroup_enter(const struct cgroup *group)
{
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		if (group->procs_fd[i] >= 0 &&
		    write(group->procs_fd[i], "0", 1) != 1)
			return -1;
	return 0;
}

int cgroup_read(struct cgroup *group, enum cgroup_what what,
		struct cgroup_counts *out)
{
	return group->ops ? group->ops->read(group, what, out) : -1;
}

unsigned cgroup_kill(struct cgroup *group)
{
	return group->ops ? cgroup_kill_in(group->ops, group->path) : 0;
}

static void close_fds(int *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

void cgroup_remove(struct cgroup *group)
{
	if (!group->ops)
		return;
	close_fds(group->procs_fd, CGROUP_CONTROLLERS);
	close_fds(group->file_fd, CGROUP_FILES);
	close_fds(&group->freeze_fd, 1);
	close_fds(&group->frozen_fd, 1);
	for (unsigned i = CGROUP_CONTROLLERS; i-- > 0;) {
		if (group->path[i] && group->ours)
			remove_folder(group->ops, group->path[i]);
		free(group->path[i]);
	}
	clear(group, NULL);
}
