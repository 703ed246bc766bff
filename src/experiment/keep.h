/*
 * Keeps what was measured in the database. If that is not possible, the spool
 * (store.h) keeps it, and a later command takes it into the database.
 */
#ifndef EXPERIMENT_KEEP_H
#define EXPERIMENT_KEEP_H

#include "experiment/experiment.h"

/* What the results of trials need. */
struct keep_need {
	unsigned trials, replicas;
	uint64_t samples;
};

/* One trial of it, which takes no longer than most_s. */
struct keep_need keep_need_of(const struct job *job, double most_s);
void keep_need_add(struct keep_need *need, const struct keep_need *more);
void keep_need_take(struct keep_need *need, const struct keep_need *less);

/* Before trials: room for the results of all, until the first of them is stored;
 * then the rest must be asked for again. ERR_FAILED: there is none, and none is
 * kept. Of no trials it gives up what was kept. */
int keep_room(struct experiment *experiment, const struct keep_need *need,
	      struct err *err);

/* Stores a trial. Says so if the trial is not in the database afterwards: the
 * run has failed then, but goes on. */
void keep_trial(struct experiment *experiment, const struct trial *trial,
		const struct summary *summary);

/* The same for the end of the run. */
void keep_end(struct experiment *experiment, enum run_end how);

#endif
