/*
 * The sockets that the origin listens on.
 */
#ifndef ORIGIN_LISTEN_H
#define ORIGIN_LISTEN_H

#include "origin/server.h"

/* Binds and listens for a row. Also sets what connections inherit: no delay,
 * congestion control. */
int listen_open(struct row *row, const struct origin_config *config,
		struct err *err);

/* The congestion control that a socket uses; "": the kernel does not tell. */
void listen_congestion(int fd, char out[16]);

/* "reno, cubic": those that a socket made by this thread may use, as far as they
 * fit. */
void listen_congestions(char *out, size_t size);

#endif
