/* Version 2: one hierarchy; controllers are handed down group by group. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cell/cgroup_ops.h"

/* Where the processes of our own group go before it enables controllers for the
 * groups below: the kernel allows that only to a group without processes. */
#define LEAF "geoio-harness"

/* A shell may fork while its group is being emptied. */
#define MOVE_TRIES 20

/* X(NAME, file); memory.peak since Linux 5.19 */
#define FILES(X)                                                               \
	X(CPU, "cpu.stat")                                                     \
	X(MEMORY, "memory.current")                                            \
	X(MEMORY_PEAK, "memory.peak")                                          \
	X(MEMORY_STAT, "memory.stat")                                          \
	X(MEMORY_EVENTS, "memory.events")                                      \
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

/* ---------------------------------------------------------- controllers --- */

static const char *const wanted[] = { "cpu", "memory", "pids" };
#define WANTED (sizeof(wanted) / sizeof(*wanted))

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; (at = strstr(at, word)) != NULL; at += n)
		if ((at == text || at[-1] == ' ') &&
		    (at[n] == '\0' || at[n] == ' ' || at[n] == '\n'))
			return true;
	return false;
}

/* Is wanted[i] offered to the folder and not handed down yet? */
static bool is_missing(const char *folder, unsigned i)
{
	char offered[512], given[512];

	cgroup_text(folder, "cgroup.controllers", offered, sizeof(offered));
	cgroup_text(folder, "cgroup.subtree_control", given, sizeof(given));
	return has_word(offered, wanted[i]) && !has_word(given, wanted[i]);
}

static bool misses_any(const char *folder)
{
	for (unsigned i = 0; i < WANTED; i++)
		if (is_missing(folder, i))
			return true;
	return false;
}

static int hand_down(const char *folder)
{
	for (unsigned i = 0; i < WANTED; i++)
		if (is_missing(folder, i) &&
		    cgroup_write(folder, "cgroup.subtree_control", "+%s",
				 wanted[i]) < 0)
			return -1;
	return 0;
}

/* The root of all groups has no type, and may have processes and controllers
 * for its groups at once. In a container the top is not it. */
static bool is_root(const char *folder)
{
	char type[64];

	return !cgroup_text(folder, "cgroup.type", type, sizeof(type));
}

/* ------------------------------------------------------------- the tree --- */

static void move_processes(const char *from, const char *to)
{
	char text[65536], *at = text, *end;
	long pid;

	cgroup_text(from, "cgroup.procs", text, sizeof(text));
	for (; (pid = strtol(at, &end, 10)), end != at; at = end)
		cgroup_write(to, "cgroup.procs", "%ld", pid);
}

/* All processes of the group, as it was given to this person: the shell too. */
static int move_to_leaf(struct cgroup_tree *tree, const char *folder)
{
	char *leaf = mem_printf("%s/" LEAF, folder);

	if (mkdir(leaf, 0755) < 0 && errno != EEXIST) {
		free(leaf);
		return -1;
	}
	tree->leaf = leaf;
	for (int i = 0; i < MOVE_TRIES && cgroup_population(folder); i++)
		move_processes(folder, leaf);
	return 0;
}

static bool is_leaf(const char *folder)
{
	const char *name = strrchr(folder, '/');

	return name && strcmp(name + 1, LEAF) == 0;
}

/* Where groups are made. If we are in the leaf of another run, which lives or
 * was killed, that is beside the leaf. The caller frees; NULL: nowhere. */
static char *base_of(struct cgroup_tree *tree, const struct cgroup_bases *at)
{
	const char *own = at->own[0];
	char *base;

	if (geteuid() == 0 || !own)
		return mem_dup(at->top[0]);
	base = mem_dup(own);
	if (is_leaf(own)) {
		tree->leaf = mem_dup(own);
		*strrchr(base, '/') = '\0';
	}
	return base;
}

/* Processes are moved before the first controller is enabled. The kernel would
 * allow cpu alone beside processes, but then the group becomes a threaded one,
 * and groups below it are of no use. */
static int prepare(struct cgroup_tree *tree, const char *base, struct err *err)
{
	if (faccessat(AT_FDCWD, base, W_OK, AT_EACCESS) < 0)
		return cgroup_refused(err, base, true);
	if (!misses_any(base))
		return 0;
	if (!is_root(base) && cgroup_population(base) > 0 &&
	    move_to_leaf(tree, base) < 0)
		return cgroup_refused(err, base, true);
	if (hand_down(base) < 0)
		return err_sys(err, "the control group %s cannot hand down its "
			       "controllers (other processes are in it: end "
			       "them, or start from another group)", base);
	return 0;
}

static int v2_open(struct cgroup_tree *tree, const struct cgroup_bases *at,
		   const char *name, struct err *err)
{
	char *base = base_of(tree, at);
	int code = prepare(tree, base, err);

	if (code == 0)
		code = cgroup_make_parent(tree, 0, base, name, err);
	if (code == 0 && hand_down(tree->parent[0]) < 0)
		code = err_sys(err, "the control group %s cannot hand down its "
			       "controllers", tree->parent[0]);
	free(base);
	return code;
}

/* Puts all back as it was. While another run has groups there, the kernel
 * refuses the first step (EBUSY): then the last run does all of it. */
static void v2_close(struct cgroup_tree *tree)
{
	char *base;
	bool taken = true;

	if (!tree->leaf)
		return;
	base = mem_dup(tree->leaf);
	*strrchr(base, '/') = '\0';
	for (unsigned i = WANTED; i-- > 0 && taken;)
		taken = cgroup_write(base, "cgroup.subtree_control", "-%s",
				     wanted[i]) == 0 || errno != EBUSY;
	if (taken) {
		move_processes(tree->leaf, base);
		rmdir(tree->leaf);
	}
	free(base);
	free(tree->leaf);
	tree->leaf = NULL;
}

/* ------------------------------------------------------------ the group --- */

static int v2_limit_cpus(const struct cgroup *group, double cpus)
{
	uint64_t quota, period;

	cgroup_quota(cpus, &quota, &period);
	return cgroup_set(group, "cpu.max", "%llu %llu",
			  (unsigned long long)quota,
			  (unsigned long long)period);
}

/* Without swap in the kernel the second file does not exist. */
static int v2_limit_memory(const struct cgroup *group, uint64_t bytes)
{
	if (cgroup_set(group, "memory.max", "%llu",
		       (unsigned long long)bytes) < 0)
		return -1;
	if (cgroup_set(group, "memory.swap.max", "0") < 0 && errno != ENOENT)
		return -1;
	return 0;
}

static uint64_t microseconds(const char *text, const char *name)
{
	uint64_t us = cgroup_number(text, name);

	return us == COUNT_UNKNOWN ? us : us * NS_PER_US;
}

static int read_cpu(struct cgroup *group, struct cgroup_counts *out)
{
	char text[1024];
	uint64_t cpu_ns;

	cgroup_text_fd(group->file_fd[FILE_CPU], text, sizeof(text));
	cpu_ns = microseconds(text, "usage_usec ");
	if (cpu_ns == COUNT_UNKNOWN)
		return -1;
	cgroup_set_cpu(group, cpu_ns, cgroup_number(text, "user_usec "),
		       cgroup_number(text, "system_usec "), out);
	out->throttled_ns = microseconds(text, "throttled_usec ");
	return 0;
}

/* What we want of memory.stat are its first lines. */
static void read_seldom(const struct cgroup *group, struct cgroup_counts *out)
{
	char text[4096];

	cgroup_text_fd(group->file_fd[FILE_MEMORY_STAT], text, sizeof(text));
	out->memory_anon_bytes = cgroup_number(text, "anon ");
	out->memory_inactive_file_bytes =
		cgroup_number(text, "inactive_file ");
	out->memory_kills = cgroup_count_line(group, FILE_MEMORY_EVENTS,
					      "oom_kill ");
	out->pids_refused = cgroup_count_line(group, FILE_PIDS_EVENTS, "max ");
}

static int v2_read(struct cgroup *group, enum cgroup_what what,
		   struct cgroup_counts *out)
{
	if (read_cpu(group, out) < 0)
		return -1;
	out->memory_bytes = cgroup_count(group, FILE_MEMORY);
	out->memory_peak_bytes = cgroup_count(group, FILE_MEMORY_PEAK);
	out->pids = cgroup_count(group, FILE_PIDS);
	if (what == CGROUP_SELDOM)
		read_seldom(group, out);
	return 0;
}

/* cgroup.kill is there since Linux 5.14. */
static void v2_kill_once(const char *folder)
{
	if (cgroup_write(folder, "cgroup.kill", "1") == 0)
		return;
	cgroup_write(folder, "pids.max", "0");
	cgroup_kill_listed(folder);
}

const struct cgroup_ops cgroup_v2 = {
	.name = "v2",
	.files = files,
	.file_count = FILE_COUNT,
	.open = v2_open,
	.limit_cpus = v2_limit_cpus,
	.limit_memory = v2_limit_memory,
	.read = v2_read,
	.kill_once = v2_kill_once,
	.close = v2_close,
};
