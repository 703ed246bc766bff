/*
 * One row of results: of a trial (all its replicas together), or of one of its
 * replicas. The struct and the column table are the only definition of the
 * columns: CSV, JSON, the database table `results` and docs/metrics.md follow
 * them, and `make check` holds them against each other.
 *
 * What is unknown is said as base/unknown.h has it: an empty field in CSV, null
 * in JSON, NULL in SQL.
 */
#ifndef RECORD_RESULT_H
#define RECORD_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/unknown.h"
#include "record/finding.h"
#include "record/histogram.h"
#include "record/spec.h"

/* As pandas' describe(): std is the sample's (n - 1), NAN for one value. */
struct distribution {
	double count, mean, std, min, q25, q50, q75, max;
};

struct result_row {
	/* Texts are owned by the row; result_row_release() frees them. */
	char *library_name, *test_name, *test_params;
	char *start_time, *end_time; /* "2025-04-23 08:08:15.938238", UTC */
	char *run_id, *trial_id, *container_id;
	uint64_t number_requests;    /* ended within the window, ok or not */
	uint64_t number_failures;
	uint64_t number_successes;
	uint64_t pool_size;
	int8_t keep_alive;
	double keep_alive_timeout_seconds;
	int8_t use_dns_cache;
	struct distribution recv_bytes_per_second;
	struct distribution cpu_seconds; /* CPU seconds a second */
	struct distribution recv_bytes_per_second_per_cpu;
	struct distribution memory_usage_bytes;
	double duration_seconds;
	double requests_per_second; /* successes only */
	char *instance_type;
	double cost_usd;

	/* What the ancestor lacked. */
	uint64_t replicas;
	char *library_version;
	uint64_t concurrency;
	double rate;
	uint64_t failures_http_error, failures_throttled, failures_timeout,
		failures_connect, failures_reset, failures_truncated,
		failures_wrong_bytes, failures_bad_http, failures_other;
	uint64_t unfinished;
	uint64_t operations_due;     /* open loop: that the rate asked for */
	uint64_t operations_started; /* as the replicas say */
	uint64_t operations_never_started; /* of those that were due */
	double latency_p50_ms, latency_p90_ms, latency_p99_ms, latency_p99_9_ms,
		latency_max_ms;
	double bytes_per_second;    /* payload of successes */
	double cpu_total_seconds;   /* over the window */
	double cpu_seconds_per_gb;  /* 10^9 bytes of payload */
	double cpu_seconds_per_1000_requests;
	double instructions_per_request, cycles_per_request; /* of successes */
	double origin_cpu_seconds;
	uint64_t peak_rss_bytes;
	uint64_t connections;       /* that the origin accepted from GO on */
	uint64_t connections_total; /* from the start of the trial */
	uint64_t origin_requests;   /* that the origin saw from GO on */
	uint64_t origin_body_bytes;
	uint64_t origin_repeated_requests;
	uint64_t in_flight_proven;  /* most in flight at the origin, burst */
	uint64_t crc_checked;
	char *state;                /* "ok", or how it failed */
	struct findings findings;   /* doubts and differences */
	char *isolation;             /* "cell", "cell-userns", "process", … */
	char *cgroup, *network;      /* of struct placement */
	char *cpu_scope;             /* "group", "processes", "incomplete" */
	char *replica_user;          /* whom replicas ran as */
	char *pinning;
	char *origin_congestion;
	double cpus_limit;           /* of each replica; NAN: none */
	uint64_t memory_limit_bytes, pids_limit; /* COUNT_UNKNOWN: none */
	uint64_t link_bits_per_second;
	char *comparison;            /* UUID; NULL: of none, and so block */
	uint64_t block, slices;      /* slices: how many */
	double cpu_with_origin_seconds; /* replicas + origin */
	double cpu_with_origin_seconds_per_gb;
	double throttled_seconds;    /* waited for the quota, all replicas */
	uint64_t memory_peak_bytes;  /* of the groups, sum over replicas */
	uint64_t memory_anon_bytes;  /* most at one time, sum over replicas */
	uint64_t link_rx_bytes, link_tx_bytes, link_rx_packets, link_tx_packets;
	uint64_t wire_rx_bytes;      /* estimate: as separate packets */
	uint64_t tcp_segments_in, tcp_segments_out, tcp_retransmitted;
	double ksoftirqd_cpu_seconds; /* of the machine, charged to nobody */
	double stalled_cpu_seconds;  /* PSI, some task waited for a CPU */
	double steal_seconds;        /* of all CPUs, taken by the hypervisor */
	double others_cpu_seconds;   /* of programs that are not ours */
	char *limited_by;            /* record/limited.h */
	double start_skew_ms;        /* between first operations of replicas */
	double import_seconds, ready_seconds; /* median over replicas */
	char *dataset;
	uint64_t seed;
	char *harness_version, *kernel, *cpu_model;
	uint64_t cpus;

	/* Of the configuration, all that stands nowhere above. */
#define RESULT_COUNT uint64_t
#define RESULT_RATE uint64_t
#define RESULT_NUMBER double
#define RESULT_FLAG int8_t
#define RESULT_TEXT char *
#define RESULT_PLACED(kind, name)
#define RESULT_ADDED(kind, name) RESULT_##kind name;
#define X(member, name, kind, part, column, ...) RESULT_##column(kind, name)
	SPEC_FIELDS(X)
#undef X
	char *config_hash; /* spec_hash() */
};

enum column_kind {
	COLUMN_TEXT,   /* char * */
	COLUMN_COUNT,  /* uint64_t */
	COLUMN_NUMBER, /* double */
	COLUMN_FLAG,   /* int8_t: True and False in CSV, as pandas writes them */
	COLUMN_FINDINGS, /* struct findings: its sentences */
	COLUMN_NAMES,    /* struct findings: its names */
};

enum column_use {
	COLUMN_TOTAL = 1,   /* stands in the table of trials */
	COLUMN_REPLICA = 2, /* stands in the table of replicas */
	COLUMN_BOTH = 3,
};

/* What becomes of a column where the trials of several blocks are one row. */
enum column_merge {
	COLUMN_FIRST,  /* the first block's: all blocks share it, or it is a
			* text, a flag or findings */
	COLUMN_MEDIAN, /* it was measured */
	COLUMN_SUM,    /* it was counted */
	COLUMN_SUM_OF_ALL, /* also in blocks that failed */
};

struct column {
	const char *name; /* in CSV, JSON and SQL */
	enum column_kind kind;
	enum column_use use;
	enum column_merge merge;
	size_t offset;    /* in struct result_row */
};

/* In the order of the CSV; `name` is NULL at the end. */
extern const struct column result_columns[];

/* Where a row holds a column, of the type that its kind says. */
static inline void *result_at(struct result_row *row,
			      const struct column *column)
{
	return (char *)row + column->offset;
}

static inline const void *result_value(const struct result_row *row,
				       const struct column *column)
{
	return (const char *)row + column->offset;
}

/* What a column of text holds, also of findings; NULL: nothing. The caller
 * frees. */
char *result_text(const struct result_row *row, const struct column *column);

/* NULL: there is none of this name. */
const struct column *result_column(const char *name);

/* < 0, 0, > 0: by the values of one column, not of findings; what is
 * unknown is the least. */
int result_compare(const struct result_row *a, const struct result_row *b,
		   const struct column *column);

/* X(NAME, "words"): `state` of a trial in which all replicas finished, or that is
 * no result. Otherwise it says which did not, and how. */
#define RESULT_STATES(X)                                                       \
	X(OK, "ok")                                                            \
	X(FAILED, "failed")                                                    \
	X(WRONG_BYTES, "wrong bytes")                                          \
	X(NOTHING, "nothing succeeded")                                        \
	X(PARTLY_FAILED, "partly failed")

enum result_state {
#define X(name, words) RESULT_##name,
	RESULT_STATES(X)
#undef X
};

const char *result_state_name(enum result_state state);

bool result_is_ok(const struct result_row *row);

/* An answer was wrong, however the trial ended besides: what was not checked must
 * not be believed, and no figure of the library is compared. */
bool result_is_wrong(const struct result_row *row);

/* It has no rate that means anything: it failed, or an answer was wrong. */
bool result_is_void(const struct result_row *row);

void result_row_init(struct result_row *row); /* all unknown */

/* Its texts and findings as text_clean_line() leaves them: what libraries, stores and
 * keys are called stands in it, and goes to tables. */
void result_row_clean(struct result_row *row);

/* The texts and findings of `from` too; the caller releases *to. */
void result_row_copy(struct result_row *to, const struct result_row *from);

/* What the configuration alone says: the columns of it that stand last, and its
 * hash. */
void result_row_add_spec(struct result_row *row, const struct trial_spec *spec);

void result_row_release(struct result_row *row);

/* What get-results reads and the analyse room makes of one trial. */
struct summary {
	struct result_row total;
	struct result_row *replica;
	unsigned replica_count;
	struct histogram *latency; /* of the successes of all replicas, from
				    * the intended start; owned. NULL: none */
	unsigned analysis; /* the number of what made it */
};

void summary_release(struct summary *summary);

#endif
