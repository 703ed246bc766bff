/*
 * Bursts: answers that are held back until as many as ledger->hold_target wait,
 * or until none came for HOLD_NS (record/ledger.h says what for).
 */
#ifndef ORIGIN_HOLD_H
#define ORIGIN_HOLD_H

#include "origin/server.h"

void hold_init(struct row *row);

/* The connection's answer is ready; its state becomes CONN_HELD. */
void hold_add(struct conn *conn);

/* The connection goes away while it is held. */
void hold_remove(struct conn *conn);

#endif
