#include "experiment/compared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/compare.h"
#include "base/mem.h"

static struct block_trial block_trial(const struct finished *one)
{
	const struct result_row *row = &one->summary.total;

	return (struct block_trial){
		.library = row->library_name,
		.block = one->block,
		.failed = one->failed,
		.baseline = one->baseline,
		.slices = one->slices,
		.slice_count = one->slice_count,
		.seconds = row->duration_seconds,
		.operations = count_or(row->number_successes, 0),
		.cpu_seconds = row->cpu_total_seconds,
	};
}

void compared_make(const struct experiment *experiment, const char *comparison,
		   struct comparison *out)
{
	struct block_trial *trials =
		mem_array(experiment->finished_count, sizeof(*trials));
	size_t count = 0;

	for (size_t i = 0; i < experiment->finished_count; i++) {
		const struct finished *one = &experiment->finished[i];

		if (!strcmp(one->comparison, comparison))
			trials[count++] = block_trial(one);
	}
	analyse_compare(trials, count, out);
	free(trials);
}

static bool is_baseline(const struct comparison *c, const struct compared_pair *p)
{
	return c->rows[p->a].baseline || c->rows[p->b].baseline;
}

double compared_precision(const struct experiment *experiment,
			  const char *comparison)
{
	struct comparison c;
	double worst = 0;

	compared_make(experiment, comparison, &c);
	for (size_t i = 0; i < c.pair_count; i++) {
		if (is_baseline(&c, &c.pairs[i]))
			continue;
		for (int by = 0; by < COMPARED_BY; by++) {
			double seen = c.pairs[i].by[by].seen;

			/* Once one is unknown, all are. */
			worst = isnan(seen) || isnan(worst) ? NAN
				: fmax(worst, seen);
		}
	}
	comparison_release(&c);
	return worst;
}
