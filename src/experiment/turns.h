/*
 * Whose turn it is in a block (record/slice.h): pure, but for the random numbers
 * of a seed.
 *
 * A library's slice lasts as long as its latency needs: at least TURNS_LEAST_NS,
 * ten of its median latencies, and four of its *stays*. A stay is how long an
 * operation takes that is met at any one moment: the mean of latencies, each
 * weighted by itself. Seldom and slow operations hold many places in flight; a
 * slice that were over before they end would not show them. Windows and fills
 * double from length to length, so that libraries that are nearly as quick have
 * the same. So that a slow one takes no more time than the
 * others, it takes part in each second, fourth or eighth round only. One that
 * would have to wait for longer takes part in none.
 *
 *	struct turns_part parts[2] = { 0 };
 *	struct run_turn turn;
 *	struct turns turns;
 *
 *	turns_settle(&parts[0], 8000000, 9000000);
 *	turns_settle(&parts[1], 400000, 500000);
 *	turns_init(&turns, parts, 2, 42, 0);
 *	turns_begin_round(&turns);
 *	while (turns_next(&turns, &turn))
 *		; // turn.request works for turn.window_ns
 *	turns_release(&turns);
 */
#ifndef EXPERIMENT_TURNS_H
#define EXPERIMENT_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/hash.h"
#include "run/block.h"

#define TURNS_LEAST_NS (100 * NS_PER_MS)
#define TURNS_LATENCIES 10
#define TURNS_STAYS 4
/* Of a library whose slices only its stays make long: so many turns at least. */
#define TURNS_FITTING 3
/* No fill is shorter: for some time after a pause the caches of the CPU are those
 * of others, and each operation costs more. */
#define TURNS_FILL_LEAST_NS (25 * NS_PER_MS)
/* A round's share of a slice is at most so long, and a slice is in each so
 * many-th round at least. */
#define TURNS_SHARE_NS (200 * NS_PER_MS)
#define TURNS_EVERY_MOST 8
/* A latency or stay that is longer counts as this: no probe lasts so long, and all
 * of it is far too long for turns. */
#define TURNS_LATENCY_MOST_NS (3600 * NS_PER_S)

struct turns_part {
	uint64_t window_ns; /* of a slice; 0: not settled */
	uint64_t fill_ns;   /* before it */
	unsigned every;     /* it takes part in each so many-th round; 0: in
			     * none, as its slices are too long */
};

struct turns {
	const struct turns_part *part; /* borrowed */
	unsigned count;
	unsigned *order; /* of the present round */
	unsigned in_round, at; /* how many take part, and whose turn is next */
	uint32_t round;  /* from 0 */
	bool begun;
	struct rng rng;
};

/* Settles it by the library's median latency and its stay, which may be anything:
 * they come from what replicas wrote. */
void turns_settle(struct turns_part *part, uint64_t latency_ns,
		  uint64_t stay_ns);

/* Shortens a window that stays alone made long, as long as it has ten latencies,
 * until TURNS_FITTING turns fit into left_ns of working time: where the machine
 * stood still, a stay tells of that. Whether it was too short, the slices show. */
void turns_fit(struct turns_part *part, uint64_t latency_ns, uint64_t left_ns);

/* Of a part that takes part in no round: makes its window so short that it does
 * in some. For a library whose other blocks have shown that it can. */
void turns_shorten(struct turns_part *part);

/* How long a round takes on average, with filling and draining. */
uint64_t turns_round_ns(const struct turns_part *part, unsigned count);

/* How long round `round` takes, at least. */
uint64_t turns_cost_ns(const struct turns *turns, uint32_t round);

/* All parts must be settled, or take part in no round. */
void turns_init(struct turns *turns, const struct turns_part *part,
		unsigned count, uint64_t seed, unsigned block);
void turns_release(struct turns *turns);

/* The number of the round that turns_begin_round() begins. */
uint32_t turns_upcoming(const struct turns *turns);

/* Begins the next round, in an order drawn anew. */
void turns_begin_round(struct turns *turns);

/* The next turn of the round; false: it is over, or none was begun. */
bool turns_next(struct turns *turns, struct run_turn *out);

#endif
