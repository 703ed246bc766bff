#include "experiment/monitoring.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "experiment/lookout.h"

static int serve(void *context, int stop_fd, int ready_fd, struct err *err)
{
	const char ready = SERVER_READY;

	if (write(ready_fd, &ready, 1) != 1)
		return err_sys(err, "the monitor cannot say that it is ready");
	return monitor_serve(context, stop_fd, err);
}

int monitoring_start(struct monitoring *monitoring, const char *listen,
		     const char *board, const char *database,
		     int interrupt_fd, struct err *err)
{
	static struct lookout lookout; /* the server's, until it ends */
	struct monitor_feed feed = { lookout_collect_known, &lookout };
	struct server_task task = { "geoio-monitor", "the monitor", serve,
				    NULL };
	struct monitor *monitor = NULL;
	int code;

	*monitoring = (struct monitoring){ .server = SERVER_NONE };
	lookout_init(&lookout, database);
	code = lookout_add(&lookout, board, err);
	if (code == 0)
		code = monitor_open(&monitor,
				    *listen ? listen : MONITOR_DEFAULT_LISTEN,
				    &feed, err);
	task.context = monitor;
	if (code == 0)
		code = server_start(&monitoring->server, &task, interrupt_fd,
				    err);
	if (code == 0) {
		monitor_url(monitor, monitoring->url);
		monitoring->is_public = monitor_is_public(monitor);
	}
	monitor_close(monitor);
	lookout_release(&lookout);
	return code;
}

bool monitoring_has_died(const struct monitoring *monitoring, char *out,
			 size_t size)
{
	if (!monitoring->server.pid || server_lives(&monitoring->server))
		return false;
	snprintf(out, size, "the monitor ended before the run, whose results "
			    "are whole");
	server_add_reason(&monitoring->server, out, size);
	return true;
}

void monitoring_linger(const struct monitoring *monitoring, int stop_fd,
		       int ms)
{
	struct pollfd fds[] = {
		{ .fd = stop_fd, .events = POLLIN },
		{ .fd = monitoring->server.ended_fd, .events = POLLIN },
	};

	if (monitoring->server.pid)
		poll(fds, 2, ms);
}

void monitoring_stop(struct monitoring *monitoring)
{
	if (monitoring->server.pid)
		LOG(EXPERIMENT, "the monitor ended with status %d",
		    server_stop(&monitoring->server));
}
