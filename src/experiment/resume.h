/* --resume: a run of the database goes on. */
#ifndef EXPERIMENT_RESUME_H
#define EXPERIMENT_RESUME_H

#include "experiment/rivals.h"

/* Holds the name of the run for as long as this process lives. ERR_USAGE: another
 * process works on it. Where no name can be held, nothing tells. */
int resume_claim(struct experiment *experiment, struct err *err);

/* Adds to the run's environment a digest of its jobs, which --resume holds against
 * that of the run: a sweep's file says something else once it is edited. */
void resume_name_jobs(struct experiment *experiment);

/* ERR_USAGE: there is no database that could have the run of settings->resume; none
 * is made for it. */
int resume_find(const struct experiment *experiment, struct err *err);

/* The database is open: takes over the run of settings->resume, with its id, and
 * the results of its trials. ERR_USAGE: there is none, it was another command, or
 * what it has cannot be compared with what would be measured now (same.h). */
int resume_run(struct experiment *experiment, struct err *err);

/* Only replicas that are ready know their versions. Whether those of this trial
 * are others than the run's: it must not be stored. Then the whole run ends as
 * if it were interrupted, and experiment->why_refused says why. */
bool resume_refuses(struct experiment *experiment, const struct trial *trial);

/* Gives rivals the comparison and, where they take turns, the number of blocks
 * that the run has of them already. A block of which only some trials were kept
 * is made anew, under another number. Those trials leave the experiment. */
int resume_rivals(struct experiment *experiment, struct rivals *rivals,
		  struct err *err);

/* Whether the run has a trial of this job that takes no turns. */
bool resume_has(struct experiment *experiment, const struct job *job);

/* Forgets the trials of a block that is not whole: the database keeps them, and no
 * figure is made of them. */
void resume_drop_block(struct experiment *experiment, const char *comparison,
		       unsigned block);

#endif
