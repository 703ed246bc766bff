#include "experiment/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/work.h"

#define PATIENCE_NS (2 * NS_PER_S)
#define PAUSE_NS (NS_PER_MS / 2)

/* ------------------------------------------------------------ the child --- */

/* Ctrl-C and the end of a terminal go to the whole group. The harness decides
 * when the server ends. */
static void leave_signals_to_the_harness(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	work_observe(NULL);
}

static void serve(const struct server_task *task, int stop_fd, int said_fd,
		  pid_t parent)
{
	struct err err;
	int code;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, task->name);
	if (getppid() != parent)
		_exit(1);
	leave_signals_to_the_harness();
	code = task->serve(task->context, stop_fd, said_fd, &err);
	if (code < 0)
		file_write_all(said_fd, err.text, strlen(err.text));
	_exit(code < 0);
}

/* ---------------------------------------------------------- the harness --- */

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int fork_child(struct server *server, const struct server_task *task,
		      const int stop[2], const int said[2], struct err *err)
{
	pid_t parent = getpid();

	fflush(NULL);
	server->pid = fork();
	if (server->pid < 0) {
		server->pid = 0;
		return err_sys(err, "cannot start %s", task->who);
	}
	if (server->pid == 0) {
		close(stop[1]);
		close(said[0]);
		serve(task, stop[0], said[1], parent);
	}
	server->ended_fd = (int)syscall(SYS_pidfd_open, server->pid, 0);
	return server->ended_fd < 0
		       ? err_sys(err, "cannot wait for the process of %s",
				 task->who)
		       : 0;
}

static int start(struct server *server, const struct server_task *task,
		 struct err *err)
{
	int stop[2] = { -1, -1 }, said[2] = { -1, -1 }, code;

	if (pipe2(stop, O_CLOEXEC) < 0 || pipe2(said, O_CLOEXEC) < 0)
		code = err_sys(err, "cannot make a pipe for %s", task->who);
	else
		code = fork_child(server, task, stop, said, err);
	close_one(&stop[0]);
	close_one(&said[1]);
	server->stop_fd = stop[1];
	server->said_fd = said[0];
	return code;
}

/* It ended before it served. */
static int tell_end(const struct server *server, const char *who,
		    char first, struct err *err)
{
	char text[sizeof(err->text)] = { first };
	size_t n = strlen(text);
	ssize_t more = read(server->said_fd, text + n, sizeof(text) - 1 - n);

	text[n + (more > 0 ? (size_t)more : 0)] = '\0';
	return err_set(err, ERR_FAILED, "%s%s", *text ? "" : who,
		       *text ? text : " ended before it was ready");
}

static int wait_ready(const struct server *server, const char *who,
		      int interrupt_fd, struct err *err)
{
	struct pollfd fds[] = { { .fd = server->said_fd, .events = POLLIN },
				{ .fd = interrupt_fd, .events = POLLIN } };
	char said = '\0';

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (!fds[0].revents)
		return err_set(err, ERR_INTERRUPTED, "stopped, as asked");
	if (read(server->said_fd, &said, 1) == 1 && said == SERVER_READY)
		return 0;
	return tell_end(server, who, said, err);
}

int server_start(struct server *server, const struct server_task *task,
		 int interrupt_fd, struct err *err)
{
	int code;

	*server = (struct server)SERVER_NONE;
	code = start(server, task, err);
	if (code == 0)
		code = wait_ready(server, task->who, interrupt_fd, err);
	if (code < 0)
		server_stop(server);
	return code;
}

bool server_lives(const struct server *server)
{
	struct pollfd ended = { .fd = server->ended_fd, .events = POLLIN };

	return server->pid && poll(&ended, 1, 0) == 0;
}

void server_add_reason(const struct server *server, char *out, size_t size)
{
	char text[sizeof(((struct err *)0)->text)];
	ssize_t n = read(server->said_fd, text, sizeof(text) - 1);
	size_t at = strlen(out);

	if (n > 0)
		snprintf(out + at, size - at, ": %.*s", (int)n, text);
}

static bool has_ended(pid_t pid, int *status)
{
	uint64_t until_ns = clock_now_ns() + PATIENCE_NS;

	while (clock_now_ns() < until_ns) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		clock_sleep_until(clock_now_ns() + PAUSE_NS);
	}
	return false;
}

static int wait_end(pid_t pid)
{
	int status = 0;

	if (has_ended(pid, &status))
		return status;
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int server_stop(struct server *server)
{
	int status = 0;

	close_one(&server->stop_fd);
	if (server->pid)
		status = wait_end(server->pid);
	server->pid = 0;
	close_one(&server->said_fd);
	close_one(&server->ended_fd);
	return status;
}
