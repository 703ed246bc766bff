#include "analyse/compared.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/compare.h"
#include "analyse/summary_latency.h"
#include "base/mem.h"

static struct block_trial block_trial(const struct finished *one)
{
	const struct result_row *row = &one->summary.total;

	return (struct block_trial){
		.library = row->library_name,
		.block = one->block,
		.failed = one->failed || one->partial,
		.baseline = one->baseline,
		.slices = one->slices,
		.slice_count = one->slice_count,
		.seconds = row->duration_seconds,
		.operations = count_or(row->number_successes, 0),
		.cpu_seconds = row->cpu_total_seconds,
		.latency = one->summary.latency,
		.slower = latency_slower(row),
	};
}

/* One wrong answer in any block, and no figure of the library is compared. */
static bool was_wrong(const struct finished *const *ones, size_t count,
		      const char *library)
{
	for (size_t i = 0; i < count; i++) {
		const struct result_row *row = &ones[i]->summary.total;

		if (!strcmp(row->library_name, library) &&
		    result_is_wrong(row))
			return true;
	}
	return false;
}

/* Those of a comparison into `ones`: how many. */
static size_t find(const struct finished *list, size_t all,
		   const char *comparison, const struct finished **ones)
{
	size_t count = 0;

	for (size_t i = 0; i < all; i++)
		if (!strcmp(list[i].comparison, comparison))
			ones[count++] = &list[i];
	return count;
}

void analyse_compared(const struct finished *list, size_t all,
		      const char *comparison, struct comparison *out)
{
	size_t count;
	const struct finished **ones = mem_array(all, sizeof(*ones));
	struct block_trial *trials = mem_array(all, sizeof(*trials));

	count = find(list, all, comparison, ones);
	for (size_t i = 0; i < count; i++) {
		trials[i] = block_trial(ones[i]);
		trials[i].failed |= was_wrong(ones, count, trials[i].library);
	}
	analyse_compare(trials, count, out);
	free(trials);
	free(ones);
}
