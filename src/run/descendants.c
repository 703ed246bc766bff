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

/* Parent and session of a process; false when it is gone. The name, which may
 * hold anything, ends at the last parenthesis (proc_pid_stat(5)). */
static bool read_stat(int proc_fd, const char *number, pid_t *parent,
		      pid_t *session)
{
	char path[32], line[1024], *p;
	ssize_t n;
	int fd, a, group, b;

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
	if (!p || sscanf(p + 1, " %*c %d %d %d", &a, &group, &b) != 3)
		return false;
	*parent = a;
	*session = b;
	return true;
}

/* Calls `each` for every child of ours; returns the sum of its answers. */
static unsigned for_children(struct descendants *watch,
			     unsigned (*each)(struct descendants *, pid_t,
					      pid_t))
{
	DIR *proc = opendir("/proc");
	pid_t self = getpid(), parent, session;
	struct dirent *entry;
	unsigned sum = 0;

	while (proc && (entry = readdir(proc))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (read_stat(dirfd(proc), entry->d_name, &parent, &session) &&
		    parent == self)
			sum += each(watch, (pid_t)atol(entry->d_name), session);
	}
	if (proc)
		closedir(proc);
	return sum;
}

static unsigned remember(struct descendants *watch, pid_t pid, pid_t session)
{
	MEM_ROOM(watch->known, watch->count, watch->capacity);
	watch->known[watch->count++] = (struct known_child){ pid, session };
	return 1;
}

/* An ignored SIGCHLD makes the kernel forget children as they end: no status,
 * and their numbers could belong to somebody else when we send a signal. */
static void sigchld_default(struct descendants *watch)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	sigaction(SIGCHLD, NULL, &watch->sigchld);
	watch->had_no_sigchld = watch->sigchld.sa_handler == SIG_IGN ||
				(watch->sigchld.sa_flags & SA_NOCLDWAIT);
	if (watch->had_no_sigchld)
		sigaction(SIGCHLD, &action, NULL);
}

void descendants_watch(struct descendants *watch)
{
	memset(watch, 0, sizeof(*watch));
	sigchld_default(watch);
	prctl(PR_GET_CHILD_SUBREAPER, &watch->was_subreaper);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for_children(watch, remember);
}

static bool is_foreign(const struct descendants *watch, pid_t pid,
		       pid_t session)
{
	if (session == getsid(0))
		return true;
	for (size_t i = 0; i < watch->count; i++)
		if (watch->known[i].pid == pid ||
		    watch->known[i].session == session)
			return true;
	return false;
}

static unsigned count_ours(struct descendants *watch, pid_t pid,
			   pid_t session)
{
	return is_foreign(watch, pid, session) ? 0 : 1;
}

static unsigned kill_one(struct descendants *watch, pid_t pid, pid_t session)
{
	int status;

	if (is_foreign(watch, pid, session))
		return 0;
	/* It is our child and has not been waited for: the number is its. */
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, WNOHANG) != pid)
		return 0;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

unsigned descendants_reap(struct descendants *watch, uint64_t until_ns,
			  unsigned *left)
{
	unsigned killed = 0;

	/* The children of one that was killed become ours in turn. */
	while ((*left = for_children(watch, count_ours)) > 0 &&
	       clock_now_ns() < until_ns) {
		killed += for_children(watch, kill_one);
		clock_sleep_until(clock_now_ns() + PAUSE_NS);
	}
	return killed;
}

void descendants_release(struct descendants *watch)
{
	prctl(PR_SET_CHILD_SUBREAPER, watch->was_subreaper);
	if (watch->had_no_sigchld)
		sigaction(SIGCHLD, &watch->sigchld, NULL);
	free(watch->known);
}
