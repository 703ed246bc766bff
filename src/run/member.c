/* One replica: what its packets and its end mean. */
#include "run/runner.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "base/text.h"
#include "run/timens.h"

#define WHEN_BYTES 48

/* So late is 'ready' read where the machine is very busy. */
#define CLOCK_DOUBT_NS (int64_t)(500 * NS_PER_MS)

/* "0.5 s after GO", or "before GO". */
static const char *when(const struct runner *runner, char out[WHEN_BYTES])
{
	uint64_t now = clock_now_ns(), go = runner->trial->go_ns;

	if (!go || now < go)
		snprintf(out, WHEN_BYTES, "before GO");
	else
		snprintf(out, WHEN_BYTES, "%.1f s after GO",
			 clock_seconds(now - go));
	return out;
}

static const char *signal_word(int number)
{
	const char *word = sigabbrev_np(number);

	return word ? word : "?";
}

void member_ask_place(struct runner *runner, struct member *member)
{
	const struct place *place = runner->request->place;

	if (place && place->blame && !member->judged)
		member->blame = place->blame(place->context,
					     member->replica->number,
					     member->blame_text,
					     sizeof(member->blame_text));
}

/* Asks the place what it has to do with the end: `out` gets ": " and the
 * reason. The launcher alone may know about the memory. */
static enum blame blame(const struct member *member, char out[300])
{
	if (member->process.out_of_memory && member->blame != BLAME_MEMORY) {
		snprintf(out, 300, "%s",
			 ": it needed more memory than --memory allows, and "
			 "the kernel killed it");
		return BLAME_MEMORY;
	}
	if (member->blame)
		snprintf(out, 300, ": %s", member->blame_text);
	return member->blame;
}

/* Adds ": " and the last line that the replica printed, or else the remedy. */
static const char *last_words(const struct member *member, char out[300])
{
	char line[290];

	if (blame(member, out))
		return out;
	tail_last_line(&member->output, line, sizeof(line));
	if (*line)
		snprintf(out, 300, ": %s", line);
	else
		snprintf(out, 300,
			 ", and printed nothing: run it by itself, without "
			 "BENCHMARK_FD, to see why");
	return out;
}

void member_judge(struct runner *runner, struct member *member,
		  enum replica_state state, const char *format, ...)
{
	struct replica *replica = member->replica;
	va_list args;

	if (member->judged)
		return;
	member->judged = true;
	replica->state = state;
	va_start(args, format);
	vsnprintf(replica->text, sizeof(replica->text), format, args);
	va_end(args);
	text_clean_line(replica->text);
	if (state != REPLICA_FINISHED && !runner->first_failed)
		runner->first_failed = member;
	LOG(RUN, "replica %u %s: %s", replica->number,
	    replica_state_name(state), replica->text);
}

void member_kill(struct runner *runner, struct member *member)
{
	if (!member->running)
		return;
	member->killed = true;
	runner->launcher->kill(&member->process);
	/* A frozen group of cgroup v1 would not die of it. */
	if (member->frozen)
		member_freeze(runner, member, false);
}

void member_judge_late(struct runner *runner, struct member *member,
		       enum replica_state state, const char *text)
{
	int number = member->running
			     ? runner->launcher->stopped(&member->process)
			     : 0;

	if (!number) {
		member_judge(runner, member, state, "%s", text);
		return;
	}
	member->replica->signal = number;
	member_judge(runner, member, REPLICA_STOPPED,
		     "was stopped by signal %d (SIG%s) and did not go on "
		     "within the time it had: look for who sent it", number,
		     signal_word(number));
}

/* ------------------------------------------------------------ packets --- */

void member_on_bad_packet(struct runner *runner, struct member *member,
			  const char *text)
{
	member_judge(runner, member, REPLICA_BAD_PROTOCOL,
		     "broke the worker protocol (docs/worker-protocol.md): it "
		     "sent %s", text);
	member_kill(runner, member);
}

static void out_of_turn(struct runner *runner, struct member *member,
			const char *type)
{
	static const char *const after[] = {
		[STEP_NONE] = "before it was started",
		[STEP_SETUP] = "before it was ready",
		[STEP_READY] = "after 'ready' and before GO",
		[STEP_GO] = "after GO",
		[STEP_PAUSING] = "after 'pause'",
		[STEP_PAUSED] = "after 'paused'",
		[STEP_FINISHING] = "after 'finish'",
		[STEP_DONE] = "after 'done'",
		[STEP_BYE] = "after 'done'",
	};
	char text[160];

	snprintf(text, sizeof(text), "'%.60s' %s", type, after[member->step]);
	member_on_bad_packet(runner, member, text);
}

/* In seconds and a word that goes on "its CLOCK_MONOTONIC is …". */
static void judge_clock(struct runner *runner, struct member *member,
			int64_t ahead_ns)
{
	bool ahead = ahead_ns > 0;

	member_judge(runner, member, REPLICA_BAD_PROTOCOL,
		     "runs on another clock: its CLOCK_MONOTONIC is %.6g s %s "
		     "ours (is it in a time namespace, or is its time faked?), "
		     "so that no time it records would mean anything: start it "
		     "without that",
		     clock_seconds((uint64_t)(ahead ? ahead_ns : -ahead_ns)),
		     ahead ? "ahead of" : "behind");
	member_kill(runner, member);
}

/* The kernel says it exactly. A replica says how its clock stood at some moment
 * since its start; old workers say nothing. */
static void check_clock(struct runner *runner, struct member *member,
			uint64_t now_ns)
{
	struct replica *replica = member->replica;
	int64_t ahead_ns = 0;

	if (replica->ready_clock_ns)
		replica->clock_offset_ns =
			(int64_t)(replica->ready_clock_ns - now_ns);
	if (timens_offset(member->process.pid, &ahead_ns) && ahead_ns)
		replica->clock_offset_ns = ahead_ns;
	else if (replica->ready_clock_ns)
		ahead_ns = timens_difference(replica->ready_clock_ns,
					     member->started_ns, now_ns);
	if (ahead_ns)
		judge_clock(runner, member, ahead_ns);
	else if (replica->ready_clock_ns &&
		 replica->clock_offset_ns < -CLOCK_DOUBT_NS)
		trial_add_finding(
			runner->trial, FINDING_CLOCK_BEHIND,
			"replica %u: its CLOCK_MONOTONIC was %s s "
			"behind ours when it said that it was ready: "
			"is it another clock, or was the harness held "
			"up?", replica->number,
			number_short((double)-replica->clock_offset_ns /
					     NS_PER_S,
				     3).text);
}

static void on_ready(struct runner *runner, struct member *member,
		     const json_t *packet)
{
	uint64_t now_ns = clock_now_ns();
	struct err err;
	int code = packet_read_ready(packet, member->replica, &err);

	if (code == ERR_CONFLICT) {
		member_judge(runner, member, REPLICA_BAD_PROTOCOL, "%s",
			     err.text);
		member_kill(runner, member);
	} else if (code < 0) {
		member_on_bad_packet(runner, member, err.text);
	} else {
		member->step = STEP_READY;
		member->replica->ready_s =
			clock_seconds(now_ns - member->started_ns);
		check_clock(runner, member, now_ns);
	}
}

static void on_error(struct runner *runner, struct member *member,
		     const json_t *packet)
{
	const char *stage, *message;
	char time[WHEN_BYTES], why[300] = "";
	struct err err;

	if (packet_read_error(packet, &stage, &message, &err) < 0) {
		member_on_bad_packet(runner, member, err.text);
		return;
	}
	member_ask_place(runner, member);
	blame(member, why);
	if (member->step >= STEP_GO)
		member_judge(runner, member, REPLICA_EXITED,
			     "gave up %s (%.20s): %s%s", when(runner, time),
			     stage, message, why);
	else
		member_judge(runner, member, REPLICA_SETUP_FAILED,
			     "failed before it was ready (%.20s): %s%s", stage,
			     message, why);
	member->give_up_ns = clock_now_ns() + RUNNER_LINGER_NS;
}

/* Only then it may say that it is done. A `pause` may cross that on the way. */
static bool is_asked_to_work(const struct member *member)
{
	return member->step == STEP_GO || member->step == STEP_PAUSING ||
	       member->step == STEP_FINISHING;
}

void member_on_packet(struct runner *runner, struct member *member,
		      const char *bytes, size_t n)
{
	json_t *packet;
	const char *type;
	struct err err;

	if (packet_parse(bytes, n, &packet, &type, &err) < 0) {
		member_on_bad_packet(runner, member, err.text);
		return;
	}
	LOG(RUN, "replica %u sent '%s'", member->replica->number, type);
	if (strcmp(type, "ready") == 0 && member->step == STEP_SETUP)
		on_ready(runner, member, packet);
	else if (strcmp(type, "done") == 0 && is_asked_to_work(member))
		member_on_done(runner, member, packet);
	else if (strcmp(type, "paused") == 0 && member->step == STEP_PAUSING)
		member_on_paused(runner, member, packet);
	else if (strcmp(type, "error") == 0 && member->step < STEP_DONE)
		on_error(runner, member, packet);
	else
		out_of_turn(runner, member, type);
	json_decref(packet);
}

/* ------------------------------------------------------------- ending --- */

/* Most often the replica is exiting, and its socket is only the first thing to
 * go. */
void member_on_hang_up(struct runner *runner, struct member *member)
{
	(void)runner;
	if (member->step < STEP_BYE)
		member->give_up_ns = clock_now_ns() + RUNNER_LINGER_NS;
}

void member_on_give_up(struct runner *runner, struct member *member)
{
	char time[WHEN_BYTES];

	member->give_up_ns = 0;
	member_judge(runner, member, REPLICA_BAD_PROTOCOL,
		     "closed its socket (BENCHMARK_FD) %s and went on running: "
		     "it has to stay open until 'bye'", when(runner, time));
	member_kill(runner, member);
}

/* The replica did its work and was told to go. If it goes in a bad way, that is
 * worth a remark. */
static void judge_goodbye(struct runner *runner, struct member *member)
{
	const struct replica *replica = member->replica;

	if (member->judged)
		return;
	if (replica->signal)
		trial_add_finding(runner->trial, FINDING_END_ODD,
				  "replica %u was killed by signal %d (SIG%s) "
				  "after 'bye', when all its work was done",
				  replica->number, replica->signal,
				  signal_word(replica->signal));
	else if (replica->exit_status > 0)
		trial_add_finding(runner->trial, FINDING_END_ODD,
				  "replica %u exited with status %d after "
				  "'bye', when all its work was done",
				  replica->number, replica->exit_status);
	member_judge(runner, member, REPLICA_FINISHED, "%s", "");
}

void member_judge_unwaited(struct runner *runner, struct member *member)
{
	member_judge(runner, member, REPLICA_EXITED,
		     "said that it was done and did not wait for 'bye', so "
		     "that its counters may not have been read: it has to wait "
		     "with its socket open");
}

static void judge_signal(struct runner *runner, struct member *member)
{
	enum replica_state state = REPLICA_KILLED;
	int number = member->replica->signal;
	char time[WHEN_BYTES], words[300];
	enum blame why;

	why = blame(member, words);
	if (why == BLAME_MEMORY)
		state = REPLICA_KILLED_MEMORY;
	else if (!why && number == SIGBUS)
		snprintf(words, sizeof(words),
			 ": is there memory left for its records?");
	else if (!why && number == SIGKILL)
		snprintf(words, sizeof(words),
			 ": not by the harness; was it out of memory? dmesg "
			 "may tell");
	else if (!why)
		last_words(member, words);
	member_judge(runner, member, state,
		     "was killed by signal %d (SIG%s) %s%s", number,
		     signal_word(number), when(runner, time), words);
}

/* Only who started it knew, and says no more. */
static void judge_lost(struct runner *runner, struct member *member)
{
	char time[WHEN_BYTES];

	if (member->step == STEP_DONE)
		member_judge_unwaited(runner, member);
	else
		member_judge(runner, member,
			     member->step < STEP_GO ? REPLICA_SETUP_FAILED
						    : REPLICA_EXITED,
			     "ended %s, and how is not known, as %s",
			     when(runner, time), member->process.lost);
}

static void judge_status(struct runner *runner, struct member *member)
{
	int status = member->replica->exit_status;
	char time[WHEN_BYTES], words[300];

	last_words(member, words);
	if (member->step < STEP_READY)
		member_judge(runner, member, REPLICA_SETUP_FAILED,
			     "exited with status %d before it was ready%s",
			     status, words);
	else if (member->step == STEP_READY)
		member_judge(runner, member, REPLICA_SETUP_FAILED,
			     "exited with status %d after it was ready, "
			     "before GO%s", status, words);
	else if (member->step == STEP_DONE)
		member_judge_unwaited(runner, member);
	else
		member_judge(runner, member, REPLICA_EXITED,
			     "exited with status %d %s without saying that it "
			     "was done%s", status, when(runner, time), words);
}

void member_on_exit(struct runner *runner, struct member *member,
		    const siginfo_t *info)
{
	struct replica *replica = member->replica;

	replica->rusage_ns = member->process.rusage_ns;
	if (info->si_code == CLD_EXITED)
		replica->exit_status = info->si_status;
	else if (info->si_code && !member->killed)
		replica->signal = info->si_status;
	if (member->step == STEP_BYE)
		judge_goodbye(runner, member);
	else if (replica->signal && !member->judged)
		judge_signal(runner, member);
	else if (member->process.lost)
		judge_lost(runner, member);
	else
		judge_status(runner, member);
}
