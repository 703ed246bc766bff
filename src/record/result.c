#include "record/result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define FIELD(name, kind, use, merge)                                          \
	{ #name, COLUMN_##kind, COLUMN_##use, COLUMN_##merge,                  \
	  offsetof(struct result_row, name) }
#define PART(name, part, suffix)                                               \
	{ #name "_" suffix, COLUMN_NUMBER, COLUMN_BOTH, COLUMN_MEDIAN,         \
	  offsetof(struct result_row, name.part) }
#define DISTRIBUTION(name)                                                     \
	PART(name, count, "count"), PART(name, mean, "mean"),                  \
	PART(name, std, "std"), PART(name, min, "min"),                        \
	PART(name, q25, "25%"), PART(name, q50, "50%"),                        \
	PART(name, q75, "75%"), PART(name, max, "max")

const struct column result_columns[] = {
	FIELD(library_name, TEXT, BOTH, FIRST),
	FIELD(test_name, TEXT, BOTH, FIRST),
	FIELD(test_params, TEXT, BOTH, FIRST),
	FIELD(start_time, TEXT, BOTH, FIRST),
	FIELD(end_time, TEXT, BOTH, FIRST),
	FIELD(number_requests, COUNT, BOTH, SUM),
	FIELD(number_failures, COUNT, BOTH, SUM_OF_ALL),
	FIELD(number_successes, COUNT, BOTH, SUM),
	FIELD(container_id, TEXT, REPLICA, FIRST),
	FIELD(run_id, TEXT, BOTH, FIRST),
	FIELD(pool_size, COUNT, BOTH, FIRST),
	FIELD(keep_alive, FLAG, BOTH, FIRST),
	FIELD(keep_alive_timeout_seconds, NUMBER, BOTH, FIRST),
	FIELD(use_dns_cache, FLAG, BOTH, FIRST),
	DISTRIBUTION(recv_bytes_per_second),
	DISTRIBUTION(cpu_seconds),
	DISTRIBUTION(recv_bytes_per_second_per_cpu),
	DISTRIBUTION(memory_usage_bytes),
	FIELD(duration_seconds, NUMBER, BOTH, SUM),
	FIELD(requests_per_second, NUMBER, BOTH, MEDIAN),
	FIELD(instance_type, TEXT, BOTH, FIRST),
	FIELD(cost_usd, NUMBER, BOTH, SUM),
	FIELD(replicas, COUNT, BOTH, FIRST),
	FIELD(library_version, TEXT, BOTH, FIRST),
	FIELD(concurrency, COUNT, BOTH, FIRST),
	FIELD(rate, NUMBER, BOTH, FIRST),
	FIELD(failures_http_error, COUNT, BOTH, SUM_OF_ALL),
	FIELD(failures_throttled, COUNT, BOTH, SUM_OF_ALL),
	FIELD(failures_timeout, COUNT, BOTH, SUM_OF_ALL),
	FIELD(failures_connect, COUNT, BOTH, SUM_OF_ALL),
	FIELD(failures_reset, COUNT, BOTH, SUM_OF_ALL),
	FIELD(failures_truncated, COUNT, BOTH, SUM_OF_ALL),
	FIELD(failures_wrong_bytes, COUNT, BOTH, SUM_OF_ALL),
	FIELD(failures_bad_http, COUNT, BOTH, SUM_OF_ALL),
	FIELD(failures_other, COUNT, BOTH, SUM_OF_ALL),
	FIELD(unfinished, COUNT, BOTH, SUM),
	FIELD(operations_due, COUNT, BOTH, SUM),
	FIELD(operations_started, COUNT, BOTH, SUM),
	FIELD(operations_never_started, COUNT, BOTH, SUM),
	FIELD(latency_p50_ms, NUMBER, BOTH, MEDIAN),
	FIELD(latency_p90_ms, NUMBER, BOTH, MEDIAN),
	FIELD(latency_p99_ms, NUMBER, BOTH, MEDIAN),
	FIELD(latency_p99_9_ms, NUMBER, BOTH, MEDIAN),
	FIELD(latency_max_ms, NUMBER, BOTH, MEDIAN),
	FIELD(bytes_per_second, NUMBER, BOTH, MEDIAN),
	FIELD(cpu_total_seconds, NUMBER, BOTH, SUM),
	FIELD(cpu_seconds_per_gb, NUMBER, BOTH, MEDIAN),
	FIELD(cpu_seconds_per_1000_requests, NUMBER, BOTH, MEDIAN),
	FIELD(origin_cpu_seconds, NUMBER, TOTAL, SUM),
	FIELD(peak_rss_bytes, COUNT, BOTH, MEDIAN),
	FIELD(connections, COUNT, BOTH, SUM),
	FIELD(connections_total, COUNT, BOTH, SUM),
	FIELD(origin_requests, COUNT, BOTH, SUM),
	FIELD(origin_body_bytes, COUNT, BOTH, SUM),
	FIELD(origin_repeated_requests, COUNT, BOTH, SUM),
	FIELD(in_flight_proven, COUNT, BOTH, MEDIAN),
	FIELD(crc_checked, COUNT, BOTH, SUM),
	FIELD(state, TEXT, BOTH, FIRST),
	FIELD(findings, FINDINGS, TOTAL, FIRST),
	{ "finding_names", COLUMN_NAMES, COLUMN_TOTAL, COLUMN_FIRST,
	  offsetof(struct result_row, findings) },
	FIELD(isolation, TEXT, BOTH, FIRST),
	FIELD(cgroup, TEXT, BOTH, FIRST),
	FIELD(cpu_scope, TEXT, BOTH, FIRST),
	FIELD(network, TEXT, BOTH, FIRST),
	FIELD(pinning, TEXT, BOTH, FIRST),
	FIELD(replica_user, TEXT, BOTH, FIRST),
	FIELD(origin_congestion, TEXT, BOTH, FIRST),
	FIELD(cpus_limit, NUMBER, BOTH, FIRST),
	FIELD(memory_limit_bytes, COUNT, BOTH, FIRST),
	FIELD(pids_limit, COUNT, BOTH, FIRST),
	FIELD(link_bits_per_second, COUNT, BOTH, FIRST),
	FIELD(cpu_with_origin_seconds, NUMBER, TOTAL, SUM),
	FIELD(cpu_with_origin_seconds_per_gb, NUMBER, TOTAL, MEDIAN),
	FIELD(throttled_seconds, NUMBER, BOTH, SUM),
	FIELD(memory_peak_bytes, COUNT, BOTH, MEDIAN),
	FIELD(memory_anon_bytes, COUNT, BOTH, MEDIAN),
	FIELD(link_rx_bytes, COUNT, BOTH, SUM),
	FIELD(link_tx_bytes, COUNT, BOTH, SUM),
	FIELD(link_rx_packets, COUNT, BOTH, SUM),
	FIELD(link_tx_packets, COUNT, BOTH, SUM),
	FIELD(wire_rx_bytes, COUNT, BOTH, SUM),
	FIELD(tcp_segments_in, COUNT, BOTH, SUM),
	FIELD(tcp_segments_out, COUNT, BOTH, SUM),
	FIELD(tcp_retransmitted, COUNT, BOTH, SUM),
	FIELD(ksoftirqd_cpu_seconds, NUMBER, TOTAL, SUM),
	FIELD(stalled_cpu_seconds, NUMBER, TOTAL, SUM),
	FIELD(steal_seconds, NUMBER, TOTAL, SUM),
	FIELD(others_cpu_seconds, NUMBER, TOTAL, SUM),
	FIELD(instructions_per_request, NUMBER, BOTH, MEDIAN),
	FIELD(cycles_per_request, NUMBER, BOTH, MEDIAN),
	FIELD(limited_by, TEXT, TOTAL, FIRST),
	FIELD(start_skew_ms, NUMBER, TOTAL, MEDIAN),
	FIELD(import_seconds, NUMBER, BOTH, MEDIAN),
	FIELD(ready_seconds, NUMBER, BOTH, MEDIAN),
	FIELD(dataset, TEXT, BOTH, FIRST),
	FIELD(seed, COUNT, BOTH, FIRST),
	FIELD(trial_id, TEXT, BOTH, FIRST),
	FIELD(comparison, TEXT, BOTH, FIRST),
	FIELD(block, COUNT, BOTH, FIRST),
	FIELD(slices, COUNT, BOTH, SUM),
	FIELD(harness_version, TEXT, BOTH, FIRST),
	FIELD(kernel, TEXT, BOTH, FIRST),
	FIELD(cpu_model, TEXT, BOTH, FIRST),
	FIELD(cpus, COUNT, BOTH, FIRST),
#define COLUMN_RATE COLUMN_COUNT
#define ADD_PLACED(name, kind)
#define ADD_ADDED(name, kind) FIELD(name, kind, BOTH, FIRST),
#define X(member, name, kind, part, column, ...) ADD_##column(name, kind)
	SPEC_FIELDS(X)
#undef X
	FIELD(config_hash, TEXT, BOTH, FIRST),
	{ NULL, COLUMN_TEXT, COLUMN_BOTH, COLUMN_FIRST, 0 },
};

char *result_text(const struct result_row *row, const struct column *column)
{
	const void *value = result_value(row, column);
	const char *text;

	if (column->kind == COLUMN_FINDINGS)
		return findings_texts(value);
	if (column->kind == COLUMN_NAMES)
		return findings_names(value);
	text = *(char *const *)value;
	return text ? mem_dup(text) : NULL;
}

const char *result_state_name(enum result_state state)
{
	static const char *const words[] = {
#define X(name, text) text,
		RESULT_STATES(X)
#undef X
	};

	return words[state];
}

static bool is_state(const struct result_row *row, enum result_state state)
{
	return row->state && !strcmp(row->state, result_state_name(state));
}

bool result_is_ok(const struct result_row *row)
{
	return is_state(row, RESULT_OK);
}

bool result_is_wrong(const struct result_row *row)
{
	return count_or(row->failures_wrong_bytes, 0) > 0;
}

bool result_is_void(const struct result_row *row)
{
	return is_state(row, RESULT_FAILED) || result_is_wrong(row);
}

void result_row_init(struct result_row *row)
{
	memset(row, 0, sizeof(*row));
	for (const struct column *c = result_columns; c->name; c++) {
		if (c->kind == COLUMN_COUNT)
			*(uint64_t *)result_at(row, c) = COUNT_UNKNOWN;
		else if (c->kind == COLUMN_NUMBER)
			*(double *)result_at(row, c) = NAN;
		else if (c->kind == COLUMN_FLAG)
			*(int8_t *)result_at(row, c) = FLAG_UNKNOWN;
	}
}

const struct column *result_column(const char *name)
{
	for (const struct column *c = result_columns; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static int compare_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int compare_numbers(double a, double b)
{
	if (isnan(a) || isnan(b))
		return !isnan(a) - !isnan(b);
	return (a > b) - (a < b);
}

/* COUNT_UNKNOWN + 1 is 0. */
static int compare_counts(uint64_t a, uint64_t b)
{
	return (a + 1 > b + 1) - (a + 1 < b + 1);
}

int result_compare(const struct result_row *a, const struct result_row *b,
		   const struct column *column)
{
	const void *x = result_value(a, column), *y = result_value(b, column);

	switch (column->kind) {
	case COLUMN_TEXT:
		return compare_texts(*(char *const *)x, *(char *const *)y);
	case COLUMN_COUNT:
		return compare_counts(*(const uint64_t *)x,
				      *(const uint64_t *)y);
	case COLUMN_NUMBER:
		return compare_numbers(*(const double *)x, *(const double *)y);
	case COLUMN_FINDINGS:
	case COLUMN_NAMES:
		return 0;
	case COLUMN_FLAG:
		break;
	}
	return *(const int8_t *)x - *(const int8_t *)y;
}

#define COPY_COUNT(value) (value)
#define COPY_RATE(value) (value)
#define COPY_NUMBER(value) (value)
#define COPY_FLAG(value) (value)
#define COPY_TEXT(value) mem_dup(value)
#define FILL_PLACED(name, member, kind)
#define FILL_ADDED(name, member, kind) row->name = COPY_##kind(spec->member);

void result_row_add_spec(struct result_row *row, const struct trial_spec *spec)
{
	char hash[SPEC_HASH_BYTES];

#define X(member, name, kind, part, column, ...) FILL_##column(name, member, kind)
	SPEC_FIELDS(X)
#undef X
	spec_hash(spec, hash);
	row->config_hash = mem_dup(hash);
}

void result_row_clean(struct result_row *row)
{
	for (const struct column *c = result_columns; c->name; c++) {
		char *text = c->kind == COLUMN_TEXT
				     ? *(char **)result_at(row, c)
				     : NULL;

		if (text)
			text_clean_line(text);
	}
	for (size_t i = 0; i < row->findings.count; i++) {
		text_clean_line(row->findings.list[i].name);
		text_clean_line(row->findings.list[i].text);
	}
}

void result_row_copy(struct result_row *to, const struct result_row *from)
{
	*to = *from;
	memset(&to->findings, 0, sizeof(to->findings));
	findings_copy(&from->findings, &to->findings);
	for (const struct column *c = result_columns; c->name; c++)
		if (c->kind == COLUMN_TEXT)
			*(char **)result_at(to, c) = result_text(from, c);
}

void result_row_release(struct result_row *row)
{
	for (const struct column *c = result_columns; c->name; c++) {
		if (c->kind == COLUMN_TEXT)
			free(*(char **)result_at(row, c));
	}
	findings_release(&row->findings);
	memset(row, 0, sizeof(*row));
}

void summary_release(struct summary *summary)
{
	result_row_release(&summary->total);
	for (unsigned i = 0; i < summary->replica_count; i++)
		result_row_release(&summary->replica[i]);
	free(summary->replica);
	free(summary->latency);
	memset(summary, 0, sizeof(*summary));
}
