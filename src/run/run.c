/* The stages of a trial by itself, one function each. */
#include "run/run.h"

#include <stdio.h>

#include "base/clock.h"
#include "run/packet.h"
#include "run/runner.h"

/* GO is so far ahead that every packet arrives before it. */
#define GO_LEAD_NS (20 * NS_PER_MS)
#define GO_LEAD_EACH_NS NS_PER_MS

static void wait_ready(struct runner *runner)
{
	uint64_t until = clock_now_ns() +
			 clock_ns(runner->request->ready_timeout_s);

	runner_stage(runner, "proving");
	while (!runner_is_over(runner) &&
	       runner_count(runner, member_expects_ready)) {
		if (clock_now_ns() < until)
			runners_turn(runner->all, until);
		else
			runner_judge_unready(runner);
	}
}

/* ------------------------------------------------------------ running --- */

static void send_go(struct runner *runner)
{
	uint64_t now = clock_now_ns(), lead;
	struct trial *trial = runner->trial;

	lead = runner->count * GO_LEAD_EACH_NS;
	trial->go_ns = now + (lead > GO_LEAD_NS ? lead : GO_LEAD_NS);
	trial->start_wall_ns = clock_wall_ns() + (trial->go_ns - now);
	runner->deadline_ns = trial->go_ns + clock_ns(trial_timeout_s(trial));
	for (unsigned i = 0; i < runner->count; i++) {
		member_send(&runner->member[i], packet_go(trial->go_ns));
		runner->member[i].step = STEP_GO;
		now = clock_now_ns();
		if (runner->request->go_sent_ns)
			runner->request->go_sent_ns[i] = now;
		if (now > trial->go_ns)
			trial->go_sent_late_ns = now - trial->go_ns;
	}
}

/* The replicas sleep until GO. The last quarter of that time is for the first
 * reading. */
static void read_at_go(struct runner *runner)
{
	uint64_t now = clock_now_ns(), at = runner->trial->go_ns;

	at = now < at ? at - (at - now) / 4 : now;
	while (clock_now_ns() < at)
		runners_turn(runner->all, at);
	runner_open_window(runner);
}

static void go(struct runner *runner)
{
	struct run_hooks *hooks = &runner->request->hooks;

	if (hooks->ready)
		hooks->ready(runner->request->context, runner->trial);
	runner_stage(runner, "running");
	send_go(runner);
	read_at_go(runner);
}

static uint64_t overdue_ns(const struct runner *runner)
{
	return runner->deadline_ns + runner_drain_ns(runner);
}

static void judge_overdue(struct runner *runner)
{
	char text[240];

	snprintf(text, sizeof(text),
		 "did not say that it was done within %.1f s after the "
		 "deadline of %g s, and was killed: does it look at "
		 "timeout_seconds, and at this machine's CLOCK_MONOTONIC?",
		 clock_seconds(overdue_ns(runner) - runner->deadline_ns),
		 trial_timeout_s(runner->trial));
	runner_judge_overdue(runner, member_works, text);
}

static void work(struct runner *runner)
{
	uint64_t until = overdue_ns(runner);

	while (!runner_is_stopped(runner) &&
	       runner_count(runner, member_works)) {
		if (clock_now_ns() < until)
			runners_turn(runner->all, until);
		else
			judge_overdue(runner);
	}
	/* No replica is left, or none may go on. A window that has ended stays
	 * as it is: in an open loop all may be done before the deadline. */
	if (runner->window_open)
		runner_end_window(runner, clock_now_ns());
}

/* ---------------------------------------------------------------- all --- */

static int run_stages(struct runner *runner, struct err *err)
{
	int code = runner_start(runner, err);
	unsigned killed, left;

	if (code == 0 && !runner_is_over(runner))
		wait_ready(runner);
	if (code == 0 && !runner_is_over(runner)) {
		go(runner);
		work(runner);
	}
	if (code < 0)
		runner->interrupted = true; /* ends those that were started */
	runner->leaving = true;
	runners_stop(runner->all);
	killed = runners_reap(runner->all, &left);
	runner_empty_places(runner);
	runner_tell_left(runner, "replicas", killed + runner->orphans, left);
	runner_release_members(runner);
	runner_conclude(runner);
	if (code == 0 && runner->interrupted)
		code = err_set(err, ERR_INTERRUPTED,
			       "stopped, as asked");
	return code;
}

int run_trial(struct run_request *request, struct err *err)
{
	struct runner runner = { .request = request };
	struct runners all = { .runner = &runner, .count = 1 };
	int code = runners_init(&all, err);

	if (code < 0)
		return code;
	code = run_stages(&runner, err);
	runners_release(&all);
	return code;
}
