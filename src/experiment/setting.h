/*
 * What one trial needs besides the experiment: what is started for it, where,
 * against which store, and who reads its counters. A separate trial has cells and
 * an origin for itself (trial.c), those of a block share them (block.c).
 *
 * The owner zeroes it, has cells begun (setting_need()) and an origin started,
 * then calls setting_open(), runs it by a request of setting_request(), and calls
 * setting_leave(), setting_analyse() and setting_close().
 */
#ifndef EXPERIMENT_SETTING_H
#define EXPERIMENT_SETTING_H

#include "base/address.h"
#include "experiment/cell_place.h"
#include "experiment/experiment.h"
#include "experiment/origin_process.h"
#include "experiment/sampler.h"
#include "run/run.h"

struct setting {
	struct experiment *experiment;
	const struct job *job;
	const struct prepared *prepared;
	struct trial *trial;    /* borrowed */
	struct origin_process *origin; /* borrowed; not started: the store is
					* outside */
	struct seats seats;     /* of its replicas among the cells */
	struct place place;
	struct sampler sampler;
	unsigned sharers;       /* trials that live at once; 0: it is alone */
	char (*endpoints)[ENDPOINT_BYTES];
	bool tls;
	unsigned replicas; /* of those below */
	int *records; /* -1 where there is none */
	struct home *homes;
	char **folders; /* their paths, borrowed */
	char **argv, **environment, **reads;
};

/* What is known of the trial before anything is started for it. ERR_USAGE: the
 * library does not speak the protocol that the plan needs. */
int setting_describe(struct trial *trial, const struct job *job,
		     const struct prepared *prepared, struct err *err);

/* The program of the job and the paths that it reads: setting->argv, reads. */
void setting_find_program(struct setting *setting);

/* Starts our origin for so many replicas, unless the job's store is outside. */
int setting_start_origin(const struct experiment *experiment,
			 const struct job *job,
			 const struct prepared *prepared, unsigned replicas,
			 struct origin_process *origin, struct err *err);

/* The cells have begun: makes folders, endpoints and the sampler. */
int setting_open(struct setting *setting, struct err *err);

/* Fills it for run_trial() or run_block(), but for the hooks. */
void setting_request(struct setting *setting, struct run_request *request);

/* The store has ended before the trial did: writes so over whatever replicas made
 * of it. */
void setting_tell_lost(const struct setting *setting, uint64_t lost_ns);

/* The run is over, its figures are not judged: removes the folders. A finding says
 * what stays. */
void setting_leave(struct setting *setting);

/* Judges it. */
void setting_analyse(struct setting *setting);

/* Also fine when something before failed. The origin stays. */
void setting_close(struct setting *setting);

#endif
