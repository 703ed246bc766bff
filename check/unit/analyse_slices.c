/* A trial that was measured in slices: what counts, and what cannot be true. */
#include "check.h"
#include "said.h"
#include "sliced_records.h"

#include <math.h>
#include <stdlib.h>

#include "analyse/analyse.h"
#include "analyse/limits.h"
#include "analyse/possible.h"
#include "analyse/series.h"
#include "analyse/windows.h"
#include "base/clock.h"
#include "base/mem.h"

static void the_windows_decide(void **state)
{
	const struct replica *r = &trial.replica[0];
	struct record records[9] = {
		record_at(0, 0, 0, 10),    /* still filling */
		record_at(1, 0, 5, 11),
		record_at(2, 0, 190, 210), /* just inside */
		record_at(3, 0, 190, 211), /* draining */
		record_at(4, 2, 0, 9),     /* the second slice has none */
		record_at(5, 2, 0, 50),
		record_at(6, 2, 11, 61),
	};

	(void)state;
	records[6].outcome = OUTCOME_TIMEOUT;
	analyse_records(&trial, 0, records, 9, &plan, LATER);
	assert_string_equal(r->bad_text, "");
	assert_int_equal(r->records, 7);
	assert_int_equal(r->records_after, 3);
	assert_int_equal(r->outlasted, 0);
	assert_int_equal(r->outcomes[OUTCOME_OK], 3);
	assert_int_equal(r->outcomes[OUTCOME_TIMEOUT], 1);
	assert_int_equal(r->bytes_ok, 3000);
	assert_int_equal(r->bytes_recorded, 6000);
	assert_int_equal(r->latency->total, 3);
	assert_int_equal(trial.slices[0].operations, 2);
	assert_int_equal(trial.slices[0].bytes_ok, 2000);
	assert_int_equal(trial.slices[1].operations, 0);
	assert_int_equal(trial.slices[2].operations, 1);
	assert_int_equal(trial.slices[2].failures, 1);
	assert_int_equal(trial.slices[2].bytes_ok, 1000);
}

/* What takes longer than a slice cannot begin and end in its window. */
static void what_fails_counts_by_its_start(void **state)
{
	const struct replica *r = &trial.replica[0];
	struct record records[4] = {
		record_at(0, 0, 10, 80), /* while it filled */
		record_at(1, 0, 20, 225),
		record_at(2, 0, 15, 226),
		record_at(3, 0, 211, 227), /* while it drained */
	};

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		records[i].outcome = OUTCOME_TIMEOUT;
	analyse_records(&trial, 0, records, 4, &plan, LATER);
	assert_string_equal(r->bad_text, "");
	assert_int_equal(r->outcomes[OUTCOME_TIMEOUT], 2);
	assert_int_equal(r->records_after, 2);
	assert_int_equal(trial.slices[0].failures, 2);
	assert_int_equal(r->outlasted, 2);
	assert_true(fabs(r->outlasted_ns - (205 + 211) * 1e6) < 1);
}

/* Two replicas add up; a window that was not closed has none. */
static void all_replicas_count(void **state)
{
	struct record records[2] = { record_at(0, 0, 20, 40),
				     record_at(1, 1, 20, 40) };

	(void)state;
	trial.slices[1].end_ns = 0;
	analyse_records(&trial, 0, records, 2, &plan, LATER);
	records[0].op = 1, records[1].op = 3;
	analyse_records(&trial, 1, records, 2, &plan, LATER);
	assert_int_equal(trial.replica[1].bad_records, 0);
	assert_int_equal(trial.slices[0].operations, 2);
	assert_int_equal(trial.slices[1].operations, 0);
	assert_int_equal(trial.replica[0].records_after, 1);
}

static void slices_in_which_little_ended(void **state)
{
	(void)state;
	trial.slices[0].operations = 9;
	trial.slices[1].operations = 9;
	trial.slices[1].failures = 1;
	trial.slices[2].marks = SLICE_MARK(STEAL);
	analyse_reconcile(&trial);
	assert_int_equal(trial.slices[0].marks, SLICE_MARK(FEW));
	assert_int_equal(trial.slices[1].marks, 0);
	assert_int_equal(trial.slices[2].marks,
			 SLICE_MARK(STEAL) | SLICE_MARK(FEW));
	trial.slices[0].end_ns = trial.slices[0].begin_ns = 0;
	trial.slices[0].marks = 0;
	analyse_reconcile(&trial);
	assert_int_equal(trial.slices[0].marks, 0); /* it has no window */
}

/* ---------------------------------------------------------------- records --- */

/* What is wrong with the last of so many records, which come first in their share
 * of the plan; "": nothing. */
static const char *why(const struct record *records, unsigned count)
{
	static char text[REPLICA_BAD_BYTES];
	struct possible possible;

	possible_init(&possible, &trial, 0, &plan);
	for (unsigned i = 0; i < count; i++) {
		*text = '\0';
		possible_next(&possible, &records[i], LATER, text);
	}
	possible_release(&possible);
	return text;
}

static void assert_wrong(struct record r, const char *text)
{
	assert_string_equal(why(&r, 1), text);
}

static void records_lie_within_a_slice(void **state)
{
	struct record r = record_at(0, 1, 0, 230);

	(void)state;
	assert_wrong(r, "");
	r.end_ns += MS;
	assert_wrong(r, "");
	r.end_ns += MS;
	assert_wrong(r, "ended 0.002 s after it had said that it was paused");
	assert_wrong(record_at(0, 0, 200, 999),
		     "ended 0.769 s after it had said that it was paused");
	/* it slept over the pause */
	assert_wrong(record_at(0, 0, 200, 1040),
		     "intended 0.8 s before GO of the slice that it ended in");
	r = record_at(0, 1, 0, 40);
	r.intended_ns = r.start_ns -= MS;
	assert_wrong(r, "");
	r.intended_ns -= MS;
	assert_wrong(r, "intended 0.002 s before GO of the slice that it ended "
			"in");
	assert_wrong(record_at(0, 2, 0, 40), "");
	r = record_at(0, 0, 0, 40);
	r.intended_ns -= MS;
	assert_wrong(r, "intended 0.001 s before GO");
}

/* Not all replicas said that they were paused; or the work was over before. */
static void a_pause_that_nobody_confirmed(void **state)
{
	(void)state;
	trial.slices[2].paused_ns = 0;
	assert_wrong(record_at(0, 2, 200, 2211), "");
	assert_wrong(record_at(0, 2, 200, 3212),
		     "ended 3.001 s after it was told to pause");
	trial.spec.operation_timeout_s = 0.5;
	assert_wrong(record_at(0, 2, 1500, 1712),
		     "ended 1.501 s after it was told to pause");
	trial.slices[2].pause_ns = 0;
	assert_wrong(record_at(0, 2, 1500, 1712), "");
}

/* What is given up at a pause has no record, and the plan goes on behind it. */
static void operations_that_were_given_up(void **state)
{
	struct record records[2] = { record_at(0, 0, 20, 40),
				     record_at(7, 1, 20, 40) };

	(void)state;
	assert_string_equal(why(records, 2),
			    "the 8th of its share, and not more than 4 can "
			    "have been started");
	trial.replica[0].unfinished = 4;
	assert_string_equal(why(records, 2), "");
	records[1].op += 2;
	assert_string_equal(why(records, 2),
			    "the 9th of its share, and not more than 8 can "
			    "have been started");
}

/* A broken file: it is found, whatever the order. */
static void records_out_of_order(void **state)
{
	struct windows windows = { &trial, 0 };

	(void)state;
	assert_ptr_equal(windows_slice(&windows, GO + 2 * APART),
			 &trial.slices[2]);
	assert_ptr_equal(windows_slice(&windows, GO - 1), &trial.slices[0]);
	assert_ptr_equal(windows_slice(&windows, GO + 2 * APART - 1),
			 &trial.slices[1]);
	trial.slice_count = 0;
	assert_null(windows_slice(&windows, GO));
	trial.slice_count = SLICES;
}

/* ---------------------------------------------------------------- figures --- */

static void add_sample(int replica, uint64_t at_ns, uint64_t bytes,
		       uint64_t cpu_ns, uint64_t memory)
{
	struct sample sample = { .at_ns = at_ns, .replica = replica,
				 .received_bytes = bytes, .cpu_ns = cpu_ns,
				 .memory_bytes = memory };

	trial_add_sample(&trial, &sample);
}

/* Each replica 1,000 bytes and 20 ms in a slice, and ten times that between two,
 * which nobody may see. */
static void add_samples(void)
{
	for (uint64_t i = 0; i < SLICES; i++) {
		const struct slice *slice = &trial.slices[i];

		for (int replica = 0; replica < 2; replica++)
			add_sample(replica, slice->begin_ns, 11000 * i,
				   220 * MS * i, 7);
		for (int replica = 0; replica < 2; replica++)
			add_sample(replica, slice->end_ns, 11000 * i + 1000,
				   220 * MS * i + 20 * MS, 100 + i);
	}
}

static void distributions_have_a_value_a_slice(void **state)
{
	struct run run = { .id = "r" };
	struct summary summary = { 0 };
	const struct result_row *row = &summary.total;

	(void)state;
	add_samples();
	trial.slices[1].end_ns = 0; /* never closed */
	analyse_summary(&trial, &run, &summary);
	near(row->recv_bytes_per_second.count, 2);
	near(row->recv_bytes_per_second.min, 10000);
	near(row->recv_bytes_per_second.max, 10000);
	near(row->cpu_seconds.count, 2);
	near(row->cpu_seconds.mean, 0.2);
	near(row->recv_bytes_per_second_per_cpu.mean, 50000);
	near(row->memory_usage_bytes.count, 2);
	near(row->memory_usage_bytes.min, 200);
	near(row->memory_usage_bytes.max, 204);
	near(summary.replica[1].cpu_seconds.mean, 0.1);
	summary_release(&summary);
}

static void rates_are_over_the_windows(void **state)
{
	struct run run = { .id = "r" };
	struct summary summary = { 0 };
	const struct result_row *row = &summary.total;

	(void)state;
	trial.own_origin = true;
	trial.origin_cpu_ns = 30 * MS;
	trial.steal_ns = 40 * MS;
	trial.others_cpu_ns = COUNT_UNKNOWN;
	strcpy(trial.comparison, "c");
	trial.block = 7;
	for (unsigned i = 0; i < 2; i++) {
		trial.replica[i].outcomes[OUTCOME_OK] = 60;
		trial.replica[i].bytes_ok = 60000;
		trial.replica[i].cpu_ns = 150 * MS;
	}
	analyse_summary(&trial, &run, &summary);
	near(row->duration_seconds, 0.6);
	near(row->requests_per_second, 200);
	near(row->bytes_per_second, 200000);
	near(row->cpu_total_seconds, 0.3);
	near(row->origin_cpu_seconds, 0.03);
	near(row->steal_seconds, 0.04);
	assert_true(isnan(row->others_cpu_seconds));
	assert_string_equal(row->comparison, "c");
	assert_int_equal(row->block, 7);
	assert_int_equal(row->slices, 3);
	summary_release(&summary);
	memset(&summary, 0, sizeof(summary));
	trial.slices[0].begin_ns = trial.slices[0].end_ns = 0;
	analyse_summary(&trial, &run, &summary);
	assert_int_equal(row->slices, 2);
	assert_true(isnan(summary.replica[0].steal_seconds));
	assert_int_equal(summary.replica[0].block, 7);
	summary_release(&summary);
}

static void a_trial_in_one_piece(void **state)
{
	struct run run = { .id = "r" };
	struct summary summary = { 0 };

	(void)state;
	trial.slice_count = 0;
	trial.others_cpu_ns = 70 * MS;
	analyse_summary(&trial, &run, &summary);
	near(summary.total.duration_seconds, 2.21);
	near(summary.total.others_cpu_seconds, 0.07);
	assert_true(isnan(summary.total.steal_seconds));
	assert_null(summary.total.comparison);
	assert_true(summary.total.block == COUNT_UNKNOWN);
	assert_int_equal(summary.total.slices, 0);
	summary_release(&summary);
}

static void add_machine(uint64_t at_ns, uint64_t ksoftirqd_ns)
{
	struct machine_sample sample = { .at_ns = at_ns,
					 .ksoftirqd_ns = ksoftirqd_ns,
					 .stalled_cpu_us = COUNT_UNKNOWN };

	trial_add_machine(&trial, &sample);
}

/* What the machine did while others worked is not this trial's. */
static void the_machine_counts_in_windows(void **state)
{
	struct run run = { .id = "r" };
	struct summary summary = { 0 };
	const size_t ksoftirqd = offsetof(struct machine_sample, ksoftirqd_ns);

	(void)state;
	for (uint64_t i = 0; i < SLICES; i++) {
		add_machine(trial.slices[i].begin_ns, 500 * MS * i);
		add_machine(trial.slices[i].end_ns, 500 * MS * i + 10 * MS);
	}
	near(windows_machine(&trial, ksoftirqd), 30e6);
	analyse_summary(&trial, &run, &summary);
	near(summary.total.ksoftirqd_cpu_seconds, 0.03);
	assert_true(isnan(summary.total.stalled_cpu_seconds));
	summary_release(&summary);
	trial.replica[0].outcomes[OUTCOME_OK] = 1000;
	trial.replica[0].cpu_ns = 1000 * MS;
	analyse_reconcile(&trial);
	assert_null(strstr(said(&trial.findings), "ksoftirqd"));
	trial.machine[3].ksoftirqd_ns += 90 * MS;
	near(windows_machine(&trial, ksoftirqd), 120e6);
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings), "ksoftirqd used 120 ms"));
	/* in the middle of a window, half of what came between two readings */
	trial.slices[0].end_ns -= 100 * MS;
	near(windows_machine(&trial, ksoftirqd), 115e6);
	trial.machine[3].ksoftirqd_ns = 0;
	assert_true(isnan(windows_machine(&trial, ksoftirqd)));
	trial.machine[3].ksoftirqd_ns = COUNT_UNKNOWN;
	assert_true(isnan(windows_machine(&trial, ksoftirqd)));
}

/* --------------------------------------------------------------- findings --- */

static void findings_are_of_the_windows(void **state)
{
	(void)state;
	/* 0.3 of 0.6 s, not of 2.2 s */
	trial.busy_ns = 400 * MS;
	trial.others_cpu_ns = 180 * MS;
	trial.go_sent_late_ns = 7 * MS;
	trial.origin_still_ns = 400 * MS;
	trial.replica[1].unfinished = 5;
	trial.spec.cpus_limit = 0.5;
	trial.replica[0].throttled_ns = 60 * MS;
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "other programs used 0.30 CPUs meanwhile"));
	assert_non_null(strstr(said(&trial.findings),
			       "GO was sent 7 ms too late, in a window of 600 "
			       "ms"));
	assert_non_null(strstr(said(&trial.findings),
			       "stood still for 0.4 of the 0.6 s"));
	assert_non_null(strstr(said(&trial.findings),
			       "5 operations were still in flight when it was "
			       "to pause, and given up"));
	assert_non_null(strstr(said(&trial.findings), "in a window of 0.6 s"));
}

/* 0.69 s of work in all, and a minute until it was done. */
static void limits_are_of_the_working_time(void **state)
{
	struct limits limits;

	(void)state;
	near(windows_working_s(&trial, LATER), 0.69);
	trial.spec.link_bits_per_second = 80000000;
	trial.replica[0].link_rx_bytes = 20000000;
	limits_that_hold(&trial, &limits);
	assert_true(limits.link_broken);
	trial.replica[0].link_rx_bytes = 6000000;
	limits_that_hold(&trial, &limits);
	assert_false(limits.link_broken);
	trial.slices[2].paused_ns = trial.slices[2].pause_ns = 0;
	near(windows_working_s(&trial, LATER), 0.67);
}

/* What a pause cut is asked for again, and on a new connection. */
static void what_a_pause_cut(void **state)
{
	(void)state;
	trial.own_origin = true;
	trial.widest = 2;
	trial.replica[0].ledger.repeated = 10;
	trial.replica[0].ledger.connections = 34; /* 12 at a time are enough */
	trial.replica[0].unfinished = 5;
	analyse_reconcile(&trial);
	assert_null(strstr(said(&trial.findings), "again for a range"));
	assert_null(strstr(said(&trial.findings), "connections"));
	trial.replica[0].ledger.repeated++;
	trial.replica[0].ledger.connections++;
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings), "asked 1 time again"));
	assert_non_null(strstr(said(&trial.findings),
			       "opened 35 connections"));
}

/* From one pause to the next `go` are 770 ms. */
static void what_idle_connections_live_for(void **state)
{
	struct replica *r = &trial.replica[0];

	(void)state;
	trial.own_origin = true;
	r->ledger.connections = 25;
	trial.spec.keep_alive_timeout_s = 0.8;
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "25 connections, though at most 6 were needed "
			       "at a time"));
	assert_null(strstr(said(&trial.findings), "between two turns"));
	trial.spec.keep_alive_timeout_s = 0.75;
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "at a time: between two turns it was paused for "
			       "up to 0.77 s, longer than it keeps idle ones "
			       "(--keep-alive-timeout 0.75)"));
	/* where it has no such time the reason is another */
	r->not_applied = mem_dup("pool_size,keep_alive_timeout_seconds");
	findings_release(&trial.findings);
	analyse_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings), "25 connections"));
	assert_null(strstr(said(&trial.findings), "between two turns"));
}

static void others_that_nobody_counted(void **state)
{
	(void)state;
	trial.others_cpu_ns = COUNT_UNKNOWN;
	analyse_reconcile(&trial);
	assert_null(strstr(said(&trial.findings), "other programs"));
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, make, undo)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(the_windows_decide),
		CHECK(what_fails_counts_by_its_start),
		CHECK(all_replicas_count),
		CHECK(slices_in_which_little_ended),
		CHECK(records_lie_within_a_slice),
		CHECK(a_pause_that_nobody_confirmed),
		CHECK(operations_that_were_given_up),
		CHECK(records_out_of_order),
		CHECK(distributions_have_a_value_a_slice),
		CHECK(rates_are_over_the_windows),
		CHECK(a_trial_in_one_piece),
		CHECK(the_machine_counts_in_windows),
		CHECK(findings_are_of_the_windows),
		CHECK(limits_are_of_the_working_time),
		CHECK(what_a_pause_cut),
		CHECK(what_idle_connections_live_for),
		CHECK(others_that_nobody_counted),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
