/*
 * What the origin saw, for each replica: the side of the story that no client
 * can tell differently. The origin finds out who a client is by the port that
 * it connects to, one a row.
 *
 * The rows are in shared memory (origin/ledger.h). The origin's process alone
 * writes them, but for `hold_target` and the peaks: who started the origin may
 * set those while the replica is quiet. The harness reads the rows at any time,
 * hence the atomics.
 */
#ifndef RECORD_LEDGER_H
#define RECORD_LEDGER_H

#include <stdatomic.h>
#include <stdint.h>

/* X(name, "description"): counters that only grow. */
#define LEDGER_COUNTERS(X)                                                     \
	X(connections, "connections accepted")                                 \
	X(requests, "request heads parsed, valid or not")                      \
	X(requests_get, "GET requests of objects")                             \
	X(requests_head, "HEAD requests")                                      \
	X(requests_list, "listings of a bucket")                               \
	X(body_bytes, "bytes of response bodies that the kernel took")         \
	X(head_bytes, "bytes of response heads that the kernel took")          \
	X(received_bytes, "bytes of requests read")                            \
	X(status_200, "responses with status 200")                             \
	X(status_206, "responses with status 206")                             \
	X(status_304, "responses with status 304")                             \
	X(status_4xx, "responses with a status from 400 to 499")               \
	X(status_5xx, "responses with a status from 500 to 599")               \
	X(completed, "responses sent whole")                                   \
	X(aborted, "responses that the client or the network cut")             \
	X(repeated, "requests for a range whose previous answer was cut or "   \
		    "failed, or is still being sent")                          \
	X(bad_heads, "heads refused by the parser")

#define LEDGER_HOLD_PREFIX "hold/"

struct ledger_row {
#define X(name, text) _Atomic uint64_t name;
	LEDGER_COUNTERS(X)
#undef X
	_Atomic uint64_t in_flight;        /* heads parsed, last byte not yet
					    * taken */
	_Atomic uint64_t in_flight_peak;   /* may be set to 0 */
	_Atomic uint64_t open_connections; /* now */
	_Atomic uint64_t open_connections_peak;
	/* Burst: while hold_target is not 0, the answers to keys that start
	 * with LEDGER_HOLD_PREFIX are held back; the object is the one without
	 * it. All are answered once so many wait, or 1.3 s went by without a
	 * new one or a connection. hold_reached, 0 before a burst, keeps the
	 * most that ever waited. The requests are parsed and counted as
	 * others.
	 * After a release in vain the next rounds wait for 50 ms only. While
	 * hold_target is 0 the prefix means nothing. It is set before a replica
	 * starts, and to 0 before GO. */
	_Atomic uint64_t hold_target;
	_Atomic uint64_t hold_reached;
};

/* Its loop comes by so far apart. Later than LATE may be a busy machine; later
 * than STILL, it stood still. */
#define LEDGER_BEAT_NS 20000000ULL
#define LEDGER_LATE_NS 50000000ULL
#define LEDGER_STILL_NS 400000000ULL

/* It remembers so many gaps: at least 3 s, which is more than most turns take. */
#define LEDGER_GAPS 64

/* Of all rows together. The rows' peaks tell nothing of it: they need not have
 * been at one time. */
struct ledger_all {
	_Atomic uint64_t in_flight;
	_Atomic uint64_t in_flight_peak;
	_Atomic uint64_t open_connections;
	_Atomic uint64_t open_connections_peak;
};

struct ledger {
	struct ledger_all all;
	/* When its loop last came by, and for how long in all it stood still. */
	_Atomic uint64_t beat_ns;
	_Atomic uint64_t still_ns;
	/* The newest times between two beats that were longer than
	 * LEDGER_LATE_NS, of so many. */
	_Atomic uint64_t gaps;
	struct ledger_gap {
		_Atomic uint64_t begin_ns, end_ns;
	} gap[LEDGER_GAPS];
	unsigned rows;
	struct ledger_row row[];
};

/* A plain copy of one row at one moment, or a difference of two. */
struct ledger_counts {
#define X(name, text) uint64_t name;
	LEDGER_COUNTERS(X)
#undef X
	uint64_t in_flight_peak;
	uint64_t open_connections_peak;
	uint64_t hold_reached;
};

/* The origin's loop comes by. Only the origin calls it. */
void ledger_beat(struct ledger *ledger, uint64_t now_ns);

/* For how long the origin stood still until now, since it began to serve. */
uint64_t ledger_still_ns(const struct ledger *ledger, uint64_t now_ns);

/* How much of a time that is over lies in gaps longer than `least_ns`, which is
 * LEDGER_LATE_NS or more. A gap counts from its begin: ask some time later, as one
 * that has only begun is not known. */
uint64_t ledger_gaps_ns(const struct ledger *ledger, uint64_t begin_ns,
			uint64_t end_ns, uint64_t least_ns, uint64_t now_ns);

void ledger_read(const struct ledger_row *row, struct ledger_counts *out);

/* Counters: after - before. Peaks: those of `after`. */
void ledger_subtract(const struct ledger_counts *after,
		     const struct ledger_counts *before,
		     struct ledger_counts *out);

/* into += from; of the burst the larger. The peaks stay: those of several rows
 * are in ledger->all. */
void ledger_add(const struct ledger_counts *from, struct ledger_counts *into);

#endif
