/*
 * Balanced orders (Williams 1949): in a square of as many rows as there are
 * treatments, each is at each position once, and each follows each other once.
 * For an odd number it takes two squares, the second one mirrored.
 */
#ifndef EXPERIMENT_WILLIAMS_H
#define EXPERIMENT_WILLIAMS_H

#include <stdint.h>

/* Fills `order` with 0 to count - 1 as row `row` has it; rows go on for ever, and
 * who stands behind a number is drawn anew for each square, or pair of squares,
 * from the seed. count >= 1. */
void williams_order(unsigned *order, unsigned count, unsigned row,
		    uint64_t seed);

#endif
