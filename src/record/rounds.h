/*
 * One trial of a database with its slices: what tables of rounds, comparisons
 * and the resumption of a run are made of. All is borrowed.
 */
#ifndef RECORD_ROUNDS_H
#define RECORD_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/slice.h"

struct trial_rounds {
	const char *run_id, *trial_id;
	const char *comparison; /* UUID; NULL: it is of none, and block is 0 */
	const char *test, *params, *config_hash; /* config_hash: NULL before
						  * schema 0005 */
	const char *library;
	unsigned block; /* from 0 */
	bool baseline;  /* of struct trial */
	bool failed;    /* it has no figures */
	const struct slice *slices; /* NULL: a separate trial, of its totals */
	size_t slice_count;
	/* Totals over its windows, or COUNT_UNKNOWN. */
	double seconds, cpu_seconds;
	uint64_t operations; /* ok */
	uint64_t failures, bytes_ok;
	uint64_t origin_cpu_ns, steal_ns, others_ns;
	bool dropped;  /* its block was cut and made anew: it counts in no figure
			* of the comparison (experiment/resume.c) */
	bool partial;  /* trial_is_partial(): it counts in no figure of the
			* comparison either */
	const char *fault; /* what cannot be true of it: it counts in no figure;
			    * NULL: nothing */
	uint64_t lost; /* rows of slices that the database has no more: the trial
			* is not whole, and its totals are over more */
};

#endif
