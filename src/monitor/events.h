/*
 * Server-sent events. All listeners share one document a tick. A listener that
 * has taken the whole document is suspended until the next tick. A slow
 * listener finishes its document, gets the newest one then, and misses those in
 * between. While nobody listens, no document is made.
 */
#ifndef MONITOR_EVENTS_H
#define MONITOR_EVENTS_H

#include <microhttpd.h>
#include <stdbool.h>
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
	unsigned patience_s;  /* a listener without progress is then dropped */
	/* Of the module's own. */
	struct listener *first;
	unsigned count;
	struct document *newest;
	uint64_t made_ns, number;
	bool ended;
};

/* Makes the stream that is the response for this connection. NULL: all places
 * are taken. The caller adds headers to the response, queues and destroys
 * it. */
struct MHD_Response *events_listen(struct events *events,
				   struct MHD_Connection *connection);

/* If it is time, makes the next document and wakes the listeners. */
void events_tick(struct events *events, uint64_t now_ns);

/* The time until the next tick; UINT64_MAX: nobody listens. */
uint64_t events_wait_ns(const struct events *events, uint64_t now_ns);

/* Ends all streams, each behind the document that it is taking, when the daemon runs
 * next: a listener that is cut off takes what it has for broken. */
void events_end(struct events *events);

/* After the daemon has gone. */
void events_release(struct events *events);

#endif
