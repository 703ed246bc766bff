#include "check.h"
#include "said.h"

#include <math.h>
#include <stdlib.h>

#include "analyse/analyse.h"
#include "analyse/series.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"

#define GO 1000000000ULL
#define MS 1000000ULL

static void near(double value, double expected)
{
	if (fabs(value - expected) > 1e-9 * (1 + fabs(expected)))
		fail_msg("%.17g is not %.17g", value, expected);
}

/* A trial of 2 s of one replica that works for "lib". */
static void make_trial(struct trial *trial, unsigned replicas)
{
	struct trial_spec spec;

	spec_init(&spec);
	spec.library = "lib";
	spec.test = "fetch_range";
	spec.pool_size = 4;
	spec.replicas = replicas;
	spec.concurrency = 4;
	spec.timeout_s = 2;
	trial_init(trial, &spec);
	trial->go_ns = GO;
	trial->window_end_ns = GO + 2000 * MS;
	trial->own_origin = true;
	strcpy(trial->congestion, "cubic");
	for (unsigned i = 0; i < replicas; i++) {
		trial->replica[i].state = REPLICA_FINISHED;
		trial->replica[i].done_ns = trial->window_end_ns + MS;
		trial->replica[i].ledger.hold_reached = 4;
		trial->replica[i].ledger_setup.connections = 4;
	}
}

/* Operations of 1,000 bytes, all with a CRC. */
static const struct plan *make_plan(void)
{
	static struct plan_request ops[400];
	static struct plan plan = { .requests = ops, .op_count = 400 };

	for (int i = 0; i < 400; i++)
		ops[i] = (struct plan_request){ .length = 1000, .has_crc32 = true };
	return &plan;
}

/* Numbers operations as `replicas` share the plan, in the file's order. */
static void number_records(struct record *records, unsigned n, unsigned first,
			   unsigned step)
{
	for (unsigned i = 0; i < n; i++)
		records[i].op = first + i * step;
}

#define LATER (GO + 9000 * MS)

static struct record make_record(uint64_t start_ms, uint64_t end_ms,
				 uint8_t outcome)
{
	struct record record = {
		.intended_ns = GO + start_ms * MS,
		.start_ns = GO + start_ms * MS,
		.end_ns = GO + end_ms * MS,
		.bytes = 1000,
		.flags = RECORD_FLAG_CRC_CHECKED,
		.outcome = outcome,
	};

	return record;
}

static void check_window_decides(void **state)
{
	struct record records[8] = { { 0 } };
	struct trial trial;
	struct replica *r;

	(void)state;
	make_trial(&trial, 1);
	records[0] = make_record(0, 10, OUTCOME_OK);
	records[1] = make_record(5, 20, OUTCOME_OK);
	records[2] = make_record(10, 30, OUTCOME_TIMEOUT);
	records[3] = make_record(1990, 2000, OUTCOME_OK); /* just inside */
	records[4] = make_record(1990, 2001, OUTCOME_OK); /* just outside */
	number_records(records, 5, 0, 1);
	analyse_records(&trial, 0, records, 8, make_plan(), trial.window_end_ns + MS);
	r = &trial.replica[0];
	assert_int_equal(r->records, 5);
	assert_int_equal(r->records_after, 1);
	assert_int_equal(r->outcomes[OUTCOME_OK], 3);
	assert_int_equal(r->outcomes[OUTCOME_TIMEOUT], 1);
	assert_int_equal(r->bytes_ok, 3000);
	assert_int_equal(r->bytes_recorded, 4000);
	assert_int_equal(r->crc_checked, 4);
	assert_int_equal(r->latency->total, 3);
	assert_int_equal(r->latency->max_ns, 15 * MS);
	assert_int_equal(r->in_flight_peak, 2);
	trial_release(&trial);
}

/* Latency counts from the intended start: an operation that had to wait for a
 * free slot is not flattered. */
static void check_intended_start(void **state)
{
	struct record record = make_record(50, 60, OUTCOME_OK);
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	record.intended_ns = GO + 10 * MS;
	analyse_records(&trial, 0, &record, 1, make_plan(), LATER);
	assert_int_equal(trial.replica[0].latency->max_ns, 50 * MS);
	trial_release(&trial);
}

/* What is impossible fails the trial and counts nowhere; analyse_possible has
 * each kind. */
static void check_impossible_records(void **state)
{
	struct record records[3] = { make_record(0, 10, OUTCOME_OK),
				     make_record(20, 10, OUTCOME_OK),
				     make_record(0, 30, OUTCOME_OK) };
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	number_records(records, 3, 0, 1);
	records[2].bytes = 1ULL << 62;
	analyse_records(&trial, 0, records, 3, make_plan(), LATER);
	trial.replica[0].finished = trial.replica[0].started = 3;
	assert_int_equal(trial.replica[0].bad_records, 2);
	assert_int_equal(trial.replica[0].outcomes[OUTCOME_OK], 1);
	assert_int_equal(trial.replica[0].bytes_recorded, 1000);
	analyse_reconcile(&trial);
	assert_true(trial.failed);
	assert_string_equal(trial.text,
			    "replica 0 recorded what cannot be true, 2 of 3 "
			    "records: the first, number 1, ended 0.01 s before "
			    "it was started");
	trial_release(&trial);
}

/* Against counting by hand over many random operations. */
static void check_in_flight_peak(void **state)
{
	enum { N = 400, SLOTS = 7 };
	struct record records[N];
	uint64_t free_at[SLOTS] = { 0 };
	struct trial trial;
	unsigned peak = 0;
	struct rng rng;

	(void)state;
	make_trial(&trial, 1);
	trial.spec.concurrency = SLOTS;
	rng_init(&rng, 5);
	for (int i = 0; i < N; i++) {
		unsigned slot = (unsigned)rng_below(&rng, SLOTS);
		uint64_t start = free_at[slot] + rng_below(&rng, 5);

		free_at[slot] = start + 1 + rng_below(&rng, 50);
		records[i] = make_record(start, free_at[slot], OUTCOME_OK);
	}
	for (int i = 0; i < N; i++) { /* sort by end */
		for (int j = i; j > 0 && records[j].end_ns <
						 records[j - 1].end_ns; j--) {
			struct record r = records[j];

			records[j] = records[j - 1];
			records[j - 1] = r;
		}
	}
	for (int i = 0; i < N; i++) {
		unsigned n = 0;

		for (int j = 0; j < N; j++)
			n += records[j].start_ns <= records[i].start_ns &&
			     records[j].end_ns > records[i].start_ns;
		peak = n > peak ? n : peak;
	}
	number_records(records, N, 0, 1);
	analyse_records(&trial, 0, records, N, make_plan(), LATER);
	assert_int_equal(trial.replica[0].bad_records, 0);
	assert_int_equal(trial.replica[0].in_flight_peak, peak);
	trial_release(&trial);
}

/* Values of pandas 2: Series([1, 2, 4, 8, 16]).describe(). */
static void check_describe(void **state)
{
	double values[] = { 16, 1, 8, 2, 4 };
	double one[] = { 3 };
	struct distribution d;

	(void)state;
	analyse_describe(values, 5, &d);
	near(d.count, 5);
	near(d.mean, 6.2);
	near(d.std, 6.09918027279076);
	near(d.min, 1);
	near(d.q25, 2);
	near(d.q50, 4);
	near(d.q75, 8);
	near(d.max, 16);
	values[0] = 1, values[1] = 2;
	analyse_describe(values, 2, &d);
	near(d.q25, 1.25);
	near(d.q50, 1.5);
	analyse_describe(one, 1, &d);
	near(d.q75, 3);
	assert_true(isnan(d.std));
	analyse_describe(one, 0, &d);
	near(d.count, 0);
	assert_true(isnan(d.mean));
}

static void add_sample(struct trial *trial, int replica, uint64_t at_ms,
		       uint64_t bytes, uint64_t cpu_ms, uint64_t memory)
{
	struct sample sample = {
		.at_ns = GO + at_ms * MS,
		.replica = replica,
		.received_bytes = bytes,
		.cpu_ns = cpu_ms * MS,
		.memory_bytes = memory,
	};

	trial_add_sample(trial, &sample);
}

/* Two replicas, one twice as fast, sampled at different times: 10 windows of
 * 0.2 s whose sums are known. The origin's samples are no replica's. */
static void check_series(void **state)
{
	struct result_row row;
	struct series series;
	struct trial trial;

	(void)state;
	make_trial(&trial, 2);
	for (uint64_t t = 0; t <= 2000; t += 100) {
		add_sample(&trial, 0, t, t * 1000, t / 2, 100);
		add_sample(&trial, -1, t, 77, 77, 77);
		if (t % 500 == 0)
			add_sample(&trial, 1, t, 5000 + t * 2000, 7 + t, 200);
	}
	series_init(&series, &trial);
	assert_int_equal(series.count, 11);
	near(series.window_s, 0.2);
	series_add(&series, &trial, 0);
	series_add(&series, &trial, 1);
	series_describe(&series, &row);
	near(row.recv_bytes_per_second.count, 10);
	near(row.recv_bytes_per_second.mean, 3e6);
	near(row.recv_bytes_per_second.min, 3e6);
	near(row.cpu_seconds.mean, 1.5);
	near(row.recv_bytes_per_second_per_cpu.q50, 2e6);
	near(row.memory_usage_bytes.count, 11);
	near(row.memory_usage_bytes.max, 300);
	series_release(&series);
	trial_release(&trial);
}

static void check_short_and_empty_series(void **state)
{
	struct result_row row;
	struct series series;
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	trial.window_end_ns = trial.go_ns + 50 * MS;
	series_init(&series, &trial);
	assert_int_equal(series.count, 0);
	series_describe(&series, &row);
	near(row.cpu_seconds.count, 0);
	series_release(&series);
	trial_release(&trial);
}

static const char *reconcile(struct trial *trial)
{
	findings_release(&trial->findings);
	analyse_reconcile(trial);
	return said(&trial->findings);
}

#define assert_says(trial, part)                                               \
	do {                                                                   \
		const char *says = reconcile(trial);                           \
		if (!strstr(says, (part)))                                     \
			fail_msg("'%s' does not say '%s'", says, (part));      \
	} while (0)

/* One replica whose 1,000 operations are all ok, as is all that was seen. */
static struct replica *make_clean(struct trial *trial)
{
	struct replica *r;

	make_trial(trial, 1);
	r = &trial->replica[0];
	r->started = r->finished = r->records = 1000;
	r->outcomes[OUTCOME_OK] = 1000;
	r->requests = (struct plan_span){ 1000, 1000 };
	r->bytes_recorded = r->ledger.body_bytes = 16384000;
	r->bodies = (struct plan_span){ 16384000, 16384000 };
	r->crc_checked = 30;
	r->ledger.requests = 1000;
	return r;
}

/* Of several requests an operation. */
static void check_reconcile_stages(void **state)
{
	struct trial trial;
	struct replica *r = make_clean(&trial);

	(void)state;
	r->requests = (struct plan_span){ 3000, 4000 };
	assert_says(&trial, "only 1000 requests for 1000 operations, which need "
			    "3000 to 4000");
	r->requests.most = 3000;
	assert_says(&trial, "which need 3000 to 3000");
	r->ledger.requests = 3001;
	assert_says(&trial, "3001 requests for 1000 operations, 3.001 requests "
			    "for 1 operation, which need 3000 to 3000");
	r->ledger.requests = 3000;
	r->ledger.repeated = 5; /* as the plan does */
	assert_string_equal(reconcile(&trial), "");
	r->ledger.requests = 3001;
	assert_says(&trial, "asked 5 times again");
	r->ledger.requests = 3000;
	r->ledger.repeated = 0;
	r->attempts = 3000;
	assert_string_equal(reconcile(&trial), "");
	r->attempts = 3001;
	assert_says(&trial, "says that it sent 3001 requests for 1000 "
			    "operations, which need at most 3000");
	trial.own_origin = false;
	assert_says(&trial, "it asks again by itself");
	trial.own_origin = true;
	r->attempts = 0;
	r->ledger.body_bytes++;
	assert_says(&trial, "the replicas recorded 16384000");
	r->bodies.most = COUNT_UNKNOWN; /* listings are among them */
	assert_string_equal(reconcile(&trial), "");
	r->ledger.body_bytes -= 2; /* never less */
	assert_says(&trial, "the replicas recorded 16384000");
	r->ledger.body_bytes++;
	r->bodies.least += 10; /* readers recorded none of them */
	assert_says(&trial, "the operations need 16384010 to ");
	r->bodies.least -= 20;
	r->bodies.most = r->bodies.least + 20;
	assert_string_equal(reconcile(&trial), "");
	r->bodies.most = r->bodies.least + 9;
	assert_says(&trial, "the operations need 16383990 to 16383999");
	r->bodies.most++;
	trial.burst_requests = 12;
	assert_says(&trial, "at most 4 of 12 requests were really in flight");
	trial.burst_requests = 4;
	r->ledger.connections = 9;
	assert_says(&trial, "opened 13 connections, though at most 4");
	trial.widest = 2;
	assert_string_equal(reconcile(&trial), "");
	trial_release(&trial);
}

static void check_reconcile(void **state)
{
	struct trial trial;
	struct replica *r;

	(void)state;
	r = make_clean(&trial);
	assert_string_equal(reconcile(&trial), "");

	r->ledger.requests = 2000;
	assert_says(&trial, "2000 requests for 1000 operations, 2 requests for "
			    "1 operation");
	r->ledger.requests = 999;
	assert_says(&trial, "only 999 requests for 1000 operations");
	r->ledger.requests = 1000;

	r->ledger.body_bytes--;
	assert_says(&trial, "the origin sent 16383999 bytes");
	r->ledger.body_bytes += 2;
	assert_says(&trial, "the replicas recorded 16384000");
	r->unfinished = 1; /* what was cut may have been sent */
	assert_null(strstr(reconcile(&trial), "recorded"));
	r->unfinished = 0;
	r->ledger.body_bytes--;

	r->ledger.hold_reached = 3;
	assert_says(&trial, "at most 3 of 4 operations were really in flight");
	r->ledger.hold_reached = 4;
	r->ledger.repeated = 5;
	assert_says(&trial, "asked 5 times again");
	r->ledger.repeated = 0;
	trial.others_cpu_ns = trial.others_seen_ns = 190 * MS; /* of 2 s */
	assert_string_equal(reconcile(&trial), "");
	trial.others_cpu_ns = trial.others_seen_ns = 1000 * MS;
	assert_says(&trial, "other programs used 0.50 CPUs");
	trial.others_cpu_ns = trial.others_seen_ns = 0;
	trial.origin_still_ns = 500 * MS;
	assert_says(&trial, "the origin stood still for 0.5 of the 2.0 s");
	trial.origin_still_ns = 0;
	r->outcomes[OUTCOME_RESET] = 2;
	assert_says(&trial, "2 of its 1002 operations failed: 2 reset");
	r->outcomes[OUTCOME_RESET] = 0;
	r->crc_checked = 0;
	assert_says(&trial, "no content was checked");
	r->crc_checked = 30;
	r->ledger.connections = 9;
	assert_says(&trial, "opened 13 connections");
	trial.spec.keep_alive = false;
	assert_says(&trial, "keep_alive is off: 13 connections for 1000");
	trial_release(&trial);
}

static void check_settings_not_honoured(void **state)
{
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	trial.replica[0].not_applied = mem_dup("use_dns_cache,pool_size");
	trial.replica[0].ledger.requests = trial.replica[0].started = 1000;
	trial.replica[0].finished = trial.replica[0].records = 1000;
	trial.replica[0].requests = (struct plan_span){ 1000, 1000 };
	trial.replica[0].outcomes[OUTCOME_OK] = 1000;
	trial.replica[0].crc_checked = 1;
	assert_string_equal(reconcile(&trial), "");
	trial.spec.use_dns_cache = false;
	assert_says(&trial, "not comparable in use_dns_cache");
	assert_null(strstr(reconcile(&trial), "pool_size"));
	trial.spec.pool_size = 9;
	assert_says(&trial, "not comparable in pool_size");
	trial_release(&trial);
}

/* How many of each class of failure there are, by the columns of the row. */
static uint64_t failures_of(const struct result_row *row, const char *class)
{
	uint64_t others = 0, own = 0;

	for (const struct column *c = result_columns; c->name; c++) {
		const char *name = strncmp(c->name, "failures_", 9)
					   ? NULL
					   : c->name + 9;

		if (name && !strcmp(name, class))
			own = *(const uint64_t *)result_value(row, c);
		else if (name)
			others += *(const uint64_t *)result_value(row, c);
	}
	assert_int_equal(others, 0);
	return own;
}

/* Each class of record.h has its column, which number_failures is the sum of. */
static void check_each_failure(void **state)
{
	(void)state;
	for (unsigned i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++) {
		struct run run = { .id = "run" };
		struct summary summary = { 0 };
		struct trial trial;

		make_trial(&trial, 2);
		trial.replica[0].outcomes[i] = 3;
		trial.replica[1].outcomes[i] = 4;
		analyse_summary(&trial, &run, &summary);
		assert_int_equal(summary.total.number_failures, 7);
		assert_int_equal(failures_of(&summary.total, outcome_name(i)),
				 7);
		summary_release(&summary);
		trial_release(&trial);
	}
}

static void check_summary(void **state)
{
	struct record records[2] = { make_record(0, 100, OUTCOME_OK),
				     make_record(0, 200, OUTCOME_RESET) };
	struct run run = { .id = "run" };
	struct summary summary = { 0 };
	struct trial trial;

	(void)state;
	make_trial(&trial, 2);
	trial_add_finding(&trial, FINDING_OTHERS, "one; whole");
	trial_add_finding(&trial, FINDING_STRAYS, "two");
	for (unsigned i = 0; i < 2; i++) {
		number_records(records, 2, i, 2);
		analyse_records(&trial, i, records, 2, make_plan(), LATER);
		trial.replica[i].cpu_ns = 50 * MS;
		trial.replica[i].peak_rss_bytes = 10;
	}
	trial.replica[1].state = REPLICA_KILLED;
	analyse_summary(&trial, &run, &summary);
	assert_int_equal(summary.total.number_requests, 4);
	assert_int_equal(summary.total.number_successes, 2);
	assert_int_equal(summary.total.number_failures, 2);
	assert_int_equal(summary.total.failures_reset, 2);
	near(summary.total.duration_seconds, 2);
	near(summary.total.requests_per_second, 1); /* of successes only */
	near(summary.total.cpu_total_seconds, 0.1);
	near(summary.total.cpu_seconds_per_gb, 0.1 / (2000 / 1e9));
	near(summary.total.cpu_seconds_per_1000_requests, 50);
	assert_int_equal(summary.total.peak_rss_bytes, 20);
	assert_true(isnan(summary.total.latency_p50_ms)); /* too few */
	assert_true(fabs(summary.total.latency_max_ms - 100) < 0.4);
	assert_string_equal(said(&summary.total.findings), "one; whole; two");
	assert_int_equal(summary.total.findings.count, 2);
	assert_string_equal(summary.total.findings.list[0].name, "others");
	assert_string_equal(summary.total.state, "replica 1 killed");
	assert_int_equal(summary.replica_count, 2);
	near(summary.replica[1].requests_per_second, 0.5);
	assert_string_equal(summary.replica[1].state, "killed");
	assert_true(isnan(summary.total.cost_usd));
	summary_release(&summary);
	trial_release(&trial);
}

/* Nothing to say is NULL, and loses no memory. */
static void check_summary_without_findings(void **state)
{
	struct run run = { .id = "run" };
	struct summary summary = { 0 };
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	trial.replica[0].outcomes[OUTCOME_OK] = 1;
	analyse_summary(&trial, &run, &summary);
	assert_int_equal(summary.total.findings.count, 0);
	assert_string_equal(summary.total.state, "ok");
	summary_release(&summary);
	trial_release(&trial);
}

/* A trial that never began has no figures, and does not pretend zeros. */
static void check_failed_summary(void **state)
{
	struct run run = { .id = "run" };
	struct summary summary = { 0 };
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	trial.go_ns = trial.window_end_ns = 0;
	trial.failed = true;
	strcpy(trial.text, "it died");
	analyse_reconcile(&trial);
	analyse_summary(&trial, &run, &summary);
	assert_string_equal(summary.total.state, "failed");
	assert_string_equal(said(&summary.total.findings), "it died");
	assert_true(isnan(summary.total.requests_per_second));
	assert_true(isnan(summary.total.cpu_seconds.mean));
	summary_release(&summary);
	trial_release(&trial);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_window_decides),
		cmocka_unit_test(check_intended_start),
		cmocka_unit_test(check_impossible_records),
		cmocka_unit_test(check_in_flight_peak),
		cmocka_unit_test(check_describe),
		cmocka_unit_test(check_series),
		cmocka_unit_test(check_short_and_empty_series),
		cmocka_unit_test(check_reconcile),
		cmocka_unit_test(check_reconcile_stages),
		cmocka_unit_test(check_settings_not_honoured),
		cmocka_unit_test(check_each_failure),
		cmocka_unit_test(check_summary),
		cmocka_unit_test(check_summary_without_findings),
		cmocka_unit_test(check_failed_summary),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
