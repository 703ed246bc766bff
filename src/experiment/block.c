#include "experiment/block.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/number.h"
#include "experiment/block_parts.h"
#include "experiment/compared.h"
#include "experiment/jobs.h"
#include "experiment/resume.h"
#include "experiment/williams.h"

/* For the end of all replicas of a block. */
#define STOPPING_NS (500 * NS_PER_MS)

/* A separate trial is worth so much time at least. */
#define SEPARATE_LEAST_S 1.0
/* And takes so much beside it. */
#define SEPARATE_BESIDE_S 3

static int run_separate(struct block *b, struct rival *rival, struct err *err)
{
	struct experiment *experiment = b->experiment;
	size_t before = experiment->finished_count;
	int code;

	if (experiment_is_interrupted(experiment))
		return ERR_INTERRUPTED;
	rival->job->block = b->number;
	rival->job->window_s = b->rivals->separate_s;
	rival->job->why_separate = rival->why;
	if (block_gives_up(rival, err)) {
		block_end_failed(b, rival, err);
		return 0;
	}
	code = job_run(experiment, rival->job, false, err);
	if (experiment->finished_count > before) {
		b->ended++;
		b->failed += experiment->finished[before].failed;
	}
	return code;
}

bool block_gives_up(const struct rival *rival, struct err *why)
{
	if (rival->unready < RIVAL_UNREADY)
		return false;
	err_set(why, ERR_FAILED,
		"it was not started again, as in two blocks running it had "
		"failed before GO: %s", rival->why_unready);
	return true;
}

void block_end_failed(struct block *b, struct rival *rival,
		      const struct err *why)
{
	struct trial trial = { 0 };

	b->ended++;
	b->failed++;
	job_end_failed(b->experiment, rival->job, &trial, why);
	trial_release(&trial);
}

/* Before the slices, or behind them: each rival draws it anew in each block, so
 * that neither is the same one's for ever. */
static bool goes_first(const struct block *b, unsigned rival)
{
	uint64_t seed = hash_pair(b->experiment->settings->seed, b->number);

	return hash_pair(seed, rival) & 1;
}

static bool comes_behind(const struct block *b, unsigned i)
{
	const struct rival *rival = &b->rivals->list[i];

	return rival->separate && !(b->was_separate[i] && goes_first(b, i));
}

/* In an order of each block's own, or drift would be for some and against
 * others. */
static int run_some(struct block *b, bool behind, struct err *err)
{
	unsigned count = b->rivals->count;
	unsigned *order = mem_array(count, sizeof(*order));
	int code = 0;

	williams_order(order, count, b->number, b->experiment->settings->seed);
	for (unsigned i = 0; code == 0 && i < count; i++) {
		struct rival *rival = &b->rivals->list[order[i]];

		if (rival->separate && comes_behind(b, order[i]) == behind)
			code = run_separate(b, rival, err);
	}
	free(order);
	return code;
}

/* What a block's time leaves for each, when all have the same. */
static double separate_s(const struct block *b)
{
	const struct experiment_settings *settings = b->experiment->settings;
	double block_s = settings->budget_s / settings->blocks;
	double asked_s = b->rivals->list[0].job->spec.timeout_s;
	double share_s = 0.7 * block_s / b->rivals->count;

	if (share_s < SEPARATE_LEAST_S)
		share_s = SEPARATE_LEAST_S;
	return asked_s < share_s ? asked_s : share_s;
}

/* With its start. One that is not started takes no time. */
static double separate_whole_s(const struct block *b, unsigned i)
{
	const struct rival *rival = &b->rivals->list[i];

	return rival->unready < RIVAL_UNREADY
		       ? b->rivals->separate_s + SEPARATE_BESIDE_S +
				 rival->job->spec.warm_up_s
		       : 0;
}

/* Leaves room at the end for the separate trials that come behind. */
void block_set_deadline(struct block *b)
{
	uint64_t behind_ns = STOPPING_NS;

	for (unsigned i = 0; i < b->rivals->count; i++)
		if (comes_behind(b, i))
			behind_ns += clock_ns(separate_whole_s(b, i));
	b->deadline_ns = b->whole_ns > behind_ns ? b->whole_ns - behind_ns : 0;
}

/* One alone has nobody to take turns with. */
static void take_parts(struct block *b)
{
	const struct rivals *r = b->rivals;

	b->part = mem_array(r->count, sizeof(*b->part));
	b->turn = mem_array(r->count, sizeof(*b->turn));
	for (unsigned i = 0; i < r->count; i++)
		if (!r->list[i].separate)
			b->part[b->count++] = (struct part){
				.rival = &r->list[i],
				.unsettled = r->list[i].probes < RIVAL_PROBES,
			};
	if (b->count != 1 || b->part[0].rival->turned)
		return;
	part_separate(&b->part[0], "no other takes turns");
	b->count = 0;
}

static void begin_shown(struct block *b)
{
	struct experiment *experiment = b->experiment;
	const struct experiment_settings *settings = experiment->settings;
	struct str name = STR_INIT;
	unsigned number;

	job_name(experiment, b->rivals->list[0].job, false, &name);
	b->name = mem_dup(name.buf);
	number = b->rivals->before + b->rivals->made + 1;
	str_addf(&name, ", block %u", number);
	if (number <= settings->blocks)
		str_addf(&name, " of %u", settings->blocks);
	schedule_begin_block(&experiment->schedule, name.buf,
			     settings->budget_s / settings->blocks);
	experiment->hooks->trial_begin(experiment->hooks->context,
				       &experiment->schedule);
	str_release(&name);
}

/* How far it is from what --until-precise asks for. */
static void add_precision(const struct block *b, struct str *out)
{
	double wanted = b->experiment->settings->until_precise, worst;

	if (!(wanted > 0) ||
	    !compared_precision(b->experiment,
				b->rivals->list[0].job->comparison, &worst))
		return;
	if (isfinite(worst))
		str_addf(out, "; each difference of %s%% could be seen",
			 number_short(100 * worst, 2).text);
	else
		str_add(out, "; no difference could be seen yet");
	str_addf(out, ", %s%% is asked for",
		 number_short(100 * wanted, 3).text);
}

/* Whether there was anything to count rounds of. */
static bool takes_turns(const struct block *b)
{
	for (unsigned i = 0; i < b->count; i++)
		if (!b->part[i].rival->separate)
			return true;
	return false;
}

static void end_shown(struct block *b)
{
	uint32_t rounds = b->rounds;
	struct experiment *experiment = b->experiment;
	struct str text = STR_INIT;

	str_addf(&text, "%u librar%s", b->ended,
		 b->ended == 1 ? "y" : "ies");
	if (rounds || takes_turns(b))
		str_addf(&text, ", %u round%s", rounds,
			 rounds == 1 ? "" : "s");
	if (b->failed)
		str_addf(&text, ", %u FAILED", b->failed);
	add_precision(b, &text);
	experiment->hooks->trial_end(experiment->hooks->context,
				     &experiment->schedule, text.buf);
	schedule_end(&experiment->schedule);
	str_release(&text);
}

/* Those that turn out to be separate in this block come behind. */
static int run_all(struct block *b, struct err *err)
{
	int code = run_some(b, false, err);

	take_parts(b);
	if (code == 0 && b->count)
		code = block_run_parts(b, err);
	return code < 0 ? code : run_some(b, true, err);
}

/* Those that are not started again stay so. */
static void note_unready(struct block *b, const struct finished *one)
{
	for (unsigned i = 0; i < b->rivals->count; i++) {
		struct rival *rival = &b->rivals->list[i];

		if (rival->unready >= RIVAL_UNREADY ||
		    strcmp(rival->job->library->name,
			   one->summary.total.library_name) != 0)
			continue;
		rival->unready = one->unready ? rival->unready + 1 : 0;
		rival->was_late = one->was_late;
		if (one->unready)
			snprintf(rival->why_unready,
				 sizeof(rival->why_unready), "%s",
				 one->unready);
	}
}

static void end_block(struct block *b, size_t before)
{
	const struct experiment *experiment = b->experiment;

	for (size_t i = before; i < experiment->finished_count; i++)
		note_unready(b, &experiment->finished[i]);
	end_shown(b);
}

int block_run(struct experiment *experiment, struct rivals *rivals,
	      unsigned number, uint64_t deadline_ns, struct err *err)
{
	struct block b = {
		.experiment = experiment,
		.rivals = rivals,
		.number = number,
		.whole_ns = deadline_ns,
		.origin = ORIGIN_PROCESS_NONE,
	};
	size_t before = experiment->finished_count;
	uint64_t begin_ns = clock_now_ns();
	int code;

	if (!(rivals->separate_s > 0))
		rivals->separate_s = separate_s(&b);
	b.was_separate = mem_array(rivals->count, sizeof(*b.was_separate));
	for (unsigned i = 0; i < rivals->count; i++)
		b.was_separate[i] = rivals->list[i].separate;
	block_set_deadline(&b);
	begin_shown(&b);
	code = job_prepare(experiment, rivals->list[0].job, &b.prepared, err);
	rivals->once_ns += clock_now_ns() - begin_ns;
	if (code == 0)
		code = run_all(&b, err);
	if (code == 0)
		end_block(&b, before);
	else if (code == ERR_INTERRUPTED)
		resume_drop_block(experiment, rivals->list[0].job->comparison,
				  number);
	free(b.part);
	free(b.turn);
	free(b.was_separate);
	free(b.name);
	return code;
}
