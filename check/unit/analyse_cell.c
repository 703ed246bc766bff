/* What cells count: the columns that they fill, and the doubts that they raise. */
#include "check.h"
#include "said.h"

#include <math.h>
#include <stdlib.h>

#include "analyse/analyse.h"
#include "base/clock.h"
#include "record/result.h"

#define GO 1000000000ULL
#define MS 1000000ULL
#define HEADERS 66 /* of one packet: Ethernet 14, IP 20, TCP 32 */

static void near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * (1 + fabs(expected))))
		fail_msg("%.17g is not %.17g", value, expected);
}

/* Ledger and link of one replica say the same. */
static void fill_link(struct replica *r)
{
	r->ledger.body_bytes = r->bytes_recorded = r->bytes_ok = 16384000;
	r->bodies = (struct plan_span){ 16384000, 16384000 };
	r->ledger.head_bytes = 300000;
	r->ledger.received_bytes = 200000;
	r->link_rx_packets = 2000;
	r->link_rx_bytes = 16384000 + 300000 + HEADERS * 2000;
	r->link_tx_packets = 1500;
	r->link_tx_bytes = 200000 + HEADERS * 1500;
	r->tcp_segments_in = 12000;
	r->tcp_segments_out = 1500;
	r->tcp_retransmitted = 3;
}

/* A trial of 2 s in cells, of which there is nothing to say. */
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
	trial->placement = (struct placement){ ISOLATION_CELL, "v1", "veth",
					       "origin 1, replicas 0",
					       "uid 1000" };
	trial->go_ns = GO;
	trial->window_end_ns = GO + 2000 * MS;
	trial->own_origin = true;
	trial->origin_cpu_ns = 400 * MS;
	strcpy(trial->congestion, "cubic");
	for (unsigned i = 0; i < replicas; i++) {
		struct replica *r = &trial->replica[i];

		r->state = REPLICA_FINISHED;
		r->pid = 77;
		r->done_ns = trial->window_end_ns;
		r->started = r->finished = r->records = 1000;
		r->outcomes[OUTCOME_OK] = 1000;
		r->crc_checked = 30;
		r->requests = (struct plan_span){ 1000, 1000 };
		r->ledger.requests = 1000;
		r->ledger.hold_reached = 4;
		r->ledger_setup.connections = 4;
		r->cpu_ns = 800 * MS;
		r->throttled_ns = 0;
		r->memory_peak_bytes = 4096;
		r->memory_kills = r->pids_refused = 0;
		fill_link(r);
	}
}

static void add_machine(struct trial *trial, uint64_t at_ms,
			uint64_t ksoftirqd_ms, uint64_t stalled_ms)
{
	struct machine_sample sample = {
		.at_ns = GO + at_ms * MS,
		.ksoftirqd_ns = ksoftirqd_ms == COUNT_UNKNOWN
					? COUNT_UNKNOWN
					: ksoftirqd_ms * MS,
		.stalled_cpu_us = stalled_ms == COUNT_UNKNOWN
					  ? COUNT_UNKNOWN
					  : stalled_ms * 1000,
		.stalled_memory_us = COUNT_UNKNOWN,
		.stalled_io_us = COUNT_UNKNOWN,
	};

	trial_add_machine(trial, &sample);
}

static void add_anon(struct trial *trial, int replica, uint64_t at_ms,
		     uint64_t anon)
{
	struct sample sample = {
		.at_ns = GO + at_ms * MS,
		.replica = replica,
		.memory_anon_bytes = anon,
	};

	trial_add_sample(trial, &sample);
}

/* ------------------------------------------------------------- findings --- */

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

#define assert_silent(trial) assert_string_equal(reconcile(trial), "")

/* 1% of what is expected and 256 KiB: just within says nothing. */
static void check_link_received(void **state)
{
	uint64_t sent = 16384000 + 300000 + HEADERS * 2000;
	uint64_t slack = sent / 100 + 4 * 65536;
	struct trial trial;
	struct replica *r;

	(void)state;
	make_trial(&trial, 2);
	r = &trial.replica[1];
	assert_silent(&trial);
	r->link_rx_bytes = sent + slack - 1;
	assert_silent(&trial);
	r->link_rx_bytes = sent - slack + 1;
	assert_silent(&trial);
	r->link_rx_bytes = sent - slack - 1;
	assert_says(&trial, "replica 1: its link received 16385695 B, the "
			    "origin sent 16816000 B");
	r->link_rx_bytes = sent + slack + 1;
	assert_says(&trial, "replica 1: its link received 17246305 B");
	assert_null(strstr(said(&trial.findings), "its link sent"));
	trial_release(&trial);
}

static void check_link_sent(void **state)
{
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	trial.replica[0].link_tx_bytes += 270000;
	assert_says(&trial, "replica 0: its link sent 569000 B, the origin "
			    "received 299000 B");
	trial_release(&trial);
}

/* A link that differs says nothing where the ledger cannot have it all. */
static void check_link_not_compared(void **state)
{
	struct trial trial;
	struct replica *r;

	(void)state;
	make_trial(&trial, 1);
	r = &trial.replica[0];
	r->link_rx_bytes *= 2;
	assert_says(&trial, "its link received");
	r->ledger.aborted = 1;
	assert_silent(&trial);
	r->ledger.aborted = 0;
	r->unfinished = 1;
	assert_null(strstr(reconcile(&trial), "its link"));
	r->unfinished = 0;
	r->done_ns = 0;
	assert_null(strstr(reconcile(&trial), "its link"));
	r->done_ns = trial.window_end_ns;
	trial.own_origin = false;
	assert_silent(&trial);
	trial.own_origin = true;
	r->link_rx_bytes = COUNT_UNKNOWN;
	assert_silent(&trial);
	trial_release(&trial);
}

static void check_cpu_of_group(void **state)
{
	struct trial trial;
	struct replica *r;

	(void)state;
	make_trial(&trial, 2);
	r = &trial.replica[1];
	r->rusage_ns = 1000 * MS;
	r->group_cpu_ns = COUNT_UNKNOWN;
	assert_silent(&trial);
	r->group_cpu_ns = 1010 * MS; /* 0.5% and 5 ms */
	assert_silent(&trial);
	r->group_cpu_ns = 1011 * MS;
	assert_says(&trial, "replica 1: its control group counted 1.011 s of "
			    "CPU, rusage 1.000 s");
	r->group_cpu_ns = 989 * MS;
	assert_says(&trial, "counted 0.989 s");
	r->rusage_ns = 0; /* unknown */
	assert_silent(&trial);
	trial_release(&trial);
}

static void check_limits_met(void **state)
{
	struct trial trial;
	struct replica *r;

	(void)state;
	make_trial(&trial, 4);
	trial.spec.pids_limit = 64;
	trial.spec.memory_limit_bytes = 1 << 20;
	r = &trial.replica[3];
	r->memory_kills = r->pids_refused = COUNT_UNKNOWN;
	assert_silent(&trial);
	r->pids_refused = 5;
	assert_says(&trial, "replica 3 met its limit of 64 processes and "
			    "threads 5 times");
	r->pids_refused = 0;
	r->memory_kills = 2;
	assert_says(&trial, "replica 3: 2 of its processes were killed at its "
			    "memory limit");
	trial.replica[2].memory_kills = 1; /* one sentence of each kind */
	assert_says(&trial, "replica 2: 1 of its");
	assert_null(strstr(said(&trial.findings), "replica 3"));
	trial_release(&trial);
}

/* 5% of 2 s; the kernel's sum is over CPUs, and may exceed the window. */
static void check_throttled(void **state)
{
	struct trial trial;
	struct replica *r;

	(void)state;
	make_trial(&trial, 1);
	r = &trial.replica[0];
	r->throttled_ns = 3100 * MS;
	assert_silent(&trial); /* not by our quota: there is none */
	trial.spec.cpus_limit = 0.4;
	assert_says(&trial, "replica 0 waited 3.1 s for its quota of 0.4 CPUs, "
			    "all CPUs added up, in a window of 2 s");
	r->throttled_ns = 100 * MS;
	assert_silent(&trial);
	r->throttled_ns = 101 * MS;
	assert_says(&trial, "waited 0.101 s");
	trial.spec.cpus_limit = 1;
	assert_says(&trial, "its quota of 1 CPU, ");
	r->throttled_ns = COUNT_UNKNOWN;
	assert_silent(&trial);
	trial_release(&trial);
}

/* The replicas used 1600 ms: 5% are 80 ms. */
static void check_ksoftirqd(void **state)
{
	struct trial trial;

	(void)state;
	make_trial(&trial, 2);
	add_machine(&trial, 0, 1000, 0);
	assert_silent(&trial);
	add_machine(&trial, 2000, 1080, 0);
	assert_silent(&trial);
	trial.machine[1].ksoftirqd_ns += 80 * MS;
	assert_says(&trial, "ksoftirqd used 160 ms of CPU");
	assert_non_null(strstr(said(&trial.findings), "10% of what the replicas"));
	assert_non_null(strstr(said(&trial.findings), "charged to nobody"));
	trial.machine[1].ksoftirqd_ns = COUNT_UNKNOWN;
	assert_silent(&trial);
	trial.machine[1].ksoftirqd_ns = 999 * MS; /* less than before */
	assert_silent(&trial);
	trial.machine[1].ksoftirqd_ns = 2000 * MS;
	trial.machine[0].ksoftirqd_ns = COUNT_UNKNOWN;
	assert_silent(&trial);
	trial_release(&trial);
}

/* A share of next to nothing is none. */
static void check_ksoftirqd_floors(void **state)
{
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	add_machine(&trial, 0, 1000, 0);
	add_machine(&trial, 2000, 1100, 0);
	trial.replica[0].cpu_ns = 60 * MS;
	assert_says(&trial, "167% of what the replicas used");
	trial.replica[0].cpu_ns = 7 * MS;
	assert_silent(&trial);
	trial.replica[0].cpu_ns = 60 * MS;
	trial.machine[1].ksoftirqd_ns = 1010 * MS;
	assert_silent(&trial);
	trial.machine[1].ksoftirqd_ns = 1100 * MS;
	trial.replica[0].outcomes[OUTCOME_OK] = 5;
	analyse_reconcile(&trial);
	assert_null(strstr(said(&trial.findings), "ksoftirqd"));
	trial_release(&trial);
}

/* Without groups the column says so; no sentence does. */
static void check_process_is_no_doubt(void **state)
{
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	strcpy(trial.placement.cgroup, "none");
	strcpy(trial.placement.network, "loopback");
	assert_silent(&trial);
	trial_release(&trial);
}

/* -------------------------------------------------------------- columns --- */

static void summarise(const struct trial *trial, struct summary *out)
{
	struct run run = { .id = "run" };

	strcpy(run.environment.isolation, "process");
	memset(out, 0, sizeof(*out));
	analyse_summary(trial, &run, out);
}

static void check_placement_columns(void **state)
{
	struct summary summary;
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	summarise(&trial, &summary);
	assert_string_equal(summary.total.isolation, "cell"); /* not the run's */
	assert_string_equal(summary.replica[0].isolation, "cell");
	assert_string_equal(summary.total.cgroup, "v1");
	assert_string_equal(summary.total.network, "veth");
	assert_string_equal(summary.total.pinning, "origin 1, replicas 0");
	assert_string_equal(summary.total.origin_congestion, "cubic");
	assert_true(isnan(summary.total.cpus_limit));
	assert_true(summary.total.memory_limit_bytes == COUNT_UNKNOWN);
	assert_true(summary.total.pids_limit == COUNT_UNKNOWN);
	assert_true(summary.total.link_bits_per_second == COUNT_UNKNOWN);
	summary_release(&summary);
	trial.spec.cpus_limit = 0.5;
	trial.spec.memory_limit_bytes = 10000;
	trial.spec.pids_limit = 9;
	trial.spec.link_bits_per_second = 80000000;
	summarise(&trial, &summary);
	near(summary.replica[0].cpus_limit, 0.5);
	assert_int_equal(summary.total.memory_limit_bytes, 10000);
	assert_int_equal(summary.total.pids_limit, 9);
	assert_int_equal(summary.total.link_bits_per_second, 80000000);
	summary_release(&summary);
	trial_release(&trial);
}

static void check_container_id(void **state)
{
	struct summary summary;
	struct trial trial;

	(void)state;
	make_trial(&trial, 2);
	strcpy(trial.id, "12345678-rest");
	strcpy(trial.replica[1].container_id, "c0ffee");
	summarise(&trial, &summary);
	assert_string_equal(summary.replica[0].container_id,
			    "cell-77-12345678");
	assert_string_equal(summary.replica[1].container_id, "c0ffee");
	assert_null(summary.total.container_id);
	summary_release(&summary);
	trial_release(&trial);
}

static void check_link_columns(void **state)
{
	uint64_t payload = 16384000 + 300000;
	struct summary summary;
	struct trial trial;

	(void)state;
	make_trial(&trial, 2);
	trial.replica[0].instructions = 3000000;
	trial.replica[1].instructions = 5000000;
	trial.replica[0].cycles = 2000000;
	trial.replica[0].throttled_ns = 500 * MS;
	trial.replica[1].throttled_ns = 250 * MS;
	summarise(&trial, &summary);
	assert_int_equal(summary.total.link_rx_packets, 4000);
	assert_int_equal(summary.total.link_tx_packets, 3000);
	assert_int_equal(summary.total.link_rx_bytes,
			 2 * (payload + HEADERS * 2000));
	assert_int_equal(summary.total.link_tx_bytes,
			 2 * (200000 + HEADERS * 1500));
	assert_int_equal(summary.total.wire_rx_bytes,
			 2 * (payload + HEADERS * 12000));
	assert_int_equal(summary.replica[1].wire_rx_bytes,
			 payload + HEADERS * 12000);
	assert_int_equal(summary.total.tcp_segments_in, 24000);
	assert_int_equal(summary.total.tcp_segments_out, 3000);
	assert_int_equal(summary.total.tcp_retransmitted, 6);
	assert_int_equal(summary.total.memory_peak_bytes, 8192);
	near(summary.total.throttled_seconds, 0.75);
	near(summary.total.instructions_per_request, 4000);
	near(summary.replica[1].instructions_per_request, 5000);
	near(summary.replica[0].cycles_per_request, 2000);
	assert_true(isnan(summary.total.cycles_per_request)); /* one lacks it */
	near(summary.replica[1].throttled_seconds, 0.25);
	summary_release(&summary);
	trial_release(&trial);
}

/* One replica without a counter: the sum is no sum of all. */
static void check_one_unknown(void **state)
{
	struct summary summary;
	struct trial trial;
	struct replica *r;

	(void)state;
	make_trial(&trial, 3);
	r = &trial.replica[1];
	r->throttled_ns = r->memory_peak_bytes = COUNT_UNKNOWN;
	r->link_rx_bytes = r->tcp_retransmitted = COUNT_UNKNOWN;
	summarise(&trial, &summary);
	assert_true(isnan(summary.total.throttled_seconds));
	assert_true(summary.total.memory_peak_bytes == COUNT_UNKNOWN);
	assert_true(summary.total.link_rx_bytes == COUNT_UNKNOWN);
	assert_true(summary.total.wire_rx_bytes == COUNT_UNKNOWN);
	assert_true(summary.total.tcp_retransmitted == COUNT_UNKNOWN);
	assert_int_equal(summary.total.link_tx_packets, 4500);
	assert_int_equal(summary.replica[2].memory_peak_bytes, 4096);
	summary_release(&summary);
	trial_release(&trial);
}

static void check_with_origin(void **state)
{
	struct summary summary;
	struct trial trial;

	(void)state;
	make_trial(&trial, 2);
	summarise(&trial, &summary);
	near(summary.total.cpu_total_seconds, 1.6);
	near(summary.total.cpu_with_origin_seconds, 2);
	near(summary.total.cpu_with_origin_seconds_per_gb,
	     2 / (2 * 16384000 / 1e9));
	assert_true(isnan(summary.replica[0].cpu_with_origin_seconds));
	summary_release(&summary);
	trial.own_origin = false;
	summarise(&trial, &summary);
	assert_true(isnan(summary.total.cpu_with_origin_seconds));
	assert_true(isnan(summary.total.cpu_with_origin_seconds_per_gb));
	summary_release(&summary);
	trial_release(&trial);
}

/* Replica 0 is large while replica 1 is small, and the other way round: the
 * most at one time is less than the sum of both peaks. */
static void check_anonymous_memory(void **state)
{
	struct summary summary;
	struct trial trial;

	(void)state;
	make_trial(&trial, 2);
	add_anon(&trial, -1, 0, 1000000); /* the origin is no replica */
	add_anon(&trial, 0, 0, 100);
	add_anon(&trial, 1, 1, 10);
	add_anon(&trial, 0, 1000, 20);
	add_anon(&trial, 1, 1001, 90);
	add_anon(&trial, 0, 2000, COUNT_UNKNOWN);
	summarise(&trial, &summary);
	assert_int_equal(summary.total.memory_anon_bytes, 110);
	assert_int_equal(summary.replica[0].memory_anon_bytes, 100);
	assert_int_equal(summary.replica[1].memory_anon_bytes, 90);
	summary_release(&summary);
	trial.sample_count = 1; /* only the origin's */
	summarise(&trial, &summary);
	assert_true(summary.total.memory_anon_bytes == COUNT_UNKNOWN);
	summary_release(&summary);
	trial_release(&trial);
}

static void check_machine_columns(void **state)
{
	struct summary summary;
	struct trial trial;

	(void)state;
	make_trial(&trial, 1);
	add_machine(&trial, 0, 1000, 500);
	summarise(&trial, &summary);
	assert_true(isnan(summary.total.ksoftirqd_cpu_seconds));
	summary_release(&summary);
	add_machine(&trial, 1000, 77, 77); /* only first and last count */
	add_machine(&trial, 2000, 1030, 1750);
	summarise(&trial, &summary);
	near(summary.total.ksoftirqd_cpu_seconds, 0.03);
	near(summary.total.stalled_cpu_seconds, 1.25);
	assert_true(isnan(summary.replica[0].ksoftirqd_cpu_seconds));
	summary_release(&summary);
	trial.machine[2].stalled_cpu_us = COUNT_UNKNOWN;
	trial.machine[2].ksoftirqd_ns = 0;
	summarise(&trial, &summary);
	assert_true(isnan(summary.total.stalled_cpu_seconds));
	assert_true(isnan(summary.total.ksoftirqd_cpu_seconds));
	summary_release(&summary);
	trial_release(&trial);
}

/* Medians of those that were ready; a replica's row has its own. */
static void check_start_columns(void **state)
{
	static const double ready[] = { 5, 0, 1, 3, 2 };
	static const uint64_t late_us[] = { 300, 100, 0, 900, 200 };
	struct summary summary;
	struct trial trial;

	(void)state;
	make_trial(&trial, 5);
	for (unsigned i = 0; i < 5; i++) {
		trial.replica[i].ready_s = ready[i]; /* 0: never */
		trial.replica[i].import_s = ready[i] / 2;
		trial.replica[i].started_late_ns =
			late_us[i] ? late_us[i] * 1000 : COUNT_UNKNOWN;
	}
	summarise(&trial, &summary);
	near(summary.total.ready_seconds, 2.5);
	near(summary.total.import_seconds, 1.25);
	near(summary.replica[0].ready_seconds, 5);
	near(summary.replica[0].import_seconds, 2.5);
	assert_true(isnan(summary.replica[1].ready_seconds));
	near(summary.total.start_skew_ms, 0.8);
	summary_release(&summary);
	for (unsigned i = 0; i < 5; i++) {
		trial.replica[i].ready_s = 0;
		trial.replica[i].started_late_ns = COUNT_UNKNOWN;
	}
	summarise(&trial, &summary);
	assert_true(isnan(summary.total.ready_seconds));
	assert_true(isnan(summary.total.import_seconds));
	assert_true(isnan(summary.total.start_skew_ms));
	summary_release(&summary);
	trial_release(&trial);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_link_received),
		cmocka_unit_test(check_link_sent),
		cmocka_unit_test(check_link_not_compared),
		cmocka_unit_test(check_cpu_of_group),
		cmocka_unit_test(check_limits_met),
		cmocka_unit_test(check_throttled),
		cmocka_unit_test(check_ksoftirqd),
		cmocka_unit_test(check_ksoftirqd_floors),
		cmocka_unit_test(check_process_is_no_doubt),
		cmocka_unit_test(check_placement_columns),
		cmocka_unit_test(check_container_id),
		cmocka_unit_test(check_link_columns),
		cmocka_unit_test(check_one_unknown),
		cmocka_unit_test(check_with_origin),
		cmocka_unit_test(check_anonymous_memory),
		cmocka_unit_test(check_machine_columns),
		cmocka_unit_test(check_start_columns),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
