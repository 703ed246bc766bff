#include "experiment/compared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/compare.h"
#include "analyse/summary_latency.h"
#include "base/mem.h"

static struct block_trial block_trial(const struct finished *one)
{
	const struct result_row *row = &one->summary.total;

	return (struct block_trial){
		.library = row->library_name,
		.block = one->block,
		.failed = one->failed || one->partial,
		.baseline = one->baseline,
		.slices = one->slices,
		.slice_count = one->slice_count,
		.seconds = row->duration_seconds,
		.operations = count_or(row->number_successes, 0),
		.cpu_seconds = row->cpu_total_seconds,
		.latency = one->summary.latency,
		.slower = latency_slower(row),
	};
}

/* One wrong answer in any block, and no figure of the library is compared. */
static bool was_wrong(const struct finished *const *ones, size_t count,
		      const char *library)
{
	for (size_t i = 0; i < count; i++) {
		const struct result_row *row = &ones[i]->summary.total;

		if (!strcmp(row->library_name, library) &&
		    result_is_wrong(row))
			return true;
	}
	return false;
}

/* Those of a comparison into `ones`: how many. */
static size_t find(const struct experiment *experiment, const char *comparison,
		   const struct finished **ones)
{
	size_t count = 0;

	for (size_t i = 0; i < experiment->finished_count; i++)
		if (!strcmp(experiment->finished[i].comparison, comparison))
			ones[count++] = &experiment->finished[i];
	return count;
}

void compared_make(const struct experiment *experiment, const char *comparison,
		   struct comparison *out)
{
	size_t all = experiment->finished_count, count;
	const struct finished **ones = mem_array(all, sizeof(*ones));
	struct block_trial *trials = mem_array(all, sizeof(*trials));

	count = find(experiment, comparison, ones);
	for (size_t i = 0; i < count; i++) {
		trials[i] = block_trial(ones[i]);
		trials[i].failed |= was_wrong(ones, count, trials[i].library);
	}
	analyse_compare(trials, count, out);
	free(trials);
	free(ones);
}

bool compared_has_figures(const struct experiment *experiment,
			  const char *comparison, unsigned block,
			  bool baselines)
{
	for (size_t i = 0; i < experiment->finished_count; i++) {
		const struct finished *one = &experiment->finished[i];

		if (one->block == block && !one->failed && !one->partial &&
		    (baselines || !one->baseline) &&
		    !strcmp(one->comparison, comparison) &&
		    count_or(one->summary.total.number_successes, 0))
			return true;
	}
	return false;
}

/* A library that fails in most blocks is waited for in vain. */
static bool has_figures(const struct comparison *c, unsigned row)
{
	return 2 * c->rows[row].blocks > c->blocks;
}

static bool is_asked(const struct comparison *c, const struct compared_pair *p,
		     bool baselines)
{
	bool with = c->rows[p->a].baseline || c->rows[p->b].baseline;

	return with == baselines && has_figures(c, p->a) &&
	       has_figures(c, p->b);
}

/* Once one is unknown, all are. False: no pair is asked for. */
static bool find_widest(const struct comparison *c, bool baselines, double *out)
{
	bool found = false;

	*out = 0;
	for (size_t i = 0; i < c->pair_count; i++) {
		if (!is_asked(c, &c->pairs[i], baselines))
			continue;
		found = true;
		for (int by = 0; by < COMPARED_BY; by++) {
			double seen = c->pairs[i].by[by].seen;

			*out = isnan(seen) || isnan(*out) ? (double)NAN
							  : fmax(*out, seen);
		}
	}
	return found;
}

bool compared_precision(const struct experiment *experiment,
			const char *comparison, double *out)
{
	struct comparison c;
	bool found;

	compared_make(experiment, comparison, &c);
	found = find_widest(&c, false, out) || find_widest(&c, true, out);
	comparison_release(&c);
	return found;
}
