#include "record/live.h"

#include "base/text.h"

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

#define CLEAN(text) ((text)[sizeof(text) - 1] = '\0', text_clean_line(text))

void live_clean_finished(struct live_finished *finished)
{
	CLEAN(finished->trial_id);
	CLEAN(finished->run_id);
	CLEAN(finished->library);
	CLEAN(finished->test);
	CLEAN(finished->library_version);
	CLEAN(finished->params_json);
	CLEAN(finished->state);
	CLEAN(finished->isolation);
	CLEAN(finished->findings);
}
