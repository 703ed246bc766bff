/*
 * Keeps the ledger. The origin is the only writer of its counters, so an update
 * is a load and a store. Readers see each counter whole.
 *
 * Repeats. A request counts as repeated if the same range of the same key was
 * asked for before, through the same port, and that response failed or is
 * unfinished. It was cut, had a status of 500 or more, or is still being sent.
 * The memory of a cut response has the key and the end of its range. So a
 * client that goes on where it was cut counts as well. One repeat takes one cut
 * off the memory. Each row remembers TALLY_SETS * TALLY_WAYS cuts.
 */
#ifndef ORIGIN_TALLY_H
#define ORIGIN_TALLY_H

#include "origin/server.h"

static inline uint64_t tally_get(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static inline void tally_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, tally_get(counter) + n,
			      memory_order_relaxed);
}

/* A gauge, and the most that it was. */
static inline void tally_up(_Atomic uint64_t *gauge, _Atomic uint64_t *peak)
{
	uint64_t now = tally_get(gauge) + 1;

	atomic_store_explicit(gauge, now, memory_order_relaxed);
	if (now > tally_get(peak))
		atomic_store_explicit(peak, now, memory_order_relaxed);
}

static inline void tally_down(_Atomic uint64_t *gauge)
{
	atomic_store_explicit(gauge, tally_get(gauge) - 1,
			      memory_order_relaxed);
}

/* Call it when a head was parsed or refused: its response is in flight now. */
void tally_request(struct conn *conn);

/* Call it when the first bytes of the response, and so its status, are sent. */
void tally_status(struct conn *conn);

/* Counts a GET of this key and these bytes (`last` included) as a repeat if it
 * is one. */
void tally_range(struct conn *conn, const struct object_source *source,
		 struct view key, uint64_t start, uint64_t last);

/* Call it when the kernel took some of the response, but not all. */
void tally_partial(struct conn *conn);

/* Call it when the response is over: sent whole, or cut. */
void tally_end(struct conn *conn, bool whole);

#endif
