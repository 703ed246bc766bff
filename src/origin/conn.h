/*
 * A connection from accept() to close().
 */
#ifndef ORIGIN_CONN_H
#define ORIGIN_CONN_H

#include "origin/server.h"

/* Takes over the descriptor; ERR_SYSTEM when it cannot be watched, and then it
 * is closed. */
int conn_open(struct row *row, int fd);

/* Goes on as far as it can without waiting. The connection may be gone
 * afterwards. */
void conn_drive(struct conn *conn);

/* Whether the peer of an answer has taken nothing of it for so long, and did not
 * since it was looked at last either. */
bool conn_stands(struct conn *conn, uint64_t for_ns);

void conn_close(struct conn *conn);

/* The same, and the kernel drops what it still has: nobody reads it. */
void conn_abandon(struct conn *conn);

#endif
