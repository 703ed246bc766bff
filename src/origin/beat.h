/*
 * The origin's heartbeat in the ledger. It shows an origin that stands still,
 * because it was stopped or gets no CPU. A timer descriptor becomes ready fifty
 * times a second. A timer of the loop would cost each turn a look at the clock.
 */
#ifndef ORIGIN_BEAT_H
#define ORIGIN_BEAT_H

#include "origin/server.h"

int beat_begin(struct origin *origin, struct err *err);

/* Fine also if beat_begin() failed or was not called. */
void beat_end(struct origin *origin);

#endif
