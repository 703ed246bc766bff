/*
 * The origin's heartbeat, in the ledger: whoever reads it sees an origin that
 * stands still, because it was stopped or gets no CPU. A descriptor of its own
 * ten times a second, and no timer of the loop, which would cost each turn a
 * look at the clock.
 */
#ifndef ORIGIN_BEAT_H
#define ORIGIN_BEAT_H

#include "origin/server.h"

int beat_begin(struct origin *origin, struct err *err);

/* Also fine when it was not begun, or not whole. */
void beat_end(struct origin *origin);

#endif
