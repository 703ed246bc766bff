/*
 * Room for new connections where all places are taken. Those that have done
 * nothing for longest give up theirs before their time: idle ones after
 * ROOM_IDLE_NS, those that take nothing of their answer after ROOM_STALLED_NS.
 * Only where the origin has a time-out for it: without one, nobody who waits is
 * ever cut off.
 */
#ifndef ORIGIN_ROOM_H
#define ORIGIN_ROOM_H

#include "origin/server.h"

#define ROOM_IDLE_NS (1 * NS_PER_S)
#define ROOM_STALLED_NS (3 * NS_PER_S)

/* Closes some. False: none has waited for so long. */
bool room_make(struct origin *origin);

#endif
