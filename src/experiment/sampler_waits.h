/*
 * A part of the sampler: how long replicas and origin waited for a CPU while they
 * worked (measure/waits.h). It is read where nothing is timed: when all are ready
 * and when the window is over, or before and after each turn. So it is of a little
 * more than the window.
 *
 *	struct sampler *sampler = NULL; // the trial's
 *
 *	waits_begin(sampler);
 *	waits_end(sampler);
 *	waits_take(sampler, 0.2); // where the window counts
 *	waits_finish(sampler);
 */
#ifndef EXPERIMENT_SAMPLER_WAITS_H
#define EXPERIMENT_SAMPLER_WAITS_H

#include "experiment/sampler.h"

void waits_begin(struct sampler *sampler);
void waits_end(struct sampler *sampler);

/* Adds what was waited between these; it worked for so long. */
void waits_take(struct sampler *sampler, double worked_s);

/* Fills `waited` of each replica, and origin_waited. */
void waits_finish(struct sampler *sampler);

#endif
