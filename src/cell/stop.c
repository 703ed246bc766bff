#include "cell/stop.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/process.h"

#define STOP_WAIT_NS NS_PER_S
#define PAUSE_NS (100 * NS_PER_US)

/* A process gets its PID before it can be seen: what was started before its
 * parent stopped may be missed by one look, not by the next. */
#define CLEAN_LOOKS 2

struct seen {
	struct process process;
	bool is_member;
};

/* All processes of the machine, sorted by PID. */
struct look {
	const struct stop_who *who;
	struct seen *at;
	size_t count, capacity;
};

/* --------------------------------------------------------------- members --- */

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct seen *)a)->process.pid;
	pid_t y = ((const struct seen *)b)->process.pid;

	return (x > y) - (x < y);
}

static void list_all(struct look *look)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	look->count = 0;
	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)atol(entry->d_name);
		struct seen seen = { .is_member = false };

		if (pid <= 0 || !process_read(pid, &seen.process))
			continue;
		MEM_ROOM(look->at, look->count, look->capacity);
		look->at[look->count++] = seen;
	}
	if (proc)
		closedir(proc);
	qsort(look->at, look->count, sizeof(*look->at), by_pid);
}

static struct seen *find(const struct look *look, pid_t pid)
{
	struct seen key = { .process.pid = pid };

	return bsearch(&key, look->at, look->count, sizeof(key), by_pid);
}

static pid_t first_of(const struct look *look)
{
	return look->who->first[look->who->number];
}

static bool is_session_of_any(const struct stop_who *who, pid_t session)
{
	for (unsigned i = 0; i < who->count; i++)
		if (who->first[i] && who->first[i] == session)
			return true;
	return false;
}

static bool has_user(const struct stop_who *who, pid_t pid)
{
	struct stat st;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	return stat(path, &st) == 0 && st.st_uid == who->user;
}

/* Whether it is an orphan of some replica: a child of ours in another session
 * than ours, younger than the replica. */
static bool is_orphan(const struct look *look, const struct process *p)
{
	const struct seen *first = find(look, first_of(look));

	return !look->who->init && p->parent == getpid() &&
	       p->session != getsid(0) && first &&
	       p->started >= first->process.started &&
	       !is_session_of_any(look->who, p->session);
}

/* 1: a member; -1: it may be one. */
static int judge(const struct look *look, const struct process *p)
{
	const struct seen *parent = find(look, p->parent);
	const struct stop_who *who = look->who;

	if (p->pid == getpid() || p->pid == who->init)
		return 0;
	if (p->pid == first_of(look) || p->session == first_of(look) ||
	    (parent && parent->is_member) ||
	    (who->init && p->parent == who->init))
		return 1;
	if (!is_orphan(look, p))
		return 0;
	if (who->has_user)
		return has_user(who, p->pid);
	return who->count == 1 ? 1 : -1;
}

/* Marks one generation at a time. false: it cannot be said of an orphan whose
 * it is. */
static bool mark_members(struct look *look)
{
	bool more = true, sure = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < look->count; i++) {
			struct seen *seen = &look->at[i];
			int verdict = seen->is_member
					      ? 0
					      : judge(look, &seen->process);

			seen->is_member |= verdict > 0;
			more |= verdict > 0;
			sure &= verdict >= 0;
		}
	}
	return sure;
}

/* A number that is no child's of ours any more may mean anybody. */
static bool is_there(const struct look *look)
{
	const struct seen *first = find(look, first_of(look));

	return first_of(look) > 0 && first &&
	       first->process.parent == getpid();
}

static bool take_look(struct look *look)
{
	bool sure;

	list_all(look);
	if (!is_there(look)) {
		errno = ESRCH;
		return false;
	}
	sure = mark_members(look);
	errno = ECHILD;
	return sure;
}

/* --------------------------------------------------------------- signals --- */

static bool is_still(char state)
{
	return state == 'T' || state == 't' || state == 'Z' || state == 'X';
}

/* Threads stop one by one, the first of them maybe before the others. */
static bool has_stopped(pid_t pid)
{
	char path[32];
	const struct dirent *entry;
	struct process thread;
	bool still = true;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && still && (entry = readdir(tasks))) {
		pid_t number = (pid_t)atol(entry->d_name);

		still = number <= 0 ||
			!process_read_thread(pid, number, &thread) ||
			is_still(thread.state);
	}
	if (tasks)
		closedir(tasks);
	return still;
}

/* How many of them still ran; -1 with errno. */
static int stop_members(const struct look *look)
{
	int running = 0;

	for (size_t i = 0; i < look->count; i++) {
		pid_t pid = look->at[i].process.pid;

		if (!look->at[i].is_member || has_stopped(pid))
			continue;
		if (kill(pid, SIGSTOP) < 0 && errno != ESRCH)
			return -1;
		running++;
	}
	return running;
}

/* A look at all processes takes longer than one at these. */
static int await_members(const struct look *look, uint64_t until)
{
	for (size_t i = 0; i < look->count; i++)
		while (look->at[i].is_member &&
		       !has_stopped(look->at[i].process.pid)) {
			if (clock_now_ns() >= until) {
				errno = ETIMEDOUT;
				return -1;
			}
			clock_sleep_until(clock_now_ns() + PAUSE_NS);
		}
	return 0;
}

static int stop(struct look *look)
{
	uint64_t until = clock_now_ns() + STOP_WAIT_NS;
	int running;

	for (int clean = 0; clean < CLEAN_LOOKS;) {
		if (!take_look(look))
			return -1;
		running = stop_members(look);
		if (running < 0 || await_members(look, until) < 0)
			return -1;
		clean = running ? 0 : clean + 1;
	}
	return 0;
}

static void go_on(const struct look *look)
{
	for (size_t i = 0; i < look->count; i++)
		if (look->at[i].is_member)
			kill(look->at[i].process.pid, SIGCONT);
}

/* An orphan of which it cannot be said whose it is has not been stopped. */
int stop_replica(const struct stop_who *who, bool stopped)
{
	struct look look = { .who = who };
	int code, saved;

	if (stopped)
		code = stop(&look);
	else
		code = take_look(&look) || errno == ECHILD ? 0 : -1;
	saved = errno;
	if (!stopped || code < 0)
		go_on(&look);
	free(look.at);
	errno = saved;
	return code;
}
