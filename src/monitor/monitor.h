/*
 * The monitor's HTTP server (libmicrohttpd). It has /metrics in OpenMetrics or
 * Prometheus text, the live page at /, its events at /events (server-sent
 * events), and the document of an event at /live.json. It takes GET and HEAD
 * only. No part of a URL reaches the file system. A slow or dead client costs
 * the memory of its connection and is dropped after a time.
 *
 *	struct monitor_feed feed = { 0 }; // with a collect() of the caller's
 *	struct monitor *monitor;
 *	struct err err;
 *	int stop_fd = STDIN_FILENO;
 *
 *	monitor_open(&monitor, "127.0.0.1:9480", &feed, &err);
 *	monitor_serve(monitor, stop_fd, &err);
 *	monitor_close(monitor);
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <stdbool.h>

#include "base/err.h"
#include "record/live.h"

#define MONITOR_DEFAULT_LISTEN "127.0.0.1:9480"
#define MONITOR_RUNS_MOST 16

/* All that there is to show at one moment. Borrowed until the next
 * collect(). */
struct monitor_view {
	struct live run[MONITOR_RUNS_MOST]; /* in progress, or just ended */
	unsigned run_count;
	const struct live_finished *recent; /* of the database, newest first */
	unsigned recent_count;
};

struct monitor_feed {
	void (*collect)(void *context, struct monitor_view *out);
	void *context;
};

struct monitor;

/*
 * Binds and listens. Nothing is served yet, so a fork may come in between.
 * `listen` is "ADDR:PORT", ":PORT" (loopback) or "ADDR"; port 0 is any free
 * one. The address is numeric; IPv6 is in brackets. ERR_USAGE: it is no
 * address. ERR_SYSTEM names the port that is in use, and the remedy.
 */
int monitor_open(struct monitor **out, const char *listen,
		 const struct monitor_feed *feed, struct err *err);

/* The URL of the address that was bound: "http://127.0.0.1:9480/". */
void monitor_url(const struct monitor *monitor, char out[96]);

/* Whether others than this machine can reach it. */
bool monitor_is_public(const struct monitor *monitor);

/* Serves until stop_fd is readable or at its end. */
int monitor_serve(struct monitor *monitor, int stop_fd, struct err *err);

void monitor_close(struct monitor *monitor); /* NULL is fine */

#endif
