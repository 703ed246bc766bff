/* Which trials are results, and what is said of the others. */
#include "check.h"
#include "said.h"

#include <stdlib.h>

#include "analyse/analyse.h"
#include "analyse/judge.h"
#include "base/mem.h"

#define GO 1000000000ULL
#define MS 1000000ULL

static struct trial trial;
static struct replica *r;

/* Two replicas that did 1,000 operations each, as the origin saw it. */
static int make(void **state)
{
	struct trial_spec spec;

	(void)state;
	spec_init(&spec);
	spec.library = "lib";
	spec.replicas = 2;
	spec.concurrency = 4;
	spec.pool_size = 4;
	spec.operation_timeout_s = 1;
	spec.timeout_s = 2;
	trial_init(&trial, &spec);
	trial.go_ns = GO;
	trial.window_end_ns = GO + 2000 * MS;
	trial.own_origin = true;
	strcpy(trial.congestion, "cubic");
	for (unsigned i = 0; i < 2; i++) {
		r = &trial.replica[i];
		r->state = REPLICA_FINISHED;
		r->done_ns = trial.window_end_ns;
		r->started = r->finished = r->records = 1000;
		r->outcomes[OUTCOME_OK] = r->ledger.requests = 1000;
		r->requests = (struct plan_span){ 1000, 1000 };
		r->bytes_recorded = r->ledger.body_bytes = 16384000;
		r->bodies = (struct plan_span){ 16384000, 16384000 };
		r->crc_checked = 30;
		r->ledger.hold_reached = 4;
		r->ledger_setup.connections = 4;
	}
	return 0;
}

static int undo(void **state)
{
	(void)state;
	trial_release(&trial);
	return 0;
}

static void assert_state(const char *expected)
{
	struct run run = { .id = "run" };
	struct summary summary = { 0 };

	analyse_summary(&trial, &run, &summary);
	assert_string_equal(summary.total.state, expected);
	summary_release(&summary);
}

static void assert_fails(const char *says)
{
	analyse_reconcile(&trial);
	assert_true(trial.failed);
	if (!strstr(trial.text, says))
		fail_msg("'%s' does not say '%s'", trial.text, says);
	assert_state("failed");
}

static void check_honest(void **state)
{
	(void)state;
	analyse_reconcile(&trial);
	assert_false(trial.failed);
	assert_int_equal(trial.findings.count, 0);
	assert_state("ok");
}

static void check_no_request(void **state)
{
	(void)state;
	r->ledger.requests = r->ledger.connections = 0;
	assert_fails("replica 1 made no request at all and says that 1000 were "
		     "answered");
}

/* `null` is made to do nothing, and no other. */
static void check_null(void **state)
{
	(void)state;
	r->ledger.requests = trial.replica[0].ledger.requests = 0;
	r->ledger.body_bytes = 0;
	free((void *)(uintptr_t)trial.spec.library);
	trial.spec.library = mem_dup("null");
	analyse_reconcile(&trial);
	assert_false(trial.failed);
	assert_non_null(strstr(said(&trial.findings), "the harness's own cost"));
}

static void check_sent_less(void **state)
{
	(void)state;
	/* As many as may be in flight are not counted yet. */
	r->ledger.body_bytes = 16384000 - 4 * 16384;
	analyse_reconcile(&trial);
	assert_false(trial.failed);
	assert_non_null(strstr(said(&trial.findings), "the origin sent"));
	r->ledger.body_bytes--;
	assert_fails("replica 1 recorded 16384000 bytes of answers, and the "
		     "origin sent it 16318463");
}

/* A store outside has no ledger; the link of a cell counts all the same. */
static void check_received_less(void **state)
{
	(void)state;
	trial.own_origin = false;
	r->ledger = (struct ledger_counts){ 0 };
	analyse_reconcile(&trial);
	assert_false(trial.failed);
	r->link_rx_bytes = 4000;
	assert_fails("its link received 4000");
}

static void check_overlap(void **state)
{
	(void)state;
	r->in_flight_peak = 4;
	analyse_reconcile(&trial);
	assert_false(trial.failed);
	r->in_flight_peak = 5;
	assert_fails("at least 5 operations in flight at one time, and 4 may");
}

static void check_count(void **state)
{
	(void)state;
	r->finished = 12345;
	assert_fails("says it finished 12345 operations and recorded 1000");
}

/* The sentence of a replica that did not finish is not lost. */
static void check_two_reasons(void **state)
{
	(void)state;
	strcpy(trial.text, "replica 0 died");
	trial.replica[0].state = REPLICA_KILLED;
	r->finished = 12345;
	assert_fails("12345");
	assert_non_null(strstr(said(&trial.findings), "replica 0 died"));
}

static void fail_some(unsigned outcome, uint64_t n)
{
	r->outcomes[outcome] = n;
	r->outcomes[OUTCOME_OK] = 1000 - n;
}

/* Of 2,000 operations. */
static void check_shares(void **state)
{
	(void)state;
	fail_some(OUTCOME_THROTTLED, 20);
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings), "lib: 20 of its 2000 operations "
					       "failed: 20 throttled"));
	assert_state("ok");
	fail_some(OUTCOME_THROTTLED, 21);
	assert_state("partly failed");
	fail_some(OUTCOME_THROTTLED, 1000);
	analyse_reconcile(&trial);
	assert_state("partly failed");
	trial.replica[0].outcomes[OUTCOME_OK]--;
	trial.replica[0].outcomes[OUTCOME_OTHER]++;
	assert_fails("1001 of its 2000 operations failed: 1000 throttled, 1 "
		     "other");
}

static void check_wrong_bytes(void **state)
{
	(void)state;
	fail_some(OUTCOME_WRONG_BYTES, 1000);
	trial.replica[0].outcomes[OUTCOME_WRONG_BYTES] = 1000;
	trial.replica[0].outcomes[OUTCOME_OK] = 0;
	analyse_reconcile(&trial);
	assert_false(trial.failed);
	assert_state("wrong bytes");
}

static void check_texts(void **state)
{
	(void)state;
	fail_some(OUTCOME_OTHER, 15);
	r->failure_text[OUTCOME_OTHER] = mem_dup("a//b: empty path segment");
	fail_some(OUTCOME_TIMEOUT, 5);
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "5 timeout, 15 other (a//b: empty path "
			       "segment)"));
	assert_non_null(strstr(said(&trial.findings), "0.25% of the operations timed "
					       "out, after up to 1 s"));
}

/* Nobody reads 1e+02%, and ranges of blocks could not be made of it. */
static void check_no_exponents(void **state)
{
	(void)state;
	trial.replica[0].outcomes[OUTCOME_TIMEOUT] = 1000;
	trial.replica[0].outcomes[OUTCOME_OK] = 0;
	fail_some(OUTCOME_TIMEOUT, 999);
	trial.spec.rate = 2500000;
	trial.spec.timeout_s = 0.05;
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "lib: 100% of the operations timed out"));
	assert_non_null(strstr(said(&trial.findings),
			       "2500000 operations/s were asked for"));
	assert_non_null(strstr(said(&trial.findings),
			       "were started (40000/s)"));
	assert_null(strstr(said(&trial.findings), "e+"));
}

static void check_rate(void **state)
{
	struct run run = { .id = "run" };
	struct summary summary = { 0 };

	(void)state;
	trial.spec.rate = 1000;
	analyse_reconcile(&trial);
	assert_int_equal(trial.findings.count, 0);
	trial.spec.rate = 10000.5;
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "lib did not reach the rate: 10000.5 "
			       "operations/s were asked for, 2000 of 20002 that "
			       "were due were started (1000/s), and 18002 "
			       "never"));
	analyse_summary(&trial, &run, &summary);
	assert_int_equal(summary.total.operations_due, 20002);
	assert_int_equal(summary.total.operations_started, 2000);
	assert_int_equal(summary.total.operations_never_started, 18002);
	assert_int_equal(summary.replica[1].operations_due, 10001);
	summary_release(&summary);
	r->done_ns = 0; /* nobody knows what it had started */
	trial.spec.n_requests = 1500;
	analyse_summary(&trial, &run, &summary);
	assert_int_equal(summary.total.operations_due, 3000);
	assert_true(summary.total.operations_started == COUNT_UNKNOWN);
	assert_true(summary.total.operations_never_started == COUNT_UNKNOWN);
	summary_release(&summary);
	trial.spec.rate = NAN;
	analyse_summary(&trial, &run, &summary);
	assert_true(summary.total.operations_due == COUNT_UNKNOWN);
	summary_release(&summary);
}

/* A block has so many rounds, whatever --n-requests asks for. */
static void check_rounds_over(void **state)
{
	(void)state;
	trial.spec.n_requests = 100000;
	strcpy(trial.replica[0].stopped_by, "deadline");
	analyse_reconcile(&trial);
	assert_null(strstr(said(&trial.findings), "--n-requests"));
	strcpy(trial.replica[0].stopped_by, "finish");
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       " of the 200000 operations that were asked for "
			       "(--n-requests) were started: the rounds of a "
			       "block were over first"));
}

/* Without a group rusage says whether all processes were seen. */
static void check_seen(void **state)
{
	(void)state;
	r->group_cpu_ns = COUNT_UNKNOWN;
	r->cpu_scope = CPU_SCOPE_PROCESSES;
	r->seen_cpu_ns = 1000 * MS;
	r->rusage_ns = 1390 * MS; /* it had to end, too */
	analyse_reconcile(&trial);
	assert_int_equal(trial.findings.count, 0);
	assert_int_equal(r->cpu_scope, CPU_SCOPE_PROCESSES);
	r->rusage_ns = 1410 * MS;
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "replica 1: of its processes 1.000 s of CPU were "
			       "seen, and rusage is 1.410 s"));
	assert_int_equal(r->cpu_scope, CPU_SCOPE_INCOMPLETE);
	assert_int_equal(trial.replica[0].cpu_scope, CPU_SCOPE_GROUP);
	trial.strays = 2;
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings), "2 processes left their "
					       "replicas"));
}

static void assert_said(const char *part, size_t count)
{
	analyse_reconcile(&trial);
	if (trial.findings.count != count || !strstr(said(&trial.findings), part))
		fail_msg("not %zu, or no '%s': %s", count, part,
			 said(&trial.findings));
}

/* What matters is its part of the window, and it is said once. */
static void check_late_go(void **state)
{
	(void)state;
	trial.go_read_late_ns = 20 * MS;
	assert_said("", 0);
	trial.go_read_late_ns = 21 * MS;
	assert_said("the reading at GO ended 21 ms too late", 1);
	assert_string_equal(trial.findings.list[0].name, "go_late");
	trial.go_sent_late_ns = 22 * MS;
	trial.go_read_late_ns = 30 * MS;
	assert_said("the last GO was sent 22 ms too late, in a window of 2000 "
		    "ms", 2);
}

/* Others in their place make the sum no less. */
static void check_kinds(void **state)
{
	(void)state;
	r->ledger.requests_head = r->heads = 500;
	r->ledger.requests_list = r->lists = 200;
	assert_said("", 0);
	r->ledger.requests_head = 499;
	assert_said("lib: the origin saw only 499 HEAD requests for operations "
		    "that need 500", 1);
	assert_string_equal(trial.findings.list[0].name, "requests_fewer");
	r->ledger.requests_head = 501;
	r->ledger.requests_list = 199;
	assert_said("only 199 listings for operations that need 200", 2);
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, make, undo)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(check_honest),	CHECK(check_no_request),
		CHECK(check_rounds_over),
		CHECK(check_null),	CHECK(check_sent_less),
		CHECK(check_received_less), CHECK(check_overlap),
		CHECK(check_count),	CHECK(check_two_reasons),
		CHECK(check_shares),	CHECK(check_wrong_bytes),
		CHECK(check_texts),	CHECK(check_rate),
		CHECK(check_no_exponents),
		CHECK(check_seen),	CHECK(check_late_go),
		CHECK(check_kinds),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
