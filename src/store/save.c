#include "store/save.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "store/blob.h"
#include "store/database.h"

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static void bind_spec(struct statement *s, const struct trial *trial)
{
	const struct trial_spec *spec = &trial->spec;

	statement_text(s, spec->library);
	statement_text(s, spec->test);
	statement_text(s, trial->params_json);
	statement_count(s, spec->replicas);
	statement_count(s, spec->concurrency);
	statement_count(s, spec->n_requests ? spec->n_requests
					    : COUNT_UNKNOWN);
	statement_number(s, spec->timeout_s);
	statement_number(s, spec->operation_timeout_s);
	statement_number(s, spec->warm_up_s);
	statement_number(s, spec->rate > 0 ? spec->rate : NAN);
	statement_count(s, spec->seed);
	statement_count(s, spec->request_size);
	statement_count(s, spec->hot_key);
	statement_text(s, spec->dataset);
	statement_count(s, spec->keys);
	statement_text(s, or_null(spec->endpoint));
	statement_text(s, spec->bucket);
	statement_count(s, spec->client.pool_size);
	statement_count(s, spec->client.keep_alive);
	statement_number(s, spec->client.keep_alive_timeout_s);
	statement_count(s, spec->client.use_dns_cache);
}

static uint64_t or_unknown(uint64_t limit)
{
	return limit ? limit : COUNT_UNKNOWN;
}

static void bind_placement(struct statement *s, const struct trial *trial)
{
	const struct placement *placement = &trial->placement;
	const struct trial_spec *spec = &trial->spec;

	statement_text(s, isolation_name(placement->isolation));
	statement_text(s, placement->cgroup);
	statement_text(s, placement->network);
	statement_text(s, placement->pinning);
	statement_text(s, or_null(placement->user));
	statement_number(s, spec->cpus_limit > 0 ? spec->cpus_limit : NAN);
	statement_count(s, or_unknown(spec->memory_limit_bytes));
	statement_count(s, or_unknown(spec->pids_limit));
	statement_count(s, or_unknown(spec->link_bits_per_second));
}

int save_trial(const struct store *store, const struct run *run,
	       const struct trial *trial, struct err *err)
{
	char text[CLOCK_TEXT_BYTES];
	struct statement s;
	int code = statement_prepare(
		&s, store,
		"INSERT INTO trials (id, run_id, library, test, params, "
		"replicas, concurrency, n_requests, timeout_seconds, "
		"operation_timeout_seconds, warm_up_seconds, rate_per_second, "
		"seed, request_size_bytes, hot_key, dataset, keys, endpoint, "
		"bucket, pool_size, keep_alive, keep_alive_timeout_seconds, "
		"use_dns_cache, start_time, end_time, go_ns, window_end_ns, "
		"origin_cpu_ns, origin_congestion, failed, text, findings, "
		"isolation, cgroup, network, pinning, replica_user, "
		"cpus_limit, memory_limit_bytes, pids_limit, "
		"link_bits_per_second) "
		"VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
		"?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		err);

	if (code < 0)
		return code;
	statement_text(&s, trial->id);
	statement_text(&s, run->id);
	bind_spec(&s, trial);
	statement_text(&s, clock_format(trial->start_wall_ns, text));
	statement_text(&s, clock_format(trial->end_wall_ns, text));
	statement_count(&s, trial->go_ns);
	statement_count(&s, trial->window_end_ns);
	statement_count(&s, trial->own_origin ? trial->origin_cpu_ns
					      : COUNT_UNKNOWN);
	statement_text(&s, or_null(trial->congestion));
	statement_count(&s, trial->failed);
	statement_text(&s, or_null(trial->text));
	statement_text(&s, or_null(trial->findings));
	bind_placement(&s, trial);
	code = statement_run(&s, err);
	statement_release(&s);
	return code;
}

static void bind_cell(struct statement *s, const struct replica *r)
{
	statement_text(s, or_null(r->container_id));
	statement_count(s, r->started_late_ns);
	statement_count(s, or_unknown(r->rusage_ns));
	statement_count(s, r->group_cpu_ns);
	statement_count(s, r->throttled_ns);
	statement_count(s, r->link_rx_bytes);
	statement_count(s, r->link_tx_bytes);
	statement_count(s, r->link_rx_packets);
	statement_count(s, r->link_tx_packets);
	statement_count(s, r->tcp_segments_in);
	statement_count(s, r->tcp_segments_out);
	statement_count(s, r->tcp_retransmitted);
	statement_count(s, r->memory_peak_bytes);
	statement_count(s, r->memory_kills);
	statement_count(s, r->pids_refused);
}

static void bind_replica(struct statement *s, const struct replica *r)
{
	bool finished = r->state == REPLICA_FINISHED;
	bool explained = !finished || r->outcomes[OUTCOME_OTHER];

	statement_signed(s, r->pid);
	statement_text(s, replica_state_name(r->state));
	statement_count(s, r->exit_status >= 0 ? (uint64_t)r->exit_status
					       : COUNT_UNKNOWN);
	statement_count(s, r->signal ? (uint64_t)r->signal : COUNT_UNKNOWN);
	statement_text(s, or_null(r->text));
	statement_text(s, r->versions_json);
	statement_text(s, r->not_applied);
	statement_text(s, r->notes);
	statement_number(s, r->import_s);
	statement_number(s, r->ready_s);
	statement_text(s, explained ? r->stderr_text : NULL);
	statement_count(s, r->started);
	statement_count(s, r->finished);
	statement_count(s, r->unfinished);
	statement_text(s, or_null(r->stopped_by));
	statement_count(s, r->records);
	statement_count(s, r->records_after);
	statement_count(s, r->bytes_ok);
	statement_count(s, r->crc_checked);
	statement_count(s, r->in_flight_peak);
	statement_count(s, r->bad_records);
	statement_count(s, r->processes);
	if (r->clock_offset_ns == CLOCK_UNKNOWN)
		statement_null(s);
	else
		statement_signed(s, r->clock_offset_ns);
	statement_count(s, r->cpu_ns);
	statement_count(s, r->cpu_user_ns);
	statement_count(s, r->peak_rss_bytes);
	bind_cell(s, r);
}

int save_replicas(const struct store *store, const struct trial *trial,
		  struct err *err)
{
	struct statement s;
	int code = statement_prepare(
		&s, store,
		"INSERT INTO replicas (trial_id, replica, pid, state, "
		"exit_status, signal, text, versions, not_applied, notes, "
		"import_seconds, ready_seconds, stderr, started, finished, "
		"unfinished, stopped_by, records, records_after, bytes_ok, "
		"crc_checked, in_flight_peak, impossible, processes, "
		"clock_offset_ns, cpu_ns, cpu_user_ns, "
		"peak_rss_bytes, container_id, "
		"started_late_ns, rusage_ns, group_cpu_ns, "
		"throttled_ns, link_rx_bytes, link_tx_bytes, link_rx_packets, "
		"link_tx_packets, tcp_segments_in, tcp_segments_out, "
		"tcp_retransmitted, memory_peak_bytes, memory_kills, "
		"pids_refused) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
		"?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		err);

	for (unsigned i = 0; code == 0 && i < trial->replica_count; i++) {
		statement_text(&s, trial->id);
		statement_signed(&s, i);
		bind_replica(&s, &trial->replica[i]);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}

int save_samples(const struct store *store, const struct trial *trial,
		 struct err *err)
{
	struct statement s;
	int code = statement_prepare(
		&s, store,
		"INSERT OR REPLACE INTO samples (trial_id, replica, at_ns, "
		"cpu_ns, cpu_user_ns, memory_bytes, received_bytes, "
		"operations_ok, operations_failed, threads, "
		"memory_anon_bytes, throttled_ns, link_rx_bytes, "
		"link_tx_bytes, link_rx_packets, link_tx_packets) "
		"VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		err);

	for (size_t i = 0; code == 0 && i < trial->sample_count; i++) {
		const struct sample *sample = &trial->samples[i];

		statement_text(&s, trial->id);
		statement_signed(&s, sample->replica);
		statement_signed(&s, (int64_t)(sample->at_ns - trial->go_ns));
		statement_count(&s, sample->cpu_ns);
		statement_count(&s, sample->cpu_user_ns);
		statement_count(&s, sample->memory_bytes);
		statement_count(&s, sample->received_bytes);
		statement_count(&s, sample->operations_ok);
		statement_count(&s, sample->operations_failed);
		statement_count(&s, sample->threads);
		statement_count(&s, sample->memory_anon_bytes);
		statement_count(&s, sample->throttled_ns);
		statement_count(&s, sample->link_rx_bytes);
		statement_count(&s, sample->link_tx_bytes);
		statement_count(&s, sample->link_rx_packets);
		statement_count(&s, sample->link_tx_packets);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}

int save_machine(const struct store *store, const struct trial *trial,
		 struct err *err)
{
	struct statement s;
	int code = statement_prepare(
		&s, store,
		"INSERT OR REPLACE INTO machine_samples (trial_id, at_ns, "
		"ksoftirqd_ns, stalled_cpu_us, stalled_memory_us, "
		"stalled_io_us) VALUES (?,?,?,?,?,?)",
		err);

	for (size_t i = 0; code == 0 && i < trial->machine_count; i++) {
		const struct machine_sample *sample = &trial->machine[i];

		statement_text(&s, trial->id);
		statement_signed(&s, (int64_t)(sample->at_ns - trial->go_ns));
		statement_count(&s, sample->ksoftirqd_ns);
		statement_count(&s, sample->stalled_cpu_us);
		statement_count(&s, sample->stalled_memory_us);
		statement_count(&s, sample->stalled_io_us);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}

int save_latency(const struct store *store, const struct trial *trial,
		 struct err *err)
{
	struct statement s;
	int code = statement_prepare(
		&s, store,
		"INSERT INTO latency (trial_id, replica, operations, min_ns, "
		"max_ns, sum_ns, histogram) VALUES (?,?,?,?,?,?,?)",
		err);

	for (unsigned i = 0; code == 0 && i < trial->replica_count; i++) {
		const struct histogram *h = trial->replica[i].latency;
		struct str blob = STR_INIT;

		blob_encode(h, &blob);
		statement_text(&s, trial->id);
		statement_signed(&s, i);
		statement_count(&s, h->total);
		statement_count(&s, h->min_ns);
		statement_count(&s, h->max_ns);
		statement_number(&s, h->sum_ns);
		statement_blob(&s, blob.buf, blob.len);
		code = statement_run(&s, err);
		str_release(&blob);
	}
	statement_release(&s);
	return code;
}

static int save_replica_failures(struct statement *s, const struct trial *trial,
				 const struct replica *replica, struct err *err)
{
	int code = 0;

	for (unsigned o = OUTCOME_OK + 1; code == 0 && o < OUTCOME_COUNT; o++) {
		if (!replica->outcomes[o])
			continue;
		statement_text(s, trial->id);
		statement_signed(s, replica->number);
		statement_text(s, outcome_name(o));
		statement_count(s, replica->outcomes[o]);
		statement_text(s, replica->failure_text[o]);
		code = statement_run(s, err);
	}
	return code;
}

int save_failures(const struct store *store, const struct trial *trial,
		  struct err *err)
{
	struct statement s;
	int code = statement_prepare(&s, store,
				     "INSERT INTO failures (trial_id, replica, "
				     "outcome, operations, text) VALUES "
				     "(?,?,?,?,?)",
				     err);

	for (unsigned i = 0; code == 0 && i < trial->replica_count; i++)
		code = save_replica_failures(&s, trial, &trial->replica[i],
					     err);
	statement_release(&s);
	return code;
}

static int save_counts(struct statement *s, const struct trial *trial,
		       unsigned replica, const char *phase,
		       const struct ledger_counts *counts, struct err *err)
{
	statement_text(s, trial->id);
	statement_signed(s, replica);
	statement_text(s, phase);
#define X(name, text) statement_count(s, counts->name);
	LEDGER_COUNTERS(X)
#undef X
	statement_count(s, counts->in_flight_peak);
	statement_count(s, counts->open_connections_peak);
	statement_count(s, counts->hold_reached);
	return statement_run(s, err);
}

int save_ledger(const struct store *store, const struct trial *trial,
		struct err *err)
{
	struct statement s;
	int code;

	if (!trial->own_origin)
		return 0;
#define X(name, text) #name ", "
	code = statement_prepare(
		&s, store,
		"INSERT INTO ledger (trial_id, replica, phase, " LEDGER_COUNTERS(
			X) "in_flight_peak, open_connections_peak, "
			   "hold_reached) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
			   "?,?,?,?,?,?,?,?,?)",
		err);
#undef X
	for (unsigned i = 0; code == 0 && i < trial->replica_count; i++) {
		const struct replica *r = &trial->replica[i];

		code = save_counts(&s, trial, i, "setup", &r->ledger_setup,
				   err);
		if (code == 0)
			code = save_counts(&s, trial, i, "timed", &r->ledger,
					   err);
	}
	statement_release(&s);
	return code;
}
