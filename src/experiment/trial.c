/* One trial: joins origin, replicas, sampler and analysis. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyse/analyse.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cell/cell.h"
#include "experiment/dataset.h"
#include "experiment/origin_process.h"
#include "experiment/cell_place.h"
#include "experiment/record_room.h"
#include "experiment/resolve.h"
#include "experiment/sampler.h"
#include "experiment/experiment.h"
#include "origin/ledger.h"
#include "origin/origin.h"
#include "run/home.h"
#include "run/run.h"

#define GRACE_S 3.0

/* What one trial needs besides the experiment; freed by end(). */
struct setting {
	struct experiment *experiment;
	const struct prepared *prepared;
	struct origin_process origin;
	struct sampler sampler;
	char (*endpoints)[ENDPOINT_BYTES];
	bool tls;
	unsigned replicas; /* of those below */
	int *records; /* -1 where there is none */
	struct home *homes;
	char **folders; /* their paths, borrowed */
	char **argv, **environment, **reads;
};

/* The test's own parameters, as the protocol and the CSV show them. */
static void fill_params(struct trial *trial)
{
	snprintf(trial->params_json, sizeof(trial->params_json),
		 "{\"request_size\": %llu%s}",
		 (unsigned long long)trial->spec.request_size,
		 trial->spec.hot_key ? ", \"hot_key\": true" : "");
}

/* If the person asked for a congestion control by name, it must be had. */
static int check_congestion(const char *wanted, const struct origin *origin,
			    struct err *err)
{
	const char *got = origin_congestion(origin);
	const char *all = origin_congestions(origin);
	size_t n = strlen(got);
	const char *at = wanted;

	while (at && (at = strstr(at, got)) != NULL) {
		if ((at == wanted || at[-1] == ',') && strchr(",", at[n]))
			return 0;
		at += n;
	}
	return !wanted ? 0
		       : err_set(err, ERR_USAGE,
				 "--congestion: '%s' cannot be used here: give "
				 "one of %s, or several with a comma between",
				 wanted, *all ? all : got);
}

static int choose_outside(struct setting *s, struct trial *trial,
			  struct err *err)
{
	struct endpoint outside;
	int code = endpoint_parse(&outside, trial->spec.endpoint, "a store",
				  err);

	if (code < 0)
		return code;
	s->tls = outside.tls;
	for (unsigned i = 0; i < trial->replica_count; i++)
		memcpy(s->endpoints[i], outside.text, sizeof(outside.text));
	return dataset_credentials(&trial->spec, &trial->spec.credentials, err);
}

/* Our origin and its endpoints, or the one outside. */
static int choose_store(struct setting *s, const struct experiment *experiment,
			struct trial *trial, struct err *err)
{
	const char *congestion = trial->spec.congestion;
	unsigned n = trial->replica_count;
	int code;

	s->endpoints = mem_array(n, sizeof(*s->endpoints));
	if (trial->spec.endpoint)
		return choose_outside(s, trial, err);
	code = origin_process_start(&s->origin, s->prepared->source, n,
				    experiment->cells, congestion,
				    experiment->hooks->interrupt_fd, err);
	if (code == 0)
		code = check_congestion(congestion, s->origin.origin, err);
	if (code < 0)
		return code;
	trial->own_origin = true;
	ledger_hold_bursts(s->origin.ledger, trial->burst_requests);
	snprintf(trial->congestion, sizeof(trial->congestion), "%s",
		 origin_congestion(s->origin.origin));
	for (unsigned i = 0; i < n; i++)
		origin_process_endpoint(&s->origin, i, s->endpoints[i]);
	return 0;
}

/* Writes the end of the origin over whatever replicas made of it. The next
 * trial has an origin of its own. */
static void tell_lost(const struct setting *s, struct trial *trial,
		      uint64_t lost_ns)
{
	char when[48] = "before GO";

	if (trial->go_ns && lost_ns > trial->go_ns)
		snprintf(when, sizeof(when), "%.1f s after GO",
			 clock_seconds(lost_ns - trial->go_ns));
	origin_process_describe_end(&s->origin, when, trial->text,
				    sizeof(trial->text));
}

/* ---------------------------------------------------------------- hooks --- */

static double window_left_s(const struct trial *trial, uint64_t now_ns)
{
	uint64_t end_ns = trial->go_ns + clock_ns(trial->spec.timeout_s);

	if (!trial->go_ns)
		return NAN;
	return now_ns < end_ns ? clock_seconds(end_ns - now_ns) : 0;
}

static void on_progress(void *context, struct trial *trial, const char *stage,
			uint64_t now_ns)
{
	struct setting *s = context;
	struct experiment *experiment = s->experiment;
	struct live look;

	live_update(&experiment->live, &s->sampler, stage,
		    schedule_left_s(&experiment->schedule,
				    window_left_s(trial, now_ns), now_ns));
	if (live_look(&experiment->live, &look))
		experiment->hooks->trial_show(experiment->hooks->context,
					      &look);
}

/* Reads the figures of the proof before the origin forgets them. */
static void on_ready(void *context, struct trial *trial)
{
	struct setting *s = context;

	sampler_ready(&s->sampler);
	if (trial->own_origin)
		ledger_begin_window(s->origin.ledger);
}

static void on_go(void *context, struct trial *trial)
{
	struct setting *s = context;

	(void)trial;
	sampler_go(&s->sampler);
}

static void on_tick(void *context, struct trial *trial, uint64_t now_ns)
{
	struct setting *s = context;

	(void)trial;
	(void)now_ns;
	sampler_tick(&s->sampler);
}

static void on_window_end(void *context, struct trial *trial)
{
	struct setting *s = context;

	(void)trial;
	sampler_window_end(&s->sampler);
}

static void on_done(void *context, struct trial *trial, unsigned replica)
{
	struct setting *s = context;

	(void)trial;
	sampler_done(&s->sampler, replica);
}

static const struct run_hooks hooks = {
	.ready = on_ready,
	.go = on_go,
	.tick = on_tick,
	.window_end = on_window_end,
	.done = on_done,
	.progress = on_progress,
};

/* ---------------------------------------------------------------- stages --- */

static int run_replicas(struct experiment *experiment, struct setting *s,
			struct trial *trial, struct err *err)
{
	const struct trial_spec *spec = &trial->spec;
	struct place place = cell_place_hooks(experiment->cells);
	struct run_request request = {
		.trial = trial,
		.place = &place,
		.argv = s->argv,
		.environment = s->environment,
		.folders = s->folders,
		.endpoints = s->endpoints,
		.tls = s->tls,
		.handed = s->prepared->handed,
		.records = s->records,
		.records_capacity = s->sampler.capacity,
		.ready_timeout_s = spec->ready_timeout_s + spec->warm_up_s,
		.grace_s = GRACE_S,
		.interrupt_fd = experiment->hooks->interrupt_fd,
		.lost_fd = s->origin.server.ended_fd,
		.hooks = hooks,
		.context = s,
	};
	int code;

	if (experiment->cells->isolation == ISOLATION_DOCKER) {
		request.launcher = &launcher_docker;
		request.launcher_context = containers_fill(
			&experiment->containers, experiment->cells, trial,
			experiment->run.id, experiment->scratch.path);
	}
	code = run_trial(&request, err);
	if (code == 0 && request.lost_ns)
		tell_lost(s, trial, request.lost_ns);
	return code;
}

/* A folder of its own for each replica. */
static int make_homes(struct setting *s, struct experiment *experiment,
		      struct err *err)
{
	int code = scratch_keep(&experiment->scratch, err);

	s->homes = mem_array(s->replicas, sizeof(*s->homes));
	s->folders = mem_array(s->replicas, sizeof(*s->folders));
	for (unsigned i = 0; code == 0 && i < s->replicas; i++) {
		const struct identity *who = cells_identity(experiment->cells, i);

		code = home_make(&s->homes[i], &experiment->scratch, i, who->uid,
				 who->gid, err);
		s->folders[i] = s->homes[i].path;
	}
	return code;
}

/* Is called before the trial is judged: a finding says what stays. */
static void remove_homes(struct setting *s, struct trial *trial)
{
	struct err err;

	for (unsigned i = 0; s->homes && i < s->replicas; i++)
		if (home_remove(&s->homes[i], &err) < 0)
			trial_add_finding(trial, FINDING_FOLDER_LEFT,
					  "replica %u left a folder "
					  "behind: %s", i, err.text);
}

static int open_sampler(struct setting *s, struct experiment *experiment,
			struct trial *trial, struct err *err)
{
	uint64_t capacity;
	int code = record_room(&trial->spec, cgroup_memory_room(), &capacity,
			       err);

	if (code < 0)
		return code;
	s->records = mem_array(s->replicas, sizeof(*s->records));
	for (unsigned i = 0; i < s->replicas; i++)
		s->records[i] = -1;
	sampler_init(&s->sampler, trial, experiment->cells, s->origin.ledger,
		     s->origin.server.pid, s->records, capacity, &s->prepared->work);
	s->sampler.ours[s->sampler.count] = experiment->monitoring.server.pid;
	return 0;
}

static void analyse(struct setting *s, struct trial *trial)
{
	on_progress(s, trial, "stopping", clock_now_ns());
	sampler_finish(&s->sampler);
	for (unsigned i = 0; trial->go_ns && i < trial->replica_count; i++) {
		struct record *records;
		size_t count;

		run_take_records(s->records[i], &records, &count);
		analyse_records(trial, i, records, count, &s->prepared->work,
				clock_now_ns());
		free(records);
	}
	analyse_reconcile(trial);
}

static void end(struct setting *s)
{
	sampler_release(&s->sampler);
	origin_process_stop(&s->origin);
	for (unsigned i = 0; s->records && i < s->replicas; i++)
		if (s->records[i] >= 0)
			close(s->records[i]);
	free(s->records);
	free(s->folders);
	free(s->homes);
	free(s->endpoints);
	catalogue_free_words(s->argv);
	catalogue_free_words(s->environment);
	catalogue_free_words(s->reads);
}

/* Is called before anything is started for the trial. */
static int check_protocol(const struct job *job,
			  const struct prepared *prepared, struct err *err)
{
	if (job->library->protocol >= 2 || !plan_is_staged(&prepared->work))
		return 0;
	return err_set(err, ERR_USAGE,
		       "operations of %s have stages, and the tests of %s speak "
		       "version %u of the worker protocol: where they can do "
		       "such, write protocol = 2 into %s/library.toml",
		       job->test->workload, job->library->name,
		       job->library->protocol, job->library->folder);
}

/* What is known of the trial before anything is started for it. */
static void describe(struct trial *trial, const struct job *job,
		     const struct prepared *prepared)
{
	struct resolved asked;

	resolve_job(&asked, job, prepared);
	trial_init(trial, &asked.spec);
	trial->widest = prepared->widest;
	trial->burst_requests = prepared->burst_requests;
	for (unsigned i = 0; i < trial->replica_count; i++)
		trial->replica[i].protocol = job->library->protocol;
	fill_params(trial);
	if (prepared->work.left_out)
		trial_add_finding(trial, FINDING_OBJECTS_LEFT_OUT,
				  "%s", prepared->work.left_out);
}

/* The cells, a folder for each replica, and the store. */
static int begin(struct setting *s, const struct job *job, struct trial *trial,
		 struct err *err)
{
	struct experiment *experiment = s->experiment;
	const struct catalogue *catalogue = &experiment->catalogue;
	struct cells *cells = experiment->cells;
	struct cell_need need;
	int code;

	s->replicas = trial->replica_count;
	s->argv = catalogue_command(catalogue, job->library, job->test);
	s->environment = catalogue_environment(catalogue);
	s->reads = catalogue_reads(catalogue, job->library, job->test,
				   s->argv[0], NULL);
	cell_place_need(&trial->spec, (const char *const *)s->reads, &need);
	code = cells_begin(cells, &need, err);
	if (code == 0)
		code = make_homes(s, experiment, err);
	if (code == 0)
		code = choose_store(s, experiment, trial, err);
	if (code < 0)
		return code;
	cells_describe(cells, &trial->placement);
	if (*cells->own.why)
		trial_add_finding(trial, FINDING_USERS_SHARED,
				  "replicas ran as %s and not as users of "
				  "their own: %s", trial->placement.user,
				  cells->own.why);
	return 0;
}

int experiment_trial(struct experiment *experiment, const struct job *job,
		     const struct prepared *prepared, struct trial *trial,
		     struct summary *summary, struct err *err)
{
	struct setting s = { .experiment = experiment, .prepared = prepared,
			     .origin = ORIGIN_PROCESS_NONE };
	int code;

	describe(trial, job, prepared);
	live_begin(&experiment->live, &trial->spec);
	code = check_protocol(job, prepared, err);
	if (code < 0)
		return code;
	code = begin(&s, job, trial, err);
	if (code == 0)
		code = open_sampler(&s, experiment, trial, err);
	if (code == 0)
		code = run_replicas(experiment, &s, trial, err);
	remove_homes(&s, trial);
	if (code == 0) {
		analyse(&s, trial);
		analyse_summary(trial, &experiment->run, summary);
	}
	end(&s);
	cells_end(experiment->cells);
	return code;
}

void experiment_fail_trial(struct experiment *experiment, const struct job *job,
			   struct trial *trial, struct summary *summary,
			   const struct err *why)
{
	struct resolved asked;

	if (!*trial->id) {
		resolve_job(&asked, job, NULL);
		trial_init(trial, &asked.spec);
		fill_params(trial);
		trial->placement.isolation = experiment->cells->isolation;
	}
	trial->failed = true;
	snprintf(trial->text, sizeof(trial->text), "%.*s",
		 (int)sizeof(trial->text) - 1, why->text);
	if (!trial->start_wall_ns)
		trial->start_wall_ns = clock_wall_ns();
	trial->end_wall_ns = clock_wall_ns();
	for (unsigned i = 0; i < trial->replica_count; i++) {
		struct replica *replica = &trial->replica[i];

		if (replica->state != REPLICA_FINISHED || *replica->text)
			continue;
		replica->state = REPLICA_NOT_STARTED;
		snprintf(replica->text, sizeof(replica->text), "%s",
			 "was not started, as its trial could not be made");
	}
	analyse_summary(trial, &experiment->run, summary);
}
