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

void conn_close(struct conn *conn);

#endif
