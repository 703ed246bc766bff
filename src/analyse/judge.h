/*
 * When a trial is no result, a part of analyse_reconcile(): its replicas say
 * what cannot be true, or most of its operations failed. Which state follows is
 * in docs/metrics.md, "How far to trust the row".
 */
#ifndef ANALYSE_JUDGE_H
#define ANALYSE_JUDGE_H

#include <stdbool.h>

#include "record/trial.h"

/* Of all that ended within the window; failures of any class but
 * wrong_bytes, which have a state of their own. Beyond the first the 99th
 * percentile of all operations is a failure, beyond the second the median. */
#define JUDGE_PARTLY_FAILED 0.01
#define JUDGE_FAILED 0.5

double judge_failed_share(const struct trial *trial);

/* Sets trial->failed and the sentence why. What stood there, of a replica that
 * did not finish, becomes a finding. */
void judge_fail(struct trial *trial, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* `null` is there to make no request: its figures are the harness's cost. */
bool judge_does_no_io(const struct trial *trial);

/* What replicas say against itself, the ledger and the links. */
void judge_claims(struct trial *trial);

/* Which operations failed, how many and what was said of the first. */
void judge_failures(struct trial *trial);

/* Requests for a range whose answer had not come whole. Not in it are those that
 * the warm-up left, since the timed part begins the plan anew, and those that it
 * had to give up at a pause. */
uint64_t judge_repeats(const struct trial *trial,
		       const struct replica *replica);

#endif
