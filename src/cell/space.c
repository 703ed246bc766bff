#include "cell/space.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define CLOSE_WAIT_NS (5 * NS_PER_S)
#define PAUSE_NS (NS_PER_MS / 2)

/* Room for the child of space_fork(), which has some paths on it. */
#define STACK_BYTES 131072

/* As fork(2), with flags. What glibc would do besides is for programs with
 * locks to mend; ours only makes system calls from here on. */
static pid_t fork_with(unsigned long flags)
{
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

/* ----------------------------------------------------------------- init --- */

static void keep_nothing(void)
{
	prctl(PR_SET_NAME, "geoio-init");
	prctl(PR_SET_DUMPABLE, 0);
	close_range(0, ~0U, 0);
}

/* Waits for orphans, so that their CPU is counted as its children's. What it has
 * of our memory nobody may look at: it cannot be traced. */
static _Noreturn void be_init(int go)
{
	sigset_t signals;
	int number;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigfillset(&signals);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	setsid();
	/* Nothing comes where the harness ended before prctl(). */
	if (read(go, &byte, 1) != 1)
		_exit(1);
	keep_nothing();
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

int space_open(struct space *space, struct err *err)
{
	int go[2], code;

	*space = SPACE_NONE;
	if (pipe2(go, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	space->init = fork_with(CLONE_NEWPID);
	if (space->init == 0) {
		close(go[1]);
		be_init(go[0]);
	}
	if (space->init < 0) {
		space->init = 0;
		code = refused(err);
	} else {
		code = open_namespace(space, err);
	}
	close(go[0]);
	if (code == 0 && write(go[1], "", 1) != 1)
		code = err_sys(err, "a PID namespace cannot be begun");
	close(go[1]);
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

/* Only children of whom enters are inside, and an ordinary user could not leave
 * again. So one that shares our memory, and has nothing to copy, enters, and
 * makes a child that is not its own but ours. */
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
