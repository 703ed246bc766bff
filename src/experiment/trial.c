/* One separate trial: joins origin, replicas, sampler and analysis. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyse/analyse.h"
#include "base/clock.h"
#include "cell/cell.h"
#include "experiment/experiment.h"
#include "experiment/resolve.h"
#include "experiment/setting.h"
#include "origin/ledger.h"

/* ---------------------------------------------------------------- hooks --- */

static double window_left_s(const struct trial *trial, uint64_t now_ns)
{
	uint64_t end_ns = trial->go_ns + clock_ns(trial_timeout_s(trial));

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
		    schedule_left(&experiment->schedule,
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
		ledger_begin_window(s->origin->ledger);
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

static int run_replicas(struct setting *s, struct err *err)
{
	struct experiment *experiment = s->experiment;
	struct run_request request;
	int code;

	setting_request(s, &request);
	request.hooks = hooks;
	if (experiment->cells->isolation == ISOLATION_DOCKER) {
		request.launcher = &launcher_docker;
		request.launcher_context = containers_fill(
			&experiment->containers, experiment->cells, s->trial,
			experiment->run.id, experiment->scratch.path);
	}
	code = run_trial(&request, err);
	sampler_over(&s->sampler);
	if (code == 0 && request.lost_ns)
		setting_tell_lost(s, request.lost_ns);
	return code;
}

/* The cells and the store. */
static int begin(struct setting *s, struct err *err)
{
	struct experiment *experiment = s->experiment;
	struct cell_need need;
	int code;

	setting_find_program(s);
	cell_place_need(&s->trial->spec, (const char *const *)s->reads, &need);
	code = cells_begin(experiment->cells, &need, err);
	if (code == 0)
		code = setting_start_origin(experiment, s->job, s->prepared,
					    s->trial->replica_count, s->origin,
					    err);
	return code < 0 ? code : setting_open(s, err);
}

int experiment_trial(struct experiment *experiment, const struct job *job,
		     const struct prepared *prepared, struct trial *trial,
		     struct summary *summary, struct err *err)
{
	struct origin_process origin = ORIGIN_PROCESS_NONE;
	struct setting s = {
		.experiment = experiment,
		.job = job,
		.prepared = prepared,
		.trial = trial,
		.origin = &origin,
		.seats = { .cells = experiment->cells },
	};
	int code = setting_describe(trial, job, prepared, err);

	live_begin(&experiment->live, &trial->spec);
	if (code < 0)
		return code;
	code = begin(&s, err);
	if (code == 0)
		code = run_replicas(&s, err);
	setting_leave(&s);
	if (code == 0) {
		on_progress(&s, trial, "stopping", clock_now_ns());
		setting_analyse(&s);
		analyse_summary(trial, &experiment->run, summary);
	}
	setting_close(&s);
	origin_process_stop(&origin);
	cells_end(experiment->cells);
	return code;
}

void experiment_fail_trial(struct experiment *experiment, const struct job *job,
			   struct trial *trial, struct summary *summary,
			   const struct err *why)
{
	if (!*trial->id) {
		setting_describe(trial, job, NULL, NULL);
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
