/* The stages of a block, one function each. */
#include "run/block.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "run/packet.h"
#include "run/runner.h"

bool run_may_work(const struct run_request *request)
{
	const struct trial *trial = request->trial;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *replica = &trial->replica[i];

		/* Each verdict but that of a good end has a text. */
		if (!replica->versions_json || *replica->text ||
		    replica->done_ns)
			return false;
	}
	return true;
}

static bool is_stopped(const struct runners *all)
{
	return all->interrupted || all->store_ended;
}

static bool is_there(const struct runner *runner)
{
	return !runner->leaving && !runner->ended;
}

/* -------------------------------------------------------------- ending --- */

static bool is_finishing(const struct member *member)
{
	return !member->judged && member->step == STEP_FINISHING;
}

static void send_finish(struct runner *runner)
{
	runner_thaw(runner);
	if (!runner_is_stopped(runner))
		runner->window_open = false;
	for (unsigned i = 0; i < runner->count; i++) {
		struct member *member = &runner->member[i];

		if (runner_is_stopped(runner) || member->judged ||
		    member->step != STEP_PAUSED)
			continue;
		member_send(member, packet_finish());
		member->step = STEP_FINISHING;
	}
}

static void judge_unfinished(struct runner *runner)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "did not say that it was done within %.1f s after 'finish', "
		 "and was killed", clock_seconds(runner_drain_ns(runner)));
	runner_judge_overdue(runner, is_finishing, text);
}

/* Until when one of those that leave may still say `done`; 0: all have. */
static uint64_t finish_until_ns(struct runners *all, uint64_t start_ns)
{
	uint64_t until_ns = 0;

	for (unsigned i = 0; i < all->count; i++) {
		struct runner *runner = &all->runner[i];
		uint64_t at_ns = start_ns + runner_drain_ns(runner);

		if (!runner->leaving || runner->ended ||
		    runner_is_stopped(runner) ||
		    !runner_count(runner, is_finishing))
			continue;
		if (clock_now_ns() >= at_ns)
			judge_unfinished(runner);
		else if (!until_ns || at_ns < until_ns)
			until_ns = at_ns;
	}
	return until_ns;
}

static void finish(struct runners *all)
{
	uint64_t start_ns, until_ns;

	runners_each_leaving(all, send_finish);
	start_ns = clock_now_ns();
	while ((until_ns = finish_until_ns(all, start_ns)))
		runners_turn(all, until_ns);
}

static void conclude(struct runner *runner)
{
	struct trial *trial = runner->trial;

	runner_empty_places(runner);
	runner_tell_left(runner, "replicas", runner->orphans, 0);
	runner_release_members(runner);
	/* No window was closed. */
	if (trial->go_ns && !trial->window_end_ns)
		trial->window_end_ns = trial->go_ns;
	runner_conclude(runner);
	runner->ended = true;
	runner->all->orphaned = true;
}

/* Those that leave; the others stay paused, or get ready. */
static void end_leaving(struct runners *all)
{
	finish(all);
	runners_stop(all);
	runners_each_leaving(all, conclude);
}

/* Places tell whose orphans they are; whose the others were is not known. */
static void end_all(struct runners *all)
{
	unsigned killed, left, known = 0;

	for (unsigned i = 0; i < all->count; i++)
		all->runner[i].leaving = true;
	end_leaving(all);
	killed = runners_reap(all, &left);
	for (unsigned i = 0; i < all->count; i++)
		known += all->runner[i].orphans;
	killed -= killed < known ? killed : known;
	for (unsigned i = 0; i < all->count; i++)
		runner_tell_left(&all->runner[i], "replicas of its block",
				 killed, left);
}

/* ------------------------------------------------------------ starting --- */

static int start_all(struct runners *all, struct err *err)
{
	for (unsigned i = 0; i < all->count && !is_stopped(all); i++) {
		struct runner *runner = &all->runner[i];
		int code = runner_start(runner, err);

		if (code < 0)
			return code;
		runner->ready_until_ns =
			clock_now_ns() +
			clock_ns(runner->request->ready_timeout_s);
	}
	return 0;
}

/* Its other replicas need not go on; all of them may take the time to exit that
 * the rest of the block needs. */
static void dismiss_failed(struct runner *runner)
{
	for (unsigned i = 0; runner->first_failed && i < runner->count; i++)
		member_dismiss(runner, &runner->member[i]);
}

/* Until when one of all may still get ready; 0: none. */
static uint64_t ready_until_ns(struct runners *all)
{
	uint64_t until_ns = 0;

	for (unsigned i = 0; i < all->count; i++) {
		struct runner *runner = &all->runner[i];

		if (!runner->first_failed &&
		    clock_now_ns() >= runner->ready_until_ns)
			runner_judge_unready(runner);
		dismiss_failed(runner);
		if (!runner_count(runner, member_expects_ready))
			continue;
		if (!until_ns || runner->ready_until_ns < until_ns)
			until_ns = runner->ready_until_ns;
	}
	return until_ns;
}

static void wait_all_ready(struct runners *all)
{
	uint64_t until_ns;

	for (unsigned i = 0; i < all->count; i++)
		if (!all->runner[i].first_failed)
			runner_stage(&all->runner[i], "proving");
	while (!is_stopped(all) && (until_ns = ready_until_ns(all)))
		runners_turn(all, until_ns);
}

/* ------------------------------------------------------------- refusing --- */

static const char *why_not(const struct runner *runner)
{
	const struct place *place = runner->request->place;

	if (runner->trial->spec.rate > 0)
		return "an open loop (--rate) has no pauses";
	for (unsigned i = 0; i < runner->count; i++)
		if (!runner->trial->replica[i].pauses)
			return "its replicas do not say that they can be "
			       "paused ('pause' of 'ready')";
	if (!place || !place->pause)
		return "nothing here can stop its processes while others work";
	return NULL;
}

static void refuse(struct run_block *block, struct runner *runner,
		   unsigned number, const char *why)
{
	for (unsigned i = 0; i < runner->count; i++)
		member_judge(runner, &runner->member[i], REPLICA_INTERRUPTED,
			     "was ended before GO, as it cannot work in "
			     "slices: %s", why);
	runner->leaving = true;
	if (block->refused)
		block->refused(block->context, number, why);
}

/* Ends those that have failed. */
static void leave(struct runners *all)
{
	bool any = false;

	for (unsigned i = 0; i < all->count; i++) {
		struct runner *runner = &all->runner[i];

		if (runner->first_failed)
			runner->leaving = true;
		any = any || (runner->leaving && !runner->ended);
	}
	if (any)
		end_leaving(all);
}

static void refuse_some(struct run_block *block, struct runners *all)
{
	for (unsigned i = 0; i < all->count; i++) {
		struct runner *runner = &all->runner[i];
		const char *why = runner->first_failed ? NULL
						       : why_not(runner);

		if (why)
			refuse(block, runner, i, why);
	}
	leave(all);
}

static const char *why_unfrozen(const struct runner *runner, char out[256])
{
	snprintf(out, 256, "its processes could not be stopped: %s",
		 runner_why_unfrozen(runner));
	return out;
}

static void pause_one(struct run_block *block, struct runner *runner,
		      unsigned number)
{
	char why[256];

	if (!runner_freeze_alone(runner) && !runner->first_failed)
		refuse(block, runner, number, why_unfrozen(runner, why));
}

static void pause_all(struct run_block *block, struct runners *all)
{
	for (unsigned i = 0; i < all->count; i++)
		if (is_there(&all->runner[i]))
			pause_one(block, &all->runner[i], i);
	leave(all);
}

/* --------------------------------------------------------------- turns --- */

static void tell_ready(struct run_block *block, struct runners *all)
{
	for (unsigned i = 0; i < all->count; i++) {
		struct runner *runner = &all->runner[i];
		struct run_hooks *hooks = &runner->request->hooks;

		if (is_there(runner) && hooks->ready)
			hooks->ready(runner->request->context, runner->trial);
	}
	if (block->ready)
		block->ready(block->context);
}

/* From here on it is lost with its store. */
static void expect_turns(struct runners *all)
{
	for (unsigned i = 0; i < all->count; i++) {
		struct runner *runner = &all->runner[i];

		if (!is_there(runner))
			continue;
		runner->window_opened = runner->window_open = true;
		runner_stage(runner, "running");
	}
}

static bool has_turns(const struct runner *runner)
{
	return is_there(runner) && run_may_work(runner->request);
}

/* One that is done waits for the end of the block, and its work is whole. */
static bool somebody_has_turns(struct runners *all)
{
	bool any = false;

	for (unsigned i = 0; i < all->count; i++) {
		struct runner *runner = &all->runner[i];

		if (has_turns(runner))
			any = true;
		else
			runner->window_open = false;
	}
	return any;
}

static void take_turn(struct run_block *block, struct runner *runner,
		      const struct run_turn *turn)
{
	char why[256];

	runner_take_turn(runner, turn);
	if (runner->leaving && !runner->first_failed && block->refused)
		block->refused(block->context, turn->request,
			       why_unfrozen(runner, why));
}

static void take_turns(struct run_block *block, struct runners *all)
{
	struct run_turn turn = { 0 };

	runners_follow(all);
	while (!is_stopped(all) && somebody_has_turns(all) &&
	       block->next(block->context, &turn)) {
		assert(turn.request < block->count && turn.window_ns &&
		       has_turns(&all->runner[turn.request]));
		take_turn(block, &all->runner[turn.request], &turn);
		runners_turn(all, clock_now_ns());
		if (!is_stopped(all))
			leave(all);
	}
	runners_unfollow(all);
}

/* ----------------------------------------------------------------- all --- */

static void work(struct run_block *block, struct runners *all)
{
	wait_all_ready(all);
	if (!is_stopped(all))
		refuse_some(block, all);
	if (!is_stopped(all))
		tell_ready(block, all);
	if (!is_stopped(all))
		pause_all(block, all);
	if (is_stopped(all))
		return;
	expect_turns(all);
	take_turns(block, all);
}

static int run_all(struct run_block *block, struct runners *all,
		   struct err *err)
{
	int code = start_all(all, err);

	if (code == 0)
		work(block, all);
	for (unsigned i = 0; code < 0 && i < all->count; i++)
		all->runner[i].interrupted = true; /* ends what was started */
	end_all(all);
	if (code == 0 && all->interrupted)
		code = err_set(err, ERR_INTERRUPTED, "stopped, as asked");
	return code;
}

int run_block(struct run_block *block, struct err *err)
{
	struct runners all = { .count = block->count };
	int code;

	if (!block->count || !block->next)
		return err_set(err, ERR_USAGE,
			       "a block needs a trial, and who says whose "
			       "turn it is");
	all.runner = mem_array(all.count, sizeof(*all.runner));
	for (unsigned i = 0; i < all.count; i++) {
		all.runner[i].request = &block->requests[i];
		all.runner[i].sliced = true;
	}
	code = runners_init(&all, err);
	if (code == 0) {
		code = run_all(block, &all, err);
		runners_release(&all);
	}
	free(all.runner);
	return code;
}
