/* What the trials so far come to, for who decides whether there are to be more. */
#ifndef EXPERIMENT_COMPARED_H
#define EXPERIMENT_COMPARED_H

#include "experiment/experiment.h"

/* Whether any trial of that block has figures; with `baselines`, one of those
 * too. */
bool compared_has_figures(const struct experiment *experiment,
			  const char *comparison, unsigned block,
			  bool baselines);

/* The widest of the half widths of all pairs of libraries, by rate and CPU, as a
 * part of 1; NAN: some have no interval yet. Of one library alone: of its pair
 * with reference. Those that have figures in half of the blocks or fewer are
 * not waited for. False: there is no such pair. */
bool compared_precision(const struct experiment *experiment,
			const char *comparison, double *out);

#endif
