/*
 * What is read during a trial, as hooks for the run room: counters of the
 * replicas' processes and of the origin's, rows of the ledger, records as they
 * are written. One sampler a trial.
 */
#ifndef CLI_SAMPLER_H
#define CLI_SAMPLER_H

#include "measure/measure.h"
#include "measure/others.h"
#include "record/ledger.h"
#include "record/trial.h"
#include "run/run.h"

/* How far a replica's records have been counted. */
struct record_cursor {
	const struct record *records;
	size_t capacity, at;
	uint64_t ok, failed, bytes;
};

struct sampler {
	struct trial *trial;
	struct ledger *ledger; /* NULL: a store outside */
	pid_t origin_pid;      /* 0: a store outside */
	struct meter *meters;  /* one a replica; the last is the origin's */
	bool metering;         /* the meters are open */
	struct record_cursor *cursors;
	struct others others;
	pid_t *ours; /* replicas and origin: no others */
	char *const *records;  /* paths, borrowed */
	struct sample *first, *last; /* at GO and the newest; [replica_count]
				      * is the origin's */
	void (*progress)(void *context, const struct sampler *sampler,
			 const char *stage, uint64_t now_ns);
	void *progress_context;
};

void sampler_init(struct sampler *sampler, struct trial *trial,
		  struct ledger *ledger, pid_t origin_pid,
		  char *const *records);

/* Hooks whose context is the sampler. */
struct run_hooks sampler_hooks(void);

/* After the run: ledger rows of those that never were done, CPU over the
 * window. */
void sampler_finish(struct sampler *sampler);
void sampler_release(struct sampler *sampler);

/* Operations recorded so far, by all replicas. */
uint64_t sampler_ok(const struct sampler *sampler);
uint64_t sampler_failed(const struct sampler *sampler);

#endif
