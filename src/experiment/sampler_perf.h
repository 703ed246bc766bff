/*
 * A part of the sampler: instructions and cycles of the replicas, where the
 * machine counts them for control groups (measure/perf.h). Elsewhere nothing is
 * opened, and they stay COUNT_UNKNOWN.
 *
 * The windows of a trial add up: each begins and ends by a call, and is taken where
 * it counts.
 *
 *	struct sampler *sampler = NULL; // the trial's
 *
 *	sampler_perf_ready(sampler);
 *	sampler_perf_begin(sampler);
 *	sampler_perf_end(sampler);
 *	sampler_perf_take(sampler);
 *	sampler_perf_release(sampler);
 *
 * Each of these reads a descriptor a replica, CPU and event, at about 1 us. The
 * kernel turns the counters at each switch from one group to another; what that
 * costs a replica could not be measured here, as these machines do not count.
 */
#ifndef EXPERIMENT_SAMPLER_PERF_H
#define EXPERIMENT_SAMPLER_PERF_H

#include "experiment/sampler.h"

/* When the gauges are open. */
void sampler_perf_ready(struct sampler *sampler);

void sampler_perf_begin(struct sampler *sampler);

void sampler_perf_end(struct sampler *sampler);

/* Adds to instructions and cycles of each replica what it did in that window. They
 * are unknown if it is. */
void sampler_perf_take(struct sampler *sampler);

void sampler_perf_release(struct sampler *sampler);

#endif
