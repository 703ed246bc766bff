/*
 * A slice is short, and the time of the machine comes in steps of 10 ms, so a
 * mark has to leave room for what a quiet machine shows too.
 *
 * Steal is not sampled but added up by the hypervisor. One step may belong to
 * the time before, so two are needed, and a tenth of the time that programs
 * wanted: of CPUs that nobody wanted nothing can be taken.
 *
 * Others are what the machine was busy with, less what is ours, and each tick is
 * charged to who runs when it comes. noise_error_ns() is three deviations of
 * that. Where all is quiet, what is busy is ours, which is known exactly, so
 * that is what it is asked with. Of two CPUs, half busy for 0.1 s, it says 52
 * ms, and a neighbour of a whole CPU is found; with the limit, 5 ms, these are
 * 3.2 deviations and a step: one quiet slice in some thousands.
 */
#include "analyse/marks.h"

#include <math.h>
#include <stddef.h>

#include "analyse/reconcile_noise.h"
#include "analyse/windows.h"
#include "base/clock.h"
#include "base/number.h"

#define STEP_NS (10 * NS_PER_MS)
#define STEAL_SHARE 0.1   /* of the time that programs wanted */
#define OTHERS_SHARE 0.05 /* of one CPU */

/* Freezing a replica, and what its counter adds after it was read, take up to
 * 0.4 ms. */
#define WOKE_NS (1 * NS_PER_MS) /* of each replica */
#define WOKE_SHARE 0.01         /* of the time that it was paused */
#define WOKE_SLICES 0.05        /* of all slices: a finding */

/* ---------------------------------------------------------- the machine --- */

/* CPUs of the machine, from all that its time is made of; NAN: unknown. */
static double cpus_of(const struct trial *trial)
{
	static const size_t parts[] = {
		offsetof(struct machine_sample, busy_ns),
		offsetof(struct machine_sample, steal_ns),
		offsetof(struct machine_sample, idle_ns),
	};
	double sum_ns = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		sum_ns += windows_machine(trial, parts[i]);
	return sum_ns > 0 ? sum_ns / NS_PER_S / trial_seconds(trial)
			  : (double)NAN;
}

static double known_ns(uint64_t ns)
{
	return ns == COUNT_UNKNOWN ? 0 : (double)ns;
}

static double ours_ns(const struct slice *slice)
{
	return known_ns(slice->cpu_ns) + known_ns(slice->origin_cpu_ns);
}

static bool was_stolen(const struct slice *slice)
{
	double steal_ns = known_ns(slice->steal_ns);
	double wanted_ns = steal_ns + ours_ns(slice) +
			   known_ns(slice->others_ns);

	return steal_ns > STEP_NS && steal_ns > STEAL_SHARE * wanted_ns;
}

/* Without `cpus` as much may have been idle as there is. */
static double error_ns(const struct trial *trial, const struct slice *slice,
		       double cpus)
{
	double idle_ns = cpus * slice_seconds(slice) * NS_PER_S -
			 ours_ns(slice) - known_ns(slice->steal_ns);

	if (isnan(idle_ns))
		return noise_error_ns(trial, (uint64_t)ours_ns(slice),
				      UINT64_MAX / 2);
	return noise_error_ns(trial, (uint64_t)ours_ns(slice),
			      (uint64_t)fmax(idle_ns, 0));
}

static bool had_others(const struct trial *trial, const struct slice *slice,
		       double cpus)
{
	double limit_ns = OTHERS_SHARE * slice_seconds(slice) * NS_PER_S;

	return known_ns(slice->others_ns) >
	       limit_ns + error_ns(trial, slice, cpus) +
		       noise_hidden_ns(trial, ours_ns(slice));
}

/* ------------------------------------------------------------- its pauses --- */

static uint64_t stopped_ns(const struct slice *slice)
{
	return slice->paused_ns  ? slice->paused_ns
	       : slice->pause_ns ? slice->pause_ns
				 : slice->end_ns;
}

/* It was paused from the slice before, of which `before` is the last moment. */
static bool woke(const struct slice *slice, uint64_t before_ns,
		 unsigned replicas)
{
	double used_ns = known_ns(slice->idle_cpu_ns), paused_ns = 0;

	if (before_ns && slice->go_ns > before_ns)
		paused_ns = (double)(slice->go_ns - before_ns);
	return used_ns > WOKE_NS * replicas &&
	       used_ns > WOKE_SHARE * paused_ns;
}

void marks_set(struct trial *trial)
{
	double cpus = trial->slice_count ? cpus_of(trial) : (double)NAN;
	uint64_t before_ns = 0;

	for (size_t i = 0; i < trial->slice_count; i++) {
		struct slice *slice = &trial->slices[i];

		if (slice_seconds(slice) > 0 && was_stolen(slice))
			slice->marks |= SLICE_MARK(STEAL);
		if (slice_seconds(slice) > 0 && had_others(trial, slice, cpus))
			slice->marks |= SLICE_MARK(OTHERS);
		if (woke(slice, before_ns, trial->replica_count))
			slice->marks |= SLICE_MARK(WOKE);
		before_ns = stopped_ns(slice);
	}
}

static void reconcile_woke(struct trial *trial)
{
	double used_s = 0;
	size_t count = 0;

	for (size_t i = 0; i < trial->slice_count; i++) {
		if (!(trial->slices[i].marks & SLICE_MARK(WOKE)))
			continue;
		used_s += clock_seconds(trial->slices[i].idle_cpu_ns);
		count++;
	}
	if ((double)count <= WOKE_SLICES * (double)trial->slice_count)
		return;
	trial_add_finding(trial, FINDING_WOKE,
			  "%s used %s s of CPU while it was paused, before "
			  "%zu of its %zu slices: slices of other libraries "
			  "may have suffered",
			  trial->spec.library, number_short(used_s, 2).text,
			  count, trial->slice_count);
}

static void reconcile_steadiness(struct trial *trial)
{
	if (windows_hang(trial) && !trial->turns_still_ns)
		trial_add_finding(trial, FINDING_UNSTEADY,
				  "%llu operations took longer than a slice, "
				  "and failed or were given up: each held its "
				  "place in flight until the slice was over "
				  "only, so it is slower than this row says",
				  (unsigned long long)windows_hung(trial));
	else if (windows_are_unsteady(trial))
		trial_add_finding(trial, FINDING_UNSTEADY,
				  "only %.0f%% of what was in flight ended "
				  "within the slices, which were too short for "
				  "its slowest operations: it is slower than "
				  "this row says",
				  100 * windows_steadiness(trial));
}

void marks_reconcile(struct trial *trial)
{
	reconcile_woke(trial);
	reconcile_steadiness(trial);
}
