/*
 * What was measured is kept: in the database, or where that is not possible in
 * the spool (store.h), from which a later command takes it into the database.
 */
#ifndef EXPERIMENT_KEEP_H
#define EXPERIMENT_KEEP_H

#include "experiment/experiment.h"

/* Before a trial: room for its results. ERR_FAILED: there is none. */
int keep_room(struct experiment *experiment, const struct job *job, struct err *err);

/* Stores a trial. What is not in the database afterwards is told, and the run
 * has failed, but goes on. */
void keep_trial(struct experiment *experiment, const struct trial *trial,
		const struct summary *summary);

/* The same for the end of the run. */
void keep_end(struct experiment *experiment, enum run_end how);

#endif
