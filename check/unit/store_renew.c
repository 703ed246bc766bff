/* Results that an older analysis made are made again from what is stored. */
#include "check.h"

#include <math.h>
#include <sys/stat.h>

#include "record/rounds.h"
#include "stored_trial.h"

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

static void older_results_are_made_again(void **state)
{
	struct fixture *f = *state;

	store_one(f);
	assert_true(isnan(cost(f, &ours, 0)));
	assert_true(cost(f, &other, 1) == 5);
	assert_true(cost(f, &other, 0) == 5); /* they were kept */
	assert_true(cost(f, &ours, 0) == 5); /* and are newer than ours */
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
	assert_damaged(f, " is damaged (the latency histogram of its replica 0): "
			  "keep a copy, and remove it with");
	run_sql(f, "UPDATE latency SET histogram = x''"); /* cut at a bucket */
	assert_true(isnan(cost(f, &other, 0)));
	assert_damaged(f, " is damaged");
	run_sql(f, "UPDATE samples SET replica = 900 WHERE replica = 0 AND "
		   "at_ns = (SELECT max(at_ns) FROM samples WHERE replica = 0)");
	assert_true(isnan(cost(f, &other, 0)));
}

static void what_is_lost_is_told(void **state)
{
	struct fixture *f = *state;

	store_one(f);
	run_sql(f, "DELETE FROM latency WHERE replica = 0");
	assert_true(isnan(cost(f, &other, 0)));
	assert_damaged(f, "the latencies of its replica 0 are lost");
	run_sql(f, "DELETE FROM latency; DELETE FROM replicas");
	assert_true(isnan(cost(f, &other, 0)));
	assert_damaged(f, " is not whole");
}

static int see_slices(void *context, const struct result_row *row)
{
	*(uint64_t *)context = row->slices;
	assert_true(isnan(row->cost_usd));
	return 0;
}

static int see_lost(void *context, const struct trial_rounds *trial)
{
	*(uint64_t *)context = trial->lost;
	return 0;
}

/* Of a database that `sqlite3 .recover` made: the trial has three windows, and a
 * slice that was not closed. */
static void assert_not_whole(const struct fixture *f, const char *sql,
			     uint64_t windows, uint64_t lost)
{
	uint64_t seen = COUNT_UNKNOWN;
	struct store *store;

	store_seed(f, 4);
	run_sql(f, sql);
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	assert_int_equal(store_renew(store, &other, &err), 1);
	assert_names(err, " is not whole: keep a copy");
	assert_int_equal(store_each_result(store, false, see_slices, &seen,
					   &err), 0);
	assert_true(seen == windows);
	assert_int_equal(store_each_rounds(store, NULL, see_lost, &seen, &err),
			 0);
	assert_int_equal(seen, lost);
	store_close(store);
	assert_int_equal(unlink(f->path), 0);
}

static void what_lost_rows_is_kept(void **state)
{
	const struct fixture *f = *state;
	uint64_t seen;
	struct store *store;

	store_seed(f, 4);
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	assert_int_equal(store_renew(store, &other, &err), 0);
	assert_int_equal(store_each_rounds(store, NULL, see_lost, &seen, &err),
			 0);
	assert_int_equal(seen, 0);
	store_close(store);
	assert_int_equal(unlink(f->path), 0);
	assert_not_whole(f, "DELETE FROM slices", 3, 3);
	assert_not_whole(f, "DELETE FROM slices WHERE number > 1", 3, 1);
	assert_not_whole(f, "DELETE FROM slices WHERE number < 2", 3, 2);
	assert_not_whole(f, "DELETE FROM results; "
			    "DELETE FROM slices WHERE number = 1",
			 COUNT_UNKNOWN, 1);
	assert_not_whole(f, "DELETE FROM replicas WHERE replica = 1; "
			    "DELETE FROM latency WHERE replica = 1", 3, 0);
}

/* Trials of the names, in one run. */
static void store_some(const struct fixture *f, const char *const *names,
		       unsigned count)
{
	struct summary summary;
	struct store *store;
	struct trial trial;
	struct run run;

	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	for (unsigned i = 0; i < count; i++) {
		make_run(&run);
		snprintf(run.id, sizeof(run.id), "run-%u", i);
		make_trial(&trial, 2);
		snprintf(trial.id, sizeof(trial.id), "%s", names[i]);
		store_trial(store, &run, &trial, &summary);
		release(&trial, &run, &summary);
	}
	store_close(store);
}

/* How many there are in the file. */
static int count(const struct fixture *f, const char *what)
{
	char *sql = mem_printf("SELECT count(*) FROM %s", what);
	sqlite3_stmt *s;
	sqlite3 *db;
	int n;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	free(sql);
	return n;
}

/* Many are renewed together: what fails takes none of the others with it, and
 * keeps all of its own. */
static void one_of_several_fails(void **state)
{
	static const char *const names[] = { "a", "b", "c" };
	const unsigned rows = 1 + 3; /* of a trial: seed 2 has three replicas */
	struct fixture *f = *state;
	struct store *store;

	store_some(f, names, 3);
	run_sql(f, "UPDATE latency SET histogram = x'00' WHERE trial_id = 'b'");
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	assert_int_equal(store_renew(store, &other, &err), 1);
	store_close(store);
	assert_int_equal(count(f, "results WHERE cost_usd = 5"), 2);
	assert_int_equal(count(f, "results WHERE trial = 'b'"), rows);
	assert_int_equal(unlink(f->path), 0);
	store_some(f, names, 3);
	run_sql(f, "CREATE TRIGGER no BEFORE INSERT ON results WHEN NEW.trial = "
		   "'b' AND NEW.replica = 2 BEGIN SELECT RAISE(ABORT, 'no'); "
		   "END");
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_renew(store, &other, &err), ERR_SYSTEM);
	store_close(store);
	assert_int_equal(count(f, "results WHERE cost_usd = 5"), 1);
	assert_int_equal(count(f, "results WHERE trial = 'b'"), rows);
	assert_int_equal(count(f, "findings WHERE trial_id = 'b'"),
			 count(f, "findings WHERE trial_id = 'c'"));
	assert_int_equal(count(f, "findings WHERE trial_id = 'a'"),
			 count(f, "findings WHERE trial_id = 'c'"));
}

/* While one is in use the same text gives another. */
static void statements_that_are_kept(void **state)
{
	static const char sql[] = "SELECT ?";
	struct fixture *f = *state;
	struct statement one, two;
	sqlite3_stmt *first;
	struct store *store;

	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	statements_keep(store);
	assert_int_equal(statement_prepare(&one, store, sql, &err), 0);
	statement_text(&one, "x");
	assert_int_equal(statement_step(&one, &err), 1);
	assert_int_equal(statement_prepare(&two, store, sql, &err), 0);
	assert_ptr_not_equal(one.handle, two.handle);
	first = one.handle;
	statement_release(&two);
	statement_release(&one);
	assert_int_equal(statement_prepare(&one, store, sql, &err), 0);
	assert_ptr_equal(one.handle, first);
	assert_int_equal(statement_step(&one, &err), 1);
	assert_int_equal(sqlite3_column_type(one.handle, 0), SQLITE_NULL);
	statement_release(&one);
	for (int i = 0; i < 100; i++) { /* more than find room */
		char *other_sql = mem_printf("SELECT %d", i);

		assert_int_equal(statement_prepare(&one, store, other_sql, &err),
				 0);
		assert_int_equal(statement_step(&one, &err), 1);
		assert_int_equal(sqlite3_column_int(one.handle, 0), i);
		statement_release(&one);
		free(other_sql);
	}
	statements_forget(store);
	store_close(store);
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(older_results_are_made_again),
		CHECK(missing_results_are_made), CHECK(nothing_can_be_written),
		CHECK(a_column_that_is_new),
		CHECK(what_cannot_be_made_is_kept),
		CHECK(a_damaged_trial_is_kept), CHECK(what_is_lost_is_told),
		CHECK(what_lost_rows_is_kept),
		CHECK(one_of_several_fails),
		CHECK(statements_that_are_kept),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
