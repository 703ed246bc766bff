#include "experiment/compared.h"

#include <math.h>
#include <string.h>

#include "analyse/compared.h"

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

	analyse_compared(experiment->finished, experiment->finished_count,
			 comparison, &c);
	found = find_widest(&c, false, out) || find_widest(&c, true, out);
	comparison_release(&c);
	return found;
}
