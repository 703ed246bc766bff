/*
 * A run of jobs. A job is one library, test and configuration; it gets a trial in
 * each block, or repeat, of its comparison. Jobs with the same work share a
 * prepared plan; the database keeps the results.
 *
 * Call experiment_open(), experiment_add() for each job, experiment_run(), and
 * experiment_close().
 */
#ifndef EXPERIMENT_EXPERIMENT_H
#define EXPERIMENT_EXPERIMENT_H

#include "catalogue/catalogue.h"
#include "experiment/containers.h"
#include "experiment/hooks.h"
#include "experiment/live.h"
#include "experiment/monitoring.h"
#include "experiment/same.h"
#include "objects/objects.h"
#include "record/finished.h"
#include "record/plan.h"
#include "record/result.h"
#include "record/trial.h"
#include "run/handed.h"
#include "run/scratch.h"

struct cells;
struct store;

struct job {
	const struct library *library;
	const struct test *test;
	struct trial_spec spec; /* as asked for: resolve.h fills in what is left
				 * open; texts are borrowed */
	char comparison[37];    /* of its trials (record/trial.h) */
	unsigned block;         /* of the trial now */
	double window_s;        /* of it, if > 0: less than was asked for */
	const char *why_separate; /* a clause: why it is no part of a block's
				   * slices, though others are; NULL. Borrowed */
};

/* A plan and its proof, sealed, for all trials with the same work. */
struct prepared {
	char *key;     /* all that the work depends on, as text */
	int handed[HANDED_READ];
	struct plan work; /* what they hold */
	unsigned burst_requests; /* of the burst */
	unsigned widest;         /* requests that an operation makes at once */
	uint64_t request_size; /* bytes of an operation */
	struct object_source *source;
};

/* Seconds of a comparison, where nothing is said; with --until-precise its first
 * blocks have no more. */
#define EXPERIMENT_BUDGET_S 300

/* What is the same for all trials of a run. Borrowed. */
struct experiment_settings {
	char *command;         /* as typed, without secrets */
	const char *database;  /* URL */
	const char *isolation; /* NULL: auto */
	const char *image;     /* NULL: ours */
	const char *monitor;   /* where it listens, "": at the default; NULL: no
				* monitor */
	const char *textfile;  /* or NULL */
	double linger_s;
	bool json;
	uint64_t seed;         /* of orders: of turns, of separate trials */
	/* Of comparisons. */
	bool slices;           /* libraries take turns */
	double budget_s;       /* of all blocks of a comparison */
	unsigned blocks;
	unsigned repeats;      /* of each trial, without slices */
	double until_precise;  /* blocks are added until all intervals are so
				* narrow, as a part of 1; 0: not */
	double limit_s;        /* until then */
	const char *for_turns; /* an option that was given and means nothing
				* without turns: "--budget"; NULL: none */
	const char *resume;    /* the run that goes on; NULL: a new one */
};

struct experiment {
	const struct experiment_settings *settings;
	struct catalogue catalogue;
	struct store *store;
	char *kept_in; /* the folder that has the trials, as the database is
			* gone; NULL: it is not (keep.c) */
	struct run run;
	struct scratch scratch; /* replicas' files, plans */
	struct cells *cells;
	struct containers containers; /* with --isolation docker */
	const struct experiment_hooks *hooks;
	struct schedule schedule;
	struct live_writer live;
	struct monitoring monitoring;
	struct job *jobs;
	size_t job_count, job_capacity;
	struct prepared *prepared;
	size_t prepared_count, prepared_capacity;
	struct finished *finished;
	size_t finished_count, finished_capacity;
	/* Since the run began, whatever --resume made of it since. */
	size_t due;     /* trials that the run is to make */
	size_t made;    /* that were made, or tried: those that failed too */
	size_t refused; /* trials that were asked for in a wrong way */
	bool failed, interrupted;
	bool resumable; /* there are blocks: --resume goes on with them */
	int claim_fd; /* by it nobody else goes on with this run; -1: not held */
	/* With --resume. */
	struct versions versions; /* that its trials were made with */
	bool refused_to_resume;   /* it cannot go on with those of now */
	struct err why_refused;
};

/* Settings and hooks are borrowed until experiment_close(). */
int experiment_open(struct experiment *experiment,
		    const struct experiment_settings *settings,
		    const struct experiment_hooks *hooks, struct err *err);
void experiment_close(struct experiment *experiment);

/* Adds a job of this library and test; ERR_USAGE where there is none, or where
 * the configuration can be no trial. A variant that is named so is added to the
 * catalogue, and made by the caller before the run begins (catalogue/vary.h). */
int experiment_add(struct experiment *experiment, const char *library,
		   const char *test, const struct trial_spec *spec,
		   struct err *err);

/* Makes the blocks of one comparison after the other, or all separate trials in a
 * seeded random order, stores each trial, and has all reported. Returns 0, or 1
 * when a trial failed, 130 when interrupted; negative when nothing could be
 * done. */
int experiment_run(struct experiment *experiment, struct err *err);

/* Tell, and ask, who runs the experiment. hooks.c */
void experiment_say(const struct experiment *experiment,
		    const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int experiment_work_begin(const struct experiment *experiment, struct err *err);
void experiment_work_end(const struct experiment *experiment);
bool experiment_is_interrupted(const struct experiment *experiment);

/* What a job asks of the plan. prepare.c */
void experiment_workload(const struct job *job, struct workload *workload);

/* Makes, or finds, plan, proof and burst for a job. *out is borrowed.
 * prepare.c */
int experiment_prepare(struct experiment *experiment, const struct job *job,
		       const struct prepared **out, struct err *err);
void experiment_release_prepared(struct experiment *experiment);

/* Makes one trial of prepared work, from the start of the origin to the
 * summary. Stores nothing. The caller releases `trial`, also after a failure.
 * trial.c */
int experiment_trial(struct experiment *experiment, const struct job *job,
		     const struct prepared *prepared, struct trial *trial,
		     struct summary *summary, struct err *err);

/* Summarises a trial that could not be made. `why` says the reason. Either
 * experiment_trial() failed, or it was not called and the trial is zeroed.
 * trial.c */
void experiment_fail_trial(struct experiment *experiment, const struct job *job,
			   struct trial *trial, struct summary *summary,
			   const struct err *why);

#endif
