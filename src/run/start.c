/* Before the first replica, and the start of each. */
#include "run/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "run/handed.h"
#include "run/packet.h"
#include "run/records.h"

bool runner_is_stopped(const struct runner *runner)
{
	return runner->interrupted || runner->lost;
}

bool runner_is_over(const struct runner *runner)
{
	return runner_is_stopped(runner) || runner->first_failed;
}

unsigned runner_count(const struct runner *runner, member_test test)
{
	unsigned n = 0;

	for (unsigned i = 0; i < runner->count; i++)
		n += test(&runner->member[i]);
	return n;
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

static void runner_init(struct runner *runner, struct runners *all)
{
	struct run_request *request = runner->request;
	struct trial *trial = request->trial;

	runner->all = all;
	runner->trial = trial;
	runner->launcher = request->launcher ? request->launcher
					     : &launcher_process;
	runner->count = trial->replica_count;
	runner->member = mem_array(runner->count, sizeof(*runner->member));
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
}

static int check_all(struct runners *all, struct err *err)
{
	int code = 0;

	for (unsigned i = 0; code == 0 && i < all->count; i++)
		code = check_request(all->runner[i].request, err);
	for (unsigned i = 0; i < all->count; i++) {
		struct run_request *request = all->runner[i].request;

		for (unsigned j = 0; j < request->trial->replica_count; j++)
			request->records[j] = -1;
	}
	for (unsigned i = 0; code == 0 && i < all->count; i++)
		code = make_records(all->runner[i].request, err);
	return code;
}

int runners_init(struct runners *all, struct err *err)
{
	int code = check_all(all, err);
	unsigned members = 0;

	if (code < 0)
		return code;
	for (unsigned i = 0; i < all->count; i++) {
		runner_init(&all->runner[i], all);
		members += all->runner[i].count;
	}
	all->poll = mem_array(RUNNER_FDS + members * MEMBER_FDS,
			      sizeof(*all->poll));
	all->packet = mem_new(PACKET_MAX_BYTES + 1);
	all->interrupt_fd = all->runner[0].request->interrupt_fd;
	all->lost_fd = all->runner[0].request->lost_fd;
	all->follow_fd = -1;
	descendants_begin(&all->descendants);
	return 0;
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
	free(runner->member);
}

void runners_release(struct runners *all)
{
	for (unsigned i = 0; i < all->count; i++)
		runner_release(&all->runner[i]);
	descendants_release(&all->descendants);
	runners_unfollow(all);
	free(all->poll);
	free(all->packet);
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
	descendants_add(&runner->all->descendants, member->process.pid);
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

int runner_start(struct runner *runner, struct err *err)
{
	runner_stage(runner, "starting");
	for (unsigned i = 0; i < runner->count && !runner_is_over(runner);
	     i++) {
		int code = start_member(runner, &runner->member[i], err);

		if (code < 0)
			return code;
		runners_turn(runner->all, clock_now_ns());
	}
	return 0;
}

bool member_expects_ready(const struct member *member)
{
	return !member->judged && member->step < STEP_READY;
}

void runner_judge_unready(struct runner *runner)
{
	char text[160];

	snprintf(text, sizeof(text),
		 "was not ready within %g s: is the endpoint reachable, or "
		 "does it need longer?", runner->request->ready_timeout_s);
	for (unsigned i = 0; i < runner->count; i++)
		if (member_expects_ready(&runner->member[i]))
			member_judge_late(runner, &runner->member[i],
					  REPLICA_NEVER_READY, text);
}

void runner_judge_overdue(struct runner *runner, member_test test,
			  const char *text)
{
	for (unsigned i = 0; i < runner->count; i++) {
		struct member *member = &runner->member[i];

		if (!test(member))
			continue;
		member_judge_late(runner, member, REPLICA_OVERDUE, text);
		member_kill(runner, member);
	}
}
