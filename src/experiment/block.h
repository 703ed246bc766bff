/*
 * One block of a comparison: starts all rivals that take turns, lets them work
 * slice by slice until `deadline_ns`, one round at least, and stores their
 * trials. The others get a separate trial each, before it or behind it.
 *
 * In the first block each rival works for a moment first, so that the length of
 * its slices is settled; which of them take no turns is known then.
 *
 * ERR_INTERRUPTED; other errors: the block could not be made at all. What
 * happens to single rivals is in their trials.
 */
#ifndef EXPERIMENT_BLOCK_H
#define EXPERIMENT_BLOCK_H

#include "experiment/rivals.h"

int block_run(struct experiment *experiment, struct rivals *rivals,
	      unsigned number, uint64_t deadline_ns, struct err *err);

#endif
