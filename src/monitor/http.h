/*
 * The monitor's side of libmicrohttpd. It has no thread of its own: the caller
 * waits and calls. A response that many clients ask for at the same time is
 * made once.
 */
#ifndef MONITOR_HTTP_H
#define MONITOR_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "monitor/monitor.h"

struct http_limits {
	unsigned connections;
	unsigned of_address; /* connections of one client's address */
	unsigned listeners;  /* of /events, at a time */
	unsigned idle_s;     /* a connection without a byte is closed */
	unsigned head_s;     /* for the whole head of a request. The next one
			      * of a connection may begin idle_s later */
	unsigned patience_s; /* the same for a listener */
	uint64_t tick_ns;    /* between events */
	uint64_t fresh_ns;   /* so long figures are not made anew */
};
extern const struct http_limits http_limits_default;

/* For checks, between monitor_open() and monitor_serve(). */
void monitor_set_limits(struct monitor *monitor,
			const struct http_limits *limits);

struct http;

/* `feed` and `limits` are borrowed; `listen_fd` stays the caller's.
 * ERR_SYSTEM. */
int http_server_new(struct http **out, int listen_fd, bool local,
		    const struct monitor_feed *feed,
		    const struct http_limits *limits, struct err *err);

int http_poll_fd(const struct http *http); /* readable: there is work */
int http_wait_ms(const struct http *http); /* at most; -1: for ever */
void http_work(struct http *http);         /* never waits */
void http_server_free(struct http *http);  /* NULL is fine */

#endif
