/*
 * Puts replicas into cells: joins the run room, which knows places, and the
 * cell room.
 */
#ifndef EXPERIMENT_CELL_PLACE_H
#define EXPERIMENT_CELL_PLACE_H

#include "cell/cell.h"
#include "cli/option.h"
#include "run/place.h"

/* The grades that --isolation stands for, from the best to the worst that is
 * still meant; auto is cell, then process. ERR_USAGE names those that there
 * are. */
int cell_place_grades(const char *text, enum isolation *best,
		   enum isolation *worst, struct err *err);

/* What a trial of these options needs; strings are borrowed. */
void cell_place_need(const struct options *options, const char *const *reads,
		  struct cell_need *out);

/* Hooks for the run room; the cells must outlive them. */
struct place cell_place_hooks(struct cells *cells);

#endif
