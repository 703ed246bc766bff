#include "experiment/resume.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/analyse.h"
#include "base/claim.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "measure/environment_more.h"
#include "experiment/jobs.h"
#include "experiment/resolve.h"
#include "experiment/same.h"
#include "record/rounds.h"
#include "store/store.h"

/* ------------------------------------------------------- what it has made --- */

/* Ids of the trials of the run. */
struct ids {
	char **list;
	size_t count, capacity;
	struct err *err;
};

static int note_id(void *context, const struct trial_rounds *trial)
{
	struct ids *ids = context;

	if (trial->fault)
		return err_set(ids->err, ERR_INVALID,
			       "the trial %s of this run is damaged (%s): keep a "
			       "copy of the database, and remove it with "
			       STORE_REMOVE, trial->trial_id, trial->fault,
			       trial->trial_id);
	MEM_ROOM(ids->list, ids->count, ids->capacity);
	ids->list[ids->count++] = mem_dup(trial->trial_id);
	return 0;
}

static int hold_trial(struct experiment *experiment, const struct trial *trial,
		      struct err *err)
{
	const char *id = experiment->run.id;
	int code = same_place(experiment->cells, trial, id, err);

	return code < 0 ? code
			: same_versions(&experiment->versions, trial, id, err);
}

/* Of some replicas there would be latencies, which are not the library's. */
static void forget_latency(const struct experiment *experiment,
			   const struct trial *trial, struct summary *summary,
			   const char *why)
{
	struct result_row *row = &summary->total;

	free(summary->latency);
	summary->latency = NULL;
	row->latency_p50_ms = row->latency_p90_ms = row->latency_p99_ms =
		row->latency_p99_9_ms = row->latency_max_ms = (double)NAN;
	experiment_say(experiment,
		       "%s: so %s has no latencies in the table of %s", why,
		       trial->spec.library, trial->spec.test);
}

/* Makes its summary again: what is shown at the end needs more than its row. */
static int keep_trial_again(struct experiment *experiment, const char *id,
			    struct err *err)
{
	const struct library *library = NULL;
	struct summary summary = { 0 };
	struct trial trial = { 0 };
	struct run run = { 0 };
	struct err ignored;
	unsigned damaged = 0;
	int code = store_read_trial(experiment->store, id, &trial, &run,
				    &damaged, err);

	if (code == 0)
		code = hold_trial(experiment, &trial, err);
	if (code == 0) {
		catalogue_find(&experiment->catalogue, trial.spec.library, NULL,
			       &library, NULL, &ignored);
		analyse_summary(&trial, &run, &summary);
		if (damaged)
			forget_latency(experiment, &trial, &summary, err->text);
		job_keep(experiment, &trial, &summary, library);
	}
	trial_release(&trial);
	run_release(&run);
	return code;
}

static int keep_trials_again(struct experiment *experiment, struct err *err)
{
	struct ids ids = { .err = err };
	int code = store_each_rounds(experiment->store, experiment->run.id,
				     note_id, &ids, err);

	for (size_t i = 0; i < ids.count; i++) {
		if (code == 0)
			code = keep_trial_again(experiment, ids.list[i], err);
		free(ids.list[i]);
	}
	free(ids.list);
	return code;
}

int resume_find(const struct experiment *experiment, struct err *err)
{
	const char *id = experiment->settings->resume;
	const char *url = experiment->settings->database;
	char *path = id ? store_file(url) : NULL;
	int code = 0;

	if (path && !file_exists(path) && !store_spooled(url))
		code = err_set(err, ERR_USAGE,
			       "--resume %s: there is no database %s: go to the "
			       "folder where the run was begun, or name its "
			       "database with --db", id, path);
	free(path);
	return code;
}

static int no_such_run(const struct experiment *experiment, struct err *err)
{
	char *path = store_file(experiment->settings->database);
	int code = err_set(err, ERR_USAGE,
			   "--resume %s: the database %s has no such run: the "
			   "column run_id of `benchmark get-results -` shows "
			   "those of one, and --db names another",
			   experiment->settings->resume, path ? path : "");

	free(path);
	return code;
}

static bool is_command(const struct experiment *experiment,
		       const struct run *run)
{
	const struct experiment_hooks *hooks = experiment->hooks;

	return hooks->same_command(hooks->context, run->command,
				   experiment->run.command);
}

static int read_run(struct experiment *experiment, struct err *err)
{
	const char *id = experiment->settings->resume;
	struct run run = { 0 };
	int code = store_read_run(experiment->store, id, &run, err);

	if (code == ERR_NOT_FOUND)
		return no_such_run(experiment, err);
	if (code == 0 && !is_command(experiment, &run))
		code = err_set(err, ERR_USAGE,
			       "--resume %s: that run was `benchmark %s`: give "
			       "the same command, and --resume", id,
			       run.command);
	if (code == 0)
		code = same_environment(&run.environment,
					&experiment->run.environment, id, err);
	if (code == 0)
		code = same_jobs(&run.environment, &experiment->run.environment,
				 id, err);
	if (code == 0) {
		memcpy(experiment->run.id, run.id, sizeof(run.id));
		experiment->run.start_wall_ns = run.start_wall_ns;
	}
	run_release(&run);
	return code;
}

/* The same in whatever order they were added. */
void resume_name_jobs(struct experiment *experiment)
{
	uint64_t sum = 0;
	char text[17];

	for (size_t i = 0; i < experiment->job_count; i++) {
		const struct job *job = &experiment->jobs[i];
		char hash[SPEC_HASH_BYTES], *name;

		resolve_hash(job, NULL, hash);
		name = mem_printf("%s %s %s", job->library->name,
				  job->test->name, hash);
		sum += hash_bytes(name, strlen(name));
		free(name);
	}
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)sum);
	environment_more_add(&experiment->run.environment.more_json,
			     SAME_JOBS, text);
}

int resume_claim(struct experiment *experiment, struct err *err)
{
	char name[80];
	int code;

	snprintf(name, sizeof(name), "geoio-benchmark-run-%s",
		 experiment->run.id);
	code = claim_name(name, &experiment->claim_fd, err);
	if (code != ERR_CONFLICT)
		return 0;
	return err_set(err, ERR_USAGE,
		       "--resume %s: that run is still in progress: "
		       "`benchmark monitor --tty` shows it; wait for its end, or "
		       "end it with Ctrl-C", experiment->run.id);
}

/* One that is refused stays as it was. */
int resume_run(struct experiment *experiment, struct err *err)
{
	int code = read_run(experiment, err);

	if (code == 0)
		code = resume_claim(experiment, err);
	if (code == 0)
		code = keep_trials_again(experiment, err);
	if (code == 0)
		code = store_resume_run(experiment->store, experiment->run.id,
					err);
	return code;
}

bool resume_refuses(struct experiment *experiment, const struct trial *trial)
{
	if (experiment->settings->resume && !experiment->refused_to_resume)
		experiment->refused_to_resume =
			same_versions(&experiment->versions, trial,
				      experiment->run.id,
				      &experiment->why_refused) < 0;
	return experiment->refused_to_resume;
}

/* ------------------------------------------------------ what it is to make --- */

static bool is_of(const struct finished *one, const char *test,
		  const char *hash)
{
	const struct result_row *row = &one->summary.total;

	return row->test_name && !strcmp(row->test_name, test) &&
	       row->config_hash && !strcmp(row->config_hash, hash);
}

static unsigned next_block(const struct experiment *experiment,
			   const char *comparison)
{
	unsigned next = 0;

	for (size_t i = 0; i < experiment->finished_count; i++) {
		const struct finished *one = &experiment->finished[i];

		if (!strcmp(one->comparison, comparison) && one->block >= next)
			next = one->block + 1;
	}
	return next;
}

static bool is_of_block(const struct finished *one, const char *comparison,
			unsigned block)
{
	return one->block == block && !strcmp(one->comparison, comparison);
}

static unsigned count_trials(const struct experiment *experiment,
			     const char *comparison, unsigned block)
{
	unsigned trials = 0;

	for (size_t i = 0; i < experiment->finished_count; i++)
		trials += is_of_block(&experiment->finished[i], comparison,
				      block);
	return trials;
}

void resume_drop_block(struct experiment *experiment, const char *comparison,
		       unsigned block)
{
	size_t kept = 0;

	for (size_t i = 0; i < experiment->finished_count; i++) {
		struct finished *one = &experiment->finished[i];

		if (is_of_block(one, comparison, block))
			finished_release(one);
		else
			experiment->finished[kept++] = *one;
	}
	experiment->finished_count = kept;
}

/* A block was whole when each of `count` libraries had its trial in it. Drops
 * the others. */
static unsigned keep_whole_blocks(struct experiment *experiment,
				  const char *test, const char *comparison,
				  unsigned count, unsigned next)
{
	unsigned whole = 0;

	for (unsigned block = 0; block < next; block++) {
		unsigned trials = count_trials(experiment, comparison, block);

		if (trials >= count) {
			whole++;
		} else if (trials) {
			resume_drop_block(experiment, comparison, block);
			experiment_say(experiment,
				       "%s: block %u has only %u of its %u "
				       "trials: it counts in no figure, and is "
				       "made anew", test, block, trials, count);
		}
	}
	return whole;
}

/* Of one that is not installed no trial is kept. */
static unsigned count_ready(const struct rivals *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->count; i++)
		n += r->list[i].job->library->ready;
	return n;
}

static const struct finished *find_kept(const struct experiment *experiment,
					const char *test, const char *hash)
{
	for (size_t i = 0; i < experiment->finished_count; i++) {
		const struct finished *one = &experiment->finished[i];

		if (is_of(one, test, hash) && *one->comparison)
			return one;
	}
	return NULL;
}

/* Blocks of turns and separate trials of one library are not mixed, whatever new
 * probes would say. */
static void keep_separate(const struct experiment *experiment,
			  const struct rivals *r, struct rival *rival)
{
	const struct finished *newest = NULL;

	for (size_t i = 0; i < experiment->finished_count; i++) {
		const struct finished *one = &experiment->finished[i];

		if (!one->failed &&
		    !strcmp(one->comparison, r->list[0].job->comparison) &&
		    !strcmp(one->summary.total.library_name,
			    rival->job->library->name) &&
		    (!newest || one->block > newest->block))
			newest = one;
	}
	rival->turned = newest && newest->slice_count;
	rival->separate = newest && !newest->slice_count;
	if (rival->separate)
		snprintf(rival->why, sizeof(rival->why), "%s",
			 "so it was before --resume");
}

int resume_rivals(struct experiment *experiment, struct rivals *r,
		  struct err *err)
{
	const struct finished *kept;
	struct job *first = r->list[0].job;
	const struct prepared *prepared;
	char hash[SPEC_HASH_BYTES];
	int code = job_prepare(experiment, first, &prepared, err);

	if (code < 0)
		return code == ERR_INTERRUPTED ? code : 0; /* fails again */
	resolve_hash(first, prepared, hash);
	kept = find_kept(experiment, first->test->name, hash);
	if (!kept)
		return 0;
	for (unsigned j = 0; j < r->count; j++)
		memcpy(r->list[j].job->comparison, kept->comparison,
		       sizeof(kept->comparison));
	if (!rivals_take_turns(experiment, r))
		return 0;
	r->first = next_block(experiment, first->comparison);
	r->before = keep_whole_blocks(experiment, first->test->name,
				      first->comparison, count_ready(r),
				      r->first);
	for (unsigned j = 0; j < r->count; j++)
		keep_separate(experiment, r, &r->list[j]);
	return 0;
}

bool resume_has(struct experiment *experiment, const struct job *job)
{
	const struct prepared *prepared;
	char hash[SPEC_HASH_BYTES];
	struct err err; /* it is told when the trial fails by it */

	if (!experiment->settings->resume ||
	    job_prepare(experiment, job, &prepared, &err) < 0)
		return false;
	resolve_hash(job, prepared, hash);
	for (size_t i = 0; i < experiment->finished_count; i++) {
		const struct finished *one = &experiment->finished[i];

		if (!strcmp(one->summary.total.library_name,
			    job->library->name) &&
		    is_of(one, job->test->name, hash))
			return true;
	}
	return false;
}
