#include "cell/space.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define CLOSE_WAIT_NS (5 * NS_PER_S)
#define PAUSE_NS (NS_PER_MS / 2)

/* The child of space_fork() has some paths on its stack. */
#define STACK_BYTES 131072

/* As fork(2), with flags. glibc's fork() also mends locks of the program; this
 * child makes only system calls, so it needs none of that. */
static pid_t fork_with(unsigned long flags)
{
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

/* ----------------------------------------------------------------- init --- */

#define INIT_END 0 /* the one descriptor that it has */

/* Nobody may trace it, as it has a copy of our memory. */
static int keep_nothing(int end)
{
	prctl(PR_SET_NAME, "geoio-init");
	prctl(PR_SET_DUMPABLE, 0);
	if (end != INIT_END && dup2(end, INIT_END) < 0)
		return -1;
	return close_range(INIT_END + 1, ~0U, 0);
}

/* Says that it is ready, and waits for the word to go on. If the parent ended
 * before prctl(), that word does not come; if it ends later, prctl() ends
 * us. */
static bool is_begun(void)
{
	char byte = 0;

	return write(INIT_END, &byte, 1) == 1 && read(INIT_END, &byte, 1) == 1;
}

/* Waits for orphans, so that their CPU is counted as its children's. */
static _Noreturn void be_init(int end)
{
	sigset_t signals;
	int number;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigfillset(&signals);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	setsid();
	if (keep_nothing(end) < 0 || !is_begun())
		_exit(1);
	close(INIT_END);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		sigwait(&signals, &number);
	}
}

static int refused(struct err *err)
{
	err_sys(err, "no PID namespace can be made%s",
		errno == ENOSPC ? " (as root, `sysctl "
				  "user.max_pid_namespaces=10000`)" : "");
	return ERR_NOT_FOUND;
}

static int open_namespace(struct space *space, struct err *err)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%ld/ns/pid", (long)space->init);
	space->fd = open(path, O_RDONLY | O_CLOEXEC);
	return space->fd < 0 ? err_sys(err, "cannot open %s", path) : 0;
}

/* Nothing of ours is in the namespace once it is ready. */
static int begin_init(int end, struct err *err)
{
	ssize_t n;
	char byte;

	do
		n = read(end, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1 && send(end, &byte, 1, MSG_NOSIGNAL) == 1)
		return 0;
	return err_set(err, ERR_NOT_FOUND,
		       "the first process of a PID namespace ended at once");
}

int space_open(struct space *space, struct err *err)
{
	int end[2], code; /* ours, its */

	*space = SPACE_NONE;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) < 0)
		return err_sys(err, "cannot make a pair of sockets");
	space->init = fork_with(CLONE_NEWPID);
	if (space->init == 0)
		be_init(end[1]);
	if (space->init < 0) {
		space->init = 0;
		code = refused(err);
	} else {
		code = open_namespace(space, err);
	}
	close(end[1]);
	if (code == 0)
		code = begin_init(end[0], err);
	close(end[0]);
	if (code < 0)
		space_close(space);
	return code;
}

/* --------------------------------------------------------------- inside --- */

struct errand {
	const struct space *space;
	void (*child)(void *context);
	void *context;
	pid_t pid; /* out */
	int error;
};

/* A process that enters a PID namespace is not in it: its children are. And an
 * ordinary user could not leave it again. So a helper enters. It shares our
 * memory, so nothing is copied, and makes a child that counts as ours
 * (CLONE_PARENT). */
static int enter_and_fork(void *argument)
{
	struct errand *errand = argument;

	errand->pid = setns(errand->space->fd, CLONE_NEWPID) == 0
			      ? fork_with(CLONE_PARENT) : -1;
	if (errand->pid == 0) {
		errand->child(errand->context);
		_exit(127);
	}
	errand->error = errno;
	return 0;
}

pid_t space_fork(const struct space *space, void (*child)(void *context),
		 void *context)
{
	_Alignas(16) char stack[STACK_BYTES];
	struct errand errand = { space, child, context, -1, EAGAIN };
	pid_t between = clone(enter_and_fork, stack + sizeof(stack),
			      CLONE_VM | CLONE_VFORK | SIGCHLD, &errand);

	if (between < 0)
		return -1;
	waitpid(between, NULL, 0);
	errno = errand.error;
	return errand.pid;
}

/* ------------------------------------------------------------------ end --- */

void space_kill(const struct space *space)
{
	if (space->init > 0)
		kill(space->init, SIGKILL);
}

void space_close(struct space *space)
{
	uint64_t until = clock_now_ns() + CLOSE_WAIT_NS;

	space_kill(space);
	while (space->init > 0 && clock_now_ns() < until &&
	       waitpid(space->init, NULL, WNOHANG) == 0)
		clock_sleep_until(clock_now_ns() + PAUSE_NS);
	if (space->fd >= 0)
		close(space->fd);
	*space = SPACE_NONE;
}
