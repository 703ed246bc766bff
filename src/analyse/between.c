/*
 * How much two runs of one library differ. Within a run each block has a number, the
 * ln of the library's figure over that of reference, and a centre. What shifts a
 * block as a whole (processes, what else the machine does) shifts runs as well, and
 * more blocks do not average it out: an hour later the machine does something else.
 *
 * So a run's centre is taken to vary between runs as one block varies within its run.
 * That is measured, not known. On 2 shared CPUs (aiohttp at 16 KiB), where others took
 * 0 to 1.3 CPUs, centres of 16 runs differed by 0.6 times as much as blocks in CPU, and
 * by 0.9 times in requests/s. Those of 10 runs of a quiet machine differed by 0.6 times
 * in both. So it has some reserve, but none for requests/s of a machine that busy, and
 * it follows the noise of both runs: a busy machine has wide intervals. docs/compare.md tells users of it.
 *
 *	variance of a block  s2 = pooled over the runs of both sides
 *	variance of a run    s2 (1 + 1 / blocks)
 *	interval             difference of the means of centres +- t sqrt(sum)
 *
 * Where there are many runs, they say it themselves: the variance of their centres
 * around the mean of their side takes the place of s2.
 */
#include "analyse/between.h"

#include <math.h>
#include <stdbool.h>

#include "analyse/statistics.h"

struct side {
	const struct between_run *runs;
	size_t count;
};

bool between_is_usable(const struct between_run *run)
{
	return run->blocks >= BETWEEN_BLOCKS_LEAST &&
	       isfinite(run->centre_ln) && isfinite(run->sd_ln);
}

static bool is_usable(const struct side *side)
{
	for (size_t i = 0; i < side->count; i++)
		if (!between_is_usable(&side->runs[i]))
			return false;
	return side->count > 0;
}

static double mean_of(const struct side *side)
{
	double sum = 0;

	for (size_t i = 0; i < side->count; i++)
		sum += side->runs[i].centre_ln;
	return sum / (double)side->count;
}

/* A sum of squares and its degrees of freedom. */
struct squares {
	double sum;
	unsigned freedom;
};

static void add_blocks(const struct side *side, struct squares *out)
{
	for (size_t i = 0; i < side->count; i++) {
		const struct between_run *run = &side->runs[i];

		out->sum += run->sd_ln * run->sd_ln * (run->blocks - 1);
		out->freedom += run->blocks - 1;
	}
}

static void add_runs(const struct side *side, struct squares *out)
{
	double mean = mean_of(side);

	for (size_t i = 0; i < side->count; i++) {
		double d = side->runs[i].centre_ln - mean;

		out->sum += d * d;
	}
	out->freedom += (unsigned)side->count - 1;
}

/* Of the mean of its centres, in units of s2. */
static double variance_of(const struct side *side, bool of_runs)
{
	double n = (double)side->count, sum = 0;

	for (size_t i = 0; i < side->count; i++)
		sum += of_runs ? 1 : 1 + 1.0 / side->runs[i].blocks;
	return sum / (n * n);
}

bool analyse_between(const struct between_run *from, size_t from_count,
		     const struct between_run *to, size_t to_count,
		     double alpha, struct estimate *out)
{
	const struct side a = { from, from_count }, b = { to, to_count };
	bool of_runs = from_count > 1 && to_count > 1 &&
		       from_count + to_count >= BETWEEN_RUNS_LEAST;
	struct squares squares = { 0, 0 };
	double d, half;

	out->value = out->low = out->high = NAN;
	if (!is_usable(&a) || !is_usable(&b))
		return false;
	(of_runs ? add_runs : add_blocks)(&a, &squares);
	(of_runs ? add_runs : add_blocks)(&b, &squares);
	d = mean_of(&b) - mean_of(&a);
	half = statistics_t(alpha, squares.freedom) *
	       sqrt(squares.sum / squares.freedom *
		    (variance_of(&a, of_runs) + variance_of(&b, of_runs)));
	*out = (struct estimate){ exp(d), exp(d - half), exp(d + half) };
	return of_runs;
}
