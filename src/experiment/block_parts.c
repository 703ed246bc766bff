/* The parts of a block, from what they need to their stored trials. */
#include <stdio.h>
#include <stdlib.h>

#include "analyse/analyse.h"
#include "analyse/windows.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/number.h"
#include "cell/cell.h"
#include "experiment/block_parts.h"
#include "experiment/jobs.h"

/* ------------------------------------------------------ making the parts --- */

/* For the results of one part more; those before it keep theirs. */
static int keep_part_room(struct block *b, struct part *part)
{
	struct keep_need all = b->need;
	int code;

	/* --timeout is only a limit there. */
	part->need = keep_need_of(part->rival->job,
				  b->experiment->settings->budget_s);
	keep_need_add(&all, &part->need);
	code = keep_room(b->experiment, &all, &part->why);
	if (code == 0) {
		b->need = all;
		return 0;
	}
	part->need = (struct keep_need){ 0 };
	keep_room(b->experiment, &b->need, NULL);
	return code;
}

/* What was kept for all went with the one that has just been stored. */
static void keep_rest_room(struct block *b, struct part *part)
{
	keep_need_take(&b->need, &part->need);
	part->need = (struct keep_need){ 0 };
	keep_room(b->experiment, &b->need, NULL);
}

/* One that cannot be begun fails alone. */
static void begin_part(struct block *b, struct part *part)
{
	struct experiment *experiment = b->experiment;
	struct job *job = part->rival->job;

	part->block = b;
	job->block = b->number;
	part->code = block_gives_up(part->rival, &part->why)
			     ? ERR_FAILED : keep_part_room(b, part);
	if (part->code == 0)
		part->code = job_check(job, &part->why);
	if (part->code < 0)
		return;
	part->code = setting_describe(&part->trial, job, b->prepared,
				      &part->why);
	part->setting = (struct setting){
		.experiment = experiment,
		.job = job,
		.prepared = b->prepared,
		.trial = &part->trial,
		.origin = &b->origin,
		.seats = { .cells = experiment->cells, .first = b->replicas },
		.sharers = b->count,
	};
	if (part->code < 0)
		return;
	b->replicas += part->trial.replica_count;
	setting_find_program(&part->setting);
	part->live = live_add(&experiment->live, &part->trial.spec);
}

static size_t count_words(char *const *words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

/* All that any of them reads. The words are borrowed, the list is the caller's. */
static const char **join_reads(const struct block *b)
{
	size_t n = 0, all = 1;
	const char **reads;

	for (unsigned i = 0; i < b->count; i++)
		all += count_words(b->part[i].setting.reads);
	reads = mem_array(all, sizeof(*reads));
	for (unsigned i = 0; i < b->count; i++)
		for (char **word = b->part[i].setting.reads; word && *word;
		     word++)
			reads[n++] = *word;
	return reads;
}

/* Cells for all replicas of all parts, and one origin. */
static int begin_places(struct block *b, struct err *err)
{
	const struct job *job = b->part[0].rival->job;
	struct cell_need need;
	int code;

	b->reads = join_reads(b);
	cell_place_need(&job->spec, b->reads, &need);
	need.replicas = b->replicas;
	code = cells_begin(b->experiment->cells, &need, err);
	if (code == 0)
		code = setting_start_origin(b->experiment, job, b->prepared,
					    b->replicas, &b->origin, err);
	return code;
}

static void open_parts(struct block *b)
{
	b->request = mem_array(b->count, sizeof(*b->request));
	for (unsigned i = 0; i < b->count; i++) {
		struct part *part = &b->part[i];

		if (part->code == 0)
			part->code = setting_open(&part->setting, &part->why);
		if (part->code < 0)
			continue;
		part->request = b->requests++;
		setting_request(&part->setting, &b->request[part->request]);
		b->request[part->request].hooks = block_hooks;
		b->request[part->request].context = part;
	}
}

static int run_parts(struct block *b, struct err *err)
{
	struct run_block block = {
		.requests = b->request,
		.count = b->requests,
		.next = block_next_turn,
		.ready = block_all_ready,
		.refused = block_refused,
		.context = b,
	};
	int code = b->requests ? run_block(&block, err) : 0;

	return code == 0 && b->experiment->refused_to_resume ? ERR_INTERRUPTED
							     : code;
}

/* ------------------------------------------------------------- their ends --- */

/* In its first block it is not too late to measure it in separate trials. Where the
 * origin stood still, what hung hung by that. */
static bool suits_no_slices(struct part *part)
{
	const struct trial *trial = &part->trial;

	if (!part->unsettled || part->rival->turned || trial->failed ||
	    trial->turns_still_ns)
		return false;
	if (windows_hang(trial))
		part_separate(part, "%llu of its operations took longer than a "
			      "slice, and failed or were given up",
			      (unsigned long long)windows_hung(trial));
	else if (windows_are_unsteady(trial))
		part_separate(part, "only %.0f%% of what was in flight ended "
			      "within its slices, too short for its slowest "
			      "operations",
			      100 * windows_steadiness(trial));
	else
		return false;
	return true;
}

/* Without a window it has no figures: what ended it is all that there is to tell. */
static bool ended_too_soon(struct part *part)
{
	struct trial *trial = &part->trial;

	if (part->windows || part->rival->separate || part->out || part->lied)
		return false;
	trial->failed = trial->failed || *trial->text;
	return !trial->failed;
}

static bool any_ended(const struct part *part)
{
	for (unsigned i = 0; i < part->trial.replica_count; i++)
		if (part->setting.sampler.cursors[i].at)
			return true;
	return false;
}

static void tell_too_soon(struct part *part)
{
	const struct trial_spec *spec = &part->trial.spec;
	double worked_s = clock_seconds(part->worked_ns);

	if (part->trial.turns_still_ns)
		part_stood_still(part);
	else if (any_ended(part))
		part_separate(part, "all that was asked for, %s, was done "
			      "within %s s, too soon for slices",
			      spec->n_requests == COUNT_UNKNOWN
				      ? "--timeout" : "--n-requests",
			      number_short(worked_s, 2).text);
	else
		part_separate(part, "no operation of it ended within %s s, "
			      "which is all of --timeout",
			      number_short(worked_s, 2).text);
}

/* Figures of separate trials are not mixed with those of slices. */
static void fail_if_out(struct part *part)
{
	struct trial *trial = &part->trial;

	if (!part->out || part->windows || trial->failed)
		return;
	trial->failed = true;
	snprintf(trial->text, sizeof(trial->text),
		 "it could take no turn in this block: %s", part->rival->why);
}

/* In its windows it is a finding of its own. */
static void tell_still(struct part *part)
{
	if (part->trial.turns_still_ns && !part->out &&
	    !part->trial.origin_still_ns)
		trial_add_finding(&part->trial, FINDING_ORIGIN_STILL,
				  "the origin stood still for %.1f s of its "
				  "turns, in no window of them: what was given "
				  "up then is not its fault",
				  clock_seconds(part->trial.turns_still_ns));
}

static void end_made(struct block *b, struct part *part)
{
	struct experiment *experiment = b->experiment;
	struct summary summary = { 0 };
	uint64_t lost_ns = b->request[part->request].lost_ns;

	if (lost_ns)
		setting_tell_lost(&part->setting, lost_ns);
	setting_leave(&part->setting);
	if (ended_too_soon(part))
		tell_too_soon(part);
	if (!part->windows && part->rival->separate)
		return;
	fail_if_out(part);
	tell_still(part);
	setting_analyse(&part->setting);
	if (suits_no_slices(part))
		return;
	part->rival->turned |= part->windows && !part->trial.failed;
	analyse_summary(&part->trial, &experiment->run, &summary);
	b->failed += part->trial.failed;
	b->ended++;
	job_end(experiment, part->rival->job, &part->trial, &summary);
}

/* A library that is not installed leaves no trial. */
static void end_part(struct block *b, struct part *part, bool made)
{
	struct experiment *experiment = b->experiment;
	const struct job *job = part->rival->job;

	if (part->code == 0 && made) {
		end_made(b, part);
		return;
	}
	setting_leave(&part->setting);
	if (part->code == 0)
		return;
	experiment->refused += part->code == ERR_USAGE;
	experiment->failed = true;
	if (!job->library->ready) {
		if (b->number == b->rivals->first)
			experiment_say(experiment, "%s", part->why.text);
		return;
	}
	b->failed++;
	b->ended++;
	job_end_failed(experiment, job, &part->trial, &part->why);
}

static void end_parts(struct block *b, bool made)
{
	for (unsigned i = 0; made && i < b->count; i++)
		if (b->part[i].code == 0)
			sampler_over(&b->part[i].setting.sampler);
	for (unsigned i = 0; i < b->count; i++) {
		end_part(b, &b->part[i], made);
		keep_rest_room(b, &b->part[i]);
	}
	for (unsigned i = 0; i < b->count; i++) {
		setting_close(&b->part[i].setting);
		trial_release(&b->part[i].trial);
	}
	origin_process_stop(&b->origin);
	cells_end(b->experiment->cells);
	free(b->reads);
	free(b->request);
	turns_release(&b->turns);
}

int block_run_parts(struct block *b, struct err *err)
{
	int code;

	live_begin_block(&b->experiment->live, b->number);
	for (unsigned i = 0; i < b->count; i++)
		begin_part(b, &b->part[i]);
	code = b->replicas ? begin_places(b, err) : 0;
	if (code == 0 && b->replicas) {
		open_parts(b);
		code = run_parts(b, err);
	}
	end_parts(b, code == 0);
	return code;
}
