#include "experiment/monitoring.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "experiment/child.h"
#include "cli/say.h"
#include "experiment/lookout.h"

static void serve(struct monitor *monitor, int stop_fd, pid_t parent)
{
	struct err err;
	int code;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "geoio-monitor");
	if (getppid() != parent)
		_exit(1);
	/* Ctrl-C and the end of a terminal go to the whole group: the harness
	 * decides when we end. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	code = monitor_serve(monitor, stop_fd, &err);
	if (code < 0)
		say(stderr, "benchmark: monitor: %s", err.text);
	_exit(code < 0);
}

static int fork_server(struct monitoring *monitoring, struct monitor *monitor,
		       struct err *err)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	fflush(NULL);
	monitoring->pid = fork();
	if (monitoring->pid < 0) {
		monitoring->pid = 0;
		close(ends[0]);
		close(ends[1]);
		return err_sys(err, "cannot start the monitor");
	}
	if (monitoring->pid == 0) {
		close(ends[1]);
		serve(monitor, ends[0], parent);
	}
	close(ends[0]);
	monitoring->stop_fd = ends[1];
	return 0;
}

static void announce(const struct monitor *monitor)
{
	char url[96];

	monitor_url(monitor, url);
	fprintf(stderr, "monitor: %s%s\n", url,
		monitor_is_public(monitor)
			? " (other machines can read it, without a password)"
			: "");
}

int monitoring_start(struct monitoring *monitoring, const char *listen,
		     const char *board, const char *database, struct err *err)
{
	static struct lookout lookout; /* the server's, until it ends */
	struct monitor_feed feed = { lookout_collect_known, &lookout };
	struct monitor *monitor = NULL;
	int code;

	*monitoring = (struct monitoring){ .stop_fd = -1 };
	lookout_init(&lookout, database);
	code = lookout_add(&lookout, board, err);
	if (code == 0)
		code = monitor_open(&monitor,
				    *listen ? listen : MONITOR_DEFAULT_LISTEN,
				    &feed, err);
	if (code == 0)
		code = fork_server(monitoring, monitor, err);
	if (code == 0)
		announce(monitor);
	monitor_close(monitor);
	lookout_release(&lookout);
	return code;
}

bool monitoring_lives(const struct monitoring *monitoring)
{
	siginfo_t info = { 0 };

	return monitoring->pid &&
	       waitid(P_PID, (id_t)monitoring->pid, &info,
		      WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == 0;
}

void monitoring_linger(const struct monitoring *monitoring, int stop_fd,
		       int ms)
{
	/* One that cannot be opened is -1, which poll() leaves out. */
	int server = (int)syscall(SYS_pidfd_open, monitoring->pid, 0);
	struct pollfd fds[] = { { .fd = stop_fd, .events = POLLIN },
				{ .fd = server, .events = POLLIN } };

	poll(fds, 2, ms);
	if (server >= 0)
		close(server);
}

void monitoring_stop(struct monitoring *monitoring)
{
	int status;

	if (!monitoring->pid)
		return;
	close(monitoring->stop_fd);
	status = child_end(monitoring->pid);
	LOG(CLI, "the monitor ended with status %d", status);
	*monitoring = (struct monitoring){ .stop_fd = -1 };
}
