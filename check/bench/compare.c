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

/* Whether the goal is not missed. */
static bool judge(unsigned blocks)
{
	double seconds[RUNS], least_s = INFINITY;
	struct judge_noise noise;
	char name[64];

	judge_begin(&noise);
	for (unsigned run = 0; run < RUNS; run++) {
		seconds[run] = compare_s(blocks);
		least_s = fmin(least_s, seconds[run]);
	}
	judge_end(&noise);
	snprintf(name, sizeof(name), "compare_%d_trials_by_%u_blocks_of_2_s",
		 TRIALS, blocks);
	printf("%s: %.3f s of CPU\n", name, least_s);
	return judge_seconds(name, seconds, RUNS, LIMIT_S, &noise);
}

int main(void)
{
	bool by_12, as_one;

	make();
	by_12 = judge(12);
	as_one = judge(BLOCKS);
	return by_12 && as_one ? 0 : 1;
}
