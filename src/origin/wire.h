/*
 * The only two functions that move bytes between a connection and the kernel:
 * where TLS would go.
 */
#ifndef ORIGIN_WIRE_H
#define ORIGIN_WIRE_H

#include <sys/types.h>
#include <sys/uio.h>

#include "origin/server.h"

/* Bytes read, 0 at the end of the input, -EAGAIN, or another negative errno. */
ssize_t wire_read(struct conn *conn, void *to, size_t n);

/* Bytes that the kernel took, -EAGAIN, or another negative errno. */
ssize_t wire_write(struct conn *conn, struct iovec *at, unsigned count);

#endif
