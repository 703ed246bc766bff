#include "experiment/turns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Of a turn beside fill and window: the drain, and two stops by the freezer. */
#define TURNING_NS (5 * NS_PER_MS)

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Nothing that a moment shows takes longer. Sums and products of such times stay
 * far from the end of 64 bits. */
static uint64_t capped(uint64_t ns)
{
	return ns < TURNS_LATENCY_MOST_NS ? ns : TURNS_LATENCY_MOST_NS;
}

/* The first of least_ns, twice that, and so on that is not below it. */
static uint64_t doubled(uint64_t least_ns, uint64_t wanted_ns)
{
	while (least_ns < wanted_ns)
		least_ns *= 2;
	return least_ns;
}

static unsigned every_of(uint64_t window_ns)
{
	unsigned every = 1;

	while (every <= TURNS_EVERY_MOST && window_ns / every > TURNS_SHARE_NS)
		every *= 2;
	return every > TURNS_EVERY_MOST ? 0 : every;
}

/* It takes a stay until as many slow operations are in flight as always. */
void turns_settle(struct turns_part *part, uint64_t latency_ns,
		  uint64_t stay_ns)
{
	uint64_t longer_ns;

	latency_ns = capped(latency_ns);
	stay_ns = capped(stay_ns);
	longer_ns = larger(latency_ns, stay_ns);
	part->window_ns = doubled(TURNS_LEAST_NS,
				  larger(TURNS_LATENCIES * latency_ns,
					 TURNS_STAYS * stay_ns));
	part->fill_ns = doubled(TURNS_FILL_LEAST_NS, longer_ns + longer_ns / 2);
	part->every = every_of(part->window_ns);
}

void turns_shorten(struct turns_part *part)
{
	if (part->every)
		return;
	part->every = TURNS_EVERY_MOST;
	part->window_ns = TURNS_EVERY_MOST * TURNS_SHARE_NS;
}

/* The drain takes a latency, which is shorter than the fill. */
static uint64_t turn_ns(const struct turns_part *part)
{
	return part->window_ns + part->fill_ns + part->fill_ns / 2 + TURNING_NS;
}

void turns_fit(struct turns_part *part, uint64_t latency_ns, uint64_t left_ns)
{
	uint64_t least_ns = larger(TURNS_LEAST_NS,
				   TURNS_LATENCIES * capped(latency_ns));

	while (part->every && part->window_ns / 2 >= least_ns &&
	       TURNS_FITTING * turn_ns(part) > left_ns) {
		part->window_ns /= 2;
		part->fill_ns = larger(TURNS_FILL_LEAST_NS, part->fill_ns / 2);
		part->every = every_of(part->window_ns);
	}
}

uint64_t turns_round_ns(const struct turns_part *part, unsigned count)
{
	uint64_t sum_ns = 0;

	for (unsigned i = 0; i < count; i++)
		if (part[i].every)
			sum_ns += turn_ns(&part[i]) / part[i].every;
	return sum_ns;
}

static bool takes_part(const struct turns_part *part, uint32_t round)
{
	return part->every && round % part->every == 0;
}

uint64_t turns_cost_ns(const struct turns *turns, uint32_t round)
{
	uint64_t sum_ns = 0;

	for (unsigned i = 0; i < turns->count; i++)
		if (takes_part(&turns->part[i], round))
			sum_ns += turn_ns(&turns->part[i]);
	return sum_ns;
}

void turns_init(struct turns *turns, const struct turns_part *part,
		unsigned count, uint64_t seed, unsigned block)
{
	memset(turns, 0, sizeof(*turns));
	turns->part = part;
	turns->count = count;
	turns->order = mem_array(count, sizeof(*turns->order));
	rng_init(&turns->rng, hash_pair(seed, block));
}

void turns_release(struct turns *turns)
{
	free(turns->order);
	memset(turns, 0, sizeof(*turns));
}

uint32_t turns_upcoming(const struct turns *turns)
{
	return turns->begun ? turns->round + 1 : 0;
}

void turns_begin_round(struct turns *turns)
{
	turns->round = turns_upcoming(turns);
	turns->begun = true;
	turns->in_round = turns->at = 0;
	for (unsigned i = 0; i < turns->count; i++)
		if (takes_part(&turns->part[i], turns->round))
			turns->order[turns->in_round++] = i;
	rng_shuffle(&turns->rng, turns->order, turns->in_round,
		    sizeof(*turns->order));
}

bool turns_next(struct turns *turns, struct run_turn *out)
{
	const struct turns_part *part;

	if (turns->at >= turns->in_round)
		return false;
	part = &turns->part[turns->order[turns->at]];
	*out = (struct run_turn){
		.request = turns->order[turns->at],
		.round = turns->round,
		.position = turns->at,
		.fill_ns = part->fill_ns,
		.window_ns = part->window_ns,
	};
	turns->at++;
	return true;
}
