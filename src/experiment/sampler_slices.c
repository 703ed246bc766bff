/* The readings of a slice. The windows of a trial's slices add up. */
#include <string.h>

#include "analyse/judge.h"
#include "base/clock.h"
#include "experiment/sampler.h"
#include "experiment/sampler_perf.h"
#include "experiment/sampler_processes.h"
#include "experiment/sampler_waits.h"
#include "record/finding.h"

static uint64_t cpu_of_all(const struct sampler *s)
{
	uint64_t sum = 0;

	for (unsigned i = 1; i < s->count; i++)
		sum += s->last[i].cpu_ns;
	return sum;
}

/* All that is known of a cell, also what takes too long for the edge of a window;
 * its next sample has it. */
static void read_fully(struct sampler *s, unsigned number)
{
	struct sample now = s->last[number];

	if (gauge_read(&s->gauges[number], GAUGE_SELDOM, &now) < 0)
		return;
	processes_add(s, number, &now);
	s->last[number] = now;
}

/* The CPU time of all replicas, without a sample: they are paused. */
static uint64_t read_paused(struct sampler *s)
{
	if (s->groupless)
		families_scan(&s->families);
	for (unsigned i = s->origin_pid ? CELL_ORIGIN : 1; i < s->count; i++)
		read_fully(s, i);
	return cpu_of_all(s);
}

void sampler_slice_begin(struct sampler *s, struct slice *slice)
{
	uint64_t now_ns = read_paused(s);

	waits_begin(s);
	s->samples_before = s->trial->sample_count;
	for (unsigned i = 0; i < s->trial->replica_count; i++)
		s->cursors[i].probed.since_ns = 0;
	if (s->paused_cpu_ns != COUNT_UNKNOWN)
		slice->idle_cpu_ns = count_since(now_ns, s->paused_cpu_ns);
}

uint64_t sampler_gaps_ns(const struct sampler *s, uint64_t begin_ns,
			 uint64_t end_ns, uint64_t least_ns)
{
	return s->ledger && !judge_does_no_io(s->trial)
		       ? ledger_gaps_ns(s->ledger, begin_ns, end_ns, least_ns,
					clock_now_ns())
		       : 0;
}

/* The first reading of the first replica is the moment of all: those of others
 * follow within some 20 us each. */
void sampler_slice_open(struct sampler *s, struct slice *slice)
{
	bool is_first = s->trial->slice_count == 1;

	if (is_first)
		noise_begin(s);
	s->went_back = false;
	sampler_read(s, SAMPLER_EDGE, false);
	memcpy(s->open, s->last, s->count * sizeof(*s->open));
	if (is_first)
		memcpy(s->first, s->last, s->count * sizeof(*s->first));
	slice->begin_ns = s->last[1].at_ns;
	sampler_perf_begin(s);
	noise_read(&s->noise, &s->noise_at_open);
}

static void add_used(struct sampler *s, unsigned number)
{
	const struct sample *now = &s->close[number], *then = &s->open[number];
	struct sample *sum = &s->windows[number];

	sum->cpu_ns += count_since(now->cpu_ns, then->cpu_ns);
	sum->cpu_user_ns += count_since(now->cpu_user_ns, then->cpu_user_ns);
	count_add(&sum->throttled_ns,
		  now->throttled_ns == COUNT_UNKNOWN
			  ? COUNT_UNKNOWN
			  : count_since(now->throttled_ns, then->throttled_ns));
}

/* Only its replicas and the origin may have run. A counter that had gone back
 * when the window opened may go forward again in it. */
static void take_noise(struct sampler *s, struct slice *slice)
{
	struct noise_between paused;

	noise_between(&s->noise_at_close, &s->noise_at_open, 0, &paused);
	noise_read(&s->noise, &s->noise_at_close);
	noise_between(&s->noise_at_open, &s->noise_at_close,
		      slice->cpu_ns + slice->origin_cpu_ns, &s->noise_in);
	if (paused.steal_ns == COUNT_UNKNOWN)
		s->noise_in.steal_ns = COUNT_UNKNOWN;
	if (paused.busy_ns == COUNT_UNKNOWN)
		s->noise_in.busy_ns = s->noise_in.others_ns = COUNT_UNKNOWN;
	slice->steal_ns = s->noise_in.steal_ns;
	slice->others_ns = s->noise_in.others_ns;
}

void sampler_slice_close(struct sampler *s, struct slice *slice)
{
	uint64_t before_ns = 0;

	for (unsigned i = 1; i < s->count; i++)
		before_ns += s->open[i].cpu_ns;
	sampler_read(s, SAMPLER_EDGE, false);
	s->window_back = s->went_back;
	slice->end_ns = s->last[1].at_ns;
	sampler_perf_end(s);
	slice->cpu_ns = count_since(cpu_of_all(s), before_ns);
	slice->origin_cpu_ns = count_since(s->last[CELL_ORIGIN].cpu_ns,
					   s->open[CELL_ORIGIN].cpu_ns);
	memcpy(s->close, s->last, s->count * sizeof(*s->close));
	take_noise(s, slice);
}

/* From its `go` until nothing was in flight. */
static double worked_s(const struct slice *slice)
{
	uint64_t until_ns = slice->paused_ns > slice->end_ns ? slice->paused_ns
							     : slice->end_ns;

	return clock_seconds(count_since(until_ns, slice->go_ns));
}

/* A stop that is longer than the window may end after it: all have drained now. */
static void add_still(struct sampler *s, const struct slice *slice)
{
	uint64_t begin_ns = slice->begin_ns, end_ns = slice->end_ns;
	uint64_t late_ns = sampler_gaps_ns(s, begin_ns, end_ns, LEDGER_LATE_NS);

	s->trial->origin_still_ns +=
		sampler_gaps_ns(s, begin_ns, end_ns, LEDGER_STILL_NS);
	/* What was in flight in a gap ends late, in about as long again. */
	s->trial->origin_late_ns += 2 * late_ns < end_ns - begin_ns
					    ? 2 * late_ns : end_ns - begin_ns;
}

/* Who the others are is looked for when the block is over: it takes its time. */
static void add_window(struct sampler *s, const struct slice *slice)
{
	struct trial *trial = s->trial;

	for (unsigned i = 0; i < s->count; i++)
		add_used(s, i);
	add_still(s, slice);
	if (!s->windows_added)
		trial->steal_ns = trial->busy_ns = 0;
	count_add(&trial->steal_ns, slice->steal_ns);
	count_add(&trial->busy_ns, s->noise_in.busy_ns);
	s->ours_ns += s->noise_in.ours_ns;
	s->waited_ns += s->noise_in.waited_ns;
	/* Ticks err to both sides: what is theirs follows from the sums. */
	trial->others_cpu_ns = trial->busy_ns == COUNT_UNKNOWN
				       ? COUNT_UNKNOWN
				       : count_since(trial->busy_ns, s->ours_ns);
	sampler_perf_take(s);
	waits_take(s, worked_s(slice));
	s->windows_added++;
}

/* The edges of a window, which nobody may delay by counting records. */
static struct at_edge *edge_of(struct record_cursor *cursor, uint64_t at_ns)
{
	return at_ns == cursor->open.at_ns	? &cursor->open
	       : at_ns == cursor->close.at_ns ? &cursor->close
					      : NULL;
}

/* All that was counted until now had ended before. */
static void begin_edge(struct at_edge *edge, uint64_t at_ns,
		       const struct record_cursor *cursor)
{
	*edge = (struct at_edge){ at_ns, cursor->ok, cursor->failed,
				  cursor->bytes };
}

/* Replicas are paused: counts what they recorded, and writes into the samples of
 * both edges what had ended by then. */
static void count_slice(struct sampler *s, unsigned i)
{
	struct record_cursor *cursor = &s->cursors[i];

	begin_edge(&cursor->open, s->open[CELL_OF(i)].at_ns, cursor);
	begin_edge(&cursor->close, s->close[CELL_OF(i)].at_ns, cursor);
	sampler_count(s, i);
	for (size_t k = s->samples_before; k < s->trial->sample_count; k++) {
		struct sample *sample = &s->trial->samples[k];
		const struct at_edge *edge = edge_of(cursor, sample->at_ns);

		if (sample->replica != (int32_t)i || !edge)
			continue;
		sample->operations_ok = edge->ok;
		sample->operations_failed = edge->failed;
		if (sampler_by_records(s))
			sample->received_bytes = edge->bytes;
	}
}

/* Its work is not known, so none of it may count. */
static void take_out_back(struct sampler *s, struct slice *slice)
{
	if (!slice->end_ns || !s->window_back)
		return;
	slice->begin_ns = slice->end_ns = 0;
	s->windows_back++;
}

void sampler_slice_probe(struct sampler *s, const struct slice *slice)
{
	for (unsigned i = 0; i < s->trial->replica_count; i++) {
		s->cursors[i].probed.since_ns = slice->go_ns;
		s->cursors[i].probed.count = 0;
	}
}

void sampler_slice_end(struct sampler *s, struct slice *slice)
{
	for (unsigned i = 0; i < s->trial->replica_count; i++)
		count_slice(s, i);
	waits_end(s);
	take_out_back(s, slice);
	if (slice_seconds(slice) > 0)
		add_window(s, slice);
	s->paused_cpu_ns = read_paused(s);
}

void slices_finish(struct sampler *s)
{
	if (s->windows_back)
		trial_add_finding(s->trial, FINDING_COUNTER_BACK,
				  "a counter of CPU time went back in %u of %u "
				  "slices, which count nowhere: was the machine "
				  "suspended, or moved?",
				  s->windows_back,
				  s->windows_back + s->windows_added);
}
