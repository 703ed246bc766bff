#include "record/ledger.h"

#include <stdbool.h>

uint64_t ledger_still_ns(const struct ledger *ledger, uint64_t now_ns)
{
	uint64_t still_ns = atomic_load(&ledger->still_ns);
	uint64_t beat_ns = atomic_load(&ledger->beat_ns);

	if (beat_ns && now_ns > beat_ns + LEDGER_STILL_NS)
		still_ns += now_ns - beat_ns;
	return still_ns;
}

/* The gap is there before its end is the newest beat: who reads in between finds
 * it twice, and ledger_gaps_ns() takes it once. */
void ledger_beat(struct ledger *ledger, uint64_t now_ns)
{
	uint64_t beat_ns = atomic_load(&ledger->beat_ns);
	uint64_t gaps = atomic_load(&ledger->gaps);
	struct ledger_gap *gap = &ledger->gap[gaps % LEDGER_GAPS];

	if (now_ns > beat_ns + LEDGER_LATE_NS) {
		atomic_store(&gap->begin_ns, beat_ns);
		atomic_store(&gap->end_ns, now_ns);
		atomic_store(&ledger->gaps, gaps + 1);
	}
	if (now_ns > beat_ns + LEDGER_STILL_NS)
		atomic_fetch_add(&ledger->still_ns, now_ns - beat_ns);
	atomic_store(&ledger->beat_ns, now_ns);
}

/* What two times have in common, where the first is long enough. */
static uint64_t common_ns(uint64_t from_ns, uint64_t until_ns,
			  uint64_t least_ns, uint64_t begin_ns, uint64_t end_ns)
{
	bool is_long = until_ns > from_ns + least_ns;
	uint64_t first_ns = from_ns > begin_ns ? from_ns : begin_ns;
	uint64_t last_ns = until_ns < end_ns ? until_ns : end_ns;

	return is_long && last_ns > first_ns ? last_ns - first_ns : 0;
}

uint64_t ledger_gaps_ns(const struct ledger *ledger, uint64_t begin_ns,
			uint64_t end_ns, uint64_t least_ns, uint64_t now_ns)
{
	uint64_t beat_ns = atomic_load(&ledger->beat_ns);
	uint64_t gaps = atomic_load(&ledger->gaps), sum_ns = 0;

	if (beat_ns)
		sum_ns = common_ns(beat_ns, now_ns, least_ns, begin_ns, end_ns);
	for (uint64_t n = 0; n < gaps && n < LEDGER_GAPS; n++) {
		const struct ledger_gap *gap = &ledger->gap[n];
		/* The end first: one that is being replaced is of no length. */
		uint64_t to_ns = atomic_load(&gap->end_ns);
		uint64_t from_ns = atomic_load(&gap->begin_ns);

		if (from_ns != beat_ns)
			sum_ns += common_ns(from_ns, to_ns, least_ns, begin_ns,
					    end_ns);
	}
	return sum_ns;
}

void ledger_read(const struct ledger_row *row, struct ledger_counts *out)
{
#define X(name, text) out->name = atomic_load(&row->name);
	LEDGER_COUNTERS(X)
#undef X
	out->in_flight_peak = atomic_load(&row->in_flight_peak);
	out->open_connections_peak = atomic_load(&row->open_connections_peak);
	out->hold_reached = atomic_load(&row->hold_reached);
}

void ledger_subtract(const struct ledger_counts *after,
		     const struct ledger_counts *before,
		     struct ledger_counts *out)
{
#define X(name, text) out->name = after->name - before->name;
	LEDGER_COUNTERS(X)
#undef X
	out->in_flight_peak = after->in_flight_peak;
	out->open_connections_peak = after->open_connections_peak;
	out->hold_reached = after->hold_reached;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void ledger_add(const struct ledger_counts *from, struct ledger_counts *into)
{
#define X(name, text) into->name += from->name;
	LEDGER_COUNTERS(X)
#undef X
	into->hold_reached = larger(from->hold_reached, into->hold_reached);
}
