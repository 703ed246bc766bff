/*
 * Hashes and random numbers that are the same on every machine. Not for
 * secrets. All are written with 64-bit unsigned arithmetic only.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A bijection of 64 bits: each bit of the output depends on all bits of the
 * input (the finaliser of SplitMix64, Steele et al. 2014). */
static inline uint64_t hash_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static inline uint64_t hash_pair(uint64_t a, uint64_t b)
{
	return hash_mix(hash_mix(a) ^ b);
}

/* FNV-1a over bytes, mixed. For tables and identities, not for content. */
uint64_t hash_bytes(const void *bytes, size_t n);

/* A stream of random numbers (SplitMix64); any seed is good. */
struct rng {
	uint64_t state;
};

void rng_init(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);

/* Uniform in [0, bound), without bias; bound >= 1. */
uint64_t rng_below(struct rng *rng, uint64_t bound);

/* Puts `count` elements of `size` bytes into a random order (Fisher and Yates): for
 * i from the last down to the second, i changes places with one of 0 to i. */
void rng_shuffle(struct rng *rng, void *list, size_t count, size_t size);

#endif
