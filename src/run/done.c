/* What a replica says of its work, `done` and `paused`, and whether it can be
 * true. */
#include "run/runner.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"

/* A replica may round the deadline, which it gets in seconds. */
#define ROUNDING_NS NS_PER_MS

/* The last record of a worker and its `done` are some 1 ms apart, and more on a
 * busy machine. */
#define DONE_LATE_NS (250 * NS_PER_MS)

static bool stopped_by(const struct member *member, const char *why)
{
	return strcmp(member->replica->stopped_by, why) == 0;
}

/* Whether it has worked as long as it was asked to. In slices what counts is
 * from each `go` until it said `paused`, at most. */
static bool is_due(const struct runner *runner, const struct member *member,
		   uint64_t now_ns)
{
	uint64_t worked_ns = member->worked_ns;

	if (!runner->sliced)
		return now_ns + ROUNDING_NS >= runner->deadline_ns;
	if (member->step < STEP_PAUSED)
		worked_ns += now_ns - runner->slice_go_ns;
	return worked_ns + ROUNDING_NS >=
	       clock_ns(trial_timeout_s(runner->trial));
}

/* Of counts that have all members; since the last `paused` where there was one:
 * each pause may give up what was in flight. */
static const char *counts_lie(const struct runner *runner,
			      const struct member *member,
			      const struct packet_counts *now)
{
	const struct packet_counts *before = &member->counts;

	if (now->finished > runner->request->records_capacity)
		return "with more 'finished' than records fit";
	if (now->started < before->started ||
	    now->finished < before->finished ||
	    now->unfinished < before->unfinished)
		return "with less done than it said before";
	if (now->unfinished - before->unfinished >
	    runner->trial->spec.concurrency)
		return "with more 'unfinished' than can be in flight";
	return NULL;
}

static const char *stop_lie(const struct runner *runner,
			    const struct member *member, uint64_t now_ns)
{
	const struct trial_spec *spec = &runner->trial->spec;
	const struct replica *replica = member->replica;

	/* In an open loop the next operation may be meant for later. */
	if (stopped_by(member, "deadline") && !(spec->rate > 0) &&
	    !is_due(runner, member, now_ns))
		return "for the 'deadline' before it was there";
	if (stopped_by(member, "n_requests") &&
	    spec->n_requests == COUNT_UNKNOWN)
		return "for 'n_requests', and none were asked for";
	if (stopped_by(member, "n_requests") &&
	    replica->started != spec->n_requests)
		return "for 'n_requests' with another number 'started'";
	if (stopped_by(member, "records_full") &&
	    replica->finished < runner->request->records_capacity)
		return "for 'records_full' with room left";
	if (stopped_by(member, "finish") && member->step != STEP_FINISHING)
		return "for 'finish', which it was not sent";
	return NULL;
}

/* Returns what is wrong with a `done` that has all members, or NULL. */
static const char *done_lie(const struct runner *runner,
			    const struct member *member, uint64_t now_ns)
{
	const struct replica *replica = member->replica;
	const struct packet_counts counts = {
		replica->started, replica->finished, replica->unfinished
	};
	const char *wrong;

	if (now_ns < runner->trial->go_ns)
		return "before GO (does it wait until at_ns of this machine's "
		       "CLOCK_MONOTONIC?)";
	if (replica->end_ns < runner->trial->go_ns)
		return "with an 'end_ns' before GO (it is CLOCK_MONOTONIC)";
	if (replica->end_ns > now_ns)
		return "with an 'end_ns' that is not yet over (it is "
		       "CLOCK_MONOTONIC)";
	wrong = counts_lie(runner, member, &counts);
	return wrong ? wrong : stop_lie(runner, member, now_ns);
}

static void bad_counts(struct runner *runner, struct member *member,
		       const char *type, const char *wrong)
{
	char text[160];

	snprintf(text, sizeof(text), "'%s' %s", type, wrong);
	member_on_bad_packet(runner, member, text);
}

/* A worker says `done` as soon as it is done. It may wait for operations in
 * flight, or be paused. */
static void check_done_time(const struct runner *runner,
			    const struct member *member, uint64_t now_ns)
{
	const struct replica *replica = member->replica;

	if (member->step != STEP_FINISHING &&
	    replica->unfinished == member->counts.unfinished &&
	    now_ns > replica->end_ns + DONE_LATE_NS)
		trial_add_finding(runner->trial, FINDING_DONE_LATE,
				  "replica %u said 'done' %s s after the end "
				  "that it gave: what it did meanwhile is in "
				  "no figure",
				  replica->number,
				  number_short(clock_seconds(now_ns -
							     replica->end_ns),
					       2).text);
}

/* What it said cannot be true, so that none of it counts. */
static void take_back(struct replica *replica,
		      const struct packet_counts *before)
{
	replica->end_ns = 0;
	replica->started = before->started;
	replica->finished = before->finished;
	replica->unfinished = before->unfinished;
}

/* In a block the window is the slice's, and the hook waits for its end. */
static void tell_done(struct runner *runner, struct member *member,
		      enum step before)
{
	const struct replica *replica = member->replica;

	if (runner->sliced) {
		member->done_unread = true;
		if (before == STEP_FINISHING)
			member_read_done(runner, member);
		return;
	}
	runner_open_window(runner); /* we may have overslept GO */
	runner_end_window(runner, stopped_by(member, "deadline")
				  ? runner->deadline_ns : replica->end_ns);
	member->done_unread = true;
	member_read_done(runner, member);
}

void member_read_done(struct runner *runner, struct member *member)
{
	struct run_hooks *hooks = &runner->request->hooks;

	if (member->done_unread && hooks->done)
		hooks->done(runner->request->context, runner->trial,
			    member->replica->number);
	member->done_unread = false;
}

void member_on_done(struct runner *runner, struct member *member,
		    const json_t *packet)
{
	struct replica *replica = member->replica;
	const struct packet_counts counts = {
		replica->started, replica->finished, replica->unfinished
	};
	enum step before = member->step;
	uint64_t now_ns = clock_now_ns();
	const char *wrong;
	struct err err;

	if (packet_read_done(packet, replica, &err) < 0) {
		take_back(replica, &counts);
		member_on_bad_packet(runner, member, err.text);
		return;
	}
	wrong = done_lie(runner, member, now_ns);
	if (wrong) {
		take_back(replica, &counts);
		bad_counts(runner, member, "done", wrong);
		return;
	}
	check_done_time(runner, member, now_ns);
	member->step = STEP_DONE;
	replica->done_ns = now_ns;
	tell_done(runner, member, before);
}

/* Its records are judged by these while it works, and when it dies. */
static void keep_counts(struct member *member,
			const struct packet_counts *counts)
{
	struct replica *replica = member->replica;

	member->undrained = counts->unfinished > member->counts.unfinished;
	member->counts = *counts;
	replica->started = counts->started;
	replica->finished = counts->finished;
	replica->unfinished = counts->unfinished;
}

void member_on_paused(struct runner *runner, struct member *member,
		      const json_t *packet)
{
	struct packet_counts counts = { 0 };
	uint64_t now_ns = clock_now_ns();
	const char *wrong;
	struct err err;

	if (packet_read_paused(packet, &counts, &err) < 0) {
		member_on_bad_packet(runner, member, err.text);
		return;
	}
	wrong = counts_lie(runner, member, &counts);
	if (!wrong && counts.started > runner->trial->spec.n_requests)
		wrong = "with more 'started' than were asked for";
	if (wrong) {
		bad_counts(runner, member, "paused", wrong);
		return;
	}
	member->step = STEP_PAUSED;
	keep_counts(member, &counts);
	member->worked_ns += now_ns - runner->slice_go_ns;
}
