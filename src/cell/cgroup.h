/*
 * Control groups of one run, version 1 and 2 behind one table of operations.
 *
 *	struct cgroup_limits limits = { .memory_bytes = 1 << 30 };
 *	struct cgroup_counts counts;
 *	struct cgroup_tree *tree;
 *	struct cgroup group;
 *	struct err err;
 *
 *	cgroup_tree_open(&tree, "geoio-benchmark-0-4242-812345", &err);
 *	cgroup_make(tree, "replica-0", &limits, &group, &err);
 *	if (fork() == 0) {
 *		cgroup_enter(&group);
 *		execl("/usr/bin/true", "true", NULL);
 *	}
 *	cgroup_read(&group, CGROUP_OFTEN, &counts);
 *	cgroup_kill(&group);
 *	cgroup_remove(&group);
 *	cgroup_tree_free(tree);
 *
 * Where groups can be made is found by reading /proc/self/cgroup and
 * /proc/self/mountinfo, and then tried: the parent group of the run (the
 * tree's name) is made at once. On v1 that is below our own group in each
 * hierarchy, so that what limits us limits the run. On v2, where only the root
 * of all groups may have both processes and groups with controllers, it is at
 * the top of the mount for root, below our own (delegated) group otherwise; and
 * where that place is not the root, all processes in it are moved into a leaf
 * `geoio-harness` first, and back at the end.
 *
 * v1: cpu, cpuacct, memory, pids; each may be mounted anywhere, two of them
 * together. v2: cpu.stat is in every group, the memory, pids and cpu
 * controllers are enabled where they are offered. A hybrid system (controllers
 * on v1, an empty cgroup2 mount) is v1.
 *
 * Numbers, and what may be believed (measured, Linux 6.1 and 6.18):
 * cpu_ns is exact (v1 cpuacct.usage, v2 usage_usec) but for what a running
 * task used since its last tick or switch, at most 4 ms per busy CPU at 250 Hz;
 * cpu_user_ns comes from ticks: an estimate, scaled to cpu_ns, good over
 * seconds; neither it nor the rest ever goes down. v1's cpuacct.usage_user,
 * usage_sys and usage_all are raw ticks, off by up to 35%: not used.
 */
#ifndef CELL_CGROUP_H
#define CELL_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/unknown.h"

/* 0: no limit. */
struct cgroup_limits {
	double cpus;           /* CPU seconds a second, >= 0.01 */
	uint64_t memory_bytes; /* swap included; rounded up to whole pages */
	uint64_t pids;         /* processes and threads */
};

/* COUNT_UNKNOWN: this machine does not say. */
struct cgroup_counts {
	/* CGROUP_OFTEN, on v1 six files, on v2 three; each costs 1 us, or 4
	 * where another CPU has used the group: */
	uint64_t cpu_ns, cpu_user_ns;
	uint64_t memory_bytes;      /* usage: page cache and kernel memory too */
	uint64_t memory_peak_bytes; /* of the same, since the group was made */
	uint64_t pids;              /* processes and threads now */
	uint64_t throttled_ns;      /* waited because of the quota */
	/* CGROUP_SELDOM, three files more (once a second is enough): */
	uint64_t memory_anon_bytes; /* v1 memory.stat rss, v2 anon */
	uint64_t memory_inactive_file_bytes; /* page cache that goes first */
	uint64_t memory_kills;      /* processes killed for the limit */
	uint64_t pids_refused;      /* forks refused for the limit */
};

enum cgroup_what { CGROUP_OFTEN, CGROUP_SELDOM };

struct cgroup_tree; /* the parent group of one run, in each hierarchy */
struct cgroup_ops;  /* v1's, v2's; cgroup_ops.h */

/* One group. All fds stay open until cgroup_close() or cgroup_remove(): reads
 * and the child's entry open nothing. -1: this machine has no such file. */
#define CGROUP_CONTROLLERS 4 /* v1: cpu, cpuacct, memory, pids; v2: [0] */
#define CGROUP_FILES 10
struct cgroup {
	const struct cgroup_ops *ops; /* NULL: closed */
	char *path[CGROUP_CONTROLLERS]; /* folders; NULL: none, or the same as
					 * an earlier one. Owned */
	int procs_fd[CGROUP_CONTROLLERS]; /* cgroup.procs, to enter */
	int file_fd[CGROUP_FILES]; /* counters; the ops know which is which */
	uint64_t last_cpu_ns, last_user_ns; /* a split never goes down */
	bool ours; /* made by us: cgroup_remove() removes it */
};

/*
 * Makes the parent group. ERR_SYSTEM or ERR_NOT_FOUND with the reason and the
 * one remedy: "an ordinary user may not make control groups in …: run it as
 * root, or below `systemd-run --user --scope -p Delegate=yes`"; "the control
 * group controller memory is missing: …"; ERR_CONFLICT: the process has a tree
 * of this name already. Nothing is left behind then.
 *
 * The tree is locked by the process (fcntl, F_RDLCK on its folders) against
 * cgroup_clear_stale(): forked children do not hold the lock.
 */
int cgroup_tree_open(struct cgroup_tree **out, const char *name,
		     struct err *err);

/* "v1" or "v2". */
const char *cgroup_tree_version(const struct cgroup_tree *tree);

/* Removes the parent group with whatever is still below it (processes in it
 * are killed); moves the harness back where it was. NULL is fine. */
void cgroup_tree_free(struct cgroup_tree *tree);

/*
 * Makes a group and sets its limits. ERR_USAGE for a limit that this machine
 * cannot set (the sentence names the option --cpus, --memory or --pids and the
 * remedy); ERR_SYSTEM. Nothing is left then. The period of a quota is chosen so
 * that the quota is at least 10 ms, 2.5 ticks at 250 Hz, where the kernel's
 * longest period of 1 s allows: shorter ones overshoot by the tick.
 */
int cgroup_make(struct cgroup_tree *tree, const char *name,
		const struct cgroup_limits *limits, struct cgroup *out,
		struct err *err);

/* The group that a process is in, to read only (a container's): by
 * /proc/PID/cgroup and our mounts; never by building a path. */
int cgroup_open_of(pid_t pid, struct cgroup *out, struct err *err);

/* The path of a process's group below the top of its hierarchy (on v1 of the one
 * that counts CPU time), with a leading slash: what cAdvisor calls its id. "" and
 * false where it has none, or `size` is too small. */
bool cgroup_path_of(pid_t pid, char *out, size_t size);

/* The limits that the group has, as its own files say; `above`: or one of the
 * groups above it, where that is tighter (engines put a container's limits
 * there). 0: none. */
void cgroup_limits_of(const struct cgroup *group, bool above,
		      struct cgroup_limits *out);

/* Bytes of memory that this process may still have: the least of what the
 * machine has available and what the limits of its group and of those above
 * leave. UINT64_MAX: unknown. cgroup_room.c */
uint64_t cgroup_memory_room(void);

/* Moves the calling process into the group. Async-signal-safe, for the time
 * between fork() and execve(). 0, or -1 with errno. */
int cgroup_enter(const struct cgroup *group);

/* Unknown fields are COUNT_UNKNOWN; CGROUP_SELDOM fills all fields, the others
 * leave what they do not read as it was. Allocates nothing, opens nothing. -1
 * when the group has gone. */
int cgroup_read(struct cgroup *group, enum cgroup_what what,
		struct cgroup_counts *out);

/* Its CPU time as the caller knows it, between two readings: it is split as the
 * last one was. No later reading says less. */
void cgroup_advance(struct cgroup *group, uint64_t cpu_ns,
		    struct cgroup_counts *out);

/* SIGKILL to all in it, until none is left or 5 s went by: v2 cgroup.kill; v1
 * forks are forbidden first (pids.max 0), so that nothing can be started in the
 * group afterwards. Returns how many are left. */
unsigned cgroup_kill(struct cgroup *group);

/* Kills what is in it, then removes it (v1: its page cache first) and closes.
 * Twice is fine; for a group that is not ours it only closes. */
void cgroup_remove(struct cgroup *group);

/*
 * Removes parent groups that runs of this user left behind when they were
 * killed, with all processes in them: those anywhere in the hierarchies whose
 * name begins with `prefix`, for whose rest (base/owner.h) is_dead() says true,
 * that belong to this user and that no process has locked, which holds across
 * PID namespaces. is_dead() must not say so of a tree of the caller's own.
 * Returns how many runs.
 */
unsigned cgroup_clear_stale(const char *prefix,
			    bool (*is_dead)(const char *rest));

#endif
