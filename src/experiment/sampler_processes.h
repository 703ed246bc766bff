/* A part of the sampler: all processes of replicas that no control group
 * counts, and the limits that the groups have. */
#ifndef EXPERIMENT_SAMPLER_PROCESSES_H
#define EXPERIMENT_SAMPLER_PROCESSES_H

#include "experiment/sampler.h"

/* So many processes of a replica are looked at one by one. */
#define PROCESSES_MOST 256

/* When the gauges are open and the replicas are quiet. */
void processes_begin(struct sampler *sampler);

/* Adds what the other processes of a cell used to a reading of its first
 * process. A counter never goes down; one that would, by 10 ms or more, sets
 * went_back. */
void processes_add(struct sampler *sampler, unsigned number,
		   struct sample *sample);

/* The CPU time of programs that are none of this run's, as far as their
 * processes are seen, at the end of the window. */
void processes_end_others(struct sampler *sampler, struct others_used *out);

/* Fills `pids`, `most` (1 or more) at most, with the processes of the origin
 * (CELL_ORIGIN) or of a replica (CELL_OF) that are there, its init left out, and
 * returns how many. Without a group those that the last reading has found. */
size_t processes_of(const struct sampler *sampler, unsigned number, pid_t *pids,
		    size_t most);

/* That replica is done and still there. */
void processes_done(struct sampler *sampler, unsigned replica);

/* All have ended. */
void processes_finish(struct sampler *sampler);

#endif
