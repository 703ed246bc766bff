/*
 * What was measured is kept: in the database, or where that is not possible in
 * the spool (store.h), from which a later command takes it into the database.
 */
#ifndef CLI_KEEP_H
#define CLI_KEEP_H

#include "cli/session.h"

/* Before a trial: room for its results. ERR_FAILED: there is none. */
int keep_room(struct session *session, const struct job *job, struct err *err);

/* Stores a trial. What is not in the database afterwards is told, and the run
 * has failed, but goes on. */
void keep_trial(struct session *session, const struct trial *trial,
		const struct summary *summary);

/* The same for the end of the run. */
void keep_end(struct session *session, enum run_end how);

#endif
