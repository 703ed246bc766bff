/*
 * The inside of cgroup.h: the table of operations that v1 and v2 fill, the
 * places where groups can be made, and the files that both read and write.
 */
#ifndef CELL_CGROUP_OPS_H
#define CELL_CGROUP_OPS_H

#include "cell/cgroup.h"

/* v1's hierarchies, and the cgroup2 mount of a hybrid system; a v2 tree uses
 * the first place of each array. The last two are for freezing. They need not
 * be there, and a tree has one of them at most. */
enum { V1_CPU, V1_CPUACCT, V1_MEMORY, V1_PIDS, V1_FREEZER, V1_UNIFIED };
#define V1_REQUIRED V1_FREEZER /* those before it must be there */

/* ------------------------------------------------------ cgroup_find.c --- */

/* Where a process's groups are, found in two texts. Owned. */
struct cgroup_bases {
	bool v2;
	/* Of each hierarchy the folder where it is mounted. NULL: there is no
	 * such hierarchy. */
	char *top[CGROUP_CONTROLLERS];
	/* The process's own group. NULL: it is not below that mount; so it is
	 * with a process outside our cgroup namespace. */
	char *own[CGROUP_CONTROLLERS];
};

/*
 * `self` is the text of /proc/PID/cgroup, `mountinfo` that of
 * /proc/self/mountinfo. It is v1 if one of v1's four required hierarchies is
 * mounted, otherwise v2. Two controllers that are mounted together have the same
 * folders. Pure. ERR_NOT_FOUND, with empty bases: there is neither version, or
 * one of the four is missing.
 */
int cgroup_find(const char *self, const char *mountinfo,
		struct cgroup_bases *out, struct err *err);
void cgroup_bases_release(struct cgroup_bases *bases); /* twice is fine */

/* The same from the files; `path` is that of /proc/PID/cgroup. */
int cgroup_find_of(const char *path, struct cgroup_bases *out,
		   struct err *err);

/* ------------------------------------------------------ the operations --- */

struct cgroup_tree {
	const struct cgroup_ops *ops;
	char *parent[CGROUP_CONTROLLERS]; /* the run's; NULL: none, or the same
					   * as an earlier one */
	int lock_fd[CGROUP_CONTROLLERS]; /* of `parent`; -1: not there */
	char *leaf; /* v2: where our own processes were moved; NULL: not */
	pid_t guard; /* cgroup_guard(); 0: none */
};

struct cgroup_ops {
	const char *name; /* "v1" */
	/* The counters, in the order of struct cgroup's file_fd. A name means
	 * the file in that hierarchy which has it. The first must exist. */
	const char *const *files;
	unsigned file_count;
	/* Makes the parent groups with cgroup_make_parent(). After a failure
	 * the caller frees the tree. Required. */
	int (*open)(struct cgroup_tree *tree, const struct cgroup_bases *at,
		    const char *name, struct err *err);
	/* Each sets one limit, which is not 0; -1 with errno, ENOENT without
	 * its controller. Required. */
	int (*limit_cpus)(const struct cgroup *group, double cpus);
	int (*limit_memory)(const struct cgroup *group, uint64_t bytes);
	/* -1: the group has gone. Required. */
	int (*read)(struct cgroup *group, enum cgroup_what what,
		    struct cgroup_counts *out);
	/* SIGKILL to all in the folder, once; a frozen one is thawed after
	 * it. Required. */
	void (*kill_once)(const char *folder);
	/* Undoes what open() did besides making the parent groups, after these
	 * are gone. Not required. */
	void (*close)(struct cgroup_tree *tree);
};

extern const struct cgroup_ops cgroup_v1, cgroup_v2;

/* cgroup_tree_open() and cgroup_clear_stale() at bases of the caller's
 * choice: a check can use a mount of version 2 on a hybrid system. */
int cgroup_tree_open_at(struct cgroup_tree **out,
			const struct cgroup_bases *at, const char *name,
			struct err *err);
unsigned cgroup_clear_stale_at(const struct cgroup_bases *at,
			       const char *prefix,
			       bool (*is_dead)(const char *rest));

static inline const struct cgroup_ops *
cgroup_ops_of(const struct cgroup_bases *bases)
{
	return bases->v2 ? &cgroup_v2 : &cgroup_v1;
}

/* Makes tree->parent[i] = "folder/name" and locks it. The sentence of a failure
 * names the remedy. */
int cgroup_make_parent(struct cgroup_tree *tree, unsigned i,
		       const char *folder, const char *name, struct err *err);

/* ------------------------------------------------------ cgroup_file.c --- */

/* The text of a file of a group, cut at `size`; "" and false where there is
 * none. */
bool cgroup_text(const char *folder, const char *name, char *out, size_t size);
bool cgroup_text_fd(int fd, char *out, size_t size);

/* Writes a value. 0, or -1 with errno. */
int cgroup_write(const char *folder, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same in the hierarchy that has a file of that name; ENOENT: none has. */
int cgroup_set(const struct cgroup *group, const char *name, const char *format,
	       ...) __attribute__((format(printf, 3, 4)));

/* -1 with errno. */
int cgroup_open_file(const char *folder, const char *name, int flags);

/* Opens all counters of ops->files. */
int cgroup_open_files(struct cgroup *group, struct err *err);

/* The number behind a line's name, "oom_kill ", or COUNT_UNKNOWN. */
uint64_t cgroup_number(const char *text, const char *name);

/* The number that is a counter's whole file, or that stands in one line of
 * it. */
uint64_t cgroup_count(const struct cgroup *group, unsigned file);
uint64_t cgroup_count_line(const struct cgroup *group, unsigned file,
			   const char *name);

/* Sets both CPU fields. `cpu_ns` is the exact total; `user` and `system` are
 * estimates of its parts and are scaled to it. No field ever goes down. */
void cgroup_set_cpu(struct cgroup *group, uint64_t cpu_ns, uint64_t user,
		    uint64_t system, struct cgroup_counts *out);

/* The sentences for a group that cannot be made in `folder`, and for a limit
 * that cannot be set. Both read errno. */
int cgroup_refused(struct err *err, const char *folder, bool v2);
int cgroup_limit_refused(struct err *err, const char *option,
			 const char *controller);

/* Microseconds of quota and period for so many CPUs. Pure. */
void cgroup_quota(double cpus, uint64_t *quota_us, uint64_t *period_us);

/* ---------------------------------------------------- cgroup_freeze.c --- */

/* Whether groups in the folder, which is a group itself, can be frozen. */
bool cgroup_can_freeze(const char *folder);

/* Opens what cgroup_freeze() uses, where it is there. -1 with errno: there are
 * no descriptors left. */
int cgroup_open_freezer(struct cgroup *group);

/* Takes back a freeze of v1; processes that got SIGKILL end then. */
void cgroup_thaw(const char *folder);

/* ----------------------------------------------------- cgroup_guard.c --- */

/* Starts a process that waits for the end of the calling thread, and then thaws
 * all groups of v1's freezer in the folder, so that what was sent SIGKILL ends.
 * Call it while the process has one thread. 0: it could not be started. */
pid_t cgroup_guard(const char *folder);
void cgroup_guard_end(pid_t guard); /* 0 is fine */

/* ---------------------------------------------------- cgroup_remove.c --- */

/* How many processes are in the group itself, not below it. */
unsigned cgroup_population(const char *folder);

/* Sends SIGKILL to each process that cgroup.procs lists. */
void cgroup_kill_listed(const char *folder);

/* kill_once() in all folders until none of them has a process, or 5 s went by.
 * Returns how many are left in the first. */
unsigned cgroup_kill_in(const struct cgroup_ops *ops, char *const *folder);

/* Kills the processes in the folder and in the folders below it, and removes
 * the folders, the deepest first. false: something is left. */
bool cgroup_remove_folders(const struct cgroup_ops *ops, const char *folder);

#endif
