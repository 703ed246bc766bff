/*
 * What is said where a budget leaves few rounds a block: pure.
 *
 *	struct few_rounds few = { .name = "fetch_range" };
 *	struct str text = STR_INIT;
 *
 *	few_rounds_tell(&few, &text);
 *	str_release(&text);
 */
#ifndef EXPERIMENT_FEW_ROUNDS_H
#define EXPERIMENT_FEW_ROUNDS_H

#include "base/str.h"
#include "experiment/turns.h"

/* Of a comparison, as its --budget and --blocks say. */
struct budget {
	double blocks_s; /* of these blocks */
	unsigned blocks;
	unsigned needed; /* blocks, for any verdict; 0: nothing is said of it */
	/* With --until-precise, which adds others. */
	double limit_s;  /* of all; 0: none are added */
	double most_s;   /* that `blocks_s` can be, whatever the limit is */
};

/* "the budget of 40 s", "the 1.5 s that the first 12 blocks have of the budget of
 * 3 s" */
void budget_name(const struct budget *budget, struct str *out);

/* What all blocks take, when the first took so long, of which `once_s` will not come
 * again; a block that is quicker than its share has all of that. */
double budget_all_s(const struct budget *budget, unsigned all, double first_s,
		    double once_s);

struct few_rounds {
	const char *name; /* of the comparison */
	const struct turns_part *part; /* settled */
	const char *const *library;    /* of each part */
	unsigned count;
	double left_s; /* for the rounds of a block */
	struct budget budget;
};

/* Adds a sentence: how many rounds a block has, whom they give too few slices for
 * a number of rounds (record/comparison.h), and the budget that would do. Nothing
 * where there are enough. */
void few_rounds_tell(const struct few_rounds *few, struct str *out);

#endif
