/*
 * The memory of the ledger (record/ledger.h says what is in it), and what its
 * owner, who starts the origin, sets in it.
 */
#ifndef ORIGIN_LEDGER_H
#define ORIGIN_LEDGER_H

#include "record/ledger.h"

/* In shared memory, zeroed, for `rows` replicas; NULL when mmap refuses. */
struct ledger *ledger_new(unsigned rows);
void ledger_free(struct ledger *ledger); /* NULL is fine */

/* Before clients start: each row holds back the answers of a burst until
 * `target` of them wait. */
void ledger_hold_bursts(struct ledger *ledger, uint64_t target);

/* All clients are quiet, and their proof is over: no burst is held from now on,
 * and the peaks begin anew with what there is. */
void ledger_begin_window(struct ledger *ledger);

#endif
