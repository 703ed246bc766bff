/*
 * Accepts connections, as long as there is room for them.
 */
#ifndef ORIGIN_ACCEPT_H
#define ORIGIN_ACCEPT_H

#include "origin/server.h"

/* Starts to accept on all listeners. */
int accept_begin(struct origin *origin, struct err *err);

/* Call it when a connection has ended: paused listeners accept again. */
void accept_room(struct origin *origin);

#endif
