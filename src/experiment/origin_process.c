#include "experiment/origin_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/work.h"
#include "cell/cell.h"
#include "experiment/child.h"
#include "cli/interrupt.h"
#include "cli/say.h"
#include "origin/ledger.h"
#include "origin/origin.h"

static void serve(struct origin_process *process, int stop_fd, pid_t parent)
{
	struct err err;
	int code;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "geoio-origin");
	if (getppid() != parent)
		_exit(1);
	/* In the cell, so that what it does is counted there. */
	code = cells_enter(process->cells, CELL_ORIGIN, NULL);
	if (code) {
		say(stderr, "benchmark: the origin %s: %s", cells_explain(code),
		    strerror(errno));
		_exit(1);
	}
	/* Ctrl-C and the end of a terminal go to the whole group: the harness
	 * decides when we end. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	work_observe(NULL);
	code = origin_serve(process->origin, stop_fd, &err);
	if (code < 0)
		say(stderr, "benchmark: origin: %s", err.text);
	_exit(code < 0);
}

static int fork_origin(struct origin_process *process, struct err *err)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	fflush(NULL);
	process->pid = fork();
	if (process->pid < 0) {
		process->pid = 0;
		close(ends[0]);
		close(ends[1]);
		return err_sys(err, "cannot start the origin");
	}
	if (process->pid == 0) {
		close(ends[1]);
		serve(process, ends[0], parent);
	}
	close(ends[0]);
	process->stop_fd = ends[1];
	process->ended_fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	if (process->ended_fd < 0)
		return err_sys(err, "cannot watch the origin's process");
	return 0;
}

static int wait_ready(struct origin_process *process, struct err *err)
{
	while (!atomic_load(&process->ledger->ready)) {
		if (waitpid(process->pid, NULL, WNOHANG) == process->pid) {
			process->pid = 0;
			return err_set(err, ERR_FAILED,
				       "the origin ended before it was ready: "
				       "see the lines above");
		}
		if (interrupt_seen())
			return err_set(err, ERR_INTERRUPTED, "stopped, as "
							     "asked");
		clock_sleep_until(clock_now_ns() + 200 * NS_PER_US);
	}
	return 0;
}

/* What listen_in_cell() works with, on a thread of its own. */
struct opening {
	struct origin_process *process;
	const struct origin_config *config;
	struct object_source *source;
};

static int open_origin(void *context, struct err *err)
{
	struct opening *opening = context;
	struct origin_process *process = opening->process;

	return origin_open(&process->origin, opening->config, &opening->source,
			   1, process->ledger, err);
}

/* A socket belongs to the namespace in which it is made. */
static int listen_in_cell(struct opening *opening, struct cells *cells,
			  struct err *err)
{
	if (!cells->networked)
		return open_origin(opening, err);
	return net_call(cells->net, CELL_ORIGIN, open_origin, opening, err);
}

int origin_process_start(struct origin_process *process,
			 struct object_source *source, unsigned clients,
			 struct cells *cells, const char *congestion,
			 struct err *err)
{
	struct origin_config config = {
		.address = "127.0.0.1",
		.listeners = clients,
		.congestion = congestion ? congestion : ORIGIN_CONGESTION,
	};
	struct opening opening = { process, &config, source };
	char address[16];
	int code;

	*process = (struct origin_process)ORIGIN_PROCESS_NONE;
	process->cells = cells;
	if (cells->networked) {
		net_address(CELL_ORIGIN, address);
		config.address = address;
	}
	process->ledger = ledger_new(clients);
	if (!process->ledger)
		return err_sys(err, "no shared memory for the ledger");
	code = listen_in_cell(&opening, cells, err);
	if (code == 0)
		code = fork_origin(process, err);
	if (code == 0)
		code = wait_ready(process, err);
	if (code < 0)
		origin_process_stop(process);
	return code;
}

void origin_process_endpoint(const struct origin_process *process,
			     unsigned client, char out[256])
{
	char host[64] = "127.0.0.1";

	if (cells_have_names(process->cells))
		snprintf(host, sizeof(host), "%s", CELL_ORIGIN_NAME);
	else if (process->cells->networked)
		net_address(CELL_ORIGIN, host);
	snprintf(out, 256, "http://%s:%u", host,
		 origin_port(process->origin, client));
}

static const char *advice_of(int number)
{
	switch (number) {
	case SIGKILL:
		return "was it out of memory? dmesg may tell";
	case SIGTERM:
	case SIGINT:
	case SIGHUP:
	case SIGQUIT:
		return "look for who sent it";
	case SIGBUS:
		return "is there memory left, and is the data set still there?";
	default:
		return "run it again, and report it if it stays so";
	}
}

/* It stays a zombie until origin_process_stop(), so that nobody else gets its
 * number while its counters are read. */
void origin_process_describe_end(const struct origin_process *process,
				 const char *when, char *out, size_t size)
{
	siginfo_t info = { 0 };

	waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	if (info.si_code == CLD_EXITED)
		snprintf(out, size, "the origin ended (exit status %d) %s: see "
				    "the lines above", info.si_status, when);
	else
		snprintf(out, size, "the origin ended (signal %d) %s, not by "
				    "the harness: %s", info.si_status, when,
			 advice_of(info.si_status));
}

void origin_process_stop(struct origin_process *process)
{
	int status;

	if (process->stop_fd >= 0)
		close(process->stop_fd);
	process->stop_fd = -1;
	if (process->ended_fd >= 0)
		close(process->ended_fd);
	process->ended_fd = -1;
	if (process->pid) {
		status = child_end(process->pid);
		LOG(CLI, "origin %d ended with status %d", (int)process->pid,
		    status);
	}
	process->pid = 0;
	origin_free(process->origin);
	process->origin = NULL;
	ledger_free(process->ledger);
	process->ledger = NULL;
}
