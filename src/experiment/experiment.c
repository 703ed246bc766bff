#include "experiment/experiment.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/owner.h"
#include "base/text.h"
#include "base/work.h"
#include "cell/cell.h"
#include "experiment/dataset.h"
#include "experiment/open_files.h"
#include "experiment/keep.h"
#include "experiment/cell_place.h"
#include "experiment/resolve.h"
#include "experiment/varied.h"
#include "measure/environment.h"
#include "monitor/lines.h"
#include "monitor/textfile.h"
#include "plan/plan.h"
#include "run/scratch.h"
#include "store/store.h"

/* A trial takes about so long beside its window: for the start of replicas, the
 * proof and the origin. */
#define OVERHEAD_S 1.5

/* For the board, and for what libraries put into their folders. */
#define SCRATCH_BYTES (16ULL << 20)

int experiment_open(struct experiment *experiment,
		    const struct experiment_settings *settings,
		    const struct experiment_hooks *hooks, struct err *err)
{
	int code;

	memset(experiment, 0, sizeof(*experiment));
	experiment->settings = settings;
	experiment->hooks = hooks;
	open_files_raise();
	code = catalogue_load(&experiment->catalogue, plan_workload, err);
	if (code < 0)
		return code;
	uuid_make(experiment->run.id);
	experiment->run.command = mem_dup(settings->command);
	measure_environment(&experiment->run.environment);
	snprintf(experiment->run.environment.harness_version,
		 sizeof(experiment->run.environment.harness_version), "%s",
		 BENCHMARK_VERSION);
	return 0;
}

void experiment_close(struct experiment *experiment)
{
	struct err err;

	monitoring_stop(&experiment->monitoring);
	live_close(&experiment->live);
	experiment_release_prepared(experiment);
	for (size_t i = 0; i < experiment->finished_count; i++)
		summary_release(&experiment->finished[i].summary);
	free(experiment->finished);
	free(experiment->jobs);
	free(experiment->run.command);
	store_close(experiment->store);
	containers_close(&experiment->containers);
	cells_free(experiment->cells);
	if (experiment->scratch.path && scratch_remove(&experiment->scratch, &err) < 0)
		experiment_say(experiment, "%s", err.text);
	catalogue_release(&experiment->catalogue);
	memset(experiment, 0, sizeof(*experiment));
}

int experiment_add(struct experiment *experiment, const char *library,
		   const char *test, const struct trial_spec *spec,
		   struct err *err)
{
	struct job job = { .spec = *spec };
	int code = catalogue_find(&experiment->catalogue, library, test,
				  &job.library, &job.test, err);

	if (code == 0)
		code = resolve_check(spec, err);
	if (code < 0)
		return code;
	MEM_ROOM(experiment->jobs, experiment->job_count, experiment->job_capacity);
	experiment->jobs[experiment->job_count++] = job;
	return 0;
}

static double expected_s(const struct job *job)
{
	return resolve_timed_s(&job->spec) + job->spec.warm_up_s + OVERHEAD_S;
}

/* Mixes the libraries. Whatever the machine does meanwhile then hits all of
 * them alike. */
static void shuffle(struct experiment *experiment)
{
	struct rng rng;

	rng_init(&rng, experiment->settings->seed);
	for (size_t i = experiment->job_count; i > 1; i--) {
		size_t j = rng_below(&rng, i);
		struct job job = experiment->jobs[i - 1];

		experiment->jobs[i - 1] = experiment->jobs[j];
		experiment->jobs[j] = job;
	}
}

static void keep_summary(struct experiment *experiment,
			 const struct summary *summary, const struct job *job)
{
	MEM_ROOM(experiment->finished, experiment->finished_count,
		 experiment->finished_capacity);
	experiment->finished[experiment->finished_count++] = (struct finished){
		*summary, job->library->kind == LIBRARY_BASELINE,
		!strcmp(job->library->language, "c")
	};
}

/* The words behind a trial's name when it is over. */
static char *outcome_of(const struct trial *trial,
			const struct result_row *row)
{
	bool fine = !strcmp(row->state, "ok");
	const char *more = *trial->text || fine ? trial->text : row->state;
	char rate[32];

	if (trial->failed)
		return mem_printf("FAILED: %s", trial->text);
	lines_rate(row->requests_per_second, rate);
	return mem_printf("%s requests/s, %llu ok, %llu failed%s%s", rate,
			  (unsigned long long)row->number_successes,
			  (unsigned long long)row->number_failures,
			  *more ? "; " : "", more);
}

/* --textfile: writes all results so far, and replaces the whole file. */
static void write_textfile(struct experiment *experiment)
{
	const char *path = experiment->settings->textfile;
	struct live_finished *rows;
	struct str text = STR_INIT;
	struct err err;
	int code;

	if (!path)
		return;
	rows = mem_array(experiment->finished_count, sizeof(*rows));
	for (size_t i = 0; i < experiment->finished_count; i++) {
		const struct result_row *row =
			&experiment->finished[i].summary.total;

		live_describe(row, clock_parse(row->end_time), &rows[i]);
	}
	textfile_add(rows, (unsigned)experiment->finished_count, &text);
	code = experiment->hooks->write_file(experiment->hooks->context, path,
					     text.buf, &err);
	if (code < 0)
		experiment_say(experiment, "%s", err.text);
	experiment->failed |= code < 0;
	str_release(&text);
	free(rows);
}

/* Is called before the first trial. An old file stays as it was. */
static int check_textfile(const struct experiment *experiment, struct err *err)
{
	const char *path = experiment->settings->textfile;
	const char *dot = path ? strrchr(path, '.') : NULL;

	if (path && (!dot || strcmp(dot, ".prom") != 0))
		return err_set(err, ERR_USAGE,
			       "--textfile is '%s': give a file's path that "
			       "ends in .prom, as node_exporter reads no other",
			       path);
	return path ? experiment->hooks->write_file(experiment->hooks->context,
						    path, NULL, err)
		    : 0;
}

static void end_shown(struct experiment *experiment, const char *outcome)
{
	experiment->hooks->trial_end(experiment->hooks->context,
				     &experiment->schedule, outcome);
	schedule_end(&experiment->schedule);
}

/* Stores it, and tells it. */
static void end_trial(struct experiment *experiment, const struct job *job,
		      const struct trial *trial, struct summary *summary)
{
	char *outcome;

	keep_trial(experiment, trial, summary);
	outcome = outcome_of(trial, &summary->total);
	end_shown(experiment, outcome);
	free(outcome);
	if (strcmp(summary->total.state, "ok"))
		experiment->failed = true;
	live_end(&experiment->live, &summary->total);
	keep_summary(experiment, summary, job);
	write_textfile(experiment);
}

/* For a job of which nothing is stored: it stands alone and cannot be tried, its
 * library is not installed, or there is no room for its results. */
static int end_untried(struct experiment *experiment, int code,
		       const struct err *why)
{
	experiment->failed = true;
	live_end(&experiment->live, NULL);
	if (experiment->job_count == 1)
		return code;
	end_shown(experiment, why->text);
	return 0;
}

/* A trial that could not be made ends alone, whatever the reason. It is stored
 * as a failed one, with its sentence. */
static int end_failed(struct experiment *experiment, const struct job *job,
		      int code, struct trial *trial, const struct err *why)
{
	struct summary summary = { 0 };

	experiment_fail_trial(experiment, job, trial, &summary, why);
	if (experiment->job_count > 1) {
		end_trial(experiment, job, trial, &summary);
		return 0;
	}
	keep_trial(experiment, trial, &summary);
	summary_release(&summary);
	live_end(&experiment->live, NULL);
	return code;
}

/* Refuses options with which no job can be made, whatever the objects are. */
static int check_work(const struct experiment *experiment, struct err *err)
{
	int code = 0;

	for (size_t i = 0; i < experiment->job_count; i++) {
		struct workload workload;

		experiment_workload(&experiment->jobs[i], &workload);
		code = plan_check(&workload, err);
		if (code == 0)
			return 0;
	}
	return code;
}

/* Before the first trial: says what is wrong with the options of any job, and
 * what this machine lacks. */
static int check_jobs(const struct experiment *experiment, struct err *err)
{
	int code = check_work(experiment, err);

	for (size_t i = 0; code == 0 && i < experiment->job_count; i++) {
		const struct trial_spec *spec = &experiment->jobs[i].spec;
		const struct credentials *ignored;
		struct cell_need need;

		cell_place_need(spec, NULL, &need);
		code = cells_check(experiment->cells, &need, err);
		if (code == 0 && spec->endpoint)
			code = dataset_credentials(spec, &ignored, err);
	}
	return code;
}

/* Whether it can be tried at all. */
static int check_job(const struct job *job, struct err *err)
{
	if (!job->library->ready)
		return err_set(err, ERR_NOT_FOUND, "%s is not ready to run: %s",
			       job->library->name, job->library->remedy);
	return open_files_check(&job->spec, 1, open_files_limit(), err);
}

static int prepare_job(struct experiment *experiment, const struct job *job,
		       const struct prepared **prepared, struct err *err)
{
	int code = experiment_work_begin(experiment, err);

	if (code == 0)
		code = experiment_prepare(experiment, job, prepared, err);
	experiment_work_end(experiment);
	if (code == 0)
		code = open_files_check(&job->spec, (*prepared)->widest,
					open_files_limit(), err);
	return code;
}

static void name_job(struct experiment *experiment, const struct job *job)
{
	struct str name = STR_INIT;

	str_addf(&name, "%s %s", job->library->name, job->test->name);
	varied_add(experiment->jobs, experiment->job_count, job, &name);
	schedule_begin(&experiment->schedule, name.buf, expected_s(job));
	experiment->hooks->trial_begin(experiment->hooks->context,
				       &experiment->schedule);
	str_release(&name);
}

static int try_job(struct experiment *experiment, const struct job *job,
		   struct trial *trial, struct summary *summary,
		   struct err *err)
{
	const struct prepared *prepared;
	int code = prepare_job(experiment, job, &prepared, err);

	if (code == 0 || experiment->job_count > 1)
		name_job(experiment, job);
	if (code < 0)
		return code;
	return experiment_trial(experiment, job, prepared, trial, summary, err);
}

static int run_job(struct experiment *experiment, const struct job *job,
		   struct err *err)
{
	struct summary summary = { 0 };
	struct trial trial = { 0 };
	bool alone = experiment->job_count == 1;
	int code = keep_room(experiment, job, err);
	bool has_room = code == 0, tried;

	if (has_room)
		code = check_job(job, err);
	tried = code == 0;
	if (tried)
		code = try_job(experiment, job, &trial, &summary, err);
	else if (!alone)
		name_job(experiment, job);
	experiment->refused += code == ERR_USAGE;
	if (code == 0)
		end_trial(experiment, job, &trial, &summary);
	else if (code == ERR_INTERRUPTED)
		live_end(&experiment->live, NULL);
	else if (!has_room || !job->library->ready ||
		 (alone && (!tried || code == ERR_USAGE)))
		code = end_untried(experiment, code, err);
	else
		code = end_failed(experiment, job, code, &trial, err);
	trial_release(&trial);
	return code;
}

static int run_all(struct experiment *experiment, struct err *err)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < experiment->job_count; i++) {
		if (experiment_is_interrupted(experiment))
			code = ERR_INTERRUPTED;
		else
			code = run_job(experiment, &experiment->jobs[i], err);
	}
	if (code == 0 && experiment->refused == experiment->job_count)
		code = ERR_USAGE; /* err has the last one's sentence */
	return code;
}

static int run_jobs(struct experiment *experiment, struct err *err)
{
	double total_s = 0;
	int code;

	for (size_t i = 0; i < experiment->job_count; i++)
		total_s += expected_s(&experiment->jobs[i]);
	schedule_init(&experiment->schedule, experiment->job_count, total_s);
	code = run_all(experiment, err);
	if (code != ERR_INTERRUPTED)
		return code;
	experiment->interrupted = true;
	experiment_say(experiment,
		       "interrupted: %zu of %zu trials are finished and kept",
		       experiment->finished_count, experiment->job_count);
	return 0;
}

/* The engine may not answer. It is waited for, until the person asks to
 * stop. */
static int open_containers(struct experiment *experiment, struct err *err)
{
	int code = experiment_work_begin(experiment, err);

	work_begin(0, "", "waiting for the container engine");
	if (code == 0)
		code = containers_open(&experiment->containers,
				       experiment->settings->image,
				       &experiment->catalogue.layout, err);
	work_end();
	experiment_work_end(experiment);
	return code;
}

/* Call it before anything starts a thread. */
static int open_cells(struct experiment *experiment, struct err *err)
{
	enum isolation best, worst;
	char owner[OWNER_BYTES];
	struct owner self;
	int code = cell_place_grades(experiment->settings->isolation, &best, &worst,
				  err);

	owner_self(&self);
	owner_format(&self, owner);
	if (code == 0)
		code = cells_open(&experiment->cells, best, worst, owner,
				  experiment->scratch.path, err);
	if (code == 0 && best == ISOLATION_DOCKER)
		code = open_containers(experiment, err);
	if (code == 0)
		snprintf(experiment->run.environment.isolation,
			 sizeof(experiment->run.environment.isolation), "%s",
			 isolation_name(experiment->cells->isolation));
	return code;
}

static int begin_live(struct experiment *experiment, struct err *err)
{
	const char *listen = experiment->settings->monitor;
	char *board = mem_printf("%s/" LIVE_BOARD, experiment->scratch.path);
	int code = live_open(&experiment->live, experiment, err);

	if (code == 0 && listen)
		code = monitoring_start(&experiment->monitoring, listen, board,
					experiment->settings->database,
					experiment->hooks->interrupt_fd, err);
	if (code == 0 && listen)
		experiment->hooks->monitor(experiment->hooks->context,
					   experiment->monitoring.url,
					   experiment->monitoring.is_public);
	free(board);
	return code;
}

/* From here on the run stands in the database. */
static int begin_run(struct experiment *experiment, struct err *err)
{
	const struct experiment_hooks *hooks = experiment->hooks;
	int code = experiment_work_begin(experiment, err);

	if (code == 0)
		code = hooks->open_database(hooks->context, &experiment->store,
					    err);
	if (code == 0)
		code = store_begin_run(experiment->store, &experiment->run,
				       err);
	experiment_work_end(experiment);
	return code;
}

static int begin(struct experiment *experiment, struct err *err)
{
	int code = check_textfile(experiment, err);
	struct err stale;

	if (code < 0)
		return code;
	if (scratch_clear_stale(&stale) < 0)
		experiment_say(experiment, "left of an earlier run: %s",
			       stale.text);
	cells_clear_stale();
	container_clear_stale();
	code = scratch_make(&experiment->scratch, SCRATCH_BYTES, err);
	if (code == 0)
		code = open_cells(experiment, err);
	if (code == 0)
		code = check_jobs(experiment, err);
	experiment->run.start_wall_ns = clock_wall_ns();
	/* The monitor's process must not have the database open. A run that
	 * cannot begin must not stand in the database. */
	if (code == 0)
		code = begin_live(experiment, err);
	return code < 0 ? code : begin_run(experiment, err);
}

/* Leaves time to read the last figures. Ctrl-C ends it at once. */
static void end_live(struct experiment *experiment)
{
	int linger_ms = (int)(experiment->settings->linger_s * 1e3);
	char why[sizeof(((struct err *)0)->text)];

	live_close(&experiment->live);
	if (monitoring_has_died(&experiment->monitoring, why, sizeof(why)))
		experiment_say(experiment, "%s", why);
	else
		monitoring_linger(&experiment->monitoring,
				  experiment->hooks->interrupt_fd, linger_ms);
	monitoring_stop(&experiment->monitoring);
}

/* A failed trial is a result. A run has failed if it could not make all its
 * trials. */
static enum run_end how_ended(const struct experiment *experiment, int code)
{
	if (experiment->interrupted || code == ERR_INTERRUPTED)
		return RUN_INTERRUPTED;
	return experiment->made < experiment->job_count ? RUN_FAILED : RUN_FINISHED;
}

int experiment_run(struct experiment *experiment, struct err *err)
{
	int code = begin(experiment, err);

	if (code < 0)
		return code;
	shuffle(experiment);
	code = run_jobs(experiment, err);
	experiment->run.end_wall_ns = clock_wall_ns();
	keep_end(experiment, how_ended(experiment, code));
	if (experiment->finished_count)
		experiment->hooks->report(experiment->hooks->context,
					  experiment);
	end_live(experiment);
	if (code < 0)
		return code;
	if (experiment->interrupted)
		return 130;
	return experiment->failed;
}
