/* Inside of analyse_compare(): what a library in a block comes to. */
#ifndef ANALYSE_COMPARE_CELL_H
#define ANALYSE_COMPARE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/comparison.h"

/* ln of rate and CPU; NAN: unknown. */
struct figures {
	double ln[COMPARED_BY];
};

/* A slice that has figures. */
struct turn {
	uint32_t round;
	struct figures figures;
};

/* A library in a block. */
struct cell {
	const struct block_trial *trial;
	size_t at; /* in what was given */
	struct turn *turns; /* by round; NULL: a separate trial */
	size_t turn_count;
	size_t empty; /* turns in which nothing was ok */
	double window_s; /* of a turn, in the mean */
	struct figures figures;
};

/* Whether something is known of it. */
bool cell_has_figures(const struct figures *figures);

/* Fills turns and figures of a cell that has its trial. */
void cell_fill(struct cell *cell);
void cell_release(struct cell *cell);

#endif
