/* Limits: what was asked for, what holds, and what was used all the same. */
#ifndef ANALYSE_LIMITS_H
#define ANALYSE_LIMITS_H

#include <stdbool.h>

#include "record/trial.h"

/* Of those that were asked for, the limits of each replica that hold; 0: none.
 * One that was not held does not. */
struct limits {
	double cpus;
	uint64_t memory_bytes, pids;
	bool link_broken; /* more came than the link's rate allows */
};

void limits_that_hold(const struct trial *trial, struct limits *out);

/* Adds a finding for each limit that does not hold. */
void limits_reconcile(struct trial *trial);

#endif
