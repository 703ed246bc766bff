/*
 * Replicas as plain processes: fork, a session of their own, execve. Between
 * fork and execve only async-signal-safe calls are allowed, as the program may
 * have threads.
 */
#include "run/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "run/handed.h"

#ifndef P_PIDFD /* glibc names it since 2.36; the kernel knows it since 5.4 */
#define P_PIDFD 3
#endif

/* Where a child has its descriptors. */
#define CHILD_SOCKET 3
#define CHILD_REPORT HANDED_END
#define CHILD_ABOVE 20 /* out of the way of those above */

/* What a child that cannot go on writes to its parent. */
enum child_step { CHILD_PREPARE, CHILD_FOLDER, CHILD_EXEC, CHILD_PLACE };

struct child_report {
	int step;
	int error;
};

struct ends {
	int null;
	int parent;    /* a pidfd of ours */
	int socket[2]; /* ours, the child's; the same below */
	int output[2];
	int report[2];
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void ends_close(struct ends *ends)
{
	close_end(&ends->null);
	close_end(&ends->parent);
	for (int i = 0; i < 2; i++) {
		close_end(&ends->socket[i]);
		close_end(&ends->output[i]);
		close_end(&ends->report[i]);
	}
}

/* With what errno says and, where there is one, the remedy. */
static int start_error(struct err *err)
{
	if (errno == EMFILE || errno == ENFILE)
		return err_sys(err, "could not be started, as too many files "
			       "are open (raise the limit: ulimit -n)");
	if (errno == EAGAIN)
		return err_sys(err, "could not be started, as too many "
			       "processes run (raise the limit of the user, "
			       "ulimit -u, of the control group, pids.max, or "
			       "of the machine, kernel.pid_max)");
	return err_sys(err, "could not be started");
}

static int ends_open(struct ends *ends, struct err *err)
{
	*ends = (struct ends){ -1, -1, { -1, -1 }, { -1, -1 }, { -1, -1 } };
	ends->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ends->parent = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (ends->null >= 0 && ends->parent >= 0 &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		       ends->socket) == 0 &&
	    pipe2(ends->output, O_CLOEXEC) == 0 &&
	    pipe2(ends->report, O_CLOEXEC) == 0 &&
	    fcntl(ends->output[0], F_SETFL, O_NONBLOCK) == 0) {
		handed_refuse(ends->socket[0]);
		return 0;
	}
	start_error(err);
	ends_close(ends);
	return ERR_SYSTEM;
}

static char **environment_make(char *const *given)
{
	static const char name[] = "BENCHMARK_FD=";
	size_t count = 0, used = 0;
	char **all;

	while (given && given[count])
		count++;
	all = mem_array(count + 2, sizeof(*all));
	for (size_t i = 0; i < count; i++)
		if (strncmp(given[i], name, sizeof(name) - 1) != 0)
			all[used++] = mem_dup(given[i]);
	all[used] = mem_printf("%s%d", name, CHILD_SOCKET);
	return all;
}

static void environment_free(char **all)
{
	for (size_t i = 0; all[i]; i++)
		free(all[i]);
	free(all);
}

/* ------------------------------------------------------ in the child --- */

static _Noreturn void child_fail(int report_fd, int step)
{
	struct child_report report = { .step = step, .error = errno };
	ssize_t ignored = write(report_fd, &report, sizeof(report));

	(void)ignored;
	_exit(127);
}

/* Signals that are ignored stay ignored across execve(): SIGPIPE as Python sets
 * it, SIGINT of a background job of a shell. */
static int child_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int number = 1; number < _NSIG; number++)
		sigaction(number, &action, NULL);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Closes a number that is not handed: it may be anything of ours. */
static int child_handed(const struct launch *launch, int handed[HANDED_COUNT])
{
	for (int i = 0; i < HANDED_COUNT; i++) {
		handed[i] = launch->handed[i];
		if (handed[i] >= 0)
			handed[i] = fcntl(handed[i], F_DUPFD_CLOEXEC,
					  CHILD_ABOVE);
		if (handed[i] < 0 && launch->handed[i] >= 0)
			return -1;
	}
	for (int i = 0; i < HANDED_COUNT; i++)
		if (handed[i] < 0)
			close(HANDED_FD(i));
		else if (dup2(handed[i], HANDED_FD(i)) < 0)
			return -1;
	return 0;
}

static int child_descriptors(const struct launch *launch,
			     const struct ends *ends, int *report_fd)
{
	int null = fcntl(ends->null, F_DUPFD_CLOEXEC, CHILD_ABOVE);
	int output = fcntl(ends->output[1], F_DUPFD_CLOEXEC, CHILD_ABOVE);
	int socket = fcntl(ends->socket[1], F_DUPFD_CLOEXEC, CHILD_ABOVE);
	int report = fcntl(ends->report[1], F_DUPFD_CLOEXEC, CHILD_ABOVE);
	int handed[HANDED_COUNT];

	if (null < 0 || output < 0 || socket < 0 || report < 0)
		return -1;
	*report_fd = report;
	if (child_handed(launch, handed) < 0)
		return -1;
	if (dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
	    dup2(socket, CHILD_SOCKET) < 0 ||
	    dup3(report, CHILD_REPORT, O_CLOEXEC) < 0)
		return -1;
	*report_fd = CHILD_REPORT;
	return close_range(CHILD_REPORT + 1, ~0U, 0);
}

/* In a PID namespace of its own getppid() tells nothing. */
static bool has_ended(int pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) != 0;
}

static _Noreturn void child_main(const struct launch *launch,
				 const struct ends *ends,
				 char *const *environment)
{
	int report = ends->report[1];

	const struct place *place = launch->place;
	int step = 0;

	if (setsid() < 0 || child_signals() < 0)
		child_fail(report, CHILD_PREPARE);
	/* Before the other descriptors are closed: a place has some. */
	if (place && place->enter)
		step = place->enter(place->context, launch->replica,
				    launch->folder);
	if (step)
		child_fail(report, CHILD_PLACE + step);
	/* A change of the user has cleared it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		child_fail(report, CHILD_PREPARE);
	if (has_ended(ends->parent)) /* before prctl() */
		_exit(127);
	if (child_descriptors(launch, ends, &report) < 0)
		child_fail(report, CHILD_PREPARE);
	if (launch->folder && chdir(launch->folder) < 0)
		child_fail(report, CHILD_FOLDER);
	execve(launch->argv[0], launch->argv, environment);
	child_fail(report, CHILD_EXEC);
}

struct child_start {
	const struct launch *launch;
	const struct ends *ends;
	char *const *environment;
};

static void child_begin(void *argument)
{
	const struct child_start *start = argument;

	child_main(start->launch, start->ends, start->environment);
}

/* ----------------------------------------------------- in the parent --- */

/* Holds signals back meanwhile, so that no handler of ours runs in the
 * child. */
static pid_t fork_child(const struct launch *launch, const struct ends *ends,
			char *const *environment)
{
	struct child_start start = { launch, ends, environment };
	const struct place *place = launch->place;
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (place && place->fork)
		pid = place->fork(place->context, launch->replica, child_begin,
				  &start);
	else if ((pid = fork()) == 0)
		child_begin(&start);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static int exec_error(const struct launch *launch, int error, struct err *err)
{
	const char *program = launch->argv[0];

	if (error == ENOENT && file_exists(program))
		return err_set(err, ERR_NOT_FOUND,
			       "could not be started: the interpreter that the "
			       "first line of %s names does not exist: install "
			       "it or make its environment anew", program);
	if (error == ENOENT)
		return err_set(err, ERR_NOT_FOUND,
			       "could not be started: %s does not exist: build "
			       "or install it", program);
	if (error == EACCES)
		return err_set(err, ERR_FAILED,
			       "could not be started: %s may not be executed: "
			       "chmod +x it, and give access to its folders",
			       program);
	errno = error;
	err_sys(err, "could not be started: %s", program);
	return ERR_FAILED;
}

static int report_error(const struct launch *launch,
			const struct child_report *report, struct err *err)
{
	errno = report->error;
	if (report->step > CHILD_PLACE) {
		err_sys(err, "%s", launch->place->explain(report->step -
							  CHILD_PLACE));
		return ERR_FAILED;
	}
	switch (report->step) {
	case CHILD_EXEC:
		return exec_error(launch, report->error, err);
	case CHILD_FOLDER:
		err_sys(err, "could not be started in the folder %s",
			launch->folder);
		return ERR_FAILED;
	default:
		return start_error(err);
	}
}

/* Reads until execve() has closed the pipe. */
static int report_wait(const struct launch *launch, int fd, struct err *err)
{
	struct child_report report;
	ssize_t n;
	int code = launch_wait(launch, fd, err);

	if (code < 0)
		return code;
	do {
		n = read(fd, &report, sizeof(report));
	} while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(report))
		return report_error(launch, &report, err);
	return 0;
}

static int process_follow(const struct launch *launch, struct ends *ends,
			  struct launched *out, struct err *err)
{
	int code;

	/* The report ends only when no copy of the child's end is open. */
	close_end(&ends->report[1]);
	out->pidfd = (int)syscall(SYS_pidfd_open, out->pid, 0);
	if (out->pidfd < 0)
		code = start_error(err);
	else
		code = report_wait(launch, ends->report[0], err);
	if (code == 0)
		return 0;
	kill(out->pid, SIGKILL);
	waitpid(out->pid, NULL, 0);
	close_end(&out->pidfd);
	return code;
}

static int process_start(const struct launch *launch, struct launched *out,
			 struct err *err)
{
	char **environment;
	struct ends ends;
	int code;

	*out = LAUNCHED_NONE;
	code = ends_open(&ends, err);
	if (code < 0)
		return code;
	environment = environment_make(launch->environment);
	out->pid = fork_child(launch, &ends, environment);
	if (out->pid < 0)
		code = start_error(err);
	else
		code = process_follow(launch, &ends, out, err);
	if (code == 0) {
		out->socket_fd = ends.socket[0];
		out->output_fd = ends.output[0];
		ends.socket[0] = -1;
		ends.output[0] = -1;
	}
	ends_close(&ends);
	environment_free(environment);
	return code;
}

static void process_kill(const struct launched *launched)
{
	syscall(SYS_pidfd_send_signal, launched->pidfd, SIGKILL, NULL, 0);
	kill(-launched->pid, SIGKILL);
}

static uint64_t timeval_ns(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * NS_PER_S +
	       (uint64_t)time->tv_usec * NS_PER_US;
}

static bool process_reap(struct launched *launched, siginfo_t *info)
{
	struct rusage usage = { 0 };

	*info = (siginfo_t){ 0 };
	/* glibc's waitid() has no usage to give. */
	if (syscall(SYS_waitid, P_PIDFD, launched->pidfd, info,
		    WEXITED | WNOHANG, &usage) == 0 && info->si_pid == 0)
		return false;
	launched->rusage_ns = timeval_ns(&usage.ru_utime) +
			      timeval_ns(&usage.ru_stime);
	return true;
}

static int process_stopped(const struct launched *launched)
{
	siginfo_t info = { 0 };

	if (waitid(P_PIDFD, (id_t)launched->pidfd, &info,
		   WSTOPPED | WNOHANG | WNOWAIT) < 0 || !info.si_pid)
		return 0;
	return info.si_status;
}

const struct launcher launcher_process = {
	.start = process_start,
	.kill = process_kill,
	.reap = process_reap,
	.stopped = process_stopped,
};
