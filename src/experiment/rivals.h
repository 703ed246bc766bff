/*
 * Jobs that are compared with each other: the same test and configuration, one a
 * library. They are measured in blocks (record/comparison.h). A block gives each
 * of them a trial: of slices in turn, or a separate one.
 */
#ifndef EXPERIMENT_RIVALS_H
#define EXPERIMENT_RIVALS_H

#include "experiment/experiment.h"
#include "experiment/few_rounds.h"
#include "experiment/turns.h"

/* The newest probes, of which the middle one counts. */
#define RIVAL_PROBES 3

/* Blocks in a row. */
#define RIVAL_UNREADY 2
#define RIVALS_BARREN 2

struct rival {
	struct job *job;        /* borrowed */
	struct rival_probe {
		uint64_t latency_ns, stay_ns;
	} probe[RIVAL_PROBES];
	unsigned probes;        /* so far */
	unsigned longer;        /* how often one was too short to tell */
	struct turns_part turn; /* by them; window_ns 0: not settled yet */
	bool turned;            /* it has trials of slices: no other ones are
				 * made of it any more */
	bool separate;          /* it takes part in no slices */
	char why[200];          /* and why: a clause, "it does not say that it
				 * can be paused" */
	unsigned unready;       /* blocks in a row in which it failed before GO;
				 * RIVAL_UNREADY: it is not started again */
	bool was_late;          /* ... in the last of them by not being ready in
				 * time, for which all others waited */
	char why_unready[400];  /* what was said of the last of them */
};

struct rivals {
	struct rival *list;
	unsigned count, capacity;
	char key[SPEC_HASH_BYTES]; /* of the configuration that all have */
	bool told;        /* how many rounds the budget leaves */
	double separate_s; /* window of a separate trial; 0: as it was asked for */
	uint64_t begin_ns; /* of the first block */
	uint64_t once_ns;  /* of its time, what later blocks need not do again:
			    * the plan, and the second and third probes */
	unsigned before;  /* blocks that were made before the run went on */
	unsigned first;   /* number of the first block now */
	unsigned made;    /* blocks so far, without those */
	unsigned barren;  /* the last so many had no figures of anybody;
			   * RIVALS_BARREN: no more are made */
};

/* Groups the experiment's jobs, in their order, and gives each group's jobs the
 * UUID of a comparison: of a run that goes on, that which they had. The caller
 * releases, also after an error. */
int rivals_collect(struct experiment *experiment, struct rivals **out,
		   size_t *count, struct err *err);
void rivals_release(struct rivals *list, size_t count);

/* Refuses an option that means nothing as no jobs take turns (ERR_USAGE). Call it
 * before the run begins. */
int rivals_check(const struct experiment *experiment, struct err *err);

/* What the settings leave each comparison. */
struct budget rivals_budget(const struct experiment_settings *settings);

/* Whether they work in turn here, and not in separate trials only. */
bool rivals_take_turns(const struct experiment *experiment,
		       const struct rivals *rivals);

/* The least blocks that each pair of them needs for a verdict. */
unsigned rivals_blocks_needed(const struct rivals *rivals);

/* Makes the blocks of rivals that take turns, within the budget. */
int rivals_run(struct experiment *experiment, struct rivals *rivals,
	       struct err *err);

/* Makes one trial of each in turn, in separate trials: repeat `number`. */
int rivals_repeat(struct experiment *experiment, struct rivals *rivals,
		  unsigned number, struct err *err);

#endif
