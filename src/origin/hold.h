/*
 * Bursts: responses are held back until ledger->hold_target of them wait, or
 * until none, nor a connection, has come for HOLD_NS. record/ledger.h says why.
 */
#ifndef ORIGIN_HOLD_H
#define ORIGIN_HOLD_H

#include "origin/server.h"

void hold_init(struct row *row);

/* Holds the connection's response, which is ready. Its state becomes
 * CONN_HELD. */
void hold_add(struct conn *conn);

/* A connection has come, as those of a burst do before their requests: what is held
 * waits for it. */
void hold_expect(struct row *row);

/* Call it when a connection ends while it is held. */
void hold_remove(struct conn *conn);

#endif
