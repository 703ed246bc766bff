/*
 * Puts replicas into cells: joins the run room, which knows places, and the
 * cell room.
 */
#ifndef CLI_PLACING_H
#define CLI_PLACING_H

#include "cell/cell.h"
#include "cli/option.h"
#include "run/place.h"

/* The grades that --isolation stands for, from the best to the worst that is
 * still meant; auto is cell, then process. ERR_USAGE names those that there
 * are. */
int placing_grades(const char *text, enum isolation *best,
		   enum isolation *worst, struct err *err);

/* What a trial of these options needs; strings are borrowed. */
void placing_need(const struct options *options, const char *const *reads,
		  struct cell_need *out);

/* Hooks for the run room; the cells must outlive them. */
struct place placing_hooks(struct cells *cells);

#endif
