/*
 * Server-sent events: one document a tick for all listeners, shared. A listener
 * that has taken a document whole waits, suspended, for the next tick; one that
 * is slow gets the newest when it is done with what it has, and misses those
 * between. Nothing is made while nobody listens.
 */
#ifndef MONITOR_EVENTS_H
#define MONITOR_EVENTS_H

#include <microhttpd.h>
#include <stdint.h>

#include "base/str.h"

struct listener;
struct document;

struct events {
	void (*write)(void *context, struct str *out); /* a document, without
							* newlines */
	void *context;
	uint64_t tick_ns;
	unsigned most;        /* listeners */
	unsigned patience_s;  /* without progress, then it is dropped */
	/* Of the module's own. */
	struct listener *first;
	unsigned count;
	struct document *newest;
	uint64_t made_ns, number;
};

/* Queues the stream as this connection's answer; NULL where all places are
 * taken. The response is the caller's, who adds headers, queues and destroys
 * it. */
struct MHD_Response *events_listen(struct events *events,
				   struct MHD_Connection *connection);

/* Makes the next document and wakes the listeners, when it is time. */
void events_tick(struct events *events, uint64_t now_ns);

/* Until the next tick; UINT64_MAX while nobody listens. */
uint64_t events_wait_ns(const struct events *events, uint64_t now_ns);

/* Wakes all, so that the daemon can be stopped. */
void events_end(struct events *events);

/* After the daemon has gone. */
void events_release(struct events *events);

#endif
