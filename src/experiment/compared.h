/* What the trials so far come to, compared (record/comparison.h). */
#ifndef EXPERIMENT_COMPARED_H
#define EXPERIMENT_COMPARED_H

#include "experiment/experiment.h"
#include "record/comparison.h"

/* Compares the finished trials of a comparison. A library of which any trial had
 * a wrong answer has no figures, as in the table (report.h), and a block has none of
 * one whose separate trial lost a replica. The caller releases it before the
 * experiment is closed. */
void compared_make(const struct experiment *experiment, const char *comparison,
		   struct comparison *out);

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
