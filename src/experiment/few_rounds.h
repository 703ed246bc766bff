/*
 * What is said where a budget leaves few rounds a block: pure.
 *
 *	struct few_rounds few = { .name = "fetch_range", .blocks = 12 };
 *	struct str text = STR_INIT;
 *
 *	few_rounds_tell(&few, &text);
 *	str_release(&text);
 */
#ifndef EXPERIMENT_FEW_ROUNDS_H
#define EXPERIMENT_FEW_ROUNDS_H

#include "base/str.h"
#include "experiment/turns.h"

struct few_rounds {
	const char *name; /* of the comparison */
	const struct turns_part *part; /* settled */
	const char *const *library;    /* of each part */
	unsigned count;
	double left_s;    /* for the rounds of a block */
	double budget_s;  /* of all blocks */
	unsigned blocks;
};

/* Adds a sentence: how many rounds a block has, whom they give too few slices for
 * a number of rounds (record/comparison.h), and the budget that would do. Nothing
 * where there are enough. */
void few_rounds_tell(const struct few_rounds *few, struct str *out);

#endif
