/*
 * A run as it is seen while it goes on: what the experiment and its sampler write
 * down five times a second, and what /metrics, the live page and the terminal
 * show. All structs are plain data without pointers, so that they can lie in
 * memory that processes share (monitor/board.h). Texts end with 0 and are cut
 * to fit.
 *
 * Times with `wall` are ns since 1970, UTC. Counters of a replica grow from its
 * start; those of a test and of the origin grow from the start of the run, over
 * all trials, and never go down.
 */
#ifndef RECORD_LIVE_H
#define RECORD_LIVE_H

#include <stdint.h>

#include "record/ledger.h"
#include "record/record.h"
#include "record/trial.h"

/* Upper bounds of the latency's buckets, seconds; the last one has none. */
#define LIVE_BOUNDS(X)                                                         \
	X(0.0005) X(0.001) X(0.002) X(0.005) X(0.01) X(0.02) X(0.05) X(0.1)    \
	X(0.2) X(0.5) X(1) X(2) X(5) X(10)
#define LIVE_BUCKETS 15
#define LIVE_KILLED 2 /* of live_run.ended */
extern const double live_bound_s[LIVE_BUCKETS - 1];

/* The bucket of a latency: the first whose bound is not below it. */
unsigned live_bucket(uint64_t latency_ns);

/* A replica of the trial now, or of one of its block, or the origin: what cAdvisor
 * calls a container. */
struct live_cell {
	int32_t number;    /* of the replica; -1: the origin */
	uint32_t in_flight; /* requests that reached the origin and whose
			     * operation has no record yet, at most the
			     * concurrency; 0 before GO, and for a store
			     * outside. The origin's: requests whose answer it
			     * has not sent whole */
	char id[192];      /* path of its control group below the mount, with
			    * a leading slash; "" without a group */
	char name[160];    /* "geoio-aiohttp-fetch_range-1b2c3d4e-0", in block or
			    * repeat 3 (from 0) "…-1b2c3d4e-3-0": unique in
			    * the run */
	char image[128];   /* of the container; "" for cells and processes */
	char state[24];    /* replica_state_name() once it has ended, else "" */
	char library[64], test[64]; /* of its trial; the origin's: the last
				     * trial's */
	char trial_id[40];
	uint64_t worked_ns; /* in a block: for how long it worked, when its
			     * counters stood so; 0: not yet, or no block */
	uint64_t at_wall_ns; /* of the newest reading; 0: none yet */
	struct sample last;  /* cpu, memory, link: see there */
	uint64_t working_set_bytes; /* memory_bytes less inactive page cache, as
				     * cAdvisor's; COUNT_UNKNOWN */
	uint64_t outcomes[OUTCOME_COUNT]; /* operations recorded so far */
	uint64_t bytes_ok;   /* payload of those that are ok */
	uint64_t open_connections; /* to the origin, now */
};

/* All trials of one library and test in this run with the same configuration, the
 * one now included. */
struct live_test {
	char library[64];
	char test[64];
	char config_hash[SPEC_HASH_BYTES];
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t bytes_ok;
	uint64_t latency_sum_ns; /* of ok operations, from the intended start */
	uint64_t bucket[LIVE_BUCKETS]; /* of ok operations; not cumulative */
};

/* A trial that is over: the words and figures of its row in the table. */
struct live_finished {
	char trial_id[40], run_id[40];
	char library[64], test[64], library_version[64];
	char params_json[128];
	char state[96];     /* "ok", or what became of it */
	char isolation[16];
	char findings[400]; /* the first doubts; "" none */
	uint32_t replicas, concurrency;
	uint32_t block;     /* of its comparison, from 1; 0: it is of none */
	uint64_t end_wall_ns;
	double duration_s;
	uint64_t successes, failures;
	double requests_per_second, bytes_per_second; /* of what succeeded */
	double p50_ms, p99_ms; /* NAN: too few */
	double cpu_s;          /* user + system, of all replicas */
	double cpu_us_per_request; /* NAN: none succeeded */
	uint64_t memory_peak_bytes; /* most resident, sum over replicas; 0:
				     * unknown */
};

/* Gives its texts an end, and cleans them (base/text.h): of a board or a database
 * of somebody else. */
void live_clean_finished(struct live_finished *finished);

/* The trial now, or the last one: "over" until the next begins. library[0] == 0:
 * there was none yet. In a block (record/slice.h) it is the one whose turn it is;
 * the replicas of all others are on the board as well. */
struct live_trial {
	char id[40];
	char library[64], test[64];
	char config_hash[SPEC_HASH_BYTES];
	char params_json[128];
	char isolation[16], cgroup[8], network[16];
	char stage[16];        /* "preparing", "starting", "proving", "running",
				* "stopping", "over" */
	uint64_t go_wall_ns;   /* 0: not yet */
	uint64_t n_requests;   /* of each replica; 0: until the timeout */
	double timeout_s;      /* in a block: its share of --budget */
	double elapsed_s;      /* since GO; in a block: since it began */
	uint32_t replicas, concurrency;
	uint32_t block, block_count; /* 3 of 12; 0: it is in none */
	uint32_t round;        /* of the block, from 1; 0: before the first */
};

struct live_run {
	char id[40];
	char version[64];      /* of the harness */
	char command[512];     /* as typed, without secrets */
	char database[256];    /* its URL */
	char kernel[128], cpu_model[128];
	int32_t pid;
	uint32_t owner;        /* uid of the board's owner, set by who looks */
	uint32_t ended;        /* 1: it is over; all else stays as it was.
				* LIVE_KILLED, set by who looks: it is over and
				* could not say so */
	uint64_t start_wall_ns;
	uint64_t updated_wall_ns; /* when this was written */
	uint32_t trial_number, trial_count; /* 1 of 12 steps, each a separate
					     * trial or a block; 0: none
					     * began */
	uint32_t trials_failed;
	double left_s;         /* an estimate */
	uint32_t left_is_most; /* 1: the most that it can be, as steps are added
				* until something is reached */
	uint64_t harness_cpu_ns; /* of the harness, its origin not included */
	struct live_trial trial;
	struct ledger_counts origin; /* of all rows, over the run; peaks are
				      * those of the trial now */
};

/* The newest finished trials that are kept. */
#define LIVE_FINISHED_MOST 32

/* One look at a run: a copy. Arrays are owned by whoever gave it. */
struct live {
	struct live_run run;
	struct live_cell origin; /* name[0] == 0: the store is outside */
	const struct live_cell *cell; /* replicas */
	uint32_t cell_count;
	const struct live_test *test;
	uint32_t test_count;
	const struct live_finished *finished; /* newest last */
	uint32_t finished_count;
};

#endif
