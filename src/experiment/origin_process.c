#include "experiment/origin_process.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/log.h"
#include "cell/cell.h"
#include "origin/ledger.h"
#include "origin/origin.h"

static int serve(void *context, int stop_fd, int ready_fd, struct err *err)
{
	struct origin_process *process = context;
	/* In the cell, which counts what the origin does. */
	int step = cells_enter(process->cells, CELL_ORIGIN, NULL);

	if (step)
		return err_sys(err, "the origin %s", cells_explain(step));
	return origin_serve(process->origin, stop_fd, ready_fd, err);
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
			 int interrupt_fd, struct err *err)
{
	const struct server_task task = { "geoio-origin", "the origin", serve,
					  process };
	struct origin_config config = {
		.address = "127.0.0.1",
		.listeners = clients,
		.congestion = congestion ? congestion : SPEC_CONGESTION,
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
		code = server_start(&process->server, &task, interrupt_fd, err);
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

/* The process stays a zombie until origin_process_stop(). Nobody else can get
 * its number while its counters are read. */
void origin_process_describe_end(const struct origin_process *process,
				 const char *when, char *out, size_t size)
{
	siginfo_t info = { 0 };

	waitid(P_PID, (id_t)process->server.pid, &info,
	       WEXITED | WNOHANG | WNOWAIT);
	if (info.si_code != CLD_EXITED) {
		snprintf(out, size, "the origin ended (signal %d) %s, not by "
				    "the harness: %s", info.si_status, when,
			 advice_of(info.si_status));
		return;
	}
	snprintf(out, size, "the origin ended (exit status %d) %s",
		 info.si_status, when);
	server_add_reason(&process->server, out, size);
}

void origin_process_stop(struct origin_process *process)
{
	int status = server_stop(&process->server);

	if (status)
		LOG(EXPERIMENT, "the origin ended with status %d", status);
	origin_free(process->origin);
	process->origin = NULL;
	ledger_free(process->ledger);
	process->ledger = NULL;
}
