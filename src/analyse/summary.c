#include "analyse/analyse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/judge.h"
#include "analyse/limited.h"
#include "analyse/series.h"
#include "analyse/summary_cell.h"
#include "analyse/summary_latency.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

static char *time_text(uint64_t wall_ns)
{
	char text[CLOCK_TEXT_BYTES];

	return wall_ns ? mem_dup(clock_format(wall_ns, text)) : NULL;
}

/* What is the same for the trial and each of its replicas. */
static void fill_common(struct result_row *row, const struct trial *trial,
			const struct run *run)
{
	const struct trial_spec *spec = &trial->spec;
	const struct environment *e = &run->environment;

	row->library_name = mem_dup(spec->library);
	row->test_name = mem_dup(spec->test);
	row->test_params = mem_dup(trial->params_json);
	row->start_time = time_text(trial->start_wall_ns);
	row->end_time = time_text(trial->end_wall_ns);
	row->run_id = mem_dup(run->id);
	row->trial_id = mem_dup(trial->id);
	row->pool_size = spec->pool_size;
	row->keep_alive = spec->keep_alive;
	row->keep_alive_timeout_seconds = spec->keep_alive_timeout_s;
	row->use_dns_cache = spec->use_dns_cache;
	row->replicas = spec->replicas;
	row->concurrency = spec->concurrency;
	row->rate = spec->rate > 0 ? spec->rate : 0;
	row->seed = spec->seed;
	row->dataset = mem_dup(spec->dataset);
	result_row_add_spec(row, spec);
	row->instance_type = *e->instance_type ? mem_dup(e->instance_type)
					       : NULL;
	summary_placement(row, trial);
	row->harness_version = mem_dup(e->harness_version);
	row->kernel = mem_dup(e->kernel);
	row->cpu_model = mem_dup(e->cpu_model);
	row->cpus = e->cpus;
	if (trial_seconds(trial) > 0)
		row->duration_seconds = trial_seconds(trial);
	summary_comparison(row, trial);
}

/* Counts of one replica, added to what stands in the row. */
static void add_counts(struct result_row *row, const struct trial *trial,
		       const struct replica *replica)
{
	const struct trial_spec *spec = &trial->spec;
	const uint64_t *n = replica->outcomes;

	for (unsigned i = 1; i < OUTCOME_COUNT; i++)
		row->number_requests += n[i];
	row->number_successes += n[OUTCOME_OK];
	row->failures_http_error += n[OUTCOME_HTTP_ERROR];
	row->failures_throttled += n[OUTCOME_THROTTLED];
	row->failures_timeout += n[OUTCOME_TIMEOUT];
	row->failures_connect += n[OUTCOME_CONNECT];
	row->failures_reset += n[OUTCOME_RESET];
	row->failures_truncated += n[OUTCOME_TRUNCATED];
	row->failures_wrong_bytes += n[OUTCOME_WRONG_BYTES];
	row->failures_bad_http += n[OUTCOME_BAD_HTTP];
	/* Programs that did not count these had no such class. */
	if (replica->bad_records == COUNT_UNKNOWN)
		row->failures_bad_http = COUNT_UNKNOWN;
	row->failures_other += n[OUTCOME_OTHER];
	row->number_failures = row->number_requests - row->number_successes;
	row->unfinished += replica->unfinished;
	summary_add_due(row, spec, replica);
	row->crc_checked += replica->crc_checked;
	row->peak_rss_bytes += replica->peak_rss_bytes;
	summary_add_cell(row, replica);
	if (!trial->own_origin)
		return;
	row->connections += replica->ledger.connections;
	row->connections_total += replica->ledger.connections +
				  replica->ledger_setup.connections;
	row->origin_requests += replica->ledger.requests;
	row->origin_body_bytes += replica->ledger.body_bytes;
	row->origin_repeated_requests += judge_repeats(trial, replica);
	row->in_flight_proven += replica->ledger.hold_reached;
}

/* Sums begin at 0; what only our origin knows stays unknown without it. */
static void begin_counts(struct result_row *row, bool own_origin)
{
	row->number_requests = row->number_failures = row->number_successes = 0;
	row->failures_http_error = row->failures_throttled = 0;
	row->failures_timeout = row->failures_connect = row->failures_reset = 0;
	row->failures_truncated = row->failures_wrong_bytes = 0;
	row->failures_bad_http = row->failures_other = 0;
	row->unfinished = row->crc_checked = 0;
	row->operations_due = row->operations_started = 0;
	row->operations_never_started = 0;
	row->peak_rss_bytes = 0;
	summary_begin_cell(row);
	if (!own_origin)
		return;
	row->connections = row->connections_total = row->origin_requests = 0;
	row->origin_body_bytes = row->origin_repeated_requests = 0;
	row->in_flight_proven = 0;
}

/* Rates of what succeeded, over the window. */
static void fill_rates(struct result_row *row, uint64_t bytes_ok,
		       uint64_t cpu_ns)
{
	double duration = row->duration_seconds;

	if (!(duration > 0))
		return;
	row->requests_per_second = (double)row->number_successes / duration;
	row->bytes_per_second = (double)bytes_ok / duration;
	row->cpu_total_seconds = clock_seconds(cpu_ns);
	if (bytes_ok)
		row->cpu_seconds_per_gb =
			row->cpu_total_seconds / ((double)bytes_ok / 1e9);
	if (row->number_successes)
		row->cpu_seconds_per_1000_requests =
			row->cpu_total_seconds /
			((double)row->number_successes / 1000);
}

static void fill_replica(struct result_row *row, const struct trial *trial,
			 const struct run *run, const struct replica *replica)
{
	struct series series;

	result_row_init(row);
	fill_common(row, trial, run);
	row->container_id = *replica->container_id
				    ? mem_dup(replica->container_id)
				    : mem_printf("%s-%d-%.8s", row->isolation,
						 (int)replica->pid, trial->id);
	row->memory_anon_bytes = summary_anon(trial, (int)replica->number);
	summary_scope(row, trial, (int)replica->number);
	if (replica->ready_s > 0) {
		row->import_seconds = replica->import_s;
		row->ready_seconds = replica->ready_s;
	}
	if (*replica->library_version)
		row->library_version = mem_dup(replica->library_version);
	row->state = mem_dup(replica_state_name(replica->state));
	begin_counts(row, trial->own_origin);
	add_counts(row, trial, replica);
	summary_per_request(row);
	summary_latency(row, replica->latency);
	fill_rates(row, replica->bytes_ok, replica->cpu_ns);
	series_init(&series, trial);
	series_add(&series, trial, replica->number);
	series_describe(&series, row);
	series_release(&series);
}

/* docs/metrics.md, "How far to trust the row". */
static char *state_of(const struct trial *trial)
{
	struct str state = STR_INIT;
	uint64_t ok = 0, wrong = 0;

	if (trial->failed)
		return mem_dup(result_state_name(RESULT_FAILED));
	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *replica = &trial->replica[i];

		ok += replica->outcomes[OUTCOME_OK];
		wrong += replica->outcomes[OUTCOME_WRONG_BYTES];
		if (replica->state != REPLICA_FINISHED)
			str_addf(&state, "%sreplica %u %s",
				 state.len ? ", " : "", i,
				 replica_state_name(replica->state));
	}
	if (!state.len)
		str_add(&state, result_state_name(
					wrong ? RESULT_WRONG_BYTES
					: !ok ? RESULT_NOTHING
					: judge_failed_share(trial) >
							JUDGE_PARTLY_FAILED
						? RESULT_PARTLY_FAILED
						: RESULT_OK));
	return str_detach(&state);
}

/* Why it failed, then the findings. */
static void fill_findings(struct findings *findings, const struct trial *trial)
{
	if (*trial->text)
		findings_add(findings,
			     finding_name(trial->failed ? FINDING_FAILED
						: FINDING_REPLICA_ENDED),
			     trial->text);
	findings_copy(&trial->findings, findings);
}

static void fill_total(struct result_row *row, struct histogram *latency,
		       const struct trial *trial, const struct run *run)
{
	uint64_t bytes_ok = 0, cpu_ns = 0;
	struct series series;

	result_row_init(row);
	fill_common(row, trial, run);
	row->state = state_of(trial);
	fill_findings(&row->findings, trial);
	begin_counts(row, trial->own_origin);
	series_init(&series, trial);
	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *replica = &trial->replica[i];

		add_counts(row, trial, replica);
		histogram_merge(latency, replica->latency);
		bytes_ok += replica->bytes_ok;
		cpu_ns += replica->cpu_ns;
		series_add(&series, trial, i);
		if (!row->library_version && *replica->library_version)
			row->library_version =
				mem_dup(replica->library_version);
	}
	summary_per_request(row);
	summary_latency(row, latency);
	fill_rates(row, bytes_ok, cpu_ns);
	series_describe(&series, row);
	if (trial->own_origin && row->duration_seconds > 0)
		row->origin_cpu_seconds = clock_seconds(trial->origin_cpu_ns);
	row->memory_anon_bytes = summary_anon(trial, -1);
	summary_scope(row, trial, -1);
	summary_with_origin(row, bytes_ok);
	summary_machine(row, trial);
	if (!trial->failed && trial_seconds(trial) > 0)
		row->limited_by = mem_dup(limited_by_word(
			limited_of(trial, run->environment.cpus)));
	summary_skew(row, trial);
	summary_start_times(row, trial);
	series_release(&series);
}

void analyse_summary(const struct trial *trial, const struct run *run,
		     struct summary *out)
{
	out->analysis = ANALYSIS_NUMBER;
	out->latency = mem_new(sizeof(*out->latency));
	fill_total(&out->total, out->latency, trial, run);
	result_row_clean(&out->total);
	out->replica_count = trial->replica_count;
	out->replica = mem_array(trial->replica_count, sizeof(*out->replica));
	for (unsigned i = 0; i < trial->replica_count; i++) {
		fill_replica(&out->replica[i], trial, run, &trial->replica[i]);
		result_row_clean(&out->replica[i]);
	}
}
