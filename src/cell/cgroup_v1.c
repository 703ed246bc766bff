/* Version 1: a hierarchy for each controller. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cell/cgroup_ops.h"

/* X(NAME, file) */
#define FILES(X)                                                               \
	X(CPU_USAGE, "cpuacct.usage")                                          \
	X(CPU_SPLIT, "cpuacct.stat")                                           \
	X(THROTTLED, "cpu.stat")                                               \
	X(MEMORY, "memory.usage_in_bytes")                                     \
	X(MEMORY_PEAK, "memory.max_usage_in_bytes")                            \
	X(MEMORY_STAT, "memory.stat")                                          \
	X(MEMORY_KILLS, "memory.oom_control")                                  \
	X(PIDS, "pids.current")                                                \
	X(PIDS_EVENTS, "pids.events")

enum file {
#define X(name, file) FILE_##name,
	FILES(X)
#undef X
	FILE_COUNT
};
_Static_assert(FILE_COUNT <= CGROUP_FILES, "struct cgroup has too few files");

static const char *const files[FILE_COUNT] = {
#define X(name, file) file,
	FILES(X)
#undef X
};

/* Our own group, so that the limits on us are limits on the run. It cannot be
 * seen from within a cgroup namespace whose mounts were made outside of it. */
static const char *base_of(const struct cgroup_bases *at, unsigned i)
{
	return at->own[i] ? at->own[i] : at->top[i];
}

static bool is_repeated(const struct cgroup_bases *at, unsigned i)
{
	for (unsigned j = 0; j < i; j++)
		if (base_of(at, j) &&
		    strcmp(base_of(at, j), base_of(at, i)) == 0)
			return true;
	return false;
}

static void drop_parent(struct cgroup_tree *tree, unsigned i)
{
	close(tree->lock_fd[i]);
	rmdir(tree->parent[i]);
	free(tree->parent[i]);
	tree->lock_fd[i] = -1;
	tree->parent[i] = NULL;
}

/* The mount of version 2 may be read-only, and could not freeze before Linux
 * 5.2. */
static bool open_place_to_freeze(struct cgroup_tree *tree, unsigned i,
				 const struct cgroup_bases *at,
				 const char *name)
{
	struct err err;

	if (!base_of(at, i) || is_repeated(at, i))
		return false;
	if (cgroup_make_parent(tree, i, base_of(at, i), name, &err) < 0) {
		LOG(CELL, "%s", err.text);
		return false;
	}
	if (cgroup_can_freeze(tree->parent[i]))
		return true;
	drop_parent(tree, i);
	return false;
}

static int v1_open(struct cgroup_tree *tree, const struct cgroup_bases *at,
		   const char *name, struct err *err)
{
	int code = 0;

	for (unsigned i = 0; i < V1_REQUIRED && code == 0; i++)
		if (!is_repeated(at, i))
			code = cgroup_make_parent(tree, i, base_of(at, i), name,
						  err);
	if (code == 0 && !open_place_to_freeze(tree, V1_UNIFIED, at, name) &&
	    open_place_to_freeze(tree, V1_FREEZER, at, name))
		tree->guard = cgroup_guard(tree->parent[V1_FREEZER]);
	return code;
}

static int v1_limit_cpus(const struct cgroup *group, double cpus)
{
	uint64_t quota, period;

	cgroup_quota(cpus, &quota, &period);
	if (cgroup_set(group, "cpu.cfs_period_us", "%llu",
		       (unsigned long long)period) < 0)
		return -1;
	return cgroup_set(group, "cpu.cfs_quota_us", "%llu",
			  (unsigned long long)quota);
}

/* Without accounting of swap the second file does not exist. */
static int v1_limit_memory(const struct cgroup *group, uint64_t bytes)
{
	if (cgroup_set(group, "memory.limit_in_bytes", "%llu",
		       (unsigned long long)bytes) < 0)
		return -1;
	if (cgroup_set(group, "memory.memsw.limit_in_bytes", "%llu",
		       (unsigned long long)bytes) < 0 && errno != ENOENT)
		return -1;
	return 0;
}

static void read_throttled(const struct cgroup *group,
			   struct cgroup_counts *out)
{
	char text[512];

	cgroup_text_fd(group->file_fd[FILE_THROTTLED], text, sizeof(text));
	out->throttled_ns = cgroup_number(text, "throttled_time ");
}

static void read_seldom(const struct cgroup *group, struct cgroup_counts *out)
{
	char text[4096];

	cgroup_text_fd(group->file_fd[FILE_MEMORY_STAT], text, sizeof(text));
	out->memory_anon_bytes = cgroup_number(text, "rss ");
	out->memory_inactive_file_bytes =
		cgroup_number(text, "inactive_file ");
	out->memory_kills = cgroup_count_line(group, FILE_MEMORY_KILLS,
					      "oom_kill ");
	out->pids_refused = cgroup_count_line(group, FILE_PIDS_EVENTS, "max ");
}

static int read_split(struct cgroup *group, uint64_t cpu_ns,
		      struct cgroup_counts *out)
{
	char split[128];

	if (!cgroup_text_fd(group->file_fd[FILE_CPU_SPLIT], split,
			    sizeof(split)))
		return -1;
	cgroup_set_cpu(group, cpu_ns, cgroup_number(split, "user "),
		       cgroup_number(split, "system "), out);
	return 0;
}

static int v1_read(struct cgroup *group, enum cgroup_what what,
		   struct cgroup_counts *out)
{
	uint64_t cpu_ns = cgroup_count(group, FILE_CPU_USAGE);

	if (cpu_ns == COUNT_UNKNOWN)
		return -1;
	if (read_split(group, cpu_ns, out) < 0)
		return -1;
	out->memory_bytes = cgroup_count(group, FILE_MEMORY);
	out->memory_peak_bytes = cgroup_count(group, FILE_MEMORY_PEAK);
	out->pids = cgroup_count(group, FILE_PIDS);
	read_throttled(group, out);
	if (what == CGROUP_SELDOM)
		read_seldom(group, out);
	return 0;
}

/* Forbids forks first. A hierarchy without that file has the same processes as
 * the one that has it. The mount of version 2 can do all at once. */
static void v1_kill_once(const char *folder)
{
	if (cgroup_write(folder, "cgroup.kill", "1") == 0)
		return;
	cgroup_write(folder, "pids.max", "0");
	cgroup_kill_listed(folder);
	cgroup_thaw(folder);
}

const struct cgroup_ops cgroup_v1 = {
	.name = "v1",
	.files = files,
	.file_count = FILE_COUNT,
	.open = v1_open,
	.limit_cpus = v1_limit_cpus,
	.limit_memory = v1_limit_memory,
	.read = v1_read,
	.kill_once = v1_kill_once,
};
