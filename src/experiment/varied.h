/* By which options the trials of a run differ: a sweep's parameters. */
#ifndef EXPERIMENT_VARIED_H
#define EXPERIMENT_VARIED_H

#include "base/str.h"
#include "experiment/experiment.h"

/* Adds " concurrency=20 request_size=16384": the values of `job` for all
 * options that differ among `jobs`. Adds nothing when all jobs are alike. */
void varied_add(const struct job *jobs, size_t count, const struct job *job,
		struct str *out);

#endif
