/* What a trial is to be: what a job asks for, with all filled in that it leaves
 * open and that does not depend on the objects. */
#ifndef EXPERIMENT_RESOLVE_H
#define EXPERIMENT_RESOLVE_H

#include "base/address.h"
#include "experiment/experiment.h"

struct resolved {
	struct trial_spec spec; /* its texts are borrowed, from the job, from
				 * `prepared` and from `store` */
	struct endpoint store;  /* the one outside; zeroed: none, or no URL */
};

/* `prepared` NULL: by the job alone. */
void resolve_job(struct resolved *out, const struct job *job,
		 const struct prepared *prepared);

/* The configuration in one word. Jobs with the same test that have the same one can
 * be compared. */
void resolve_hash(const struct job *job, const struct prepared *prepared,
		  char out[SPEC_HASH_BYTES]);

/* ERR_USAGE: this can be no trial, whatever the library and the objects. */
int resolve_check(const struct trial_spec *spec, struct err *err);

/* Seconds of the window; a guess where its operations alone end it, and nobody
 * knows when. */
double resolve_timed_s(const struct trial_spec *spec);

#endif
