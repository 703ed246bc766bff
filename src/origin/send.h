/*
 * Sends the response of a connection, by one system call an event.
 */
#ifndef ORIGIN_SEND_H
#define ORIGIN_SEND_H

#include "origin/server.h"

enum sent {
	SENT_ALL,
	SENT_WAIT, /* an event will tell when to go on */
	SENT_CUT,  /* the peer is gone, or the bytes cannot be read */
};

enum sent send_some(struct conn *conn);

/* Gives the reply its own copy of the text, which may have to wait. */
void send_keep_text(struct conn *conn);

#endif
