/*
 * Pools of connections and of input buffers. They grow and never shrink.
 */
#ifndef ORIGIN_POOL_H
#define ORIGIN_POOL_H

#include "origin/server.h"

struct conn *pool_take_conn(struct origin *origin);
void pool_give_conn(struct origin *origin, struct conn *conn);

struct buffer *pool_take_buffer(struct origin *origin);
void pool_give_buffer(struct origin *origin, struct buffer *buffer);

/* Frees everything that is in the pools now. */
void pool_free(struct origin *origin);

#endif
