/* The end of replicas, and the verdict of a trial. */
#include "run/runner.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/packet.h"

/* When there is nothing to wait for: interrupted, or failed before GO. */
#define SHORT_GRACE_S 1.0

bool member_works(const struct member *member)
{
	return !member->judged && member->step < STEP_DONE;
}

uint64_t runner_drain_ns(const struct runner *runner)
{
	return clock_ns(trial_drain_s(runner->trial) +
			runner->request->grace_s);
}

/* ---------------------------------------------------------- dismissing --- */

static void judge_unneeded(struct runner *runner, struct member *member)
{
	if (runner->interrupted)
		member_judge(runner, member, REPLICA_INTERRUPTED,
			     "was %s because the person asked to stop",
			     member->running ? "ended" : "not started");
	else if (runner->lost)
		member_judge(runner, member, REPLICA_INTERRUPTED,
			     "was %s because the origin ended",
			     member->running ? "ended" : "not started");
	else if (!runner->first_failed)
		member_judge(runner, member, REPLICA_INTERRUPTED,
			     "was ended before GO: it got no turn");
	else if (!member->running)
		member_judge(runner, member, REPLICA_NOT_STARTED,
			     "was not started because replica %u failed",
			     runner->first_failed->replica->number);
	else
		member_judge(runner, member, REPLICA_INTERRUPTED,
			     "was ended because replica %u failed before GO",
			     runner->first_failed->replica->number);
}

static void say_bye(struct runner *runner, struct member *member)
{
	if (member_send(member, packet_bye())) {
		member->step = STEP_BYE;
		member->give_up_ns = 0;
	} else {
		member_judge_unwaited(runner, member);
	}
}

/* Says goodbye to the replicas that worked. For the others the end of the
 * socket does it. */
void member_dismiss(struct runner *runner, struct member *member)
{
	if (member->step == STEP_DONE && !member->judged) {
		say_bye(runner, member);
		return;
	}
	judge_unneeded(runner, member);
	if (member->process.socket_fd >= 0)
		close(member->process.socket_fd);
	member->process.socket_fd = -1;
}

/* ------------------------------------------------------------- waiting --- */

static bool is_running(const struct member *member)
{
	return member->running;
}

/* Nothing is worth waiting for then. The person may lose patience here too. */
static double grace_s(const struct runner *runner)
{
	double full_s = runner->request->grace_s;

	if ((runner_is_stopped(runner) || !runner->trial->go_ns) &&
	    full_s > SHORT_GRACE_S)
		return SHORT_GRACE_S;
	return full_s;
}

/* Whether some replica runs that may still take its time: until *until_ns. */
static bool has_grace(const struct runners *all, uint64_t start_ns,
		      uint64_t *until_ns)
{
	*until_ns = 0;
	for (unsigned i = 0; i < all->count; i++) {
		const struct runner *runner = &all->runner[i];
		uint64_t at_ns = start_ns + clock_ns(grace_s(runner));

		if (runner->leaving && !runner->ended && at_ns > *until_ns &&
		    runner_count(runner, is_running))
			*until_ns = at_ns;
	}
	return *until_ns > clock_now_ns();
}

static void kill_rest(struct runner *runner)
{
	for (unsigned i = 0; i < runner->count; i++) {
		struct member *member = &runner->member[i];

		if (member->running && !member->judged)
			trial_add_finding(runner->trial, FINDING_END_ODD,
					  "replica %u did not exit in time "
					  "after 'bye' and was killed, when "
					  "all its work was done", i);
		member_kill(runner, member);
	}
}

static void wait_killed(struct runner *runner, uint64_t until_ns)
{
	while (runner_count(runner, is_running) && clock_now_ns() < until_ns)
		runners_turn(runner->all, until_ns);
}

void runners_each_leaving(struct runners *all,
			  void (*what)(struct runner *runner))
{
	for (unsigned i = 0; i < all->count; i++)
		if (all->runner[i].leaving && !all->runner[i].ended)
			what(&all->runner[i]);
}

static void dismiss_all(struct runner *runner)
{
	runner_stage(runner, "stopping");
	for (unsigned i = 0; i < runner->count; i++)
		member_dismiss(runner, &runner->member[i]);
}

static void wait_all_killed(struct runner *runner)
{
	wait_killed(runner, clock_now_ns() + RUNNER_KILL_WAIT_NS);
}

void runners_stop(struct runners *all)
{
	uint64_t start_ns, until_ns;

	runners_each_leaving(all, dismiss_all);
	start_ns = clock_now_ns();
	while (has_grace(all, start_ns, &until_ns))
		runners_turn(all, until_ns);
	runners_each_leaving(all, kill_rest);
	runners_each_leaving(all, wait_all_killed);
}

/* -------------------------------------------------------- what is left --- */

/* Kills what reaping cannot find: processes may enter a place from
 * elsewhere. */
void runner_empty_places(struct runner *runner)
{
	const struct place *place = runner->request->place;

	for (unsigned i = 0; place && place->kill && i < runner->count; i++)
		if (runner->member[i].replica->pid)
			runner->orphans += place->kill(place->context, i);
}

unsigned runners_reap(struct runners *all, unsigned *left)
{
	return descendants_reap(&all->descendants,
				clock_now_ns() + RUNNER_KILL_WAIT_NS, left);
}

void runner_tell_left(struct runner *runner, const char *whose,
		      unsigned killed, unsigned left)
{
	if (killed)
		trial_add_finding(runner->trial, FINDING_PROCESSES_LEFT,
				  "%s left %u processes behind, which were "
				  "killed", whose, killed);
	if (left)
		trial_add_finding(runner->trial, FINDING_PROCESSES_LEFT,
				  "%u processes of %s cannot be killed: "
				  "ps -eo pid,stat,args shows what they wait "
				  "for", left, whose);
}

void runner_release_members(struct runner *runner)
{
	for (unsigned i = 0; runner->launcher->release && i < runner->count;
	     i++)
		if (runner->member[i].replica->pid)
			runner->launcher->release(&runner->member[i].process);
}

/* ------------------------------------------------------------ verdict --- */

static void name_first_failed(struct runner *runner, unsigned failed)
{
	const struct member *first = runner->first_failed;
	struct trial *trial = runner->trial;

	if (!first)
		return;
	if (first->replica->state == REPLICA_INTERRUPTED &&
	    runner_is_stopped(runner))
		snprintf(trial->text, sizeof(trial->text), "%s",
			 "the person asked to stop");
	else if (failed > 1 && trial->go_ns)
		snprintf(trial->text, sizeof(trial->text),
			 "replica %u %s; %u more failed",
			 first->replica->number, first->replica->text,
			 failed - 1);
	else
		snprintf(trial->text, sizeof(trial->text), "replica %u %s",
			 first->replica->number, first->replica->text);
}

void runner_conclude(struct runner *runner)
{
	struct trial *trial = runner->trial;
	unsigned finished = 0;

	for (unsigned i = 0; i < runner->count; i++) {
		/* A replica that even SIGKILL did not end in time. */
		member_judge(runner, &runner->member[i], REPLICA_FINISHED, "%s",
			     "");
		finished += trial->replica[i].state == REPLICA_FINISHED;
	}
	name_first_failed(runner, runner->count - finished);
	trial->failed = finished == 0 || runner->lost ||
			(runner->interrupted && finished < runner->count);
	if (trial->go_ns)
		trial->end_wall_ns = trial->start_wall_ns +
				     (trial->window_end_ns - trial->go_ns);
	else
		trial->end_wall_ns = clock_wall_ns();
}

