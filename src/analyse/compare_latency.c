#include "analyse/compare_latency.h"

#include <stdlib.h>

#include "analyse/summary_latency.h"
#include "base/mem.h"

void merged_latency_add(struct merged_latency *merged,
			const struct block_trial *trial)
{
	if (trial->failed)
		return;
	merged->slower += (double)trial->slower;
	if (!trial->latency) {
		merged->partly |= trial->operations > 0;
		return;
	}
	if (!merged->all)
		merged->all = mem_new(sizeof(*merged->all));
	histogram_merge(merged->all, trial->latency);
}

void merged_latency_end(struct merged_latency *merged,
			struct latency_quantiles *out)
{
	latency_quantiles(merged->partly ? NULL : merged->all, merged->slower,
			  out);
	free(merged->all);
	merged->all = NULL;
}
