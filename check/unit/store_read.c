/* A trial that is read back is the one that was stored: its results are the
 * same, bit for bit, whenever they are computed. */
#include "check.h"

#include <sys/stat.h>

#include "analyse/analyse.h"
#include "base/clock.h"
#include "base/hash.h"
#include "same_rows.h"
#include "store/stored.h"
#include "store_fixture.h"

static struct err err;

/* Something in each column of a list, which another row has otherwise. */
static void fill(const struct stored *list, void *to, struct rng *rng)
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

static void fill_samples(struct trial *trial, struct rng *rng)
{
	unsigned cells = trial->replica_count + 1; /* with the origin */

	for (uint64_t i = 0; i < 60; i++) {
		struct sample sample;
		struct machine_sample machine;

		fill(stored_sample, &sample, rng);
		fill(stored_machine, &machine, rng);
		sample.replica = (int)(i % cells) - 1;
		sample.at_ns = trial->go_ns + i / cells * 37 * NS_PER_MS;
		machine.at_ns = sample.at_ns;
		if (i % 5 == 0)
			sample.memory_anon_bytes = COUNT_UNKNOWN;
		trial_add_sample(trial, &sample);
		if (i % cells == 0)
			trial_add_machine(trial, &machine);
	}
}

/* The last was not closed, and what it used is not known. */
static void fill_slices(struct trial *trial, struct rng *rng)
{
	for (uint32_t i = 0; i < 4; i++) {
		uint64_t go_ns = trial->go_ns + i * 400 * NS_PER_MS;
		struct slice *slice = trial_add_slice(trial);

		fill(stored_slice, slice, rng);
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

static void fill_replica(struct replica *r, unsigned number, bool has_ledger,
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
	for (unsigned o = OUTCOME_OK; o < OUTCOME_COUNT; o++)
		r->outcomes[o] = 1 + rng_below(rng, 100);
	r->failure_text[OUTCOME_RESET] = mem_dup("gone; for good");
	for (int i = 0; i < 2000; i++)
		histogram_add(r->latency, rng_below(rng, 90000000));
	r->outcomes[OUTCOME_OK] = r->latency->total;
}

/* What has no column, in its range. */
static void fill_spec(struct trial_spec *spec, struct rng *rng)
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
static void make_trial(struct trial *trial, unsigned seed)
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

static void make_run(struct run *run)
{
	struct rng rng;

	rng_init(&rng, 7);
	memset(run, 0, sizeof(*run));
	fill(stored_run, run, &rng);
}

static void store_trial(struct store *store, const struct run *run,
			const struct trial *trial, struct summary *summary)
{
	memset(summary, 0, sizeof(*summary));
	analyse_summary(trial, run, summary);
	if (store_begin_run(store, run, &err) < 0 ||
	    store_add_trial(store, run, trial, summary, &err) < 0)
		fail_msg("%s", err.text);
}

/* Member by member: not all of them stand in results. */
static void assert_same_stored(const struct stored *list, const void *one,
			       const void *other)
{
	for (const struct stored *c = list; c->column; c++) {
		const char *a = (const char *)one + c->offset;
		const char *b = (const char *)other + c->offset;
		bool same;

		if (c->kind == STORED_TEXT)
			same = !strcmp(*(char *const *)a, *(char *const *)b);
		else if (c->kind == STORED_NAME || c->kind == STORED_LINE)
			same = !strcmp(a, b);
		else
			same = !memcmp(a, b, c->size);
		if (!same)
			fail_msg("%s is another when it is read back",
				 c->column);
	}
}

/* All that a trial is judged by is stored: what analyse_reconcile() finds in one
 * that is read back is what it finds in the trial. */
static void assert_judged_alike(struct trial *trial, struct trial *read)
{
	size_t before = trial->findings.count;

	analyse_reconcile(trial);
	analyse_reconcile(read);
	assert_true(trial->findings.count > before);
	assert_int_equal(trial->findings.count, read->findings.count);
	for (size_t i = 0; i < trial->findings.count; i++)
		assert_string_equal(trial->findings.list[i].text,
				    read->findings.list[i].text);
}

static void release(struct trial *trial, struct run *run,
		    struct summary *summary)
{
	trial_release(trial);
	run_release(run);
	summary_release(summary);
}

static void assert_read_back(struct store *store, struct trial *trial,
			     const struct run *stored_as,
			     const struct summary *before)
{
	struct summary after = { 0 };
	struct trial read;
	struct run run;

	if (store_read_trial(store, trial->id, &read, &run, &err) < 0)
		fail_msg("%s", err.text);
	assert_same_stored(stored_run, stored_as, &run);
	analyse_summary(&read, &run, &after);
	assert_same_summary(before, &after);
	for (const struct spec_field *f = spec_fields; f->name; f++)
		if (!spec_is_same(&read.spec, &trial->spec, f))
			fail_msg("%s is not read back", f->name);
	assert_int_equal(read.findings.count, trial->findings.count);
	assert_string_equal(read.findings.list[0].text, "one; which is whole");
	for (unsigned i = 0; i < trial->replica_count; i++)
		assert_same_stored(stored_replica, &trial->replica[i],
				   &read.replica[i]);
	assert_string_equal(read.comparison, trial->comparison);
	assert_int_equal(read.block, trial->block);
	assert_int_equal(read.busy_ns, trial->busy_ns);
	assert_int_equal(read.steal_ns, trial->steal_ns);
	assert_int_equal(read.slice_count, trial->slice_count);
	for (size_t i = 0; i < trial->slice_count; i++)
		assert_same_stored(stored_slice, &trial->slices[i],
				   &read.slices[i]);
	for (size_t i = 0; i < trial->machine_count; i++)
		assert_same_stored(stored_machine, &trial->machine[i],
				   &read.machine[i]);
	assert_memory_equal(read.replica[0].latency, trial->replica[0].latency,
			    sizeof(struct histogram));
	assert_int_equal(read.widest, trial->widest);
	assert_int_equal(read.burst_requests, trial->burst_requests);
	assert_judged_alike(trial, &read);
	release(&read, &run, &after);
}

static void the_same_rows(void **state)
{
	struct fixture *f = *state;

	for (unsigned seed = 0; seed < 8; seed++) {
		struct summary summary;
		struct store *store;
		struct trial trial;
		struct run run;

		make_run(&run);
		make_trial(&trial, seed);
		assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err),
				 0);
		store_trial(store, &run, &trial, &summary);
		assert_read_back(store, &trial, &run, &summary);
		store_close(store);
		release(&trial, &run, &summary);
		assert_int_equal(unlink(f->path), 0);
	}
}

/* What the other checks store. */
static void the_same_rows_of_the_fixture(void **state)
{
	struct fixture *f = *state;

	for (unsigned replicas = 1; replicas < 4; replicas++) {
		struct summary before, after = { 0 };
		struct trial trial, read;
		struct store *store;
		struct run run, run_read;

		fixture_run(&run);
		fixture_trial(&trial, replicas);
		assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err),
				 0);
		store_trial(store, &run, &trial, &before);
		assert_int_equal(store_read_trial(store, trial.id, &read,
						  &run_read, &err), 0);
		analyse_summary(&read, &run_read, &after);
		assert_same_summary(&before, &after);
		release(&read, &run_read, &after);
		release(&trial, &run, &before);
		store_close(store);
	}
}

static void what_is_not_there(void **state)
{
	struct fixture *f = *state;
	struct summary summary;
	struct store *store;
	struct trial trial;
	struct run run;

	make_run(&run);
	make_trial(&trial, 1);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	store_trial(store, &run, &trial, &summary);
	release(&trial, &run, &summary);
	assert_int_equal(store_read_trial(store, "another", &trial, &run, &err),
			 ERR_NOT_FOUND);
	assert_names(err, "has no trial another");
	store_close(store);
}

/* ------------------------------------------------------------- renewing --- */

static unsigned made;

/* As tomorrow's analysis: another figure. */
static void make_other(const struct trial *trial, const struct run *run,
		       struct summary *out)
{
	made++;
	analyse_summary(trial, run, out);
	out->analysis = ANALYSIS_NUMBER + 1;
	out->total.cost_usd = 5;
}

static const struct store_analysis other = { ANALYSIS_NUMBER + 1, make_other };
static const struct store_analysis ours = { ANALYSIS_NUMBER, make_other };

static int see_cost(void *context, const struct result_row *row)
{
	*(double *)context = row->cost_usd;
	assert_int_equal(row->findings.count, 3);
	assert_string_equal(row->findings.list[1].text, "one; which is whole");
	return 0;
}

/* What get-results would show, and how many trials were made again. */
static double cost(const struct fixture *f,
		   const struct store_analysis *analysis, unsigned again)
{
	struct store *store;
	double usd = 0;

	made = 0;
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	if (store_renew(store, analysis, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(store_each_result(store, false, see_cost, &usd, &err),
			 0);
	store_close(store);
	assert_int_equal(made, again);
	return usd;
}

static void store_one(const struct fixture *f)
{
	struct summary summary;
	struct store *store;
	struct trial trial;
	struct run run;

	make_run(&run);
	make_trial(&trial, 1);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	store_trial(store, &run, &trial, &summary);
	store_close(store);
	release(&trial, &run, &summary);
}

static void older_results_are_made_again(void **state)
{
	struct fixture *f = *state;

	store_one(f);
	assert_true(isnan(cost(f, &ours, 0)));
	assert_true(cost(f, &other, 1) == 5);
	assert_true(cost(f, &other, 0) == 5); /* they were kept */
	assert_true(cost(f, &ours, 0) == 5); /* and are newer than ours */
}

static void run_sql(const struct fixture *f, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void missing_results_are_made(void **state)
{
	struct fixture *f = *state;

	store_one(f);
	run_sql(f, "DELETE FROM results");
	assert_true(cost(f, &ours, 1) == 5);
}

/* The file gets the column, so that the next time nothing is to be done. */
static void a_column_that_is_new(void **state)
{
	struct fixture *f = *state;

	store_one(f);
	run_sql(f, "ALTER TABLE results DROP COLUMN finding_names");
	assert_true(cost(f, &other, 1) == 5);
	assert_true(cost(f, &other, 0) == 5);
}

static void nothing_can_be_written(void **state)
{
	struct fixture *f = *state;
	double usd;

	store_one(f);
	assert_int_equal(chmod(f->path, 0444), 0);
	assert_int_equal(chmod(f->folder, 0555), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	usd = cost(f, &other, 1);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(f->folder, 0755), 0);
	assert_true(usd == 5);
	assert_true(isnan(cost(f, &ours, 0))); /* the file has what it had */
}

/* Who removes what fills the disk loses no row. */
static void what_cannot_be_made_is_kept(void **state)
{
	static const char *const removed[] = { "samples", "latency" };
	struct fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		char *sql = mem_printf("DELETE FROM %s", removed[i]);

		store_one(f);
		run_sql(f, sql);
		assert_true(isnan(cost(f, &other, 0)));
		assert_int_equal(unlink(f->path), 0);
		free(sql);
	}
}

/* Of the trial with that configuration; NULL: it is not whole. */
static struct trial *read_with(const struct fixture *f, const char *config)
{
	char *sql = mem_printf("UPDATE trials SET config = %s", config);
	static struct trial trial;
	struct store *store;
	struct run run;
	int code;

	run_sql(f, sql);
	free(sql);
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	code = store_read_trial(store, "the-one", &trial, &run, &err);
	store_close(store);
	if (code == 0)
		run_release(&run);
	return code == 0 ? &trial : NULL;
}

/* A trial of before 0005 has the columns alone, one of a newer program more. */
static void configurations_of_other_versions(void **state)
{
	struct fixture *f = *state;
	struct trial *trial;

	store_one(f);
	run_sql(f, "PRAGMA foreign_keys = OFF; "
		   "UPDATE trials SET id = 'the-one', concurrency = 5; "
		   "UPDATE replicas SET trial_id = 'the-one'; "
		   "UPDATE latency SET trial_id = 'the-one'; "
		   "UPDATE ledger SET trial_id = 'the-one'");
	trial = read_with(f, "NULL");
	assert_non_null(trial);
	assert_int_equal(trial->spec.concurrency, 5);
	assert_true(isnan(trial->spec.ready_timeout_s));
	assert_null(trial->spec.pin);
	trial_release(trial);
	trial = read_with(f, "'{\"concurrency\": 1e9, \"pin\": \"0\", "
			     "\"newer\": [1]}'");
	assert_non_null(trial);
	assert_int_equal(trial->spec.concurrency, 5);
	assert_string_equal(trial->spec.pin, "0");
	trial_release(trial);
	assert_null(read_with(f, "'{'"));
	assert_names(err, "the trial the-one is not whole");
	assert_null(read_with(f, "'[]'"));
	assert_null(read_with(f, "x'00'"));
}

/* Each column of what was asked for is that of a field: the same name but for
 * one, and the same kind. */
static void columns_are_fields(void **state)
{
	static const enum stored_kind kinds[] = {
		[SPEC_COUNT] = STORED_COUNT, [SPEC_RATE] = STORED_COUNT,
		[SPEC_NUMBER] = STORED_NUMBER, [SPEC_FLAG] = STORED_FLAG,
		[SPEC_TEXT] = STORED_TEXT,
	};

	(void)state;
	for (const struct stored *c = stored_trial; c->column; c++) {
		bool rate = !strcmp(c->column, "rate_per_second");
		const struct spec_field *f;

		if (c->offset < offsetof(struct trial, spec) ||
		    c->offset >= offsetof(struct trial, spec) +
					 sizeof(struct trial_spec))
			continue;
		f = spec_find(rate ? "rate" : c->column);
		if (!f || kinds[f->kind] != c->kind ||
		    offsetof(struct trial, spec) + f->offset != c->offset)
			fail_msg("%s is no such field", c->column);
	}
}

/* That is said, of the first. */
static void assert_damaged(const struct fixture *f, const char *words)
{
	struct store *store;

	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	assert_int_equal(store_renew(store, &other, &err), 1);
	assert_non_null(strstr(err.text, words));
	store_close(store);
}

static void a_damaged_trial_is_kept(void **state)
{
	struct fixture *f = *state;

	store_one(f);
	run_sql(f, "UPDATE latency SET histogram = x'00'");
	assert_true(isnan(cost(f, &other, 0)));
	assert_damaged(f, "the latency histogram of replica 0 of trial ");
	run_sql(f, "UPDATE latency SET histogram = x''"); /* cut at a bucket */
	assert_true(isnan(cost(f, &other, 0)));
	assert_damaged(f, " is damaged");
	run_sql(f, "UPDATE samples SET replica = 900 WHERE replica = 0 AND "
		   "at_ns = (SELECT max(at_ns) FROM samples WHERE replica = 0)");
	assert_true(isnan(cost(f, &other, 0)));
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(the_same_rows), CHECK(the_same_rows_of_the_fixture),
		CHECK(what_is_not_there), CHECK(older_results_are_made_again),
		CHECK(missing_results_are_made), CHECK(nothing_can_be_written),
		CHECK(a_column_that_is_new),
		CHECK(what_cannot_be_made_is_kept),
		CHECK(a_damaged_trial_is_kept),
		CHECK(configurations_of_other_versions),
		cmocka_unit_test(columns_are_fields),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
