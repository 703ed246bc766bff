/*
 * Sending the answer of a connection, one call of the kernel an event.
 */
#ifndef ORIGIN_SEND_H
#define ORIGIN_SEND_H

#include "origin/server.h"

enum sent {
	SENT_ALL,
	SENT_WAIT, /* an event will tell when to go on */
	SENT_CUT,  /* the peer is gone, or the bytes are */
};

enum sent send_some(struct conn *conn);

/* The text of the answer may have to wait: gives the reply its own copy. */
void send_keep_text(struct conn *conn);

#endif
