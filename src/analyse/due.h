/* Operations that an open loop asks for. */
#ifndef ANALYSE_DUE_H
#define ANALYSE_DUE_H

#include <stdint.h>

#include "record/trial.h"

/* How many operations each replica is to start within the timed part, as
 * docs/worker-protocol.md, "go", says; COUNT_UNKNOWN in a closed loop, which
 * has no schedule. */
uint64_t due_of_replica(const struct trial_spec *spec);

/* Of those, how many a replica never started; COUNT_UNKNOWN in a closed loop
 * and where it did not say what it had started. */
uint64_t due_never_started(const struct trial_spec *spec,
			   const struct replica *replica);

#endif
