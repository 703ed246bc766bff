/*
 * A connection from accept() to close().
 */
#ifndef ORIGIN_CONN_H
#define ORIGIN_CONN_H

#include "origin/server.h"

/* Takes over the descriptor. ERR_SYSTEM: it cannot be watched, and is
 * closed. */
int conn_open(struct row *row, int fd);

/* Goes on with the connection as far as it can without waiting. The connection
 * may be gone afterwards. */
void conn_drive(struct conn *conn);

/* Whether the peer has taken nothing of the response for `for_ns`, nor since
 * the last look at it. */
bool conn_stands(struct conn *conn, uint64_t for_ns);

void conn_close(struct conn *conn);

/* The same. The kernel drops what it has not sent yet: nobody would read it. */
void conn_abandon(struct conn *conn);

#endif
