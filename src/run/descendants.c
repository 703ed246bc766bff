#include "run/descendants.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define PAUSE_NS (2 * NS_PER_MS)

/* What is read of a process; fields of proc_pid_stat(5). */
struct relation {
	pid_t pid, parent, group, session;
};

/* False: the process is gone. Its name may hold anything and ends at the last
 * parenthesis. */
static bool read_stat(int proc_fd, const char *number, struct relation *out)
{
	char path[32], line[1024], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%.20s/stat", number);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n <= 0)
		return false;
	line[n] = '\0';
	p = strrchr(line, ')');
	out->pid = (pid_t)atol(number);
	return p && sscanf(p + 1, " %*c %d %d %d", &out->parent, &out->group,
			   &out->session) == 3;
}

/* Calls `each` for every child of ours; returns the sum of its answers. */
static unsigned for_children(struct descendants *all,
			     unsigned (*each)(struct descendants *,
					      const struct relation *))
{
	DIR *proc = opendir("/proc");
	pid_t self = getpid();
	struct dirent *entry;
	struct relation child;
	unsigned sum = 0;

	while (proc && (entry = readdir(proc))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (read_stat(dirfd(proc), entry->d_name, &child) &&
		    child.parent == self)
			sum += each(all, &child);
	}
	if (proc)
		closedir(proc);
	return sum;
}

static unsigned remember(struct descendants *all,
			 const struct relation *child)
{
	MEM_ROOM(all->known, all->count, all->capacity);
	all->known[all->count++] =
		(struct known_child){ child->pid, child->session };
	return 1;
}

/* An ignored SIGCHLD makes the kernel forget children as they end. Then there
 * is no status, and a signal of ours could reach somebody else who has the
 * number by now. */
static void sigchld_default(struct descendants *all)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	sigaction(SIGCHLD, NULL, &all->sigchld);
	all->had_no_sigchld = all->sigchld.sa_handler == SIG_IGN ||
				(all->sigchld.sa_flags & SA_NOCLDWAIT);
	if (all->had_no_sigchld)
		sigaction(SIGCHLD, &action, NULL);
}

void descendants_begin(struct descendants *all)
{
	memset(all, 0, sizeof(*all));
	sigchld_default(all);
	prctl(PR_GET_CHILD_SUBREAPER, &all->was_subreaper);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for_children(all, remember);
}

void descendants_add(struct descendants *all, pid_t replica)
{
	MEM_ROOM(all->session, all->sessions, all->session_capacity);
	all->session[all->sessions++] = replica;
}

static bool is_foreign(const struct descendants *all,
		       const struct relation *child)
{
	if (child->session == getsid(0))
		return true;
	for (size_t i = 0; i < all->count; i++)
		if (all->known[i].pid == child->pid ||
		    all->known[i].session == child->session)
			return true;
	return false;
}

static bool is_of_replica(const struct descendants *all, pid_t session)
{
	for (size_t i = 0; i < all->sessions; i++)
		if (all->session[i] == session)
			return true;
	return false;
}

/* Waits for children that have ended: one process, or a group (negative).
 * Returns whether `child` is one of them. */
static bool reap(struct descendants *all, pid_t which, pid_t child)
{
	bool found = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(which, &status, WNOHANG)) > 0) {
		all->killed += WIFSIGNALED(status) &&
				 WTERMSIG(status) == SIGKILL;
		found = found || pid == child;
	}
	return found;
}

/* Nobody has waited for this child, so its number is still its own, and so is
 * the number of its group. The group is all of a replica if the session is. One
 * signal to the group also reaches processes that fork and end faster than we
 * look. (0 is a group of an outer PID namespace.) */
static unsigned kill_one(struct descendants *all,
			 const struct relation *child)
{
	bool whole = child->group > 1 && is_of_replica(all, child->session);

	if (is_foreign(all, child))
		return 0;
	all->seen++;
	if (whole)
		kill(-child->group, SIGKILL);
	kill(child->pid, SIGKILL);
	return !(whole && reap(all, -child->group, child->pid)) &&
	       !reap(all, child->pid, child->pid);
}

static unsigned kill_orphan(struct descendants *all,
			    const struct relation *child)
{
	return is_of_replica(all, child->session) ? 0 : kill_one(all, child);
}

/* Children of a killed process become ours in turn. So this goes on until a
 * look finds nobody, not even one to wait for. */
static unsigned kill_until(struct descendants *all,
			   unsigned (*each)(struct descendants *,
					    const struct relation *),
			   uint64_t until_ns, unsigned *left)
{
	all->killed = 0;
	for (;;) {
		all->seen = 0;
		*left = for_children(all, each);
		if (!all->seen || clock_now_ns() >= until_ns)
			return all->killed;
		if (*left)
			clock_sleep_until(clock_now_ns() + PAUSE_NS);
	}
}

unsigned descendants_reap(struct descendants *all, uint64_t until_ns,
			  unsigned *left)
{
	return kill_until(all, kill_one, until_ns, left);
}

unsigned descendants_kill_orphans(struct descendants *all, uint64_t until_ns,
				  unsigned *left)
{
	return kill_until(all, kill_orphan, until_ns, left);
}

void descendants_release(struct descendants *all)
{
	prctl(PR_SET_CHILD_SUBREAPER, all->was_subreaper);
	if (all->had_no_sigchld)
		sigaction(SIGCHLD, &all->sigchld, NULL);
	free(all->known);
	free(all->session);
}
