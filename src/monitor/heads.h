/*
 * Limits the time that a client may take to send a head. libmicrohttpd closes a
 * silent connection, but a client that sends a byte now and then would keep a
 * place for ever. A whole head must come within a time from the begin of the
 * connection, or from the end of its last response.
 */
#ifndef MONITOR_HEADS_H
#define MONITOR_HEADS_H

#include <microhttpd.h>
#include <stdint.h>

struct client;

struct heads {
	uint64_t first_ns; /* from accept() to the end of a head */
	uint64_t next_ns;  /* from the end of a response to that of a head */
	/* Of the module's own. */
	struct client *clients;
};

/* For MHD_OPTION_NOTIFY_CONNECTION, with the struct as its context. */
void heads_notify(void *heads, struct MHD_Connection *connection,
		  void **client, enum MHD_ConnectionNotificationCode code);

/* Call them when a whole head has come, and when its response is over. */
void heads_came(struct MHD_Connection *connection);
void heads_answered(const struct heads *heads,
		    struct MHD_Connection *connection);

/* Ends the connections that are too late. The library notices at its next
 * run. */
void heads_tick(struct heads *heads, uint64_t now_ns);

/* The time until one may be too late; UINT64_MAX: none can be. */
uint64_t heads_wait_ns(const struct heads *heads, uint64_t now_ns);

#endif
