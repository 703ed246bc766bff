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

struct found {
	size_t count;
	uint64_t median_ns;
	uint64_t stay_ns; /* turns.h */
};

static uint64_t stay_of(const uint64_t *latency, size_t n)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += (double)latency[i];
		squares += (double)latency[i] * (double)latency[i];
	}
	return sum > 0 ? (uint64_t)(squares / sum) : 0;
}

/* Of the first replica's operations so far, those of the drain included. The slow
 * ones stand behind the others: all are looked at. */
static void look(const struct part *part, struct found *out)
{
	const struct setting *s = &part->setting;
	size_t most = s->sampler.cursors[0].at;
	struct record *records = mem_array(most + 1, sizeof(*records));
	uint64_t *latency = mem_array(most + 1, sizeof(*latency));
	size_t n = run_read_records(s->records[0], 0, records, most);

	for (size_t i = 0; i < n; i++)
		latency[i] = record_latency_ns(&records[i]);
	qsort(latency, n, sizeof(*latency), by_size);
	*out = (struct found){ n, n ? latency[n / 2] : 0, stay_of(latency, n) };
	free(records);
	free(latency);
}

static void tell_too_long(struct part *part, const struct found *found)
{
	double window_s = clock_seconds(part->rival->turn.window_ns);
	bool by_stay = TURNS_STAYS * found->stay_ns >
		       TURNS_LATENCIES * found->median_ns;

	if (by_stay)
		part_separate(part, "its slices would have to be %.2g s long, "
			      "as operations of %.0f ms and more hold most of "
			      "its places in flight", window_s,
			      clock_seconds(found->stay_ns) * 1e3);
	else
		part_separate(part, "its slices would have to be %.2g s long, "
			      "ten of its median latencies of %.0f ms",
			      window_s, clock_seconds(found->median_ns) * 1e3);
}

void probe_judge(struct part *part)
{
	struct turns_part *turn = &part->rival->turn;
	struct found found;

	look(part, &found);
	if (found.count < ENOUGH && ++part->probes < PROBES_MOST)
		return;
	if (!found.count) {
		turn->window_ns = 1; /* settled: in none */
		part_separate(part, "no operation of it ended within %.2g s",
			      clock_seconds(part->worked_ns));
		return;
	}
	turns_settle(turn, found.median_ns, found.stay_ns);
	if (!turn->every)
		tell_too_long(part, &found);
}
