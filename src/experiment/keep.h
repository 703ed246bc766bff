/*
 * Keeps what was measured in the database. If that is not possible, the spool
 * (store.h) keeps it, and a later command takes it into the database.
 */
#ifndef EXPERIMENT_KEEP_H
#define EXPERIMENT_KEEP_H

#include "experiment/experiment.h"

/* Before a trial: room for its results. ERR_FAILED: there is none. */
int keep_room(struct experiment *experiment, const struct job *job,
	      struct err *err);

/* Stores a trial. Says so if the trial is not in the database afterwards: the
 * run has failed then, but goes on. */
void keep_trial(struct experiment *experiment, const struct trial *trial,
		const struct summary *summary);

/* The same for the end of the run. */
void keep_end(struct experiment *experiment, enum run_end how);

#endif
