/* Doubts that the machine raises, and not the library: other programs, steal,
 * swapping, the frequency of the CPUs. A part of analyse_reconcile(). */
#ifndef ANALYSE_RECONCILE_NOISE_H
#define ANALYSE_RECONCILE_NOISE_H

#include "record/trial.h"

/*
 * How far the busy time of a machine may be above the truth, in ns, as three
 * standard deviations. Each tick of 4 ms is charged to who runs when it comes.
 * Where a part p of n ticks is busy at random, the count of busy ticks has the
 * variance n p (1 - p). On two CPUs, 2 s with 3.4 s of busy time, this says 45
 * ms for one deviation, and 45 ms were measured. `idle_ns`: of the same CPUs.
 */
double noise_error_ns(uint64_t busy_ns, uint64_t idle_ns);

void reconcile_others(struct trial *trial);
void reconcile_steal(struct trial *trial);
/* Says which counters of the machine's time went back, so that what needs them is
 * unknown. */
void reconcile_counters(struct trial *trial);
void reconcile_swapped(struct trial *trial);
void reconcile_frequency(struct trial *trial);

#endif
