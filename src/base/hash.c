#include "base/hash.h"

uint64_t hash_bytes(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	return hash_mix(h);
}

void rng_init(struct rng *rng, uint64_t seed)
{
	rng->state = hash_mix(seed);
}

uint64_t rng_next(struct rng *rng)
{
	uint64_t value = hash_mix(rng->state);

	rng->state += 0x9e3779b97f4a7c15ULL;
	return value;
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
	/* Values below `skip` would make the small results more frequent. */
	uint64_t skip = -bound % bound;
	uint64_t value;

	do
		value = rng_next(rng);
	while (value < skip);
	return value % bound;
}

static void swap(unsigned char *a, unsigned char *b, size_t size)
{
	while (size--) {
		unsigned char byte = a[size];

		a[size] = b[size];
		b[size] = byte;
	}
}

void rng_shuffle(struct rng *rng, void *list, size_t count, size_t size)
{
	unsigned char *bytes = list;

	for (size_t i = count; i > 1; i--)
		swap(bytes + (i - 1) * size,
		     bytes + (size_t)rng_below(rng, i) * size, size);
}
