/*
 * --resume: what is measured from now on must be comparable with what was
 * measured before. Blocks of another machine, another way to keep replicas apart
 * or another version of anything are never in one comparison.
 *
 *	struct versions versions = { 0 };
 *	struct trial kept = { 0 };
 *	struct err err;
 *
 *	same_versions(&versions, &kept, "the run's id", &err);
 *	versions_release(&versions);
 *
 * All return 0, or ERR_USAGE with a sentence that names the first difference and
 * the remedy. `run_id` is for that sentence.
 */
#ifndef EXPERIMENT_SAME_H
#define EXPERIMENT_SAME_H

#include <jansson.h>

#include "base/err.h"
#include "record/trial.h"

struct cells;

/* The machine, the kernel, and the version and commit of the harness. */
int same_environment(const struct environment *then,
		     const struct environment *now, const char *run_id,
		     struct err *err);

/* The jobs, of which the environment has a digest; an older run's has none. */
#define SAME_JOBS "jobs"
int same_jobs(const struct environment *then, const struct environment *now,
	      const char *run_id, struct err *err);

/* Isolation, control groups, network and pinning of a trial, and what one with
 * its settings would have in `cells`. A trial that got no place is passed over. */
int same_place(const struct cells *cells, const struct trial *then,
	       const char *run_id, struct err *err);

/* What each library's replicas said of versions when they were ready. */
struct versions {
	struct version_of {
		char *library;
		json_t *said; /* {"library": "3.14.5", "runtime": …, "tests": …} */
		bool edited;  /* versions_note() has said so */
	} *list;
	size_t count, capacity;
};

/* Of all packages of the library, of its runtime and of its own files. The first
 * trial of each library is what others are held against. */
int same_versions(struct versions *versions, const struct trial *trial,
		  const char *run_id, struct err *err);

/* Keeps what those of a library have said that nothing is known of yet. False, once:
 * the library's files are others than those of its first trial. */
bool versions_note(struct versions *versions, const struct trial *trial);

/* A new object: by library what it said, {"httpx": {"library": "0.28.1", …}}. */
json_t *versions_json(const struct versions *versions);

void versions_release(struct versions *versions);

#endif
