#include "record/live.h"

#define BOUND(seconds) seconds,
const double live_bound_s[LIVE_BUCKETS - 1] = { LIVE_BOUNDS(BOUND) };

unsigned live_bucket(uint64_t latency_ns)
{
	unsigned i = 0;

	while (i < LIVE_BUCKETS - 1 &&
	       (double)latency_ns > live_bound_s[i] * 1e9)
		i++;
	return i;
}
