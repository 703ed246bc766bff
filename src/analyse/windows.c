#include "analyse/windows.h"

#include "analyse/judge.h"

#include <math.h>

#include "base/clock.h"

/* Fewer than these in a slice say little about it. */
#define FEW_IN_SLICE 10

struct slice *windows_slice(struct windows *w, uint64_t at_ns)
{
	struct slice *slices = w->trial->slices;

	if (!w->trial->slice_count)
		return NULL;
	while (w->at && at_ns < slices[w->at].go_ns)
		w->at--;
	while (w->at + 1 < w->trial->slice_count &&
	       at_ns >= slices[w->at + 1].go_ns)
		w->at++;
	return &slices[w->at];
}

bool windows_count(const struct trial *trial, const struct slice *slice,
		   uint64_t at_ns)
{
	if (!slice)
		return at_ns > trial->go_ns && at_ns <= trial->window_end_ns;
	return slice->begin_ns && at_ns > slice->begin_ns &&
	       at_ns <= slice->end_ns;
}

/* What it did after a window that nobody ended is not known. */
static uint64_t worked_until(const struct slice *slice)
{
	uint64_t until_ns = slice->paused_ns  ? slice->paused_ns
			    : slice->pause_ns ? slice->pause_ns
					      : slice->end_ns;

	return until_ns > slice->go_ns ? until_ns : slice->go_ns;
}

size_t windows_closed(const struct trial *trial)
{
	size_t n = 0;

	for (size_t i = 0; i < trial->slice_count; i++)
		n += slice_seconds(&trial->slices[i]) > 0;
	return n;
}

double windows_working_s(const struct trial *trial, uint64_t done_ns)
{
	double seconds = 0;

	for (size_t i = 0; i < trial->slice_count; i++)
		seconds += clock_seconds(worked_until(&trial->slices[i]) -
					 trial->slices[i].go_ns);
	if (!trial->slice_count && done_ns > trial->go_ns)
		seconds = clock_seconds(done_ns - trial->go_ns);
	return seconds;
}

/* --------------------------------------------------------------- machine --- */

static double value_of(const struct machine_sample *sample, size_t offset)
{
	uint64_t value = *(const uint64_t *)((const char *)sample + offset);

	return value == COUNT_UNKNOWN ? NAN : (double)value;
}

/* Between the two samples around a moment; beyond the ends the last stands. */
static double value_at(const struct trial *trial, size_t offset, size_t *from,
		       uint64_t at_ns)
{
	const struct machine_sample *a, *b;
	double t = 0;

	while (*from + 2 < trial->machine_count &&
	       trial->machine[*from + 1].at_ns < at_ns)
		++*from;
	a = &trial->machine[*from];
	b = a + 1;
	if (at_ns > a->at_ns && b->at_ns > a->at_ns)
		t = (double)(at_ns - a->at_ns) / (double)(b->at_ns - a->at_ns);
	if (t == 0)
		return value_of(a, offset);
	if (t >= 1)
		return value_of(b, offset);
	return value_of(a, offset) +
	       t * (value_of(b, offset) - value_of(a, offset));
}

/* NAN where it went back: what is computed from a part of the windows would be
 * wrong, and windows_machine_back() tells. */
static double grown_in_slices(const struct trial *trial, size_t offset,
			      size_t *back)
{
	double sum = 0, end = 0;
	size_t from = 0;

	for (size_t i = 0; i < trial->slice_count; i++) {
		const struct slice *slice = &trial->slices[i];
		double before = end, begin;

		if (!(slice_seconds(slice) > 0))
			continue;
		begin = value_at(trial, offset, &from, slice->begin_ns);
		end = value_at(trial, offset, &from, slice->end_ns);
		*back += begin < before || end < begin;
		sum += end - begin;
	}
	return *back ? (double)NAN : sum;
}

void windows_readings(const struct trial *trial, size_t *from, size_t *to)
{
	size_t before = 0;

	while (before < trial->machine_count &&
	       trial->machine[before].at_ns < trial->go_ns)
		before++;
	*from = before;
	*to = trial->machine_count;
	if (!trial->go_ns)
		*from = *to; /* it never began */
	else if (before && before < *to)
		--*to;
}

static double grown_in_all(const struct trial *trial, size_t offset,
			   size_t *back)
{
	struct trial within = *trial; /* borrows */
	double grown;
	size_t from, to;

	windows_readings(trial, &from, &to);
	if (to - from < 2)
		return NAN;
	within.machine += from;
	within.machine_count = to - from;
	if (trial->slice_count)
		return grown_in_slices(&within, offset, back);
	grown = value_of(&trial->machine[to - 1], offset) -
		value_of(&trial->machine[from], offset);
	*back = grown < 0;
	return grown >= 0 ? grown : NAN;
}

double windows_machine(const struct trial *trial, size_t offset)
{
	size_t back = 0;

	return grown_in_all(trial, offset, &back);
}

size_t windows_machine_back(const struct trial *trial, size_t offset)
{
	size_t back = 0;

	grown_in_all(trial, offset, &back);
	return back;
}

/* ----------------------------------------------------------------- marks --- */

void windows_mark_few(struct trial *trial)
{
	for (size_t i = 0; i < trial->slice_count; i++) {
		struct slice *slice = &trial->slices[i];

		if (slice_seconds(slice) > 0 &&
		    slice->operations + slice->failures < FEW_IN_SLICE)
			slice->marks |= SLICE_MARK(FEW);
	}
}

/* ----------------------------------------------------------- steadiness --- */

#define FAILED_MOST 0.01
#define STEADY 0.8
#define DRAINED_TIMES 4 /* as slow as what ends in windows */
#define SLICES_LEAST 5

double windows_steadiness(const struct trial *trial)
{
	double places = (double)trial->spec.concurrency * trial->replica_count;
	double seconds = trial_seconds(trial), sum_ns = 0;
	uint64_t ok = 0;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		sum_ns += trial->replica[i].latency->sum_ns;
		ok += trial->replica[i].outcomes[OUTCOME_OK];
	}
	if (!trial->slice_count || !ok || !(seconds > 0) ||
	    judge_failed_share(trial) > FAILED_MOST)
		return NAN;
	return sum_ns / NS_PER_S / (seconds * places);
}

/* A library whose CPU was taken away at the edge of a window also loses what was
 * in flight then, but not all the time. */
static bool drains_slowly(const struct trial *trial)
{
	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *replica = &trial->replica[i];
		double p50_ns = histogram_quantile_ns(replica->latency, 0.5);

		if (replica->drain_p50_ns > DRAINED_TIMES * p50_ns)
			return true;
	}
	return false;
}

uint64_t windows_hung(const struct trial *trial)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < trial->replica_count; i++)
		n += trial->replica[i].outlasted +
		     count_or(trial->replica[i].unfinished, 0);
	return windows_closed(trial) ? n : 0;
}

bool windows_hang(const struct trial *trial)
{
	/* What was given up had been waited for so long, at least. */
	double drain_ns = trial_drain_s(trial) * NS_PER_S;
	double hung_ns = 0, ended_ns = 0;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *replica = &trial->replica[i];

		hung_ns += replica->outlasted_ns +
			   drain_ns * (double)count_or(replica->unfinished, 0);
		ended_ns += replica->latency->sum_ns;
	}
	return windows_hung(trial) &&
	       hung_ns > (1 - STEADY) * (hung_ns + ended_ns);
}

static bool look_unsteady(const struct trial *trial)
{
	return windows_closed(trial) >= SLICES_LEAST &&
	       windows_steadiness(trial) < STEADY && drains_slowly(trial);
}

/* In the time that no absence of the origin touched so much ended, at most. */
static bool are_late_windows_why(const struct trial *trial)
{
	double late_s = clock_seconds(trial->origin_late_ns);
	double on_time = 1 - late_s / trial_seconds(trial);

	return windows_steadiness(trial) >= STEADY * on_time;
}

bool windows_are_unsteady(const struct trial *trial)
{
	return look_unsteady(trial) && !are_late_windows_why(trial);
}

bool windows_hide_steadiness(const struct trial *trial)
{
	return look_unsteady(trial) && are_late_windows_why(trial);
}
