/*
 * A made-up view for the checks of the monitor: two runs with the same names of
 * replicas, one of 64 of them and with texts that are hard to write down, and
 * one that is over.
 */
#ifndef CHECK_UNIT_MONITOR_FIXTURE_H
#define CHECK_UNIT_MONITOR_FIXTURE_H

#include "check.h"

#include <math.h>

#include "base/clock.h"
#include "monitor/expose.h"

#define MX_CELLS 64
#define MX_WALL_NS 1764100000123456789ULL
/* Quotes, backslashes, newlines, no UTF-8, UTF-8. */
#define MX_HARD "a\"b\\c\nd\x01\xff\xc3\xa9\xed\xa0\x80"

struct mx {
	struct monitor_view view;
	struct live_cell cell[MX_CELLS];
	struct live_test test[2];
	struct live_finished finished[2];
};

static inline void mx_fill_cell(struct live_cell *cell, int number)
{
	cell->number = number;
	cell->in_flight = 2;
	snprintf(cell->id, sizeof(cell->id), "/geoio/run/%d", number);
	snprintf(cell->name, sizeof(cell->name), "geoio-lib-%d", number);
	strcpy(cell->library, "lib");
	strcpy(cell->test, "fetch_range");
	strcpy(cell->trial_id, "trial-now");
	cell->at_wall_ns = MX_WALL_NS;
	cell->last = (struct sample){
		.cpu_ns = 3500000000,
		.cpu_user_ns = 1250000001,
		.memory_bytes = 50 << 20,
		.received_bytes = 77,
		.memory_anon_bytes = 40 << 20,
		.throttled_ns = COUNT_UNKNOWN,
		.link_rx_bytes = 1ULL << 40,
		.link_tx_bytes = 4096,
		.link_rx_packets = 1000,
		.link_tx_packets = 900,
	};
	cell->working_set_bytes = 45 << 20;
	cell->outcomes[OUTCOME_OK] = 10;
	cell->outcomes[OUTCOME_TIMEOUT] = 3;
	cell->bytes_ok = 163840;
	cell->open_connections = 50;
}

static inline void mx_fill_finished(struct live_finished *f, const char *params)
{
	strcpy(f->trial_id, "trial-before");
	strcpy(f->run_id, "run-one");
	strcpy(f->library, "lib");
	strcpy(f->test, "fetch_range");
	strcpy(f->library_version, "1.2.3");
	strcpy(f->params_json, params);
	strcpy(f->state, "ok");
	strcpy(f->isolation, "cell");
	strcpy(f->findings, MX_HARD);
	f->replicas = 2;
	f->concurrency = 50;
	f->end_wall_ns = MX_WALL_NS;
	f->duration_s = 10.1;
	f->successes = 1000;
	f->requests_per_second = 1000 / 10.1;
	f->bytes_per_second = 16384000 / 10.1;
	f->p50_ms = 0.1;
	f->p99_ms = (double)NAN;
	f->cpu_s = 1e-9;
	f->cpu_us_per_request = (double)INFINITY;
	f->memory_peak_bytes = UINT64_MAX - 1;
}

static inline void mx_fill_run(struct live_run *run, const char *id)
{
	strcpy(run->id, id);
	strcpy(run->version, "0.1.0");
	strcpy(run->command, "benchmark run-all");
	strcpy(run->database, "sqlite:///" MX_HARD);
	strcpy(run->kernel, "Linux");
	strcpy(run->cpu_model, "A \"CPU\"");
	run->pid = 4711;
	run->start_wall_ns = MX_WALL_NS - 60 * NS_PER_S;
	run->updated_wall_ns = MX_WALL_NS;
	run->trial_number = 3;
	run->trial_count = 12;
	run->left_s = 41.5;
	run->harness_cpu_ns = 420000000;
	run->origin.requests = 1000;
	run->origin.connections = 64;
	run->origin.body_bytes = 1 << 20;
	run->origin.head_bytes = 512;
	run->origin.status_206 = 999;
	strcpy(run->trial.id, "trial-now");
	strcpy(run->trial.library, "lib");
	strcpy(run->trial.test, "fetch_range");
	strcpy(run->trial.params_json, "{\"request_size\": 16384}");
	strcpy(run->trial.isolation, "cell");
	strcpy(run->trial.cgroup, "v1");
	strcpy(run->trial.network, "veth");
	strcpy(run->trial.stage, "running");
	run->trial.go_wall_ns = MX_WALL_NS - 3 * NS_PER_S;
	run->trial.timeout_s = 10;
	run->trial.elapsed_s = 3.2;
	run->trial.replicas = MX_CELLS;
	run->trial.concurrency = 50;
}

static inline void mx_fill_tests(struct live_test test[2])
{
	for (int i = 0; i < 2; i++) {
		strcpy(test[i].library, i ? MX_HARD : "lib");
		strcpy(test[i].test, "fetch_range");
		strcpy(test[i].config_hash, "0123456789abcdef");
		for (int b = 0; b < LIVE_BUCKETS; b++)
			test[i].bucket[b] = 1;
		test[i].outcomes[OUTCOME_OK] = LIVE_BUCKETS;
		test[i].outcomes[OUTCOME_RESET] = 2;
		test[i].bytes_ok = 16384 * LIVE_BUCKETS;
		test[i].latency_sum_ns = 1500000000;
	}
}

/* A view that is used again is as new. */
static inline void mx_init(struct mx *mx)
{
	struct live *live = mx->view.run;

	memset(mx, 0, sizeof(*mx));
	for (int i = 0; i < MX_CELLS; i++)
		mx_fill_cell(&mx->cell[i], i);
	mx_fill_tests(mx->test);
	mx_fill_finished(&mx->finished[0], "{\"a\":\n [0.1, \"\\u0001\"]}");
	mx_fill_finished(&mx->finished[1], "{\"a\": 1");
	for (int i = 0; i < 2; i++) {
		mx_fill_run(&live[i].run, i ? "run-two" : "run-one");
		live[i].test = mx->test;
		live[i].test_count = 2;
		live[i].finished = mx->finished;
		live[i].finished_count = 2;
	}
	live[0].cell = mx->cell;
	live[0].cell_count = MX_CELLS;
	mx_fill_cell(&live[0].origin, -1);
	strcpy(live[0].origin.name, "origin");
	live[1].cell = mx->cell;
	live[1].cell_count = 2;
	live[1].run.ended = 1;
	memset(&live[1].run.origin, 0, sizeof(live[1].run.origin));
	mx->view.run_count = 2;
	mx->view.recent = mx->finished;
	mx->view.recent_count = 1;
}

#endif
