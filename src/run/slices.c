/* One turn of a trial in a block, from one pause to the next. */
#include "run/runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "run/descendants.h"
#include "run/packet.h"

/* ------------------------------------------------------------ freezing --- */

bool member_freeze(struct runner *runner, struct member *member, bool frozen)
{
	const struct place *place = runner->request->place;
	unsigned number = member->replica->number;

	if (member->frozen == frozen)
		return true;
	if (place->pause(place->context, number, frozen) == 0) {
		member->frozen = frozen;
		return true;
	}
	runner->unfrozen = errno;
	LOG(RUN, "replica %u cannot be %s: %s", number,
	    frozen ? "stopped" : "let go on", strerror(errno));
	return false;
}

const char *runner_why_unfrozen(const struct runner *runner)
{
	return runner->unfrozen == ECHILD
		       ? "a process has left its replica, and without control "
			 "groups nobody knows whose it is"
		       : strerror(runner->unfrozen);
}

/* A replica that has just ended cannot be frozen, and that is no fault of the
 * place: whoever calls looks at what the loop then says. */
bool runner_freeze(struct runner *runner)
{
	bool all = true;

	for (unsigned i = 0; i < runner->count; i++)
		if (runner->member[i].running)
			all &= member_freeze(runner, &runner->member[i], true);
	if (all)
		return true;
	runners_turn(runner->all, clock_now_ns());
	for (unsigned i = 0; i < runner->count; i++)
		if (runner->member[i].running && !runner->member[i].frozen)
			return false;
	return true;
}

void runner_thaw(struct runner *runner)
{
	for (unsigned i = 0; i < runner->count; i++) {
		struct member *member = &runner->member[i];

		if (member_freeze(runner, member, false) || !member->running)
			continue;
		member_judge(runner, member, REPLICA_STOPPED,
			     "was paused by the harness, and could not be let "
			     "go on again: %s", strerror(errno));
		member_kill(runner, member);
	}
}

/* ---------------------------------------------------------------- work --- */

static bool is_at_work(const struct member *member)
{
	return !member->judged && member->step == STEP_GO;
}

/* One that has closed its socket has so long to exit, and works no more. */
static bool has_stopped(const struct member *member)
{
	return !is_at_work(member) || member->give_up_ns;
}

static bool is_pausing(const struct member *member)
{
	return !member->judged && member->step == STEP_PAUSING;
}

static bool is_dying(const struct member *member)
{
	return member->running && member->killed;
}

static void wait_while(struct runner *runner, member_test test,
		       uint64_t until_ns)
{
	while (!runner_is_stopped(runner) && runner_count(runner, test) &&
	       clock_now_ns() < until_ns)
		runners_turn(runner->all, until_ns);
}

static void call(struct runner *runner,
		 void (*hook)(void *, struct trial *, struct slice *),
		 struct slice *slice)
{
	if (hook)
		hook(runner->request->context, runner->trial, slice);
}

static void let_go(struct runner *runner, struct slice *slice)
{
	struct trial *trial = runner->trial;

	runner_thaw(runner);
	slice->go_ns = runner->slice_go_ns = clock_now_ns();
	if (!trial->go_ns) {
		trial->go_ns = slice->go_ns;
		trial->start_wall_ns = clock_wall_ns();
	}
	for (unsigned i = 0; i < runner->count; i++) {
		struct member *member = &runner->member[i];

		if (member->judged)
			continue;
		member_send(member, packet_go(slice->go_ns));
		member->step = STEP_GO;
		member->undrained = false;
	}
}

/* Whether all have worked until then. */
static bool work_until(struct runner *runner, uint64_t until_ns)
{
	while (!runner_is_stopped(runner) && clock_now_ns() < until_ns &&
	       !runner_count(runner, has_stopped))
		runners_turn(runner->all, until_ns);
	return !runner_count(runner, has_stopped);
}

/* Is cut short where one of its replicas works no more. */
static void time_window(struct runner *runner, struct slice *slice,
			const struct run_turn *asked)
{
	struct run_hooks *hooks = &runner->request->hooks;

	if (!work_until(runner, slice->go_ns + asked->fill_ns) ||
	    runner_is_stopped(runner))
		return;
	slice->begin_ns = clock_now_ns();
	call(runner, hooks->slice_open, slice);
	work_until(runner, slice->begin_ns + asked->window_ns);
	slice->end_ns = clock_now_ns();
	call(runner, hooks->slice_close, slice);
}

/* A slice in which a replica came to its end, good or bad, has none. The rate of
 * the others is not that of all, and for how long that one had fewer operations
 * in flight is not known. */
static void keep_window(struct runner *runner, struct slice *slice)
{
	if (slice->end_ns && run_may_work(runner->request))
		runner->trial->window_end_ns = slice->end_ns;
	else
		slice->begin_ns = slice->end_ns = 0;
}

/* ------------------------------------------------------------- pausing --- */

static void send_pause(struct runner *runner, struct slice *slice)
{
	for (unsigned i = 0; i < runner->count; i++) {
		struct member *member = &runner->member[i];

		if (!is_at_work(member))
			continue;
		if (!slice->pause_ns)
			slice->pause_ns = clock_now_ns();
		member_send(member, packet_pause());
		member->step = STEP_PAUSING;
	}
}

static void judge_laggards(struct runner *runner)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "did not say that it was paused within %.1f s after 'pause', "
		 "and was killed: does it read its socket while it works?",
		 clock_seconds(runner_drain_ns(runner)));
	runner_judge_overdue(runner, is_pausing, text);
	wait_while(runner, is_dying, clock_now_ns() + RUNNER_KILL_WAIT_NS);
}

static bool gave_up(const struct member *member)
{
	if (member->step == STEP_DONE)
		return member->replica->unfinished > member->counts.unfinished;
	return member->undrained;
}

static bool is_quiet(const struct member *member)
{
	return !member->judged && (member->step == STEP_PAUSED ||
				   member->step == STEP_DONE);
}

static void drain(struct runner *runner, struct slice *slice)
{
	send_pause(runner, slice);
	wait_while(runner, is_pausing,
		   clock_now_ns() + runner_drain_ns(runner));
	if (runner_count(runner, is_quiet) == runner->count)
		slice->paused_ns = clock_now_ns();
	if (runner_count(runner, gave_up))
		slice->marks |= SLICE_MARK(UNDRAINED);
	if (!runner_is_stopped(runner))
		judge_laggards(runner);
}

static void read_dones(struct runner *runner)
{
	for (unsigned i = 0; i < runner->count; i++)
		if (is_quiet(&runner->member[i]))
			member_read_done(runner, &runner->member[i]);
}

/* All others are stopped. So an orphan that nobody knew before this turn comes
 * from this trial, and would work in the turns of the others. */
static void leave_unfrozen(struct runner *runner)
{
	struct trial *trial = runner->trial;
	unsigned killed, left;

	runner->leaving = true;
	trial_add_finding(trial, FINDING_PROCESSES_LEFT,
			  "could not be stopped after turn %zu, and got no "
			  "more: %s",
			  trial->slice_count, runner_why_unfrozen(runner));
	if (runner->unfrozen != ECHILD)
		return;
	killed = descendants_kill_orphans(
		&runner->all->descendants,
		clock_now_ns() + RUNNER_KILL_WAIT_NS, &left);
	runner_tell_left(runner, "replicas", killed, left);
}

/* Then nobody has left anything behind. */
static bool freeze(struct runner *runner)
{
	if (!runner_freeze(runner))
		return false;
	runner->all->orphaned = false;
	return true;
}

bool runner_freeze_alone(struct runner *runner)
{
	unsigned killed, left;

	if (freeze(runner))
		return true;
	if (runner->unfrozen != ECHILD || !runner->all->orphaned)
		return false;
	killed = descendants_kill_orphans(
		&runner->all->descendants,
		clock_now_ns() + RUNNER_KILL_WAIT_NS, &left);
	LOG(RUN, "%u orphans were killed, %u are left", killed, left);
	return freeze(runner);
}

void runner_take_turn(struct runner *runner, const struct run_turn *asked)
{
	struct run_hooks *hooks = &runner->request->hooks;
	struct slice *slice = trial_add_slice(runner->trial);

	slice->round = asked->round;
	slice->position = asked->position;
	runner->all->quiet = true;
	call(runner, hooks->slice_begin, slice);
	let_go(runner, slice);
	time_window(runner, slice, asked);
	if (!runner_is_stopped(runner))
		drain(runner, slice);
	read_dones(runner);
	if (!runner_is_stopped(runner) && !runner_freeze_alone(runner))
		leave_unfrozen(runner);
	keep_window(runner, slice);
	call(runner, hooks->slice_end, slice);
	runner->all->quiet = false;
}
