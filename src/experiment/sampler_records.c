/* The records of replicas, as they are written: counted once, and no more is read. */
#include "experiment/sampler.h"

#include "base/clock.h"
#include "base/mem.h"
#include "run/run.h"

/* Allocates the pages of so many records ahead of a replica: at least
 * AHEAD_LEAST, or four times what it wrote since the last reading. For all
 * replicas together the limit is 64 MiB. */
#define AHEAD_LEAST 2048
#define AHEAD_MOST 32768
#define AHEAD_ALL 1048576

/* The first read of a tick takes 1 KiB only. Many replicas have no new records, and
 * the kernel copies whatever is asked for. */
#define FIRST_RECORDS 16

static size_t ahead_of(const struct sampler *s, size_t newly)
{
	size_t ahead = AHEAD_ALL / s->trial->replica_count;

	if (ahead > AHEAD_MOST)
		ahead = AHEAD_MOST;
	if (ahead < AHEAD_LEAST)
		ahead = AHEAD_LEAST;
	return ahead > 4 * newly ? ahead : 4 * newly;
}

void sampler_reserve(struct sampler *s, unsigned i, size_t newly)
{
	struct record_cursor *cursor = &s->cursors[i];
	size_t ahead = ahead_of(s, newly), want = cursor->at + ahead;

	if (want > s->capacity)
		want = s->capacity;
	if (want <= cursor->reserved ||
	    (newly && cursor->reserved >= cursor->at + ahead / 2))
		return;
	if (run_reserve_records(s->records[i], cursor->reserved, want) == 0)
		cursor->reserved = want;
}

static void count_ok(struct record_cursor *cursor, const struct record *record)
{
	uint64_t latency_ns = record_latency_ns(record);

	cursor->ok++;
	cursor->bytes += record->bytes;
	cursor->bucket[live_bucket(latency_ns)]++;
	cursor->latency_sum_ns += latency_ns;
}

static void add_to_edge(struct at_edge *edge, const struct record *record)
{
	if (record->end_ns > edge->at_ns)
		return;
	edge->ok += record->outcome == OUTCOME_OK;
	edge->failed += record->outcome != OUTCOME_OK;
	edge->bytes += record->outcome == OUTCOME_OK ? record->bytes : 0;
}

static void keep_latency(struct probed *probed, const struct record *record)
{
	if (!probed->since_ns || record->start_ns < probed->since_ns)
		return;
	MEM_ROOM(probed->latency_ns, probed->count, probed->capacity);
	probed->latency_ns[probed->count++] = record_latency_ns(record);
}

/* What cannot be true counts nowhere, here as in the results. */
static void count_record(struct record_cursor *cursor,
			 const struct record *record)
{
	const struct plan_expect *expect;
	struct plan_expect room;

	if (record->end_ns > cursor->latest_ns)
		cursor->latest_ns = clock_now_ns();
	if (!possible_next(&cursor->possible, record, cursor->latest_ns, NULL)) {
		cursor->requests += cursor->possible.first.begun;
		cursor->impossible++;
		return;
	}
	keep_latency(&cursor->probed, record);
	expect = possible_expect(&cursor->possible, record->op, &room);
	if (record->outcome == OUTCOME_OK)
		count_ok(cursor, record);
	else
		cursor->failed++;
	cursor->requests += record->outcome == OUTCOME_OK
				    ? expect->requests.least
				    : expect->begun;
	cursor->outcomes[record->outcome]++;
	add_to_edge(&cursor->open, record);
	add_to_edge(&cursor->close, record);
}

void sampler_count(struct sampler *s, unsigned i)
{
	struct record_cursor *cursor = &s->cursors[i];
	size_t before = cursor->at, most, n, next = FIRST_RECORDS;

	do {
		most = next;
		n = run_read_records(s->records[i], cursor->at, s->chunk, most);
		for (size_t at = 0; at < n; at++)
			count_record(cursor, &s->chunk[at]);
		cursor->at += n;
		next = SAMPLER_CHUNK;
	} while (n == most);
	sampler_reserve(s, i, cursor->at - before);
}

bool sampler_was_lied_to(const struct sampler *s)
{
	for (unsigned i = 0; i < s->trial->replica_count; i++)
		if (s->cursors[i].impossible)
			return true;
	return false;
}
