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
 *	cgroup_freeze(&group, true);
 *	cgroup_freeze(&group, false);
 *	cgroup_kill(&group);
 *	cgroup_remove(&group);
 *	cgroup_tree_free(tree);
 *
 * /proc/self/cgroup and /proc/self/mountinfo say where groups can be made. Then
 * it is tried: the parent group of the run (the tree's name) is made at once.
 *
 * v1: the parent group is below our own group in each hierarchy, so the limits
 * on us are limits on the run. The controllers are cpu, cpuacct, memory and
 * pids. Each may be mounted anywhere, also two together.
 *
 * v2: the parent group of root is at the top of the mount, that of an ordinary
 * user below the user's own (delegated) group. Only the root of all groups may
 * have both processes and groups with controllers. In any other place, all
 * processes of the place are moved into a leaf `geoio-harness` first, and back
 * at the end. Every group has cpu.stat. The controllers memory, pids and cpu
 * are enabled where they are offered.
 *
 * A hybrid system (controllers on v1, an empty cgroup2 mount) counts as v1.
 *
 * What freezes: on v2 each group can. A v1 tree has for this one place more,
 * where there is one: below our own group on the cgroup2 mount of a hybrid
 * system, otherwise in the hierarchy of v1's controller freezer. Measured on
 * such a system (Linux 6.18, two busy CPUs, a Python process of 50 threads,
 * three times 200; median and p99):
 *
 *                     freeze              thaw
 *	cgroup2          0.20-0.28, 0.4-4.6  0.5-1.4, 5-10 ms
 *	v1's freezer     0.13-0.23, 0.3-2.9  0.9-1.1, 5.2-5.5 ms
 *
 * They are equally quick, and what they cost is the wait for a CPU: beside ten
 * other busy processes the median is some milliseconds, p99 100 to 200. SIGKILL
 * ends a process that cgroup2 froze, but one that v1 froze only once it is
 * thawed. So cgroup2 is first: a killed harness leaves no frozen replica there.
 * With v1's freezer a process of ours waits outside of the groups for the end
 * of the harness, and thaws them then (cgroup_guard.c).
 *
 * How exact the figures are (measured, Linux 6.1 and 6.18): cpu_ns is exact (v1
 * cpuacct.usage, v2 usage_usec), without the time that a running task has used
 * since its last tick or switch. That is at most 4 ms per busy CPU at 250 Hz.
 * cpu_user_ns is an estimate from ticks, scaled to cpu_ns, good over seconds.
 * No figure of CPU time ever goes down. v1's cpuacct.usage_user, usage_sys and
 * usage_all are raw ticks, wrong by up to 35%: they are not used.
 */
#ifndef CELL_CGROUP_H
#define CELL_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cpu.h"
#include "base/err.h"
#include "base/unknown.h"

/* 0: there is no limit. */
struct cgroup_limits {
	double cpus;           /* CPU seconds a second, >= 0.01 */
	uint64_t memory_bytes; /* swap included; rounded up to whole pages */
	uint64_t pids;         /* processes and threads */
};

/* COUNT_UNKNOWN: this machine does not say. */
struct cgroup_counts {
	/* CGROUP_OFTEN reads these: six files on v1, three on v2. A file costs
	 * 1 us, or 4 us where another CPU has used the group. */
	uint64_t cpu_ns, cpu_user_ns;
	uint64_t memory_bytes;      /* with page cache and kernel memory */
	uint64_t memory_peak_bytes; /* the most of it since the group was made */
	uint64_t pids;              /* processes and threads now */
	uint64_t throttled_ns;      /* how long it waited for its quota */
	/* CGROUP_SELDOM also reads these, three more files. Once a second is
	 * enough. */
	uint64_t memory_anon_bytes; /* v1 memory.stat rss, v2 anon */
	uint64_t memory_inactive_file_bytes; /* page cache that goes first */
	uint64_t memory_kills;      /* processes killed for the limit */
	uint64_t pids_refused;      /* forks refused for the limit */
};

enum cgroup_what { CGROUP_OFTEN, CGROUP_SELDOM };

struct cgroup_tree; /* the parent group of one run, in each hierarchy */
struct cgroup_ops;  /* v1's, v2's; cgroup_ops.h */

/* One group. All descriptors stay open until cgroup_remove(), so a reading
 * opens nothing, nor does a child that enters. -1: this machine has no such
 * file. */
#define CGROUP_CONTROLLERS 6 /* v1: cpu, cpuacct, memory, pids, and cgroup2 or
			      * freezer; v2: [0] */
#define CGROUP_FILES 10
struct cgroup {
	const struct cgroup_ops *ops; /* NULL: closed */
	char *path[CGROUP_CONTROLLERS]; /* folders; NULL: none, or the same as
					 * an earlier one. Owned */
	int procs_fd[CGROUP_CONTROLLERS]; /* cgroup.procs, to enter */
	int file_fd[CGROUP_FILES]; /* counters; the ops know which is which */
	int freeze_fd; /* cgroup.freeze, or v1's freezer.state */
	int frozen_fd; /* where cgroup.freeze's result is read */
	struct cpu_time cpu; /* of the last reading */
	bool ours; /* made by us: cgroup_remove() removes it */
};

/*
 * Makes the parent group. A failure leaves nothing behind.
 * ERR_SYSTEM, ERR_NOT_FOUND: it cannot be made. The sentence has the reason and
 * the remedy: "an ordinary user may not make control groups in …: run it as
 * root, or below `systemd-run --user --scope -p Delegate=yes`".
 * ERR_CONFLICT: the process has a tree of this name already.
 *
 * The process locks the tree (fcntl, F_RDLCK on its folders) against
 * cgroup_clear_stale(). Forked children do not hold the lock.
 */
int cgroup_tree_open(struct cgroup_tree **out, const char *name,
		     struct err *err);

/* "v1" or "v2". */
const char *cgroup_tree_version(const struct cgroup_tree *tree);

/* Removes the parent group and all below it, and kills the processes in it.
 * Moves the harness back to its group. NULL is fine. */
void cgroup_tree_free(struct cgroup_tree *tree);

/*
 * Makes a group and sets its limits. A failure leaves nothing behind.
 * ERR_USAGE: this machine cannot set a limit; the sentence names the option
 * (--cpus, --memory or --pids) and the remedy. ERR_SYSTEM.
 *
 * The period of a quota is chosen so that the quota is at least 10 ms (2.5
 * ticks at 250 Hz), as far as the kernel's longest period of 1 s allows. A
 * shorter quota is overshot by a tick.
 */
int cgroup_make(struct cgroup_tree *tree, const char *name,
		const struct cgroup_limits *limits, struct cgroup *out,
		struct err *err);

/* Opens the group of a process (of a container) for reading. It is found by
 * /proc/PID/cgroup and our mounts, never by building a path. */
int cgroup_open_of(pid_t pid, struct cgroup *out, struct err *err);

/* The path of a process's group below the top of its hierarchy, with a leading
 * slash. cAdvisor calls it the id. On v1 it is of the hierarchy that counts CPU
 * time. false and "": the process has no group, or `size` is too small. */
bool cgroup_path_of(pid_t pid, char *out, size_t size);

/* The limits that the files of the group say. With `above` the limits of the
 * groups above it count too, and the tightest is given: engines put a
 * container's limits there. 0: there is none. */
void cgroup_limits_of(const struct cgroup *group, bool above,
		      struct cgroup_limits *out);

/*
 * The quota of CPU time that all groups of a run have together: of their parent
 * group or of one above, the tightest. `docker run --cpus`, a Kubernetes limit or
 * systemd's CPUQuota= set one. Without a tree (NULL) that of this process.
 *
 *	struct cgroup_quota quota;
 *
 *	cgroup_quota_open(NULL, &quota);
 *	printf("%g CPUs, waited for %llu ns\n", quota.cpus,
 *	       (unsigned long long)cgroup_quota_waited_ns(&quota));
 *	cgroup_quota_close(&quota);
 */
#define CGROUP_QUOTAS 8
struct cgroup_quota {
	double cpus; /* 0: there is none */
	int fd[CGROUP_QUOTAS]; /* cpu.stat of those that have one */
	unsigned count;
};

void cgroup_quota_open(const struct cgroup_tree *tree,
		       struct cgroup_quota *out);
void cgroup_quota_close(struct cgroup_quota *quota); /* twice is fine */

/* How long the groups have waited for their quotas so far: a CPU that may not
 * run one counts, so it grows by more than the time. Opens and allocates
 * nothing. 0: there is no quota, or it is not told. */
uint64_t cgroup_quota_waited_ns(const struct cgroup_quota *quota);

/* Bytes of memory that this process can still get (cgroup_room.c): the machine
 * has them available, and the limits of its group and of those above leave
 * them. UINT64_MAX: unknown. */
uint64_t cgroup_memory_room(void);

/* Moves the calling process into the group. Async-signal-safe, for the time
 * between fork() and execve(). 0, or -1 with errno. */
int cgroup_enter(const struct cgroup *group);

/* Fills the fields that `what` reads, COUNT_UNKNOWN where this machine does not
 * say, and leaves the others as they are. CGROUP_SELDOM fills all. Allocates
 * and opens nothing. -1: the group has gone. */
int cgroup_read(struct cgroup *group, enum cgroup_what what,
		struct cgroup_counts *out);

/* Fills `pids`, `most` at most, with the processes in it that our PID namespace has, and
 * returns how many. What is in groups below is left out. Opens a file: 5 us. */
size_t cgroup_members(const struct cgroup *group, pid_t *pids, size_t most);

/* Sets the CPU time that the caller knows from elsewhere, between two readings.
 * It is split into user and system as the last reading was. No later reading
 * says less. */
void cgroup_advance(struct cgroup *group, uint64_t cpu_ns,
		    struct cgroup_counts *out);

/* Stops all processes in it, those that they start too, or lets them go on.
 * Returns once all are stopped. Their CPU time may then still get the last
 * moment, up to the switch of each: 0.4 ms were seen in an emulated machine.
 * Allocates and opens nothing. 0, or -1 with errno. ENOTSUP: nothing here
 * freezes groups, or the group is not ours. ETIMEDOUT: not all had stopped
 * within 1 s, and all go on. A frozen process takes no signal but SIGKILL, see
 * above. */
int cgroup_freeze(struct cgroup *group, bool frozen);
bool cgroup_can_be_frozen(const struct cgroup *group);

/* Sends SIGKILL to all processes in it until none is left, 5 s at most. v2 does
 * so by cgroup.kill. On v1 forks are forbidden first (pids.max 0), so nothing
 * can be started in the group afterwards. A frozen group is thawed for it, and
 * no process runs again. Returns how many are left. */
unsigned cgroup_kill(struct cgroup *group);

/* Kills the processes in it, removes it (on v1 its page cache first) and
 * closes. A group that is not ours is only closed. Twice is fine. */
void cgroup_remove(struct cgroup *group);

/*
 * Removes the parent groups that killed runs of this user left, and ends all
 * processes in them. Such a group may be anywhere in the hierarchies. Its name
 * begins with `prefix`, and is_dead() says true of the rest of the name
 * (base/owner.h). It belongs to this user, and no process has locked it: the
 * lock also tells of other PID namespaces. is_dead() must say false of a tree
 * of the caller's own. Returns the number of runs.
 */
unsigned cgroup_clear_stale(const char *prefix,
			    bool (*is_dead)(const char *rest));

#endif
