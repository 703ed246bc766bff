/*
 * What the origin saw against what was planned and what the replicas say. Each
 * check is a function that adds at most one sentence; all are in the list at
 * the end. A sentence stands only where something differs, or is doubtful.
 */
#include "analyse/analyse.h"
#include "analyse/due.h"
#include "analyse/judge.h"
#include "analyse/limits.h"
#include "analyse/marks.h"
#include "analyse/reconcile_cell.h"
#include "analyse/reconcile_noise.h"
#include "analyse/use.h"
#include "analyse/windows.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"

#define FEW_OPERATIONS 100

/* Of what an open loop's rate asked for; the last may come too late. */
#define RATE_MISSED 0.01

/* Of the window: what a late start takes from its rates and its CPU. */
#define GO_LATE 0.01

/* Sums over the replicas. */
struct sums {
	uint64_t started, records, after, unfinished, bytes_recorded, ok,
		failed, crc_checked;
	uint64_t requests, body_bytes, repeated, connections, hold_reached;
	uint64_t attempts;          /* that the replicas tell */
	struct plan_span expected;  /* requests */
	uint64_t heads, lists;      /* that the origin saw */
	uint64_t heads_due, lists_due;
	struct plan_span bodies;    /* bytes; most: COUNT_UNKNOWN */
	bool all_done; /* every replica said what it had started */
};

static void sum_up(const struct trial *trial, struct sums *s)
{
	memset(s, 0, sizeof(*s));
	s->all_done = true;
	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *r = &trial->replica[i];

		s->started += r->started;
		s->records += r->records;
		s->after += r->records_after;
		s->unfinished += r->unfinished;
		s->bytes_recorded += r->bytes_recorded;
		s->ok += r->outcomes[OUTCOME_OK];
		for (unsigned o = OUTCOME_OK + 1; o < OUTCOME_COUNT; o++)
			s->failed += r->outcomes[o];
		s->crc_checked += r->crc_checked;
		s->requests += r->ledger.requests;
		s->body_bytes += r->ledger.body_bytes;
		s->repeated += judge_repeats(trial, r);
		s->connections += r->ledger.connections +
				  r->ledger_setup.connections;
		s->hold_reached += r->ledger.hold_reached;
		s->attempts += r->attempts;
		s->heads += r->ledger.requests_head;
		s->lists += r->ledger.requests_list;
		s->heads_due += r->heads;
		s->lists_due += r->lists;
		s->expected.least += r->requests.least;
		s->expected.most += r->requests.most;
		s->bodies.least += r->bodies.least;
		count_add(&s->bodies.most, r->bodies.most);
		s->all_done = s->all_done && r->done_ns;
	}
}

#define LIBRARY(trial) ((trial)->spec.library)
#define LLU(n) ((unsigned long long)(n))

/* ", which need 12 to 14"; "" where each is one request. */
static void tell_expected(const struct sums *s, char out[64])
{
	*out = '\0';
	if (s->expected.most != s->started)
		snprintf(out, 64, ", which need %llu to %llu",
			 LLU(s->expected.least), LLU(s->expected.most));
}

static void check_requests(struct trial *trial, const struct sums *s)
{
	char need[64];

	if (!trial->own_origin)
		return;
	if (judge_does_no_io(trial)) {
		trial_add_finding(trial, FINDING_NO_REQUESTS,
				  "%s made no request at all: its "
				  "figures are the harness's own cost",
				  LIBRARY(trial));
		return;
	}
	tell_expected(s, need);
	if (!s->all_done)
		trial_add_finding(trial, FINDING_REQUESTS_UNKNOWN,
				  "%s: requests not compared, a replica "
				  "did not say what it had started",
				  LIBRARY(trial));
	else if (s->requests > s->expected.most)
		trial_add_finding(
			trial, FINDING_REQUESTS_MORE,
			"%s: the origin saw %llu requests for %llu operations, "
			"%s requests for 1 operation%s",
			LIBRARY(trial), LLU(s->requests), LLU(s->started),
			number_short(s->started ? (double)s->requests /
							  (double)s->started
						: 0,
				     4).text,
			need);
	else if (s->requests < s->expected.least)
		trial_add_finding(
			trial, FINDING_REQUESTS_FEWER,
			"%s: the origin saw only %llu requests for %llu "
			"operations%s",
			LIBRARY(trial), LLU(s->requests), LLU(s->started),
			need);
}

/* As many requests in all, but others: a GET in place of a HEAD. */
static void check_kinds(struct trial *trial, const struct sums *s)
{
	bool heads = s->heads < s->heads_due;

	if (!trial->own_origin || judge_does_no_io(trial) || !s->all_done ||
	    (!heads && s->lists >= s->lists_due))
		return;
	trial_add_finding(trial, FINDING_REQUESTS_FEWER,
			  "%s: the origin saw only %llu %s for operations "
			  "that need %llu",
			  LIBRARY(trial), LLU(heads ? s->heads : s->lists),
			  heads ? "HEAD requests" : "listings",
			  LLU(heads ? s->heads_due : s->lists_due));
}

/* The only sign of a second request where the store is not ours. */
static void check_attempts(struct trial *trial, const struct sums *s)
{
	if (s->attempts > s->expected.most)
		trial_add_finding(trial, FINDING_ATTEMPTS_MORE,
				  "%s says that it sent %llu requests "
				  "for %llu operations, which need at "
				  "most %llu: it asks again by itself",
				  LIBRARY(trial), LLU(s->attempts),
				  LLU(s->started), LLU(s->expected.most));
}

/* Exact where every operation ended well; where some were cut, the origin may
 * have sent more than was recorded, but never less. */
static void check_bytes(struct trial *trial, const struct sums *s)
{
	bool clean = s->all_done && !s->unfinished && !s->failed;

	if (!trial->own_origin || judge_does_no_io(trial))
		return;
	if (s->body_bytes >= s->bodies.least &&
	    (!clean || s->body_bytes <= s->bodies.most))
		return;
	if (s->bodies.least == s->bytes_recorded)
		trial_add_finding(
			trial, FINDING_BYTES_DIFFER,
			"%s: the origin sent %llu bytes of bodies, the "
			"replicas recorded %llu",
			LIBRARY(trial), LLU(s->body_bytes),
			LLU(s->bytes_recorded));
	else
		trial_add_finding(
			trial, FINDING_BYTES_DIFFER,
			"%s: the origin sent %llu bytes of bodies, the "
			"operations need %llu to %llu",
			LIBRARY(trial), LLU(s->body_bytes),
			LLU(s->bodies.least), LLU(s->bodies.most));
}

static void check_in_flight(struct trial *trial, const struct sums *s)
{
	uint64_t want = (uint64_t)trial->burst_requests * trial->replica_count;

	if (!trial->own_origin || judge_does_no_io(trial) ||
	    s->hold_reached >= want)
		return;
	trial_add_finding(trial, FINDING_IN_FLIGHT,
			  "%s: at most %llu of %llu %s were really in flight",
			  LIBRARY(trial), LLU(s->hold_reached), LLU(want),
			  trial->burst_requests == trial->spec.concurrency
				  ? "operations" : "requests");
}

/* Where operations have stages the plan may name one range twice: then what was
 * asked for again shows in the number of requests. */
static bool repeats_are_planned(const struct sums *s)
{
	return s->expected.most != s->started && s->all_done &&
	       s->requests <= s->expected.least;
}

static void check_repeated(struct trial *trial, const struct sums *s)
{
	if (s->repeated && !repeats_are_planned(s))
		trial_add_finding(trial, FINDING_REPEATED,
				  "%s asked %llu time%s again for a "
				  "range whose answer was cut, had "
				  "failed or was still on its way",
				  LIBRARY(trial), LLU(s->repeated),
				  s->repeated == 1 ? "" : "s");
}

/* Whether a comma-separated list holds a name. */
static bool lists(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = list; at && *at;) {
		size_t length = strcspn(at, ",");

		if (length == n && !strncmp(at, name, n))
			return true;
		at += length + (at[length] == ',');
	}
	return false;
}

/* The longest between two turns, ns. 0: it took none, or was never paused. */
static uint64_t longest_pause_ns(const struct trial *trial)
{
	uint64_t longest_ns = 0;

	for (size_t i = 1; i < trial->slice_count; i++) {
		uint64_t paused_ns = trial->slices[i - 1].paused_ns;
		uint64_t go_ns = trial->slices[i].go_ns;

		if (paused_ns && go_ns > paused_ns + longest_ns)
			longest_ns = go_ns - paused_ns;
	}
	return longest_ns;
}

static void tell_many_connections(struct trial *trial, const struct sums *s,
				  uint64_t needed)
{
	double pause_s = clock_seconds(longest_pause_ns(trial));
	double kept_s = trial->spec.keep_alive_timeout_s;
	char why[160] = "";

	if (pause_s > kept_s && !lists(trial->replica[0].not_applied,
				       "keep_alive_timeout_seconds"))
		snprintf(why, sizeof(why), ": between two turns it was paused "
			 "for up to %s s, longer than it keeps idle ones "
			 "(--keep-alive-timeout %g)",
			 number_short(pause_s, 2).text, kept_s);
	trial_add_finding(trial, FINDING_CONNECTIONS_MANY,
			  "%s opened %llu connections, though "
			  "at most %llu were needed at a time%s",
			  LIBRARY(trial), LLU(s->connections), LLU(needed),
			  why);
}

static void check_connections(struct trial *trial, const struct sums *s)
{
	uint64_t needed = trial->spec.concurrency * trial->widest *
			  trial->replica_count;
	/* What is given up at a pause may take its connections with it. */
	uint64_t ended = trial->slice_count ? s->unfinished * trial->widest : 0;

	if (!trial->own_origin || judge_does_no_io(trial))
		return;
	if (trial->spec.keep_alive && s->connections > 2 * needed + ended)
		tell_many_connections(trial, s, needed);
	if (!trial->spec.keep_alive && s->connections < s->requests)
		trial_add_finding(trial, FINDING_CONNECTIONS_REUSED,
				  "%s used connections again, though "
				  "keep_alive is off: %llu connections "
				  "for %llu requests",
				  LIBRARY(trial), LLU(s->connections),
				  LLU(s->requests));
}

/* Settings that a library cannot honour matter only when they were asked for,
 * that is, differ from what everybody has by default. */
static void check_settings(struct trial *trial, const struct sums *s)
{
	const char *list = trial->replica[0].not_applied;
	struct trial_spec usual;

	(void)s;
	spec_init(&usual);
	usual.pool_size = trial->spec.concurrency * trial->widest;
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		if (f->part == SPEC_CLIENT && lists(list, f->name) &&
		    !spec_is_same(&trial->spec, &usual, f))
			trial_add_finding(trial, FINDING_NOT_COMPARABLE,
					  "not comparable in %s: %s has "
					  "no way to honour it",
					  f->name, LIBRARY(trial));
	}
}

static void check_unfinished(struct trial *trial, const struct sums *s)
{
	if (s->unfinished)
		trial_add_finding(trial, FINDING_UNFINISHED,
				  "%s: %llu operations were still in "
				  "flight when %s, and given up",
				  LIBRARY(trial), LLU(s->unfinished),
				  trial->slice_count ? "it was to pause"
						     : "time was up");
}

/* An open loop whose rate was not reached. What was never started has no
 * latency, but a place in the quantiles. */
static void check_rate(struct trial *trial, const struct sums *s)
{
	double due = 0, never = 0;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		uint64_t n = due_never_started(&trial->spec,
					       &trial->replica[i]);

		if (n == COUNT_UNKNOWN)
			return;
		never += (double)n;
		due += (double)due_of_replica(&trial->spec);
	}
	if (never <= RATE_MISSED * due)
		return;
	trial_add_finding(trial, FINDING_RATE_MISSED,
			  "%s did not reach the rate: %s operations/s were "
			  "asked for, %llu of %.0f that were due were started "
			  "(%s/s), and %.0f never: the quantiles count "
			  "these as slower than all that succeeded",
			  LIBRARY(trial), number_short(trial->spec.rate, 6).text,
			  LLU(s->started), due,
			  number_short((double)s->started /
					       trial->spec.timeout_s,
				       4).text, never);
}

static void check_amount(struct trial *trial, const struct sums *s)
{
	if (!trial->failed && s->ok + s->failed == 0)
		trial_add_finding(trial, FINDING_NONE_ENDED,
				  "%s: no operation ended in time",
				  LIBRARY(trial));
	else if (!trial->failed && s->ok && s->ok < FEW_OPERATIONS)
		trial_add_finding(trial, FINDING_FEW_OPERATIONS,
				  "only %llu operations succeeded: "
				  "quantiles of so few say little, "
				  "and there is no p99",
				  LLU(s->ok));
}

static void check_content(struct trial *trial, const struct sums *s)
{
	if (s->ok >= FEW_OPERATIONS && !s->crc_checked &&
	    !judge_does_no_io(trial))
		trial_add_finding(trial, FINDING_CONTENT_UNCHECKED,
				  "%s: no content was checked in the "
				  "timed part",
				  LIBRARY(trial));
}

/* In a block; what is missing makes no figure wrong. */
static void check_finish(struct trial *trial, const struct sums *s)
{
	uint64_t wanted = trial->spec.n_requests * trial->replica_count;

	if (trial->spec.n_requests == COUNT_UNKNOWN || !trial->replica_count ||
	    strcmp(trial->replica[0].stopped_by, "finish") != 0)
		return;
	trial_add_finding(trial, FINDING_ROUNDS_OVER,
			  "%s: %llu of the %llu operations that were asked for "
			  "(--n-requests) were started: the rounds of a block "
			  "were over first", LIBRARY(trial), LLU(s->started),
			  LLU(wanted));
}

static void check_stop(struct trial *trial, const struct sums *s)
{
	(void)s;
	for (unsigned i = 0; i < trial->replica_count; i++) {
		if (!strcmp(trial->replica[i].stopped_by, "records_full")) {
			trial_add_finding(trial, FINDING_RECORDS_FULL,
					  "the records file of replica "
					  "%u was full before the time "
					  "was up",
					  i);
			return;
		}
	}
}

static void check_congestion(struct trial *trial, const struct sums *s)
{
	(void)s;
	if (trial->own_origin && strcmp(trial->congestion, "cubic") &&
	    strcmp(trial->congestion, "reno"))
		trial_add_finding(trial, FINDING_CONGESTION,
				  "the origin's sockets used %s, not "
				  "cubic or reno: large answers may be "
				  "slower",
				  trial->congestion);
}

static void check_still(struct trial *trial, const struct sums *s)
{
	double window_s = trial_seconds(trial);

	(void)s;
	if (trial->origin_still_ns && !judge_does_no_io(trial))
		trial_add_finding(trial, FINDING_ORIGIN_STILL,
				  "the origin stood still for %.1f of "
				  "the %.1f s, and nobody was answered: "
				  "was it stopped or frozen, or did it "
				  "get no CPU? rates and times are in "
				  "doubt, run it again",
				  clock_seconds(trial->origin_still_ns),
				  window_s);
	else if (windows_hide_steadiness(trial))
		trial_add_finding(trial, FINDING_ORIGIN_STILL,
				  "the origin was away for moments of 50 ms "
				  "and more, which touch %.1f of the %.1f s of "
				  "its slices, in which only %.0f%% of what "
				  "was in flight ended: "
				  "was it stopped, or did it get no CPU? rates "
				  "and times are in doubt, run it again",
				  clock_seconds(trial->origin_late_ns),
				  window_s, 100 * windows_steadiness(trial));
}

/* A reading that follows a late GO is late too: it is one thing, said once. */
static void check_go(struct trial *trial, const struct sums *s)
{
	double window_ns = NS_PER_S * trial_seconds(trial);
	double sent_ns = (double)trial->go_sent_late_ns;
	double read_ns = (double)trial->go_read_late_ns;
	bool sent = sent_ns > GO_LATE * window_ns;
	double late_ns = sent ? sent_ns : read_ns;

	(void)s;
	if (late_ns > GO_LATE * window_ns)
		trial_add_finding(trial, FINDING_GO_LATE,
				  "%s %s ms too late, in a window of %s "
				  "ms: is the machine busy with something "
				  "else?",
				  sent ? "the last GO was sent"
				       : "the reading at GO ended",
				  number_short(late_ns / NS_PER_MS, 3).text,
				  number_short(window_ns / NS_PER_MS, 5).text);
}

void analyse_reconcile(struct trial *trial)
{
	static void (*const checks[])(struct trial *, const struct sums *) = {
		check_requests,	  check_kinds,
		check_attempts,	  check_bytes,
		check_in_flight,
		check_repeated,	  check_connections, check_settings,
		check_unfinished, check_rate,	     check_amount,
		check_content,	  check_stop,	     check_finish,
		check_congestion, check_still,	     check_go,
	};
	static void (*const cell_checks[])(struct trial *) = {
		reconcile_cpu,    reconcile_link,	reconcile_limits,
		limits_reconcile, reconcile_ksoftirqd,	reconcile_others,
		reconcile_steal,  reconcile_swapped,	reconcile_frequency,
		marks_reconcile,  reconcile_counters,	use_reconcile,
	};
	struct sums sums;

	if (trial->failed && !trial->go_ns)
		return; /* it never began: there is nothing to compare */
	windows_mark_few(trial);
	marks_set(trial);
	sum_up(trial, &sums);
	judge_claims(trial);
	judge_failures(trial);
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		checks[i](trial, &sums);
	for (size_t i = 0; i < sizeof(cell_checks) / sizeof(*cell_checks); i++)
		cell_checks[i](trial);
}
