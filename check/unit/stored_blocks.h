/* Runs in a database, whose trials are as a program made them: in blocks and slices, of
 * libraries whose rate and CPU are known. */
#ifndef CHECK_UNIT_STORED_BLOCKS_H
#define CHECK_UNIT_STORED_BLOCKS_H

#include <math.h>

#include "analyse/analyse.h"
#include "base/clock.h"
#include "base/hash.h"
#include "store_fixture.h"

static struct err err;

#define BLOCK_ROUNDS 5U
#define WORKER_PY "{\"worker\": \"worker.py\"}"

/* A trial that is stored. 0 and NULL are what is usual. */
struct stored_block {
	const char *library, *version;
	const char *comparison; /* NULL: of none */
	unsigned block, replicas;
	double rate, cpu_us;    /* of a replica: operations a second, CPU of one */
	bool failed, whole;     /* whole: without slices */
	bool baseline;          /* though its name does not say so */
	unsigned seed;          /* of the plan */
	const char *worker;     /* JSON */
	uint64_t wrong;         /* answers that were wrong */
	const char *notes, *not_applied;
};

/* An hour after the one before. */
static inline void begin_run(struct run *run, unsigned hour)
{
	fixture_run(run);
	run->start_wall_ns += hour * 3600 * NS_PER_S;
	strcpy(run->environment.cpu_model, "Made CPU");
	strcpy(run->environment.kernel, "6.1");
	run->environment.cpus = 4;
}

/* A number about 1 that is the same for the same block of the same run. */
static inline double shift_of(const struct run *run,
			      const struct stored_block *b, unsigned round)
{
	struct rng rng;
	uint64_t seed = run->start_wall_ns / NS_PER_S + b->block * 977 +
			round * 7919;

	for (const char *c = b->library; *c; c++)
		seed = seed * 31 + (unsigned char)*c;
	rng_init(&rng, seed);
	return 0.99 + (double)rng_below(&rng, 1000) / 50000;
}

static inline void add_read(struct trial *trial, int number, uint64_t at_ns,
			    uint64_t operations, uint64_t cpu_ns)
{
	struct sample sample = { .at_ns = at_ns, .replica = number,
				 .cpu_ns = cpu_ns, .operations_ok = operations,
				 .memory_bytes = 1 << 20, .in_flight = 5 };

	trial_add_sample(trial, &sample);
}

/* Before and behind its window all are read. */
static inline void add_turn(struct trial *trial, unsigned round, uint64_t all,
			    double cpu_us)
{
	struct slice *slice = trial_add_slice(trial);
	uint64_t before = trial->replica[0].outcomes[OUTCOME_OK];

	slice->round = round;
	slice->go_ns = trial->go_ns + round * NS_PER_S;
	slice->begin_ns = slice->go_ns + 10 * NS_PER_MS;
	slice->end_ns = slice->begin_ns + 200 * NS_PER_MS;
	slice->pause_ns = slice->end_ns + NS_PER_MS;
	slice->paused_ns = slice->end_ns + 2 * NS_PER_MS;
	slice->operations = all * trial->replica_count;
	slice->bytes_ok = slice->operations * 100;
	slice->cpu_ns = (uint64_t)((double)slice->operations * cpu_us * 1e3);
	slice->idle_cpu_ns = 0;
	for (unsigned end = 0; end < 2; end++)
		for (int i = -1; i < (int)trial->replica_count; i++) {
			uint64_t n = before + end * all;

			add_read(trial, i,
				 end ? slice->end_ns : slice->begin_ns, n,
				 (uint64_t)((double)n * cpu_us * 1e3));
		}
}

/* Each replica did as much. */
static inline void add_work(struct trial *trial, uint64_t all, double cpu_us,
			    double rate)
{
	for (unsigned i = 0; i < trial->replica_count; i++) {
		struct replica *r = &trial->replica[i];

		for (uint64_t k = 0; k < all; k++)
			histogram_add(r->latency,
				      (uint64_t)((5e9 + 1e7 * (double)(k % 97) +
						  1e6 * i) / rate));
		r->outcomes[OUTCOME_OK] += all;
		r->bytes_ok += all * 100;
		r->bytes_recorded = r->bytes_ok;
		r->cpu_ns += (uint64_t)((double)all * cpu_us * 1e3);
		r->started = r->finished = r->records = r->outcomes[OUTCOME_OK];
		r->attempts = r->ledger.requests = r->started;
		r->requests.least = r->requests.most = r->started;
		r->ledger.body_bytes = r->bytes_ok;
		r->bodies.least = r->bodies.most = r->bytes_ok;
	}
}

static inline void fill_work(struct trial *trial, const struct run *run,
			     const struct stored_block *b)
{
	for (unsigned i = 0; i < BLOCK_ROUNDS && !b->failed; i++) {
		double shift = shift_of(run, b, i);
		double cpu_us = b->cpu_us * (2 - shift);
		uint64_t all = (uint64_t)(b->rate * shift *
					  (b->whole ? 1 : 0.2));

		if (!b->whole)
			add_turn(trial, i, all, cpu_us);
		add_work(trial, all, cpu_us, b->rate);
	}
}

static inline void fill_spec_of(struct trial_spec *spec,
				const struct stored_block *b)
{
	spec_init(spec);
	spec->library = b->library;
	spec->test = "fetch_range";
	spec->replicas = b->replicas ? b->replicas : 1;
	spec->concurrency = spec->pool_size = 5;
	spec->timeout_s = 5;
	spec->dataset = "s2";
	spec->bucket = "bench";
	spec->seed = 7 + b->seed;
}

static inline void make_block(struct trial *trial, const struct run *run,
			      const struct stored_block *b)
{
	struct trial_spec spec;

	fill_spec_of(&spec, b);
	trial_init(trial, &spec);
	trial->own_origin = true;
	trial->start_wall_ns = run->start_wall_ns +
			       (1 + b->block * 10) * NS_PER_S;
	trial->end_wall_ns = trial->start_wall_ns + 5 * NS_PER_S;
	trial->baseline |= b->baseline;
	trial->block = b->block;
	trial->failed = b->failed;
	if (b->comparison)
		snprintf(trial->comparison, sizeof(trial->comparison), "%s",
			 b->comparison);
	snprintf(trial->params_json, sizeof(trial->params_json),
		 "{\"request_size\": 16384}");
	if (b->failed)
		snprintf(trial->text, sizeof(trial->text), "it did not start");
	trial->go_ns = 1000 * NS_PER_S;
	trial->window_end_ns = trial->go_ns + 5 * NS_PER_S;
	trial->busy_ns = trial->steal_ns = 0;
	for (unsigned i = 0; i < trial->replica_count; i++) {
		struct replica *r = &trial->replica[i];

		r->state = b->failed ? REPLICA_SETUP_FAILED : REPLICA_FINISHED;
		r->ready_s = b->failed ? 0 : 1;
		r->import_s = 0.5;
		if (!b->failed)
			r->versions_json = mem_dup(b->worker ? b->worker
							     : WORKER_PY);
		if (!b->failed)
			snprintf(r->library_version, sizeof(r->library_version),
				 "%s", b->version ? b->version : "1.0");
		r->not_applied = mem_dup(b->not_applied);
		r->notes = mem_dup(b->notes);
	}
	fill_work(trial, run, b);
	trial->replica[0].outcomes[OUTCOME_WRONG_BYTES] = b->wrong;
}

/* Adds it; `kept`, or NULL, gets its summary, which the caller releases. */
static inline void store_block(struct store *store, const struct run *run,
			       const struct stored_block *b,
			       struct summary *kept)
{
	struct summary summary = { 0 };
	struct trial trial;

	make_block(&trial, run, b);
	analyse_summary(&trial, run, &summary);
	if (store_add_trial(store, run, &trial, &summary, &err) < 0)
		fail_msg("%s", err.text);
	trial_release(&trial);
	if (kept)
		*kept = summary;
	else
		summary_release(&summary);
}

static inline struct store *store_new(const struct fixture *f)
{
	struct store *store = NULL;

	if (store_open(&store, f->url, STORE_WRITE, &err) < 0)
		fail_msg("%s", err.text);
	return store;
}

static inline void store_begin(struct store *store, const struct run *run)
{
	if (store_begin_run(store, run, &err) < 0)
		fail_msg("%s", err.text);
}

/* One statement upon the file itself. */
static inline void alter(const struct fixture *f, const char *sql)
{
	char *why = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
}

#endif
