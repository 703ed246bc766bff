#include "record/ledger.h"

uint64_t ledger_still_ns(const struct ledger *ledger, uint64_t now_ns)
{
	uint64_t still_ns = atomic_load(&ledger->still_ns);
	uint64_t beat_ns = atomic_load(&ledger->beat_ns);

	if (beat_ns && now_ns > beat_ns + LEDGER_STILL_NS)
		still_ns += now_ns - beat_ns;
	return still_ns;
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
