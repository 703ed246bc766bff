/* Ends the processes of groups and removes their folders. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cell/cgroup_ops.h"

#define KILL_WAIT_NS (5 * NS_PER_S)
#define PAUSE_NS (NS_PER_MS / 2)

/* Deeper than any system nests its groups. */
#define DEEPEST 24

unsigned cgroup_population(const char *folder)
{
	char text[65536];
	unsigned lines = 0;

	cgroup_text(folder, "cgroup.procs", text, sizeof(text));
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	return lines;
}

/* The PIDs were listed a moment ago: one could mean another process now only if
 * all PIDs had been used up in that moment. 0 stands for a process outside our
 * PID namespace. */
void cgroup_kill_listed(const char *folder)
{
	char text[65536], *at = text, *end;
	long pid;

	cgroup_text(folder, "cgroup.procs", text, sizeof(text));
	for (; (pid = strtol(at, &end, 10)), end != at; at = end)
		if (pid > 1 && pid != getpid())
			kill((pid_t)pid, SIGKILL);
}

static unsigned population_of(char *const *folder)
{
	unsigned most = 0;

	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
		unsigned n = folder[i] ? cgroup_population(folder[i]) : 0;

		most = n > most ? n : most;
	}
	return most;
}

unsigned cgroup_kill_in(const struct cgroup_ops *ops, char *const *folder)
{
	uint64_t until = clock_now_ns() + KILL_WAIT_NS;
	unsigned left;

	while ((left = population_of(folder)) > 0 && clock_now_ns() < until) {
		/* The last hierarchy first: v1's pids can forbid forks. */
		for (unsigned i = CGROUP_CONTROLLERS; i-- > 0;)
			if (folder[i])
				ops->kill_once(folder[i]);
		clock_sleep_until(clock_now_ns() + PAUSE_NS);
	}
	return left;
}

/* The kernel removes a group only after its last process has ended. A process
 * that is ending is no longer listed, and takes longer on a busy machine. A
 * child of a killed run may even enter now. */
static bool remove_one(const struct cgroup_ops *ops, char *folder,
		       uint64_t patience_ns)
{
	char *only[CGROUP_CONTROLLERS] = { folder };
	uint64_t until = clock_now_ns() + patience_ns;

	cgroup_kill_in(ops, only);
	/* A group of v1 that still holds page cache would live on unseen. */
	cgroup_write(folder, "memory.force_empty", "0");
	while (rmdir(folder) < 0) {
		if (errno == ENOENT)
			return true;
		if (errno != EBUSY || clock_now_ns() >= until)
			return false;
		clock_sleep_until(clock_now_ns() + PAUSE_NS);
		ops->kill_once(folder);
	}
	return true;
}

static bool is_group(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
	       strcmp(entry->d_name, "..") != 0;
}

bool cgroup_remove_folders(const struct cgroup_ops *ops, const char *folder)
{
	DIR *listing = opendir(folder);
	struct dirent *entry;
	bool gone, empty = true;
	char *copy;

	if (!listing && errno == ENOENT)
		return true;
	/* Without a free descriptor an empty folder can still be removed. */
	while (listing && (entry = readdir(listing))) {
		char *below;

		if (!is_group(entry))
			continue;
		below = mem_printf("%s/%s", folder, entry->d_name);
		empty = cgroup_remove_folders(ops, below) && empty;
		free(below);
	}
	if (listing)
		closedir(listing);
	copy = mem_dup(folder);
	gone = remove_one(ops, copy, empty ? KILL_WAIT_NS : 0);
	free(copy);
	return gone;
}

/* ---------------------------------------------------------------- stale --- */

struct search {
	const struct cgroup_ops *ops;
	const char *prefix;
	bool (*is_dead)(const char *rest);
	struct str removed; /* "/NAME/NAME/": a run has one in each hierarchy */
};

/* Whether a process still has the lock of cgroup_make_parent(). The lock ends
 * with its process, also in another PID namespace, where the PID says
 * nothing. */
static bool is_locked(const char *path)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool locked;

	if (fd < 0)
		return errno != ENOENT;
	locked = fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type != F_UNLCK;
	close(fd);
	return locked;
}

/* Anybody who has a group can make one of any name in it. */
static bool is_ours(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_uid == geteuid();
}

static void remove_stale(struct search *search, const char *path,
			 const char *name)
{
	char *mark;

	if (!search->is_dead(name + strlen(search->prefix)) ||
	    !is_ours(path) || is_locked(path) ||
	    !cgroup_remove_folders(search->ops, path))
		return;
	mark = mem_printf("/%s/", name);
	if (!strstr(search->removed.buf, mark))
		str_add(&search->removed, mark);
	free(mark);
}

/* Searches the whole hierarchy: the killed run may have been started in another
 * group than ours. */
static void search_below(struct search *search, const char *folder,
			 unsigned depth)
{
	DIR *listing = depth < DEEPEST ? opendir(folder) : NULL;
	size_t n = strlen(search->prefix);
	struct dirent *entry;

	while (listing && (entry = readdir(listing))) {
		char *path;

		if (!is_group(entry))
			continue;
		path = mem_printf("%s/%s", folder, entry->d_name);
		if (strncmp(entry->d_name, search->prefix, n) == 0)
			remove_stale(search, path, entry->d_name);
		else
			search_below(search, path, depth + 1);
		free(path);
	}
	if (listing)
		closedir(listing);
}

static unsigned count_marks(const char *text)
{
	unsigned slashes = 0;

	for (; (text = strchr(text, '/')); text++)
		slashes++;
	return slashes / 2;
}

unsigned cgroup_clear_stale_at(const struct cgroup_bases *at,
			       const char *prefix,
			       bool (*is_dead)(const char *rest))
{
	struct search search = { cgroup_ops_of(at), prefix, is_dead, STR_INIT };
	unsigned count;

	for (unsigned i = CGROUP_CONTROLLERS; i-- > 0;)
		if (at->top[i])
			search_below(&search, at->top[i], 0);
	count = count_marks(search.removed.buf);
	str_release(&search.removed);
	return count;
}

unsigned cgroup_clear_stale(const char *prefix,
			    bool (*is_dead)(const char *rest))
{
	struct cgroup_bases bases;
	unsigned count;

	if (cgroup_find_of("/proc/self/cgroup", &bases, NULL) < 0)
		return 0;
	count = cgroup_clear_stale_at(&bases, prefix, is_dead);
	cgroup_bases_release(&bases);
	return count;
}
