#include "analyse/due.h"

#include <math.h>

/* The worker's own sum: operation i is intended at i / rate after GO. */
uint64_t due_of_replica(const struct trial_spec *spec)
{
	double due;

	if (!(spec->rate > 0))
		return COUNT_UNKNOWN;
	due = ceil(spec->timeout_s * spec->rate / (double)spec->replicas);
	if (due > (double)spec->n_requests)
		return spec->n_requests;
	return due < 0x1p62 ? (uint64_t)due : COUNT_UNKNOWN;
}

uint64_t due_never_started(const struct trial_spec *spec,
			   const struct replica *replica)
{
	uint64_t due = due_of_replica(spec);

	if (due == COUNT_UNKNOWN || !replica->done_ns)
		return COUNT_UNKNOWN;
	return due > replica->started ? due - replica->started : 0;
}
