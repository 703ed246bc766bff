/* A trial that is read back is the one that was stored: its results are the
 * same, bit for bit, whenever they are computed. */
#include "check.h"

#include "same_rows.h"
#include "spec_field.h"
#include "stored_trial.h"

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

static void assert_read_back(struct store *store, struct trial *trial,
			     const struct run *stored_as,
			     const struct summary *before)
{
	struct summary after = { 0 };
	struct trial read;
	struct run run;

	if (store_read_trial(store, trial->id, &read, &run, NULL, &err) < 0)
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
	assert_int_equal(read.tick_ns, trial->tick_ns);
	assert_int_equal(read.irq_apart, trial->irq_apart);
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

/* How the kernel counted is told by the run's environment. */
static void know_environment(struct run *run, struct trial *trial)
{
	free(run->environment.more_json);
	run->environment.more_json = mem_dup(
		"{\"irq_time\": \"charged to nobody\", "
		"\"tick_ns\": \"1000000\"}");
	trial->tick_ns = 1000000;
	trial->irq_apart = true;
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
		if (seed % 2)
			know_environment(&run, &trial);
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
						  &run_read, NULL, &err), 0);
		analyse_summary(&read, &run_read, &after);
		assert_same_summary(&before, &after);
		release(&read, &run_read, &after);
		release(&trial, &run, &before);
		store_close(store);
	}
}

/* All but the histogram is known. */
static void a_cut_histogram(void **state)
{
	struct fixture *f = *state;
	struct trial trial, read;
	struct summary summary;
	unsigned damaged = 0;
	struct store *store;
	struct run run, run_read;

	make_run(&run);
	make_trial(&trial, 1);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	store_trial(store, &run, &trial, &summary);
	run_sql(f, "UPDATE latency SET histogram = substr(histogram, 1, "
		   "length(histogram) - 1) WHERE replica = 0");
	assert_int_equal(store_read_trial(store, trial.id, &read, &run_read,
					  NULL, &err), ERR_INVALID);
	assert_names(err, "(the latency histogram of its replica 0): keep a "
			   "copy, and remove it with");
	assert_int_equal(store_read_trial(store, trial.id, &read, &run_read,
					  &damaged, &err), 0);
	assert_int_equal(damaged, 1);
	assert_names(err, "the latency histogram of replica 0 of trial ");
	assert_int_equal(read.replica[0].latency->total, 0);
	assert_int_equal(read.replica[0].outcomes[OUTCOME_OK],
			 trial.replica[0].outcomes[OUTCOME_OK]);
	assert_int_equal(read.slice_count, trial.slice_count);
	trial_release(&read);
	run_release(&run_read);
	release(&trial, &run, &summary);
	store_close(store);
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
	assert_int_equal(store_read_trial(store, "another", &trial, &run, NULL,
					  &err), ERR_NOT_FOUND);
	assert_names(err, "has no trial another");
	store_close(store);
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
	code = store_read_trial(store, "the-one", &trial, &run, NULL, &err);
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
	trial = read_with(f, "'{\"replicas\": 2, \"concurrency\": 1e9, "
			     "\"pin\": \"0\", \"newer\": [1]}'");
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
		f = field_named(rate ? "rate" : c->column);
		if (!f || kinds[f->kind] != c->kind ||
		    offsetof(struct trial, spec) + f->offset != c->offset)
			fail_msg("%s is no such field", c->column);
	}
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(the_same_rows), CHECK(the_same_rows_of_the_fixture),
		CHECK(what_is_not_there), CHECK(a_cut_histogram),
		CHECK(configurations_of_other_versions),
		cmocka_unit_test(columns_are_fields),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
