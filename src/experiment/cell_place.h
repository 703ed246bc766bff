/*
 * Puts replicas into cells: joins the run room, which knows places, and the
 * cell room.
 */
#ifndef EXPERIMENT_CELL_PLACE_H
#define EXPERIMENT_CELL_PLACE_H

#include "cell/cell.h"
#include "record/spec.h"
#include "run/place.h"

/* The grades for a word of --isolation: the best, and the worst that the word
 * still means. auto means cell, then process. ERR_USAGE names the words. */
int cell_place_grades(const char *text, enum isolation *best,
		      enum isolation *worst, struct err *err);

/* What a trial of this configuration needs; strings are borrowed. */
void cell_place_need(const struct trial_spec *spec, const char *const *reads,
		     struct cell_need *out);

/* Where the replicas of a trial are among the cells: its replica 0 is the
 * cells' replica `first`. The trials of a block share one `cells`, begun with
 * the sum of their replicas. */
struct seats {
	struct cells *cells;
	unsigned first;
};

/* Hooks for the run room; seats and cells must outlive them. */
struct place cell_place_hooks(struct seats *seats);

#endif
