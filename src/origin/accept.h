/*
 * Taking connections off the listeners, as long as there is room for them.
 */
#ifndef ORIGIN_ACCEPT_H
#define ORIGIN_ACCEPT_H

#include "origin/server.h"

/* Starts to accept on all listeners. */
int accept_begin(struct origin *origin, struct err *err);

/* A connection ended: if the listeners are paused, they go on. */
void accept_room(struct origin *origin);

#endif
