/* Rows in and out, and what a killed writer leaves. */
#include "check.h"

#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/hash.h"
#include "store/blob.h"
#include "store_fixture.h"

struct seen {
	unsigned rows;
	double rps;
	bool nulls_are_unknown;
};

static int see_row(void *context, const struct result_row *row)
{
	struct seen *seen = context;

	seen->rows++;
	seen->rps = row->requests_per_second;
	seen->nulls_are_unknown = row->connections == RESULT_UNKNOWN &&
				  isnan(row->cost_usd) && !row->findings;
	assert_string_equal(row->library_name, "aiohttp");
	assert_true(row->keep_alive);
	assert_int_equal(row->number_requests, 4);
	return 0;
}

static void check_round_trip(void **state)
{
	struct fixture *f = *state;
	struct seen total = { 0 }, each = { 0 };
	struct store *store;
	struct run run;
	struct err err;

	fixture_run(&run);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	assert_int_equal(fixture_store(store, &run, 3, &err), 0);
	assert_int_equal(store_end_run(store, &run, &err), 0);
	store_close(store);

	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	assert_int_equal(store_each_result(store, false, see_row, &total, &err),
			 0);
	assert_int_equal(store_each_result(store, true, see_row, &each, &err),
			 0);
	assert_int_equal(total.rows, 1);
	assert_true(total.rps == 4.5);
	assert_true(total.nulls_are_unknown);
	assert_int_equal(each.rows, 3);
	assert_true(each.rps == 1.5);
	store_close(store);
	free(run.command);
}

static int refuse_row(void *context, const struct result_row *row)
{
	(void)row;
	++*(int *)context;
	return ERR_INTERRUPTED;
}

static void check_reader_can_stop(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct run run;
	struct err err;
	int rows = 0;

	fixture_run(&run);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	assert_int_equal(fixture_store(store, &run, 1, &err), 0);
	assert_int_equal(fixture_store(store, &run, 1, &err), 0);
	assert_int_equal(store_each_result(store, false, refuse_row, &rows,
					   &err),
			 ERR_INTERRUPTED);
	assert_int_equal(rows, 1);
	store_close(store);
	free(run.command);
}

/* A trial whose run is not there breaks a rule of the schema: nothing of it may
 * stay behind. */
static void check_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { 0 };
	struct store *store;
	struct run run;
	struct err err;

	fixture_run(&run);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_true(fixture_store(store, &run, 1, &err) < 0);
	assert_int_equal(store_each_result(store, false, see_row, &seen, &err),
			 0);
	assert_int_equal(seen.rows, 0);
	/* and the connection can be used on */
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	assert_int_equal(fixture_store(store, &run, 1, &err), 0);
	store_close(store);
	free(run.command);
}

static void check_latency_reads_back(void **state)
{
	struct histogram *h = mem_new(sizeof(*h));
	struct fixture *f = *state;
	struct summary summary = { 0 };
	struct store *store;
	struct trial trial;
	struct run run;
	struct err err;

	fixture_run(&run);
	fixture_trial(&trial, 1);
	fixture_summary(&summary, &trial, &run);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	assert_int_equal(store_add_trial(store, &run, &trial, &summary, &err),
			 0);
	assert_int_equal(store_read_latency(store, trial.id, 0, h, &err), 0);
	assert_memory_equal(h, trial.replica[0].latency, sizeof(*h));
	assert_int_equal(store_read_latency(store, trial.id, 1, h, &err),
			 ERR_NOT_FOUND);
	store_close(store);
	summary_release(&summary);
	trial_release(&trial);
	free(run.command);
	free(h);
}

static void check_blob(void **state)
{
	struct histogram *in = mem_new(sizeof(*in));
	struct histogram *out = mem_new(sizeof(*out));
	struct str blob = STR_INIT;
	struct rng rng;

	(void)state;
	rng_init(&rng, 9);
	for (int i = 0; i < 5000; i++)
		histogram_add(in, rng_next(&rng) >> rng_below(&rng, 64));
	blob_encode(in, &blob);
	assert_true(blob_decode(blob.buf, blob.len, out));
	assert_memory_equal(in->count, out->count, sizeof(in->count));
	assert_int_equal(in->total, out->total);
	/* cut anywhere but at a pair's end, it is no blob */
	assert_false(blob_decode(blob.buf, 1, out));
	assert_false(blob_decode("\x00\x01", 2, out)); /* no distance */
	assert_false(blob_decode("\xff\xff\x7f\x01", 4, out)); /* too far */
	assert_false(blob_decode("\xff", 1, out));
	str_release(&blob);
	free(in);
	free(out);
}

/* Values of a question with one answer. */
static int64_t ask(const char *path, const char *sql)
{
	sqlite3_stmt *statement;
	int64_t answer = -1;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
			 SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return answer;
}

static void write_until_killed(const char *url)
{
	struct store *store;
	struct run run;
	struct err err;

	fixture_run(&run);
	if (store_open(&store, url, STORE_WRITE, &err) < 0 ||
	    store_begin_run(store, &run, &err) < 0)
		_exit(1);
	while (fixture_store(store, &run, 8, &err) == 0)
		;
	_exit(2);
}

/* Every trial that is there is whole, whenever the writer was killed. */
static void check_killed_writer(void **state)
{
	struct fixture *f = *state;
	struct rng rng;

	rng_init(&rng, (uint64_t)getpid());
	for (int round = 0; round < 20; round++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			write_until_killed(f->url);
		clock_sleep_until(clock_now_ns() +
				  rng_below(&rng, 40 * NS_PER_MS));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		assert_true(WIFSIGNALED(status));
		if (!file_exists(f->path))
			continue;
		assert_int_equal(ask(f->path, "SELECT count(*) FROM "
					      "pragma_integrity_check WHERE "
					      "integrity_check <> 'ok'"),
				 0);
	}
	{
		struct store *store;
		struct err err;

		assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err),
				 0);
		store_close(store);
	}
	assert_true(ask(f->path, "SELECT count(*) FROM trials") > 0);
	assert_int_equal(
		ask(f->path,
		    "SELECT count(*) FROM trials t WHERE "
		    "(SELECT count(*) FROM replicas WHERE trial_id = t.id) <> 8 "
		    "OR (SELECT count(*) FROM samples WHERE trial_id = t.id) "
		    "<> 8 OR (SELECT count(*) FROM latency WHERE trial_id = "
		    "t.id) <> 8 OR (SELECT count(*) FROM ledger WHERE trial_id "
		    "= t.id) <> 16 OR (SELECT count(*) FROM failures WHERE "
		    "trial_id = t.id) <> 8 OR (SELECT count(*) FROM results "
		    "WHERE trial = t.id) <> 9"),
		0);
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(check_round_trip),     CHECK(check_reader_can_stop),
		CHECK(check_all_or_nothing), CHECK(check_latency_reads_back),
		CHECK(check_blob),	     CHECK(check_killed_writer),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
