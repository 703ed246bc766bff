/*
 * How benches in C judge ratios of alternated pairs, as _bench.py does: over is
 * what is proven to be; what noise hides is not called ok.
 *
 *	double ratio[7] = { 0 };
 *
 *	return judge_ratios("origin_vs_nginx", ratio, 7, 0.75) ? 0 : 1;
 */
#ifndef CHECK_BENCH_JUDGE_H
#define CHECK_BENCH_JUDGE_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "analyse/statistics.h"

/* An excess over the limit that must not stay unseen, a part of 1. */
#define TO_BE_SEEN 0.03

/* Prints the line that check/bench/run reads; whether the goal is not missed.
 * Sorts the ratios. */
static inline bool judge_ratios(const char *name, double *ratios, size_t n,
				double limit)
{
	struct estimate e;
	double seen;

	statistics_median(ratios, n, 0.05, &e);
	seen = sqrt(e.high / e.low) - 1;
	printf("%s: median %.4f, 95%% %.4f to %.4f\n", name, e.value, e.low,
	       e.high);
	printf("bench %s ratio %.3f limit %.3f ", name, e.value, limit);
	if (e.low > limit)
		puts("over");
	else if (e.high <= limit || seen <= TO_BE_SEEN)
		puts("ok");
	else
		printf("cannot be told here: the least difference that could "
		       "have been seen is %.1f%%\n", 100 * seen);
	return !(e.low > limit);
}

/* The same of the least CPU time of several runs. It is absolute, and a machine
 * that is slow, or stolen from, makes it longer: up to twice the limit nothing is
 * said. */
static inline bool judge_seconds(const char *name, double least_s,
				 double limit_s)
{
	bool ok = least_s <= limit_s, near = least_s <= 2 * limit_s;

	printf("bench %s ratio %.3f limit 1.000 %s\n", name, least_s / limit_s,
	       ok     ? "ok"
	       : near ? "cannot be told here: it is CPU time, of which a slow "
			"or shared machine takes more"
		      : "over");
	return ok || near;
}

#endif
