#include "experiment/williams.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

static void draw(unsigned *label, unsigned count, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed);
	for (unsigned i = 0; i < count; i++)
		label[i] = i;
	rng_shuffle(&rng, label, count, sizeof(*label));
}

/* 0, 1, count - 1, 2, count - 2, …: neighbours differ by each distance once. */
static unsigned zigzag(unsigned at, unsigned count)
{
	return at % 2 ? (at + 1) / 2 : (count - at / 2) % count;
}

void williams_order(unsigned *order, unsigned count, unsigned row,
		    uint64_t seed)
{
	unsigned rows = count % 2 ? 2 * count : count;
	unsigned in_square = row % rows;
	unsigned *label = mem_array(count, sizeof(*label));

	draw(label, count, hash_pair(seed, row / rows));
	for (unsigned i = 0; i < count; i++) {
		unsigned at = in_square < count ? i : count - 1 - i;

		order[i] = label[(zigzag(at, count) + in_square) % count];
	}
	free(label);
}
