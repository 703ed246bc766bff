/* A trial in slices of two replicas, a plan, and records of the first replica. */
#ifndef CHECK_UNIT_SLICED_RECORDS_H
#define CHECK_UNIT_SLICED_RECORDS_H

#include "analyse/analyse.h"
#include "sliced_trial.h"

enum { OPS = 400 };

static struct plan_request requests[OPS];
static struct plan plan = { .requests = requests, .op_count = OPS };
static struct trial trial;

static inline int make(void **state)
{
	struct trial_spec spec;

	(void)state;
	spec_init(&spec);
	spec.library = "lib";
	spec.test = "fetch_range";
	spec.replicas = 2;
	spec.concurrency = spec.pool_size = 3;
	spec.timeout_s = 2;
	make_sliced(&trial, &spec);
	for (int i = 0; i < OPS; i++)
		requests[i] = (struct plan_request){ .length = 1000 };
	for (unsigned i = 0; i < 2; i++) {
		trial.replica[i].state = REPLICA_FINISHED;
		trial.replica[i].done_ns = LATER;
	}
	return 0;
}

static inline int undo(void **state)
{
	(void)state;
	trial_release(&trial);
	return 0;
}

/* Of replica 0: its n-th, which lies so many ms after GO of a slice. */
static inline struct record record_at(unsigned n, unsigned slice, uint64_t start_ms,
			       uint64_t end_ms)
{
	uint64_t go_ns = GO + slice * APART;

	return (struct record){ .intended_ns = go_ns + start_ms * MS,
				.start_ns = go_ns + start_ms * MS,
				.end_ns = go_ns + end_ms * MS,
				.bytes = 1000, .op = 2 * n,
				.outcome = OUTCOME_OK };
}

#endif
