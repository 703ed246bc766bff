/* Whose turn it is, and what is read in it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "experiment/block_parts.h"
#include "experiment/few_rounds.h"
#include "experiment/resume.h"
#include "origin/ledger.h"

/* More rounds than this hardly make a block's number better (docs/method.md). */
#define ROUNDS_MOST 40
/* So many rounds are made, whatever they take, until an operation of each has
 * ended in a window: a busy machine may give one nothing for all of a slice. */
#define ROUNDS_EMPTY 3

/* The board and the terminal are written so often at most, between two turns. */
#define SHOWN_NS (200 * NS_PER_MS)

double part_left_s(const struct part *part)
{
	return part->trial.spec.timeout_s - clock_seconds(part->worked_ns);
}

void part_separate(struct part *part, const char *format, ...)
{
	va_list args;

	part->out = true;
	if (!part->rival->turned) {
		part->rival->separate = true;
		part->rival->turn.every = 0;
	}
	va_start(args, format);
	vsnprintf(part->rival->why, sizeof(part->rival->why), format, args);
	va_end(args);
}

void part_stood_still(struct part *part)
{
	uint64_t worked_ns = part->worked_ns;
	uint64_t still_ns = part->trial.turns_still_ns < worked_ns
				    ? part->trial.turns_still_ns : worked_ns;

	part->out = true;
	snprintf(part->rival->why, sizeof(part->rival->why),
		 "the origin stood still for %.1f of the %.1f s in which it "
		 "worked: was it stopped or frozen, or did it get no CPU?",
		 clock_seconds(still_ns), clock_seconds(worked_ns));
}

/* ----------------------------------------------------------------- turns --- */

static bool may_work(const struct block *b, const struct part *part)
{
	const struct turns_part *turn = &part->rival->turn;

	return part->code == 0 && !part->out && !part->lied &&
	       !part->rival->separate &&
	       run_may_work(&b->request[part->request]) &&
	       part_left_s(part) > clock_seconds(turn->window_ns + 2 * turn->fill_ns);
}

static unsigned count_working(const struct block *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->count; i++)
		n += b->part[i].rival->turn.every &&
		     may_work(b, &b->part[i]);
	return n;
}

static bool is_empty(const struct block *b)
{
	for (unsigned i = 0; i < b->count; i++)
		if (b->part[i].windows && !b->part[i].seen &&
		    may_work(b, &b->part[i]))
			return true;
	return false;
}

/* The first round is made in any case: a block without one has no figures. */
static bool has_time(const struct block *b)
{
	if (b->rounds >= ROUNDS_MOST || count_working(b) == 0)
		return false;
	if (b->rounds == 0 || (b->rounds < ROUNDS_EMPTY && is_empty(b)))
		return true;
	return clock_now_ns() + turns_cost_ns(&b->turns,
					      turns_upcoming(&b->turns)) <=
				     b->deadline_ns;
}

/* A round counts when somebody works in it: whoever takes part in each of them may
 * have died. */
static bool next_slice(struct block *b, struct run_turn *turn)
{
	for (;;) {
		while (turns_next(&b->turns, turn)) {
			if (!may_work(b, &b->part[turn->request]))
				continue;
			b->rounds += !b->counted;
			b->counted = true;
			return true;
		}
		if (!has_time(b))
			return false;
		turns_begin_round(&b->turns);
		b->counted = false;
	}
}

/* A round is short beside a wait for who does not get ready. */
static bool tell_late(const struct block *b)
{
	struct str names = STR_INIT;
	bool any;

	for (unsigned i = 0; i < b->count; i++)
		if (b->part[i].code == 0 && trial_was_late(&b->part[i].trial))
			str_add_item(&names,
				     b->part[i].rival->job->library->name);
	any = names.len > 0;
	if (any)
		experiment_say(b->experiment,
			       "%s: all waited for %s, which was not ready in "
			       "time: that leaves few rounds in this block",
			       b->name, names.buf);
	str_release(&names);
	return any;
}

/* Says how far the budget goes, when it does not go far. false: not in this
 * block, which is shorter than others. */
static bool tell_rounds(const struct block *b)
{
	const char **names = mem_array(b->count, sizeof(*names));
	struct few_rounds few = {
		.name = b->name, .part = b->turn, .library = names,
		.count = b->count,
		.left_s = clock_seconds(count_since(b->deadline_ns,
						    clock_now_ns())),
		.budget = rivals_budget(b->experiment->settings),
	};
	struct str text = STR_INIT;
	bool late;

	for (unsigned i = 0; i < b->count; i++)
		names[i] = b->part[i].rival->job->library->name;
	few.budget.needed = rivals_blocks_needed(b->rivals);
	few_rounds_tell(&few, &text);
	late = text.len && tell_late(b);
	if (text.len && !late)
		experiment_say(b->experiment, "%s", text.buf);
	str_release(&text);
	free(names);
	return !late;
}

static void settle(struct block *b)
{
	unsigned least = TURNS_EVERY_MOST;
	uint64_t probing_ns = count_since(clock_now_ns(), b->ready_ns);

	b->rivals->once_ns += probing_ns / RIVAL_PROBES * (RIVAL_PROBES - 1);
	for (unsigned i = 0; i < b->count; i++) {
		b->turn[i] = b->part[i].rival->turn;
		if (b->turn[i].every && b->turn[i].every < least)
			least = b->turn[i].every;
	}
	/* The quickest take part in each round: none is empty. */
	for (unsigned i = 0; i < b->count; i++)
		b->turn[i].every /= least;
	turns_init(&b->turns, b->turn, b->count,
		   b->experiment->settings->seed, b->number);
	b->turning = true;
	block_set_deadline(b);
	if (!b->rivals->told)
		b->rivals->told = tell_rounds(b);
}

/* ----------------------------------------------------------------- shown --- */

static bool is_live(const struct part *part)
{
	return part->code == 0 && part->setting.sampler.trial;
}

/* All that worked so far is on the board, whoever's turn it is. */
static void write_board(struct block *b, const struct part *now,
			const char *stage)
{
	struct experiment *experiment = b->experiment;
	struct live_part *parts = mem_array(b->count, sizeof(*parts));
	struct live_turn turn = { .part = parts,
				  .round = b->turning ? b->rounds : 0 };

	for (unsigned i = 0; i < b->count; i++) {
		const struct part *part = &b->part[i];

		if (part == now)
			turn.now = turn.count;
		if (is_live(part))
			parts[turn.count++] = (struct live_part){
				&part->setting.sampler, part->live,
				part->worked_ns
			};
	}
	live_update_block(&experiment->live, &turn, stage,
			  schedule_left(&experiment->schedule, NAN,
					clock_now_ns()));
	free(parts);
}

static void show(struct block *b, const struct part *now, const char *stage)
{
	struct experiment *experiment = b->experiment;
	struct live look;

	b->shown_ns = clock_now_ns();
	write_board(b, now, stage);
	if (live_look(&experiment->live, &look))
		experiment->hooks->trial_show(experiment->hooks->context,
					      &look);
}

bool block_next_turn(void *context, struct run_turn *turn)
{
	struct block *b = context;
	bool found;

	if (b->experiment->refused_to_resume)
		return false;
	found = !b->turning && probe_next(b, turn);
	if (!found) {
		if (!b->turning)
			settle(b);
		found = next_slice(b, turn);
	}
	if (!found)
		return false;
	b->now = &b->part[turn->request];
	turn->request = b->now->request;
	if (clock_now_ns() - b->shown_ns >= SHOWN_NS)
		show(b, b->now, "running");
	return true;
}

/* ----------------------------------------------------------------- hooks --- */

static void on_ready(void *context, struct trial *trial)
{
	struct part *part = context;

	(void)trial;
	sampler_ready(&part->setting.sampler);
}

/* All are quiet. */
void block_all_ready(void *context)
{
	struct block *b = context;

	b->ready_ns = clock_now_ns();
	if (b->origin.ledger)
		ledger_begin_window(b->origin.ledger);
	for (unsigned i = 0; i < b->count; i++)
		resume_refuses(b->experiment, &b->part[i].trial);
}

static void on_slice_begin(void *context, struct trial *trial,
			   struct slice *slice)
{
	struct part *part = context;

	(void)trial;
	sampler_slice_begin(&part->setting.sampler, slice);
}

static void on_slice_open(void *context, struct trial *trial,
			  struct slice *slice)
{
	struct part *part = context;

	(void)trial;
	sampler_slice_open(&part->setting.sampler, slice);
}

static void on_slice_close(void *context, struct trial *trial,
			   struct slice *slice)
{
	struct part *part = context;

	(void)trial;
	sampler_slice_close(&part->setting.sampler, slice);
}

/* In the newest window. */
static bool has_ended(const struct part *part)
{
	const struct sampler *s = &part->setting.sampler;

	for (unsigned i = 0; i < part->trial.replica_count; i++) {
		const struct at_edge *open = &s->cursors[i].open;
		const struct at_edge *close = &s->cursors[i].close;

		if (close->ok > open->ok || close->failed > open->failed)
			return true;
	}
	return false;
}

/* The origin, in this turn. */
static uint64_t was_away(const struct part *part, const struct slice *slice,
			 uint64_t least_ns)
{
	return sampler_gaps_ns(&part->setting.sampler, slice->go_ns,
			       clock_now_ns(), least_ns);
}

/* One that only settles turns has no window. */
static void on_slice_end(void *context, struct trial *trial,
			 struct slice *slice)
{
	struct part *part = context;
	struct sampler *sampler = &part->setting.sampler;
	bool probed = !part->block->turning;
	uint64_t still_ns;

	(void)trial;
	part->worked_ns += (slice->paused_ns ? slice->paused_ns
					     : clock_now_ns()) - slice->go_ns;
	still_ns = was_away(part, slice, LEDGER_STILL_NS);
	part->trial.turns_still_ns += still_ns;
	if (probed) {
		slice->begin_ns = slice->end_ns = 0;
		sampler_slice_probe(sampler, slice);
	}
	sampler_slice_end(sampler, slice);
	part->windows += slice->end_ns != 0;
	part->lied = sampler_was_lied_to(sampler);
	if (probed)
		probe_judge(part, still_ns,
			    was_away(part, slice, LEDGER_LATE_NS) > 0);
	else if (!part->seen && slice->end_ns)
		part->seen = has_ended(part);
}

static void on_done(void *context, struct trial *trial, unsigned replica)
{
	struct part *part = context;

	(void)trial;
	sampler_done(&part->setting.sampler, replica);
}

/* Is called for each part, of which one is enough. From the first turn on what is
 * shown is whose turn comes: block_next_turn() does it, and here only the end is
 * left. */
static void on_progress(void *context, struct trial *trial, const char *stage,
			uint64_t now_ns)
{
	struct part *part = context;
	struct block *b = part->block;

	(void)trial;
	if (b->now ? b->now == part && strcmp(stage, "running")
		   : now_ns - b->shown_ns >= SHOWN_NS / 2)
		show(b, part, stage);
}

const struct run_hooks block_hooks = {
	.ready = on_ready,
	.slice_begin = on_slice_begin,
	.slice_open = on_slice_open,
	.slice_close = on_slice_close,
	.slice_end = on_slice_end,
	.done = on_done,
	.progress = on_progress,
};

/* Of one that has windows by then, which count, the trial says why there are no
 * more of them. */
void block_refused(void *context, unsigned request, const char *why)
{
	struct block *b = context;

	for (unsigned i = 0; i < b->count; i++)
		if (b->part[i].code == 0 && b->part[i].request == request &&
		    !b->part[i].windows)
			part_separate(&b->part[i], "%s", why);
}

