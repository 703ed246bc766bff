/*
 * What is kept of a trial that is over, for reports and comparisons: its results,
 * its latencies and its slices, without records and samples. A run has it of each
 * trial that it makes; src/store makes it again from what is stored.
 */
#ifndef RECORD_FINISHED_H
#define RECORD_FINISHED_H

#include <stdbool.h>
#include <stddef.h>

#include "record/result.h"
#include "record/slice.h"
#include "record/trial.h"

struct finished {
	struct summary summary;
	bool baseline; /* reference, null */
	bool other_worker; /* than worker.py */
	bool failed;   /* it has no figures */
	bool partial;  /* trial_is_partial() */
	char *unready; /* why it failed before GO, owned; NULL: it did not */
	bool was_late; /* ... as it was not ready in time */
	char comparison[37]; /* of struct trial */
	unsigned block;
	struct slice *slices; /* owned */
	size_t slice_count;
};

/* Takes the summary, and the slices out of the trial. Who makes the worker is what
 * its replicas say; of one that was never ready it is `compiled` that tells. */
void finished_take(struct finished *out, struct trial *trial,
		   const struct summary *summary, bool compiled);

/* Whether what a replica said of its versions names worker.py; JSON. */
bool finished_is_worker_py(const char *versions_json);

void finished_release(struct finished *one);

#endif
