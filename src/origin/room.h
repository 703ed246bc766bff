/*
 * Makes room for new connections when all places are taken. Connections that
 * have done nothing for longest are closed before their time-out: an idle one
 * after ROOM_IDLE_NS, one whose client takes nothing of its response after
 * ROOM_STALLED_NS. If the origin has no such time-out, it closes none of them.
 */
#ifndef ORIGIN_ROOM_H
#define ORIGIN_ROOM_H

#include "origin/server.h"

#define ROOM_IDLE_NS (1 * NS_PER_S)
#define ROOM_STALLED_NS (3 * NS_PER_S)

/* Closes some. False: none has done nothing for so long. */
bool room_make(struct origin *origin);

#endif
