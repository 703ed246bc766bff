/* What a hand, or a disk, made of stored numbers becomes no figure: SQLite takes
 * each value into each column. */
#include "check.h"

#include "record/rounds.h"
#include "stored_trial.h"

static int see_fault(void *context, const struct trial_rounds *trial)
{
	const char *fault = trial->lost ? "rows are lost" : trial->fault;
	char **seen = context;

	free(*seen); /* that of the trial before */
	*seen = fault ? mem_dup(fault) : NULL;
	return 0;
}

static char *trial_id(const struct fixture *f)
{
	sqlite3_stmt *s;
	sqlite3 *db;
	char *id;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT id FROM trials", -1,
					    &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	id = mem_dup((const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	sqlite3_close(db);
	return id;
}

/* Who reads the trial gets a sentence that names it, the fault and the remedy. */
static void assert_refused(struct store *store, const char *id,
			   const char *fault)
{
	struct trial trial;
	struct run run;
	unsigned damaged;

	assert_int_equal(store_read_trial(store, id, &trial, &run, &damaged,
					  &err), ERR_INVALID);
	assert_names(err, id);
	assert_names(err, fault);
	assert_names(err, "keep a copy, and remove it with `PRAGMA "
			   "foreign_keys = ON; DELETE FROM trials WHERE id = ");
}

struct damage {
	const char *sql, *fault;
	const char *in_rounds; /* NULL: the same; "": rounds have no such figure */
	bool has_origin;
};

static void assert_damage(const struct fixture *f, const struct damage *damage)
{
	const char *expected = damage->in_rounds ? damage->in_rounds
						 : damage->fault;
	char *id, *seen = NULL;
	struct store *store;

	store_seed(f, damage->has_origin ? 1 : 4);
	id = trial_id(f);
	run_sql(f, damage->sql);
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	assert_refused(store, id, damage->fault);
	assert_int_equal(store_each_rounds(store, NULL, see_fault, &seen, &err),
			 0);
	assert_string_equal(seen ? seen : "", expected);
	store_close(store);
	assert_int_equal(unlink(f->path), 0);
	free(seen);
	free(id);
}

static void what_is_whole(void **state)
{
	const struct fixture *f = *state;
	char *seen = NULL;
	struct store *store;

	store_seed(f, 4);
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	assert_int_equal(store_each_rounds(store, NULL, see_fault, &seen, &err),
			 0);
	assert_null(seen);
	store_close(store);
}

#define RIGHT " cannot be right"

static void numbers_of_slices(void **state)
{
	static const struct damage all[] = {
		{ "operations = -5", "its operations" RIGHT, NULL, false },
		{ "operations = 9223372036854775807", "its operations" RIGHT,
		  NULL, false },
		{ "operations = 1.5", "its operations" RIGHT, NULL, false },
		{ "operations = 'x'", "its operations" RIGHT, NULL, false },
		{ "failures = -1", "its failures" RIGHT, NULL, false },
		{ "bytes_ok = x'00'", "its bytes_ok" RIGHT, NULL, false },
		{ "cpu_ns = -100", "its cpu_ns" RIGHT, NULL, false },
		{ "cpu_ns = 'abc'", "its cpu_ns" RIGHT, NULL, false },
		{ "cpu_ns = 1e300", "its cpu_ns" RIGHT, NULL, false },
		{ "steal_ns = x'00ff'", "its steal_ns" RIGHT, NULL, false },
		{ "round = -1", "its round" RIGHT, NULL, false },
		{ "round = 4294967296", "its round" RIGHT, NULL, false },
		{ "position = -1", "its position" RIGHT, NULL, false },
		{ "go_ns = 'now'", "its go_ns" RIGHT, NULL, false },
		{ "operations = 1000000",
		  "its slices have more operations than it has", NULL, false },
		{ "others_ns = 100000000000000",
		  "a slice used more CPU than there was", NULL, false },
		{ "round = 1", "it has a round twice, or in the wrong order",
		  NULL, false },
		{ "round = 9 - round",
		  "it has a round twice, or in the wrong order", NULL, false },
		{ "begin_ns = go_ns - 1", "a slice runs backwards in time",
		  NULL, false },
		{ "end_ns = begin_ns - 1 WHERE end_ns > begin_ns",
		  "a slice runs backwards in time",
		  NULL, false },
		{ "paused_ns = pause_ns - 1", "a slice runs backwards in time",
		  NULL, false },
		{ "go_ns = 5, begin_ns = 6", "its windows overlap", NULL,
		  false },
		{ "number = -number", "its windows overlap", NULL, false },
		{ "end_ns = end_ns + 1000000000000 WHERE number = 2",
		  "a slice ends after it", NULL, false },
		{ "end_ns = begin_ns + 1 WHERE number = 1",
		  "a slice has more operations than it had time for", NULL,
		  false },
		{ "failures = 100000", "its slices have more failures than it has",
		  NULL, false },
		{ "bytes_ok = 288230376151711743",
		  "its slices have more bytes than it has", NULL, false },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct damage one = all[i];
		char *sql = mem_printf("UPDATE slices SET %s", one.sql);

		one.sql = sql;
		assert_damage(*state, &one);
		free(sql);
	}
}

static void numbers_of_other_tables(void **state)
{
	static const struct damage all[] = {
		{ "UPDATE trials SET block = -1", "its block" RIGHT, NULL,
		  false },
		{ "UPDATE trials SET block = 4294967294", "its block" RIGHT,
		  NULL, false },
		{ "UPDATE trials SET steal_ns = 'x'", "its steal_ns" RIGHT,
		  NULL, false },
		{ "UPDATE trials SET timeout_seconds = 9e999",
		  "its timeout_seconds" RIGHT, "", false },
		{ "UPDATE trials SET start_time = 'yesterday'",
		  "its start_time" RIGHT, "", false },
		{ "UPDATE replicas SET cpu_ns = -1", "its cpu_ns" RIGHT, NULL,
		  false },
		{ "UPDATE replicas SET bytes_ok = 0.5", "its bytes_ok" RIGHT,
		  NULL, false },
		{ "UPDATE replicas SET in_flight_peak = -1",
		  "its in_flight_peak" RIGHT, "", false },
		{ "UPDATE samples SET cpu_ns = -1", "its cpu_ns" RIGHT, "",
		  false },
		{ "UPDATE machine_samples SET busy_ns = 0.5",
		  "its busy_ns" RIGHT, "", false },
		{ "UPDATE failures SET operations = -1",
		  "its operations" RIGHT, "its failures" RIGHT, false },
		{ "UPDATE ledger SET requests = -1", "its requests" RIGHT, "",
		  true },
		{ "UPDATE replicas SET bytes_ok = bytes_recorded + 1",
		  "its bytes_ok" RIGHT, "", false },
		{ "UPDATE latency SET min_ns = -5", "its min_ns" RIGHT, "",
		  false },
		{ "UPDATE latency SET min_ns = x'00'", "its min_ns" RIGHT, "",
		  false },
		{ "UPDATE latency SET max_ns = 9223372036854775807",
		  "its max_ns" RIGHT, "", false },
		{ "UPDATE latency SET max_ns = min_ns - 1", "its max_ns" RIGHT,
		  "", false },
		{ "UPDATE latency SET sum_ns = 'abc'", "its sum_ns" RIGHT, "",
		  false },
		{ "UPDATE latency SET sum_ns = 9e999", "its sum_ns" RIGHT, "",
		  false },
		{ "UPDATE latency SET sum_ns = -1e300", "its sum_ns" RIGHT, "",
		  false },
		{ "UPDATE latency SET sum_ns = (max_ns + 1) * operations * 1.1",
		  "its sum_ns" RIGHT, "", false },
		{ "UPDATE latency SET operations = 'many'",
		  "its operations" RIGHT, NULL, false },
		{ "DELETE FROM ledger WHERE phase = 'timed'",
		  "what the origin saw of its replica 0 is lost", "", true },
		{ "DELETE FROM latency", "latencies of its replica 0 are lost",
		  "its latencies are lost", false },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		assert_damage(*state, &all[i]);
}

static void assert_twins(const struct fixture *f)
{
	char *seen = NULL;
	struct store *store;

	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	assert_int_equal(store_each_rounds(store, NULL, see_fault, &seen, &err),
			 0);
	assert_non_null(seen);
	assert_string_equal(seen,
			    "another trial is of the same library and block");
	store_close(store);
	free(seen);
}

/* One library has one trial in a block; one without a number is the first. */
static void two_of_a_block(void **state)
{
	const struct fixture *f = *state;

	store_seed(f, 4);
	run_sql(f, "CREATE TABLE t AS SELECT * FROM trials; "
		   "UPDATE t SET id = 'twin'; "
		   "INSERT INTO trials SELECT * FROM t; DROP TABLE t");
	assert_twins(f);
	run_sql(f, "UPDATE trials SET block = 0 WHERE id = 'twin'; "
		   "UPDATE trials SET block = NULL WHERE id <> 'twin'");
	assert_twins(f);
}

static int see_nothing(void *context, const struct result_row *row)
{
	(void)context;
	(void)row;
	return 0;
}

/* They are made again by the remedy that is told. */
static void numbers_of_results(void **state)
{
	static const char *const set[] = {
		"requests_per_second = 'nan'", "latency_p50_ms = 9e999",
		"number_requests = -1", "number_requests = 'many'",
		"keep_alive = 7",
	};
	const struct fixture *f = *state;
	struct store *store;

	for (size_t i = 0; i < sizeof(set) / sizeof(*set); i++) {
		char *sql = mem_printf("UPDATE results SET %s", set[i]);

		store_seed(f, 4);
		run_sql(f, sql);
		assert_int_equal(store_open(&store, f->url, STORE_READ, &err),
				 0);
		assert_int_equal(store_each_result(store, false, see_nothing,
						   NULL, &err), ERR_INVALID);
		assert_names(err, ": the results of 1 trial are damaged (its ");
		assert_names(err, "`DELETE FROM results WHERE trial IN ('");
		store_close(store);
		assert_int_equal(unlink(f->path), 0);
		free(sql);
	}
}

static int count_rows(void *context, const struct result_row *row)
{
	(void)row;
	++*(unsigned *)context;
	return 0;
}

/* Does what the sentence says, as often as it says something. */
static unsigned mend_results(const struct fixture *f, struct store *store)
{
	unsigned times = 0, rows = 0;

	while (store_each_result(store, true, count_rows, &rows, &err) < 0) {
		const char *sql = strstr(err.text, "DELETE FROM results");
		char *text;

		assert_non_null(sql);
		text = mem_printf("%.*s", (int)strcspn(sql, "`"), sql);
		run_sql(f, text);
		free(text);
		assert_true(++times < 10);
	}
	return times;
}

/* All that are damaged are told at once, as far as a sentence goes. */
static void several_results(void **state)
{
	static const struct {
		unsigned trials, times;
		const char *said;
	} some[] = {
		{ 2, 1, ": the results of 2 trials are damaged (of the first, "
			"its requests_per_second cannot be right)" },
		{ 8, 1, "'t7')`" },
		{ 19, 3, ")`, which is 8 of them, and again for the rest" },
	};
	const struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
		struct store *store;
		char *sql = mem_printf(
			"CREATE TABLE t AS SELECT * FROM results WHERE replica "
			"IS NOT NULL; DELETE FROM results; UPDATE t SET "
			"requests_per_second = 'x'; WITH RECURSIVE n(i) AS "
			"(SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %u) "
			"INSERT INTO results SELECT t.* FROM n, t; DROP TABLE t",
			some[i].trials - 1);

		store_seed(f, 4);
		run_sql(f, "DROP INDEX results_by_trial");
		run_sql(f, sql);
		run_sql(f, "UPDATE results SET trial = 't' || ((rowid - (SELECT "
			   "min(rowid) FROM results)) / (SELECT count(DISTINCT "
			   "replica) FROM results))");
		assert_int_equal(store_open(&store, f->url, STORE_READ, &err),
				 0);
		assert_int_equal(store_each_result(store, true, see_nothing,
						   NULL, &err), ERR_INVALID);
		assert_names(err, some[i].said);
		assert_int_equal(mend_results(f, store), some[i].times);
		store_close(store);
		assert_int_equal(unlink(f->path), 0);
		free(sql);
	}
}

static void numbers_of_a_run(void **state)
{
	const struct fixture *f = *state;
	struct store *store;
	struct run run;

	store_seed(f, 4);
	run_sql(f, "UPDATE runs SET cpus = -2");
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	assert_int_equal(store_read_run(store, NULL, &run, &err), ERR_INVALID);
	assert_names(err, "its cpus cannot be right");
	store_close(store);
}

/* Its trials are good: the remedy is none that removes them. */
static void a_trial_of_such_a_run(void **state)
{
	const struct fixture *f = *state;
	struct store *store;
	struct trial trial;
	struct run run;
	char *id;

	store_seed(f, 4);
	id = trial_id(f);
	run_sql(f, "UPDATE runs SET cpus = -2");
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	assert_int_equal(store_read_trial(store, id, &trial, &run, NULL, &err),
			 ERR_INVALID);
	assert_names(err, ": the run ");
	assert_names(err, "is damaged (its cpus cannot be right): keep a copy, "
			   "and mend it with `UPDATE runs SET cpus = ");
	assert_null(strstr(err.text, id));
	store_close(store);
	free(id);
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(what_is_whole),
		CHECK(numbers_of_slices),
		CHECK(numbers_of_other_tables),
		CHECK(two_of_a_block),
		CHECK(numbers_of_results), CHECK(several_results),
		CHECK(numbers_of_a_run), CHECK(a_trial_of_such_a_run),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
