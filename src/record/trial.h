/*
 * A trial: all replicas of one test run once. `trial_spec` is what was asked,
 * `trial` what happened. The run room fills the spec's replicas in, the measure
 * room the samples, the analyse room reads both; nothing here does any work.
 *
 * Times are CLOCK_MONOTONIC ns unless a name says `wall` (ns since 1970, UTC).
 */
#ifndef RECORD_TRIAL_H
#define RECORD_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/histogram.h"
#include "record/ledger.h"
#include "record/record.h"

struct client_config {
	unsigned pool_size; /* connections, >= 1 */
	bool keep_alive;
	double keep_alive_timeout_s;
	bool use_dns_cache;
};

/* NULL strings: absent. Never stored, never logged. Borrowed from the caller. */
struct credentials {
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token;
};

struct trial_spec {
	char library[64];
	char test[64];
	struct client_config client;
	unsigned replicas;          /* >= 1 */
	unsigned concurrency;       /* operations in flight, of each replica */
	uint64_t n_requests;        /* of each replica; 0: until the timeout */
	double timeout_s;           /* of the timed part */
	double operation_timeout_s; /* of one operation */
	double warm_up_s;
	double rate;                /* operations a second of all replicas
				     * together; 0: closed loop */
	uint64_t seed;
	uint64_t request_size;      /* bytes */
	bool hot_key;
	char dataset[64];           /* "s2", "cog", … */
	uint64_t keys;              /* in the dataset */
	char endpoint[256];         /* outside store, or "" for our origin */
	char bucket[64];
	char region[64];
	const struct credentials *credentials; /* NULL: anonymous */
};

/* X(NAME, "word", "sentence"): how a replica ended. */
#define REPLICA_STATES(X)                                                      \
	X(FINISHED, "finished", "worked and said goodbye")                     \
	X(NOT_STARTED, "not_started", "could not be started")                  \
	X(SETUP_FAILED, "setup_failed", "ended or refused before it was ready") \
	X(NEVER_READY, "never_ready", "was not ready in time")                 \
	X(BAD_PROTOCOL, "bad_protocol", "broke the worker protocol")           \
	X(KILLED, "killed", "was ended by a signal that we did not send")      \
	X(EXITED, "exited", "exited by itself after GO")                       \
	X(STOPPED, "stopped", "was stopped by a signal and did not go on")     \
	X(OVERDUE, "overdue", "did not say that it was done in time")          \
	X(INTERRUPTED, "interrupted", "the person asked to stop")

enum replica_state {
#define X(name, word, text) REPLICA_##name,
	REPLICA_STATES(X)
#undef X
};

const char *replica_state_name(enum replica_state state);

/* One reading of one replica's counters. Counters grow from the start of the
 * process; rates are differences. */
struct sample {
	uint64_t at_ns;
	int32_t replica;          /* -1: the origin */
	uint32_t threads;
	uint64_t cpu_ns;          /* user + system, exact total */
	uint64_t cpu_user_ns;     /* ticks scaled to the total: an estimate */
	uint64_t memory_bytes;    /* resident, without shared memory: a gauge */
	uint64_t received_bytes;  /* of this replica: body bytes that the
				   * origin sent it, or without our origin the
				   * bytes in its records */
	uint64_t operations_ok;   /* records with outcome ok so far */
	uint64_t operations_failed;
};

struct replica {
	unsigned number;
	pid_t pid;
	enum replica_state state;
	int exit_status;        /* of exit(), or -1 */
	int signal;             /* that ended or stopped it, or 0 */
	char text[512];         /* why it is not FINISHED: one sentence */
	char *versions_json;    /* object name -> version; NULL before ready */
	char library_version[64];
	char runtime[64];
	char *not_applied;      /* "keep_alive,use_dns_cache"; NULL: none */
	char *notes;            /* sentences, one a line; NULL: none */
	double import_s;
	double ready_s;         /* from its start to ready */
	char *stderr_text;      /* its last 64 KiB; NULL: silent */

	/* What it says. */
	uint64_t started, finished, unfinished;
	char stopped_by[16];
	uint64_t done_ns;       /* when its `done` arrived; 0: never */
	uint64_t end_ns;        /* of its `done`; 0: never */

	/* What it recorded within the window (analyse fills these). */
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t bytes_ok;
	uint64_t crc_checked;
	uint64_t bytes_recorded; /* of ok records, in the whole file */
	uint64_t bad_records;   /* that say impossible things; not counted */
	uint64_t records;       /* in the whole file */
	uint64_t records_after; /* ended after the window */
	uint32_t in_flight_peak; /* most overlapping records */
	struct histogram *latency; /* of ok operations, from intended start */

	/* What was measured over the window. */
	uint64_t cpu_ns;
	uint64_t cpu_user_ns;
	uint64_t peak_rss_bytes; /* VmHWM, without the records file's pages */

	/* What the origin saw; zero when it is not ours. */
	struct ledger_counts ledger_setup; /* before GO */
	struct ledger_counts ledger;       /* from GO on */
};

struct trial {
	char id[37]; /* UUID */
	struct trial_spec spec;
	char params_json[128]; /* the test's own: {"request_size": 16384} */
	uint64_t start_wall_ns, end_wall_ns; /* the window's */
	uint64_t go_ns;
	uint64_t window_end_ns; /* first replica done, or the deadline */
	struct replica *replica;
	unsigned replica_count;
	bool own_origin;
	uint64_t origin_cpu_ns; /* over the window; 0 when not ours */
	uint64_t others_cpu_ns; /* of other programs over the window, at least */
	char congestion[16];    /* of the origin's sockets, "" unknown */
	struct sample *samples;
	size_t sample_count, sample_capacity;
	bool failed;            /* no usable figure came out of it */
	char text[600];         /* why it failed */
	char *findings;         /* differences and doubts, one a line */
};

void trial_init(struct trial *trial, const struct trial_spec *spec);
void trial_release(struct trial *trial);
void trial_add_sample(struct trial *trial, const struct sample *sample);

/* Adds a line to trial->findings. */
void trial_add_finding(struct trial *trial, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The machine and the program, recorded with every run. */
struct environment {
	char harness_version[64];
	char kernel[128];        /* uname: "Linux 6.1.0-18-cloud-amd64" */
	char machine[32];        /* "x86_64" */
	char distribution[128];  /* PRETTY_NAME of os-release */
	char cpu_model[128];
	unsigned cpus;           /* that this process may use */
	uint64_t memory_bytes;
	char congestion[32];     /* the system's default */
	char instance_type[64];  /* of a cloud's DMI tables, or "" */
	char isolation[16];      /* "process" */
};

struct run {
	char id[37]; /* UUID */
	uint64_t start_wall_ns, end_wall_ns;
	char *command; /* as typed, without secrets */
	struct environment environment;
};

/* A random (version 4) UUID, lower case. */
void uuid_make(char out[37]);

#endif
