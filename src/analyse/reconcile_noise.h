/* Doubts that the machine raises, and not the library: other programs, steal,
 * swapping, the frequency of the CPUs. A part of analyse_reconcile(). */
#ifndef ANALYSE_RECONCILE_NOISE_H
#define ANALYSE_RECONCILE_NOISE_H

#include "record/trial.h"

/*
 * How far the busy time of a machine may be above the truth, in ns, as three
 * standard deviations. Each tick of trial->tick_ns (4 ms, where it is unknown) is
 * charged to who runs when it comes. Where a part p of n ticks is busy at random,
 * the count of busy ticks has the variance n p (1 - p). On two CPUs with ticks of
 * 4 ms, 2 s with 3.4 s of busy time, this says 45 ms for one deviation, and 45 ms
 * were measured. `idle_ns`: of the same CPUs.
 */
double noise_error_ns(const struct trial *trial, uint64_t busy_ns,
		      uint64_t idle_ns);

/* What of `ours_ns` ksoftirqd may have used beside it, unseen, so that it is among
 * the others: as much as would be no finding of its own. 0: it is seen, or what it
 * used is not among them. */
double noise_hidden_ns(const struct trial *trial, double ours_ns);

void reconcile_others(struct trial *trial);
void reconcile_steal(struct trial *trial);
/* Says which counters of the machine's time went back, so that what needs them is
 * unknown. */
void reconcile_counters(struct trial *trial);
void reconcile_swapped(struct trial *trial);
void reconcile_frequency(struct trial *trial);

#endif
