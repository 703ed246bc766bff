/*
 * How long slices are follows from how long operations take. In the first block
 * each library works for a moment before the rounds begin; what it does then
 * counts nowhere.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "experiment/block_parts.h"

/* As long as the shortest slice, then four times that, and again. */
#define PROBE_NS TURNS_LEAST_NS
#define PROBES_MOST 3
#define PROBE_TIMES 4

/* So many operations tell a median well enough. */
#define ENOUGH 10
#define RECORDS_LOOKED_AT 4096

bool probe_next(struct block *b, struct run_turn *turn)
{
	for (unsigned i = 0; i < b->count; i++) {
		struct part *part = &b->part[i];
		uint64_t window_ns = PROBE_NS;

		if (part->code < 0 || part->rival->separate ||
		    part->rival->turn.window_ns ||
		    !run_may_work(&b->request[part->request]))
			continue;
		for (unsigned n = 0; n < part->probes; n++)
			window_ns *= PROBE_TIMES;
		*turn = (struct run_turn){ .request = i,
					   .window_ns = window_ns };
		return true;
	}
	return false;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The median latency of the first replica's operations so far. */
static uint64_t median_ns(const struct part *part, size_t *count)
{
	struct record *records =
		mem_array(RECORDS_LOOKED_AT, sizeof(*records));
	uint64_t *latency = mem_array(RECORDS_LOOKED_AT, sizeof(*latency));
	size_t n = run_read_records(part->setting.records[0], 0, records,
				    RECORDS_LOOKED_AT);
	uint64_t median;

	for (size_t i = 0; i < n; i++)
		latency[i] = record_latency_ns(&records[i]);
	qsort(latency, n, sizeof(*latency), by_size);
	median = n ? latency[n / 2] : 0;
	*count = n;
	free(records);
	free(latency);
	return median;
}

void probe_judge(struct part *part)
{
	struct turns_part *turn = &part->rival->turn;
	size_t count;
	uint64_t latency_ns = median_ns(part, &count);

	if (count < ENOUGH && ++part->probes < PROBES_MOST)
		return;
	if (!count) {
		turn->window_ns = 1; /* settled: in none */
		part_separate(part, "no operation of it ended within %.2g s",
			      clock_seconds(part->worked_ns));
		return;
	}
	turns_settle(turn, latency_ns);
	if (!turn->every)
		part_separate(part, "its slices would have to be %.2g s long, "
			      "ten of its median latencies of %.0f ms",
			      clock_seconds(turn->window_ns),
			      clock_seconds(latency_ns) * 1e3);
}
