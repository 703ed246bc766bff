#include "experiment/experiment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/owner.h"
#include "base/text.h"
#include "base/work.h"
#include "catalogue/vary.h"
#include "cell/cell.h"
#include "docker/container.h"
#include "experiment/dataset.h"
#include "experiment/open_files.h"
#include "experiment/jobs.h"
#include "experiment/keep.h"
#include "experiment/cell_place.h"
#include "experiment/resolve.h"
#include "experiment/resume.h"
#include "experiment/rivals.h"
#include "measure/environment.h"
#include "measure/environment_more.h"
#include "plan/plan.h"
#include "run/scratch.h"
#include "store/store.h"

/* For the board, and for what libraries put into their folders. */
#define SCRATCH_BYTES (16ULL << 20)

int experiment_open(struct experiment *experiment,
		    const struct experiment_settings *settings,
		    const struct experiment_hooks *hooks, struct err *err)
{
	int code;

	memset(experiment, 0, sizeof(*experiment));
	experiment->claim_fd = -1;
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
	experiment->run.environment.more_json = environment_more("");
	return 0;
}

void experiment_close(struct experiment *experiment)
{
	struct err err;

	monitoring_stop(&experiment->monitoring);
	live_close(&experiment->live);
	experiment_release_prepared(experiment);
	for (size_t i = 0; i < experiment->finished_count; i++)
		finished_release(&experiment->finished[i]);
	free(experiment->finished);
	free(experiment->jobs);
	versions_release(&experiment->versions);
	run_release(&experiment->run);
	store_close(experiment->store);
	free(experiment->kept_in);
	if (experiment->claim_fd >= 0)
		close(experiment->claim_fd);
	containers_close(&experiment->containers);
	cells_free(experiment->cells);
	if (experiment->scratch.path && scratch_remove(&experiment->scratch, &err) < 0)
		experiment_say(experiment, "%s", err.text);
	catalogue_release(&experiment->catalogue);
	memset(experiment, 0, sizeof(*experiment));
	experiment->claim_fd = -1;
}

int experiment_add(struct experiment *experiment, const char *library,
		   const char *test, const struct trial_spec *spec,
		   struct err *err)
{
	struct job job = { .spec = *spec };
	int code = vary_add(&experiment->catalogue, library, err);

	if (code == 0)
		code = catalogue_find(&experiment->catalogue, library, test,
				      &job.library, &job.test, err);
	if (code == 0)
		code = resolve_check(spec, err);
	if (code < 0)
		return code;
	MEM_ROOM(experiment->jobs, experiment->job_count, experiment->job_capacity);
	experiment->jobs[experiment->job_count++] = job;
	return 0;
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

	if (code == 0)
		code = rivals_check(experiment, err);
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

/* It has just answered; one that does not any more is seen with the first
 * container. */
static void name_engine(struct experiment *experiment)
{
	char name[CONTAINER_ENGINE_BYTES];

	if (container_engine(experiment->containers.socket, name, NULL) == 0)
		environment_more_add(&experiment->run.environment.more_json,
				     "engine", name);
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
	if (code == 0)
		name_engine(experiment);
	work_end();
	experiment_work_end(experiment);
	return code;
}

/* Its own quota, or one above it: so many CPUs and no more it has. */
static void name_quota(struct experiment *experiment)
{
	double cpus = experiment->cells->quota.cpus;
	char text[32];

	snprintf(text, sizeof(text), "%.4g", cpus);
	if (cpus > 0)
		environment_more_add(&experiment->run.environment.more_json,
				     ENVIRONMENT_CPU_QUOTA, text);
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
	if (code == 0)
		name_quota(experiment);
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
	struct err ignored; /* then --resume does not know that it goes on */

	if (code == 0)
		code = hooks->open_database(hooks->context, &experiment->store,
					    err);
	if (code == 0)
		code = experiment->settings->resume
			       ? resume_run(experiment, err)
			       : store_begin_run(experiment->store,
						 &experiment->run, err);
	if (code == 0 && !experiment->settings->resume)
		resume_claim(experiment, &ignored);
	experiment_work_end(experiment);
	return code;
}

static int begin(struct experiment *experiment, struct err *err)
{
	int code = check_textfile(experiment, err);
	struct err stale;

	if (code == 0)
		code = resume_find(experiment, err);
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
	resume_name_jobs(experiment);
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
	return experiment->made < experiment->due ? RUN_FAILED : RUN_FINISHED;
}

/* ---------------------------------------------------------- the trials --- */

static int run_alone(struct experiment *experiment, const struct rivals *r,
		     struct err *err)
{
	int code = 0;

	for (unsigned i = 0; code == 0 && i < r->count; i++) {
		if (experiment_is_interrupted(experiment))
			code = ERR_INTERRUPTED;
		else if (!resume_has(experiment, r->list[i].job))
			code = job_run(experiment, r->list[i].job, true, err);
	}
	return code;
}

/* That are asked for, where fewer would do: as --blocks is. */
#define REPEATS 12

/* An option that does nothing must not do it silently. */
static void tell_no_turns(const struct experiment *experiment,
			  const struct rivals *r)
{
	const char *option = experiment->settings->for_turns;
	unsigned needed = rivals_blocks_needed(r);

	if (r->count > 1)
		experiment_say(experiment,
			       "%s: with --rate libraries take no turns: a "
			       "separate trial of each; for verdicts give "
			       "--no-slices --repeats %u",
			       r->list[0].job->test->name,
			       needed > REPEATS ? needed : REPEATS);
	else if (option)
		experiment_say(experiment,
			       "%s: of %s alone one trial of --timeout is made, "
			       "whatever %s says", r->list[0].job->test->name,
			       r->list[0].job->library->name, option);
}

/* Of comparisons that have no end yet. */
static double most_s(const struct experiment *experiment,
		     const struct rivals *r)
{
	double sum_s = 0;

	if (rivals_take_turns(experiment, r))
		return experiment->settings->limit_s;
	for (unsigned i = 0; i < r->count; i++)
		sum_s += job_expected_s(r->list[i].job);
	return sum_s;
}

/* From the first of the list on. How many blocks --until-precise needs nobody
 * knows, so that no estimate of the time is true. */
static void set_most(struct experiment *experiment, const struct rivals *list,
		     size_t count)
{
	double later_s = 0;

	for (size_t i = 1; i < count; i++)
		later_s += most_s(experiment, &list[i]);
	schedule_limit(&experiment->schedule,
		       clock_now_ns() + clock_ns(most_s(experiment, list)),
		       later_s);
}

static int run_blocks(struct experiment *experiment, struct rivals *list,
		      size_t count, struct err *err)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < count; i++) {
		if (experiment->settings->until_precise > 0)
			set_most(experiment, &list[i], count - i);
		if (rivals_take_turns(experiment, &list[i])) {
			code = rivals_run(experiment, &list[i], err);
			continue;
		}
		tell_no_turns(experiment, &list[i]);
		code = run_alone(experiment, &list[i], err);
	}
	return code;
}

/* Mixes the comparisons. Whatever the machine does meanwhile then hits all of
 * them alike. */
static void shuffle(const struct experiment *experiment, struct rivals *list,
		    size_t count, unsigned repeat)
{
	struct rng rng;

	rng_init(&rng, hash_pair(experiment->settings->seed, repeat));
	rng_shuffle(&rng, list, count, sizeof(*list));
}

static int run_repeats(struct experiment *experiment, struct rivals *list,
		       size_t count, struct err *err)
{
	unsigned repeats = experiment->settings->repeats;
	int code = 0;

	for (unsigned n = 0; code == 0 && n < repeats; n++) {
		shuffle(experiment, list, count, n);
		for (size_t i = 0; code == 0 && i < count; i++)
			code = rivals_repeat(experiment, &list[i], n, err);
	}
	return code;
}

/* What is shown one by one, blocks or trials, and takes its time yet. */
struct ahead {
	size_t steps;
	double total_s;
};

static void add_blocks(struct experiment *experiment, const struct rivals *r,
		       struct ahead *ahead)
{
	const struct experiment_settings *settings = experiment->settings;
	unsigned all = settings->blocks;
	unsigned left = r->before < all ? all - r->before : 0;

	experiment->resumable = true;
	experiment->due += r->count * all;
	ahead->steps += left;
	ahead->total_s += settings->budget_s / all * left;
}

static void add_trials(struct experiment *experiment, const struct rivals *r,
		       struct ahead *ahead)
{
	const struct experiment_settings *settings = experiment->settings;
	unsigned repeats = settings->slices ? 1 : settings->repeats;

	experiment->due += r->count * repeats;
	for (unsigned i = 0; i < r->count; i++) {
		if (resume_has(experiment, r->list[i].job))
			continue;
		ahead->steps += repeats;
		ahead->total_s += repeats * job_expected_s(r->list[i].job);
	}
}

/* Of the exit status. */
static bool is_failed(const struct finished *one)
{
	return !result_is_ok(&one->summary.total);
}

/* All that the run is to make and has made, whenever it began. */
static void count_due(struct experiment *experiment, const struct rivals *list,
		      size_t count)
{
	struct ahead ahead = { 0 };

	for (size_t i = 0; i < count; i++)
		if (rivals_take_turns(experiment, &list[i]))
			add_blocks(experiment, &list[i], &ahead);
		else
			add_trials(experiment, &list[i], &ahead);
	experiment->made = experiment->finished_count;
	for (size_t i = 0; i < experiment->finished_count; i++)
		experiment->failed |= is_failed(&experiment->finished[i]);
	schedule_init(&experiment->schedule, ahead.steps, ahead.total_s);
}

static int run_all(struct experiment *experiment, struct err *err)
{
	struct rivals *list;
	size_t count;
	int code;

	code = rivals_collect(experiment, &list, &count, err);
	count_due(experiment, list, count);
	if (code == 0)
		code = experiment->settings->slices
			       ? run_blocks(experiment, list, count, err)
			       : run_repeats(experiment, list, count, err);
	rivals_release(list, count);
	if (code == 0 && experiment->due &&
	    experiment->refused >= experiment->due)
		code = ERR_USAGE; /* err has the last one's sentence */
	return code;
}

/* How many --until-precise needs nobody knows. */
static void tell_interrupted(const struct experiment *experiment)
{
	char *of = experiment->settings->until_precise > 0
			   ? mem_dup("")
			   : mem_printf(" of %zu", experiment->due);

	experiment_say(experiment,
		       "interrupted: %zu%s trials are finished and kept%s%s",
		       experiment->made, of,
		       experiment->resumable ? ": the same command goes on "
					       "with --resume " : "",
		       experiment->resumable ? experiment->run.id : "");
	free(of);
}

static int run_jobs(struct experiment *experiment, struct err *err)
{
	int code = run_all(experiment, err);

	if (code != ERR_INTERRUPTED)
		return code;
	experiment->interrupted = true;
	if (experiment->refused_to_resume) {
		*err = experiment->why_refused;
		return ERR_USAGE;
	}
	tell_interrupted(experiment);
	return 0;
}

int experiment_run(struct experiment *experiment, struct err *err)
{
	int code = begin(experiment, err);

	if (code < 0)
		return code;
	code = run_jobs(experiment, err);
	experiment->run.end_wall_ns = clock_wall_ns();
	keep_end(experiment, how_ended(experiment, code));
	if (experiment->finished_count && !experiment->refused_to_resume)
		experiment->hooks->report(experiment->hooks->context,
					  experiment);
	end_live(experiment);
	if (code < 0)
		return code;
	if (experiment->interrupted)
		return 130;
	return experiment->failed;
}
