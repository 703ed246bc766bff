/*
 * How long clients may take to say what they want. libmicrohttpd closes what is
 * silent, but not who sends a byte now and then and so keeps a place for ever.
 * A connection must bring a whole head within a time of its own from when it
 * came, or from when it was last answered.
 */
#ifndef MONITOR_HEADS_H
#define MONITOR_HEADS_H

#include <microhttpd.h>
#include <stdint.h>

struct client;

struct heads {
	uint64_t first_ns; /* from accept() to the end of a head */
	uint64_t next_ns;  /* from the end of an answer to that of a head */
	/* Of the module's own. */
	struct client *clients;
};

/* For MHD_OPTION_NOTIFY_CONNECTION, with the struct as its context. */
void heads_notify(void *heads, struct MHD_Connection *connection,
		  void **client, enum MHD_ConnectionNotificationCode code);

/* A head has come whole; its answer is over. */
void heads_came(struct MHD_Connection *connection);
void heads_answered(const struct heads *heads,
		    struct MHD_Connection *connection);

/* Ends those that are too late. The library notices at its next run. */
void heads_tick(struct heads *heads, uint64_t now_ns);

/* Until one may be; UINT64_MAX: never. */
uint64_t heads_wait_ns(const struct heads *heads, uint64_t now_ns);

#endif
