/* Inside the room: writing a run's row, and a trial's, these within a transaction
 * that the caller began. */
#ifndef STORE_SAVE_H
#define STORE_SAVE_H

#include "store/store.h"

int save_run(const struct store *store, const struct run *run, struct err *err);
int save_trial(const struct store *store, const struct run *run,
	       const struct trial *trial, struct err *err);
int save_replicas(const struct store *store, const struct trial *trial,
		  struct err *err);
int save_samples(const struct store *store, const struct trial *trial,
		 struct err *err);
int save_machine(const struct store *store, const struct trial *trial,
		 struct err *err);
int save_slices(const struct store *store, const struct trial *trial,
		struct err *err);
int save_latency(const struct store *store, const struct trial *trial,
		 struct err *err);
int save_failures(const struct store *store, const struct trial *trial,
		  struct err *err);
int save_ledger(const struct store *store, const struct trial *trial,
		struct err *err);
int save_findings(const struct store *store, const struct trial *trial,
		  const struct summary *summary, struct err *err);
int save_results(const struct store *store, const struct trial *trial,
		 const struct summary *summary, struct err *err);

#endif
