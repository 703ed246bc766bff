/* Trials whose every stored member is set, in a database. */
#ifndef CHECK_UNIT_STORED_TRIAL_H
#define CHECK_UNIT_STORED_TRIAL_H

#include "analyse/analyse.h"
#include "base/clock.h"
#include "base/hash.h"
#include "store/stored.h"
#include "store_fixture.h"

static struct err err;

/* Something in each column of a list, which another row has otherwise. */
static inline void fill(const struct stored *list, void *to, struct rng *rng)
{
	for (const struct stored *c = list; c->column; c++) {
		char *at = (char *)to + c->offset;
		uint64_t value = 1 + rng_below(rng, 1000000);

		switch (c->kind) {
		case STORED_NUMBER: *(double *)at = 1.0 / (double)value; break;
		case STORED_TIME:
		case STORED_END: *(uint64_t *)at = value * NS_PER_US; break;
		case STORED_FLAG: *(bool *)at = value & 1; break;
		case STORED_TEXT: *(char **)at = mem_printf("t%d", (int)value);
			break;
		case STORED_WORD: *(unsigned *)at = value & 1; break;
		case STORED_MARKS:
			*(uint32_t *)at = (uint32_t)value %
					  (1U << SLICE_MARK_COUNT);
			break;
		case STORED_NAME:
		case STORED_LINE:
			snprintf(at, c->size, "%d", (int)value);
			break;
		default: memcpy(at, &value, c->size); break;
		}
	}
}

static inline void fill_samples(struct trial *trial, struct rng *rng)
{
	unsigned cells = trial->replica_count + 1; /* with the origin */

	for (uint64_t i = 0; i < 60; i++) {
		struct sample sample;
		struct machine_sample machine;

		fill(stored_sample, &sample, rng);
		fill(stored_machine, &machine, rng);
		sample.replica = (int)(i % cells) - 1;
		sample.at_ns = trial->go_ns + i / cells * 37 * NS_PER_MS;
		/* the first before GO */
		machine.at_ns = sample.at_ns - NS_PER_MS;
		if (i % 5 == 0)
			sample.memory_anon_bytes = COUNT_UNKNOWN;
		trial_add_sample(trial, &sample);
		if (i % cells == 0)
			trial_add_machine(trial, &machine);
	}
}

/* The last was not closed, and what it used is not known. */
static inline void fill_slices(struct trial *trial, struct rng *rng)
{
	for (uint32_t i = 0; i < 4; i++) {
		uint64_t go_ns = trial->go_ns + i * 400 * NS_PER_MS;
		struct slice *slice = trial_add_slice(trial);

		fill(stored_slice, slice, rng);
		slice->round = i;
		slice->operations = i < 3 ? 3 + rng_below(rng, 100) : 0;
		slice->failures = i < 3 ? i + 1 : 0;
		slice->bytes_ok %= 300000;
		slice->go_ns = go_ns;
		slice->begin_ns = go_ns + 20 * NS_PER_MS;
		slice->end_ns = i < 3 ? go_ns + 220 * NS_PER_MS : 0;
		slice->pause_ns = i < 3 ? slice->end_ns + 1 : 0;
		slice->paused_ns = i < 2 ? slice->end_ns + 7 : 0;
		if (i < 3)
			continue;
		slice->cpu_ns = slice->origin_cpu_ns = COUNT_UNKNOWN;
		slice->steal_ns = slice->others_ns = COUNT_UNKNOWN;
		slice->idle_cpu_ns = COUNT_UNKNOWN;
		slice->marks = 0;
	}
}

static inline void fill_replica(struct replica *r, unsigned number, bool has_ledger,
			 struct rng *rng)
{
	fill(stored_replica, r, rng);
	if (has_ledger) {
		fill(stored_counts, &r->ledger, rng);
		fill(stored_counts, &r->ledger_setup, rng);
	}
	r->number = number;
	r->requests.least = 10 + rng_below(rng, 1000);
	r->requests.most = r->requests.least + number;
	r->bodies.least = 2000000 + rng_below(rng, 1000);
	r->bodies.most = number & 1 ? COUNT_UNKNOWN : r->bodies.least;
	r->attempts = r->requests.most + 7;
	r->bytes_ok += 1000000;
	r->bytes_recorded += r->bytes_ok;
	for (unsigned o = OUTCOME_OK; o < OUTCOME_COUNT; o++)
		r->outcomes[o] = 1 + rng_below(rng, 100);
	r->failure_text[OUTCOME_RESET] = mem_dup("gone; for good");
	for (int i = 0; i < 2000; i++)
		histogram_add(r->latency, rng_below(rng, 90000000));
	r->outcomes[OUTCOME_OK] = r->latency->total;
}

/* What has no column, in its range. */
static inline void fill_spec(struct trial_spec *spec, struct rng *rng)
{
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		char *at = (char *)spec + f->offset;
		double value = f->least + (double)(1 + rng_below(rng, 10));

		if (f->kind == SPEC_TEXT && !*(char **)at)
			*(char **)at = mem_printf("t%d", (int)value);
		else if (f->kind == SPEC_FLAG)
			*(bool *)at = rng_below(rng, 2);
		else if (f->kind == SPEC_NUMBER)
			*(double *)at = value / 3 < f->least ? value : value / 3;
		else if (f->kind != SPEC_TEXT)
			*(uint64_t *)at = (uint64_t)value;
	}
}

/* A trial whose every stored member is set, by a seed. */
static inline void make_trial(struct trial *trial, unsigned seed)
{
	struct trial_spec spec = { .replicas = 1 + seed % 3 };
	struct rng rng;

	rng_init(&rng, seed);
	trial_init(trial, &spec);
	fill(stored_trial, trial, &rng);
	fill_spec(&trial->spec, &rng);
	trial->spec.replicas = trial->replica_count;
	trial->window_end_ns = trial->go_ns + 2000 * NS_PER_MS;
	trial->own_origin = seed & 1;
	trial->widest = 1 + seed;
	trial->burst_requests = 100000;
	trial->applied.known = seed & 2;
	for (unsigned i = 0; i < trial->replica_count; i++)
		fill_replica(&trial->replica[i], i, trial->own_origin, &rng);
	fill_samples(trial, &rng);
	if (seed >= 4)
		fill_slices(trial, &rng);
	if (seed & 1)
		*trial->comparison = '\0', trial->block = 0;
	trial_add_finding(trial, FINDING_OTHERS, "one; which is whole");
	trial_add_finding(trial, FINDING_STRAYS, "two");
	if (seed == 3)
		*trial->text = '\0';
}

static inline void make_run(struct run *run)
{
	struct rng rng;

	rng_init(&rng, 7);
	memset(run, 0, sizeof(*run));
	fill(stored_run, run, &rng);
}

static inline void store_trial(struct store *store, const struct run *run,
			const struct trial *trial, struct summary *summary)
{
	memset(summary, 0, sizeof(*summary));
	analyse_summary(trial, run, summary);
	if (store_begin_run(store, run, &err) < 0 ||
	    store_add_trial(store, run, trial, summary, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void release(struct trial *trial, struct run *run,
		    struct summary *summary)
{
	trial_release(trial);
	run_release(run);
	summary_release(summary);
}

static inline void store_seed(const struct fixture *f, unsigned seed)
{
	struct summary summary;
	struct store *store;
	struct trial trial;
	struct run run;

	make_run(&run);
	make_trial(&trial, seed);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	store_trial(store, &run, &trial, &summary);
	store_close(store);
	release(&trial, &run, &summary);
}

static inline void store_one(const struct fixture *f)
{
	store_seed(f, 1);
}

static inline void run_sql(const struct fixture *f, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

#endif
