/* Inside the room: reading a trial and its run back. */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "record/rounds.h"
#include "store/store.h"

/* As store_read_trial(), which reads from one moment of the database. */
int read_trial(const struct store *store, const char *id, struct trial *out,
	       struct run *run, unsigned *damaged, struct err *err);

/* results.c: the row of all replicas of a trial; the caller releases it.
 * ERR_NOT_FOUND: there is none. */
int results_read(const struct store *store, const char *trial_id,
		 struct result_row *out, struct err *err);

/* The latencies of all replicas of a trial, merged into a histogram that is
 * zeroed. ERR_INVALID: some are lost or damaged. */
int read_merged_latency(const struct store *store, const char *trial_id,
			struct histogram *out, struct err *err);

/* rounds.c: store_each_rounds(), in another order: the trials of a comparison come
 * one behind the other. */
int rounds_by_comparison(struct store *store, const char *run_id,
			 int (*give)(void *context,
				     const struct trial_rounds *trial),
			 void *context, struct err *err);

/* runs.c: ERR_INVALID where the run that was read has such a `column`, without a
 * value of its kind, and is released; 0 where it is NULL. */
int run_check(const struct store *store, struct run *run, const char *column,
	      struct err *err);

#endif
