#include "experiment/resolve.h"

#include <math.h>
#include <string.h>

#include "experiment/dataset.h"
#include "experiment/record_room.h"

#define GUESS_S 10

static void resolve_objects(struct resolved *out, const struct job *job,
			    const struct prepared *prepared)
{
	struct trial_spec *spec = &out->spec;

	if (prepared)
		spec->request_size = prepared->request_size;
	spec->bucket = prepared ? prepared->source->bucket
				: dataset_bucket(&job->spec);
	if (prepared)
		spec->dataset = prepared->source->name;
	else
		spec->dataset = job->spec.endpoint ? spec->bucket
						   : dataset_name(&job->spec);
	/* Nobody signs for our own origin. */
	spec->region = job->spec.endpoint ? dataset_region(&job->spec) : NULL;
}

void resolve_job(struct resolved *out, const struct job *job,
		 const struct prepared *prepared)
{
	struct trial_spec *spec = &out->spec;

	memset(out, 0, sizeof(*out));
	*spec = job->spec;
	spec_forget_words(spec);
	spec->library = job->library->name;
	spec->test = job->test->name;
	if (spec->pool_size == COUNT_UNKNOWN)
		spec->pool_size = spec->concurrency *
				  (prepared ? prepared->widest : 1);
	/* The longest trial there is; its operations end it. */
	if (isnan(spec->timeout_s))
		spec->timeout_s = TIMEOUT_MOST_S;
	resolve_objects(out, job, prepared);
	/* One that is no URL may hold a password. */
	if (spec->endpoint && endpoint_parse(&out->store, spec->endpoint,
					     "a store", NULL) == 0)
		spec->endpoint = out->store.text;
	else
		spec->endpoint = NULL;
}

void resolve_hash(const struct job *job, const struct prepared *prepared,
		  char out[SPEC_HASH_BYTES])
{
	struct resolved asked;

	resolve_job(&asked, job, prepared);
	spec_hash(&asked.spec, out);
}

int resolve_check(const struct trial_spec *spec, struct err *err)
{
	bool counted = spec->n_requests != COUNT_UNKNOWN;

	if (isnan(spec->timeout_s) && !counted)
		return err_set(err, ERR_USAGE,
			       "--timeout -1 leaves a trial without an end: "
			       "give --n-requests N too, or a number of "
			       "seconds");
	return counted ? record_room_check(spec->n_requests,
					   !isnan(spec->timeout_s), err)
		       : 0;
}

double resolve_timed_s(const struct trial_spec *spec)
{
	return isnan(spec->timeout_s) ? GUESS_S : spec->timeout_s;
}
