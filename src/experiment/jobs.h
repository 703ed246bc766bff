/* A job from its beginning to a stored result, as a separate trial; and the end of
 * any trial. */
#ifndef EXPERIMENT_JOBS_H
#define EXPERIMENT_JOBS_H

#include "experiment/experiment.h"

/* Seconds that a separate trial of it will take, as its settings say. */
double job_expected_s(const struct job *job);

/* Whether it can be tried at all: its library is installed, and enough files may
 * be open. */
int job_check(const struct job *job, struct err *err);

/* Its plan, made or found, between work_begin and work_end of the hooks. */
int job_prepare(struct experiment *experiment, const struct job *job,
		const struct prepared **prepared, struct err *err);

/* A name for people: "aiohttp fetch_range", with what a sweep varies. Without a
 * library where `library` is false. Appends. */
void job_name(const struct experiment *experiment, const struct job *job,
	      bool library, struct str *out);

/* Makes a separate trial of it, shown with a name of its own if `shown`, and
 * stores it. What it cannot be made for ends that trial alone, unless it is the
 * only one. */
int job_run(struct experiment *experiment, const struct job *job, bool shown,
	    struct err *err);

/* Stores a trial that was made, and keeps its summary, which it takes over, and
 * its slices. */
void job_end(struct experiment *experiment, const struct job *job,
	     struct trial *trial, struct summary *summary);

/* Keeps a summary, which it takes over, and the trial's slices, for what is shown
 * at the end; stores nothing. `library` NULL: it is not there any more. */
void job_keep(struct experiment *experiment, struct trial *trial,
	      const struct summary *summary, const struct library *library);

/* The same for one that could not be made. */
void job_end_failed(struct experiment *experiment, const struct job *job,
		    struct trial *trial, const struct err *why);

#endif
