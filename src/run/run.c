/* The stages of a trial, one function each. */
#include "run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "run/handed.h"
#include "run/packet.h"
#include "run/records.h"
#include "run/runner.h"

/* GO is so far ahead that every packet arrives before it. */
#define GO_LEAD_NS (20 * NS_PER_MS)
#define GO_LEAD_EACH_NS NS_PER_MS

/* Operations in flight at the deadline may still take so long
 * (docs/worker-protocol.md). */
#define DRAIN_S 2.0

/* When there is nothing to wait for: interrupted, or failed before GO. */
#define SHORT_GRACE_S 1.0

/* For the kernel to end what has been sent SIGKILL. */
#define KILL_WAIT_NS (5 * NS_PER_S)

typedef bool (*member_test)(const struct member *member);

static bool is_running(const struct member *member)
{
	return member->running;
}

static bool is_expected_ready(const struct member *member)
{
	return !member->judged && member->step < STEP_READY;
}

static bool is_working(const struct member *member)
{
	return !member->judged && member->step < STEP_DONE;
}

static unsigned count_members(const struct runner *runner, member_test test)
{
	unsigned n = 0;

	for (unsigned i = 0; i < runner->count; i++)
		n += test(&runner->member[i]);
	return n;
}

/* Until no member is as tested, or time is up. */
static void wait_while(struct runner *runner, member_test test,
		       uint64_t until_ns)
{
	while (count_members(runner, test) && clock_now_ns() < until_ns)
		runner_turn(runner, until_ns);
}

static bool is_over(const struct runner *runner)
{
	return runner->interrupted || runner->lost || runner->first_failed;
}

/* ------------------------------------------------------------- before --- */

static int check_request(const struct run_request *request, struct err *err)
{
	const struct trial *trial = request->trial;

	if (!request->argv || !request->argv[0] || !trial->replica_count ||
	    trial->replica_count != trial->spec.replicas)
		return err_set(err, ERR_USAGE,
			       "a trial needs a program and at least one "
			       "replica");
	if (!(trial->spec.timeout_s > 0) || !(request->ready_timeout_s > 0))
		return err_set(err, ERR_USAGE,
			       "a trial needs a timeout above 0 s");
	return 0;
}

static int make_records(const struct run_request *request, struct err *err)
{
	for (unsigned i = 0; i < request->trial->replica_count; i++) {
		int fd = records_make(request->records_capacity, err);

		if (fd < 0)
			return fd;
		request->records[i] = fd;
	}
	return 0;
}

static void runner_init(struct runner *runner, struct run_request *request)
{
	struct trial *trial = request->trial;

	runner->request = request;
	runner->trial = trial;
	runner->count = trial->replica_count;
	runner->member = mem_array(runner->count, sizeof(*runner->member));
	runner->poll = mem_array(RUNNER_FDS + runner->count * MEMBER_FDS,
				 sizeof(*runner->poll));
	runner->packet = mem_new(PACKET_MAX_BYTES + 1);
	request->lost_ns = 0;
	for (unsigned i = 0; i < runner->count; i++) {
		runner->member[i].replica = &trial->replica[i];
		runner->member[i].process = LAUNCHED_NONE;
		if (request->go_sent_ns)
			request->go_sent_ns[i] = 0;
	}
	trial->go_ns = trial->window_end_ns = 0;
	trial->go_sent_late_ns = trial->go_read_late_ns = 0;
	trial->start_wall_ns = clock_wall_ns();
	descendants_begin(&runner->descendants);
}

static void runner_release(struct runner *runner)
{
	for (unsigned i = 0; i < runner->count; i++) {
		struct member *member = &runner->member[i];

		member_close(member);
		free(member->replica->stderr_text);
		member->replica->stderr_text = tail_text(&member->output);
		tail_release(&member->output);
	}
	descendants_release(&runner->descendants);
	runner_unfollow(runner);
	free(runner->member);
	free(runner->poll);
	free(runner->packet);
}

/* ----------------------------------------------------------- starting --- */

static void close_handed(int handed[HANDED_COUNT])
{
	for (unsigned i = 0; i < HANDED_COUNT; i++)
		if (handed[i] >= 0)
			close(handed[i]);
}

/* Each replica gets offsets of its own, and can only read what it reads. */
static int open_handed(const struct run_request *request, unsigned replica,
		       int handed[HANDED_COUNT], struct err *err)
{
	int code = 0;

	for (unsigned i = 0; i < HANDED_COUNT; i++) {
		int fd = i == HANDED_RECORDS ? request->records[replica]
					     : request->handed[i];

		handed[i] = -1;
		if (fd < 0 || code < 0)
			continue;
		handed[i] = handed_open(fd, i == HANDED_RECORDS, err);
		code = handed[i] < 0 ? handed[i] : 0;
	}
	return code;
}

/* Joins what all replicas have with the folder of this one. We free the last
 * two. */
static char **environment_of(char *const *given, const char *folder)
{
	size_t n = 0;
	char **all;

	while (given && given[n])
		n++;
	all = mem_array(n + 3, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[i] = given[i];
	if (folder) {
		all[n] = mem_printf("HOME=%s", folder);
		all[n + 1] = mem_printf("TMPDIR=%s", folder);
	}
	return all;
}

static void free_environment(char **all, const char *folder)
{
	size_t n = 0;

	while (all[n])
		n++;
	for (size_t i = folder ? n - 2 : n; i < n; i++)
		free(all[i]);
	free(all);
}

static int launch_member(struct runner *runner, struct member *member,
			 struct err *err)
{
	struct run_request *request = runner->request;
	unsigned number = member->replica->number;
	char *folder = request->folders ? request->folders[number] : NULL;
	char **environment = environment_of(request->environment, folder);
	int handed[HANDED_COUNT], code;
	struct launch launch = {
		.argv = request->argv,
		.environment = environment,
		.folder = folder,
		.replica = number,
		.place = request->place,
		.context = request->launcher_context,
		.handed = handed,
	};

	code = open_handed(request, number, handed, err);
	if (code == 0)
		code = runner->launcher->start(&launch, &member->process, err);
	close_handed(handed);
	free_environment(environment, folder);
	return code;
}

static int start_member(struct runner *runner, struct member *member,
			struct err *err)
{
	struct run_request *request = runner->request;
	struct err why;
	char *setup;
	int code = packet_setup(request, member->replica->number, &setup, err);

	if (code < 0)
		return code;
	member->started_ns = clock_now_ns();
	if (launch_member(runner, member, &why) < 0) {
		free(setup);
		member_judge(runner, member, REPLICA_NOT_STARTED, "%s",
			     why.text);
		return 0;
	}
	member->running = true;
	member->replica->pid = member->process.pid;
	descendants_add(&runner->descendants, member->process.pid);
	if (*member->process.warning && member->replica->number == 0)
		trial_add_finding(runner->trial, FINDING_ENGINE_WARNS, "%s",
				  member->process.warning);
	snprintf(member->replica->container_id,
		 sizeof(member->replica->container_id), "%s",
		 member->process.id);
	member->step = STEP_SETUP;
	member_send(member, setup);
	return 0;
}

static int start_all(struct runner *runner, struct err *err)
{
	runner_stage(runner, "starting");
	for (unsigned i = 0; i < runner->count && !is_over(runner); i++) {
		int code = start_member(runner, &runner->member[i], err);

		if (code < 0)
			return code;
		runner_turn(runner, clock_now_ns());
	}
	return 0;
}

static void wait_ready(struct runner *runner)
{
	double timeout_s = runner->request->ready_timeout_s;
	uint64_t until = clock_now_ns() + clock_ns(timeout_s);
	char text[160];

	runner_stage(runner, "proving");
	while (!is_over(runner) && count_members(runner, is_expected_ready)) {
		if (clock_now_ns() < until) {
			runner_turn(runner, until);
			continue;
		}
		snprintf(text, sizeof(text),
			 "was not ready within %g s: is the endpoint "
			 "reachable, or does it need longer?", timeout_s);
		for (unsigned i = 0; i < runner->count; i++)
			if (is_expected_ready(&runner->member[i]))
				member_judge_late(runner, &runner->member[i],
						  REPLICA_NEVER_READY, text);
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
	runner->deadline_ns = trial->go_ns + clock_ns(trial->spec.timeout_s);
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
		runner_turn(runner, at);
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
	double operation_s = runner->trial->spec.operation_timeout_s;
	double drain_s = operation_s > 0 && operation_s < DRAIN_S ? operation_s
								  : DRAIN_S;

	return runner->deadline_ns +
	       clock_ns(drain_s + runner->request->grace_s);
}

static void judge_overdue(struct runner *runner)
{
	char text[240];

	snprintf(text, sizeof(text),
		 "did not say that it was done within %.1f s after the "
		 "deadline of %g s, and was killed: does it look at "
		 "timeout_seconds, and at this machine's CLOCK_MONOTONIC?",
		 clock_seconds(overdue_ns(runner) - runner->deadline_ns),
		 runner->trial->spec.timeout_s);
	for (unsigned i = 0; i < runner->count; i++) {
		struct member *member = &runner->member[i];

		if (!is_working(member))
			continue;
		member_judge_late(runner, member, REPLICA_OVERDUE, text);
		member_kill(runner, member);
	}
}

static void work(struct runner *runner)
{
	uint64_t until = overdue_ns(runner);

	while (!runner->interrupted && !runner->lost &&
	       count_members(runner, is_working)) {
		if (clock_now_ns() < until)
			runner_turn(runner, until);
		else
			judge_overdue(runner);
	}
	/* No replica is left, or none may go on. A window that has ended stays
	 * as it is: in an open loop all may be done before the deadline. */
	if (runner->window_open)
		runner_end_window(runner, clock_now_ns());
}

/* ----------------------------------------------------------- stopping --- */

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
static void dismiss(struct runner *runner, struct member *member)
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
	wait_while(runner, is_running, clock_now_ns() + KILL_WAIT_NS);
}

/* Kills what reaping cannot find: processes may enter a place from
 * elsewhere. */
static unsigned empty_places(struct runner *runner)
{
	const struct place *place = runner->request->place;
	unsigned orphans = runner->orphans;

	for (unsigned i = 0; place && place->kill && i < runner->count; i++)
		if (runner->member[i].replica->pid)
			orphans += place->kill(place->context, i);
	return orphans;
}

static void reap_descendants(struct runner *runner)
{
	unsigned left, killed;

	killed = descendants_reap(&runner->descendants, clock_now_ns() + KILL_WAIT_NS,
				  &left);
	killed += empty_places(runner);
	if (killed)
		trial_add_finding(runner->trial, FINDING_PROCESSES_LEFT,
				  "replicas left %u processes behind, which "
				  "were killed", killed);
	if (left)
		trial_add_finding(runner->trial, FINDING_PROCESSES_LEFT,
				  "%u processes of replicas cannot be killed: "
				  "ps -eo pid,stat,args shows what they wait "
				  "for", left);
}

static void release_all(struct runner *runner)
{
	for (unsigned i = 0; runner->launcher->release && i < runner->count;
	     i++)
		if (runner->member[i].replica->pid)
			runner->launcher->release(&runner->member[i].process);
}

/* The person may lose patience here too. */
static void wait_exits(struct runner *runner)
{
	uint64_t start = clock_now_ns(), now = start;
	double grace_s = runner->request->grace_s;

	while (count_members(runner, is_running) &&
	       now < start + clock_ns(grace_s)) {
		if ((runner->interrupted || runner->lost ||
		     !runner->trial->go_ns) && grace_s > SHORT_GRACE_S)
			grace_s = SHORT_GRACE_S;
		runner_turn(runner, start + clock_ns(grace_s));
		now = clock_now_ns();
	}
}

static void stop_all(struct runner *runner)
{
	runner_stage(runner, "stopping");
	for (unsigned i = 0; i < runner->count; i++)
		dismiss(runner, &runner->member[i]);
	wait_exits(runner);
	kill_rest(runner);
	reap_descendants(runner);
	release_all(runner);
}

/* ------------------------------------------------------------ verdict --- */

static void name_first_failed(struct runner *runner, unsigned failed)
{
	const struct member *first = runner->first_failed;
	struct trial *trial = runner->trial;

	if (!first)
		return;
	if (first->replica->state == REPLICA_INTERRUPTED)
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

static void conclude(struct runner *runner)
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

static int run_stages(struct runner *runner, struct err *err)
{
	int code = start_all(runner, err);

	if (code == 0 && !is_over(runner))
		wait_ready(runner);
	if (code == 0 && !is_over(runner)) {
		go(runner);
		work(runner);
	}
	if (code < 0)
		runner->interrupted = true; /* ends those that were started */
	stop_all(runner);
	conclude(runner);
	if (code == 0 && runner->interrupted)
		code = err_set(err, ERR_INTERRUPTED,
			       "stopped, as asked");
	return code;
}

int run_trial(struct run_request *request, struct err *err)
{
	struct runner runner = { .follow_fd = -1 };
	int code = check_request(request, err);

	runner.launcher = request->launcher ? request->launcher
					    : &launcher_process;
	for (unsigned i = 0; i < request->trial->replica_count; i++)
		request->records[i] = -1;
	if (code == 0)
		code = make_records(request, err);
	if (code < 0)
		return code;
	runner_init(&runner, request);
	code = run_stages(&runner, err);
	runner_release(&runner);
	return code;
}
