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
#include <time.h>

#include "analyse/statistics.h"
#include "base/unknown.h"
#include "measure/machine.h"

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

/* What others may have of a machine that is called calm, parts of its CPU time. */
#define STEAL_CALM 0.02
#define OTHERS_CALM 0.05

/* Since judge_begin(): what others had of it; NAN: unknown. */
struct judge_noise {
	struct machine_time begin;
	double own_s;
	double steal, others;
};

static inline struct machine_time judge_machine(void)
{
	struct machine_meter meter;
	struct machine_time now;

	machine_open(&meter);
	machine_read_time(&meter, &now);
	machine_close(&meter);
	return now;
}

static inline double judge_own_s(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static inline void judge_begin(struct judge_noise *noise)
{
	noise->begin = judge_machine();
	noise->own_s = judge_own_s();
}

/* Pure. */
static inline void judge_take(struct judge_noise *noise,
			      const struct machine_time *end, double own_s)
{
	const struct machine_time *begin = &noise->begin;
	double busy = (double)(end->busy_ns - begin->busy_ns);
	double steal = (double)(end->steal_ns - begin->steal_ns);
	double all = busy + steal + (double)(end->idle_ns - begin->idle_ns);
	double own = 1e9 * (own_s - noise->own_s);

	noise->steal = noise->others = NAN;
	if (end->busy_ns == COUNT_UNKNOWN || !(all > 0))
		return;
	noise->steal = steal / all;
	noise->others = fmax(busy - own, 0) / all;
}

static inline void judge_end(struct judge_noise *noise)
{
	struct machine_time end = judge_machine();

	judge_take(noise, &end, judge_own_s());
}

/* By the least CPU time of several runs. It is absolute, and a machine that is
 * shared makes it longer. Where others had little of it meanwhile it is the
 * program that is over its limit, and at twice the limit in any case. Prints the
 * line; whether the goal is not missed. */
static inline bool judge_seconds(const char *name, const double *seconds,
				 size_t n, double limit_s,
				 const struct judge_noise *noise)
{
	double least = INFINITY, most = 0;
	bool calm = noise->steal <= STEAL_CALM && noise->others <= OTHERS_CALM;

	for (size_t i = 0; i < n; i++) {
		least = fmin(least, seconds[i] / limit_s);
		most = fmax(most, seconds[i] / limit_s);
	}
	printf("bench %s ratio %.3f limit 1.000 ", name, least);
	if (least <= 1)
		puts("ok");
	else if (least > 2 || calm)
		puts("over");
	else
		printf("cannot be told here: %.2f to %.2f of the limit in %zu "
		       "runs, while others had %.0f%% of the machine, %.0f%% "
		       "was stolen\n", least, most, n, 100 * noise->others,
		       100 * noise->steal);
	return least <= 1 || (least <= 2 && !calm);
}

#endif
