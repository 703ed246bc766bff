/*
 * analyse_compare() over 10,000 trials of 30 slices, of 1,000 operations each:
 * as comparisons of 12 blocks, and as one. Its CPU time, the least of several
 * runs: what else happens on the machine only adds to it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "analyse/compare.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "judge.h"

#define RUNS 5
#define LIMIT_S 2.0

enum { ROWS = 8, BLOCKS = 1250, TRIALS = ROWS * BLOCKS, ROUNDS = 30 };

static const char *const names[ROWS] = { "a", "b", "c", "d",
					 "e", "f", "reference", "null" };

static struct block_trial trials[TRIALS];

static void fill_slices(struct rng *rng, struct slice *slices)
{
	for (unsigned i = 0; i < ROUNDS; i++)
		slices[i] = (struct slice){
			.round = i, .begin_ns = 1,
			.end_ns = 1 + 200 * NS_PER_MS,
			.operations = 900 + rng_below(rng, 200),
			.cpu_ns = (90 + rng_below(rng, 20)) * NS_PER_MS,
		};
}

static struct histogram *latencies(struct rng *rng)
{
	struct histogram *h = mem_new(sizeof(*h));

	for (unsigned i = 0; i < 1000; i++)
		histogram_add(h, NS_PER_MS + rng_below(rng, 90 * NS_PER_MS));
	return h;
}

static void make(void)
{
	struct slice *slices = mem_array((size_t)TRIALS * ROUNDS,
					 sizeof(*slices));
	struct rng rng;

	rng_init(&rng, 1);
	for (unsigned i = 0; i < TRIALS; i++) {
		struct slice *own = slices + (size_t)i * ROUNDS;

		fill_slices(&rng, own);
		trials[i] = (struct block_trial){
			.library = names[i % ROWS], .block = i / ROWS,
			.baseline = i % ROWS >= 6, .slices = own,
			.slice_count = ROUNDS, .seconds = 6,
			.operations = 30000, .cpu_seconds = 3,
			.latency = latencies(&rng),
		};
	}
}

static double cpu_s(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / NS_PER_S;
}

/* All of them, so many blocks at a time. */
static double compare_s(unsigned blocks)
{
	double begin_s = cpu_s();

	for (unsigned at = 0; at < TRIALS; at += blocks * ROWS) {
		unsigned left = TRIALS - at;
		struct comparison c;

		analyse_compare(&trials[at],
				left < blocks * ROWS ? left : blocks * ROWS, &c);
		comparison_release(&c);
	}
	return cpu_s() - begin_s;
}

int main(void)
{
	static const unsigned blocks[] = { 12, BLOCKS };
	bool good = true;

	make();
	for (unsigned i = 0; i < 2; i++) {
		double least_s = INFINITY;
		char name[64];

		for (unsigned run = 0; run < RUNS; run++)
			least_s = fmin(least_s, compare_s(blocks[i]));
		snprintf(name, sizeof(name), "compare_%d_trials_by_%u_blocks_of_2_s",
			 TRIALS, blocks[i]);
		printf("%s: %.3f s of CPU\n", name, least_s);
		good &= judge_seconds(name, least_s, LIMIT_S);
	}
	return good ? 0 : 1;
}
