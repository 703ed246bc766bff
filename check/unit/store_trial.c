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
	seen->nulls_are_unknown = row->connections == COUNT_UNKNOWN &&
				  isnan(row->cost_usd) && !row->findings.count;
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
	assert_int_equal(store_end_run(store, &run, RUN_FINISHED, &err), 0);
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
	run_release(&run);
}

static void assert_text(const char *path, const char *sql, const char *expected)
{
	sqlite3_stmt *statement;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	if (expected)
		assert_string_equal(
			(const char *)sqlite3_column_text(statement, 0),
			expected);
	else
		assert_int_equal(sqlite3_column_type(statement, 0),
				 SQLITE_NULL);
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

static void check_how_it_ended(void **state)
{
	static const char ended[] = "SELECT ended FROM runs";
	struct fixture *f = *state;
	struct store *store;
	struct run run;
	struct err err;

	fixture_run(&run);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	assert_text(f->path, ended, NULL);
	assert_int_equal(store_end_run(store, &run, RUN_INTERRUPTED, &err), 0);
	assert_text(f->path, ended, "interrupted");
	store_close(store);
	run_release(&run);
}

/* Of a replica what it said, and what is not known of it as unknown. */
static void check_what_replicas_said(void **state)
{
	struct fixture *f = *state;
	struct summary summary = { 0 };
	struct store *store;
	struct trial trial;
	struct run run;
	struct err err;

	fixture_run(&run);
	fixture_trial(&trial, 1);
	fixture_summary(&summary, &trial, &run);
	trial.replica[0].failure_text[OUTCOME_RESET] = mem_dup("gone");
	trial.replica[0].bad_records = 7;
	trial.replica[0].clock_offset_ns = -5;
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	assert_int_equal(store_add_trial(store, &run, &trial, &summary, &err),
			 0);
	assert_text(f->path, "SELECT outcome || ' ' || text FROM failures",
		    "reset gone");
	assert_text(f->path,
		    "SELECT impossible || ' ' || clock_offset_ns FROM replicas",
		    "7 -5");
	assert_text(f->path, "SELECT processes FROM replicas", NULL);
	store_close(store);
	summary_release(&summary);
	trial_release(&trial);
	run_release(&run);
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
	run_release(&run);
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
	run_release(&run);
}

/* What no histogram is written as, though each number can be read. */
static void check_bad_counts(struct histogram *h)
{
	/* 2^64 - 1 in one bucket, and one more in the next */
	static const char most[] = "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff"
				   "\x01\x01\x01";

	histogram_init(h);
	assert_false(blob_decode("\x01\x00", 2, h)); /* an empty bucket */
	histogram_init(h);
	assert_true(blob_decode(most, 11, h));
	assert_true(h->total == UINT64_MAX);
	histogram_init(h);
	assert_false(blob_decode(most, 13, h));
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
	check_bad_counts(out);
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

/* Stores one trial whose first replica has a cell, and whose second has not. */
static void store_cells(struct fixture *f)
{
	struct sample sample = { .at_ns = 3000, .memory_anon_bytes = 31,
				 .throttled_ns = 32, .link_rx_bytes = 33,
				 .link_tx_bytes = 34, .link_rx_packets = 35,
				 .link_tx_packets = 36 };
	struct machine_sample machine = { 3000, 41, 42, COUNT_UNKNOWN, 44,
					  45, 46, 47, 48, NAN };
	struct summary summary = { 0 };
	struct replica *r;
	struct store *store;
	struct trial trial;
	struct run run;
	struct err err;

	fixture_run(&run);
	fixture_trial(&trial, 2);
	fixture_summary(&summary, &trial, &run);
	trial.placement = (struct placement){ ISOLATION_CELL_USER, "v2", "veth",
					      "none", "uid 1000" };
	trial.spec.cpus_limit = 0.5;
	trial.spec.pids_limit = 64;
	r = &trial.replica[0];
	strcpy(r->container_id, "c0ffee");
	r->started_late_ns = 9, r->rusage_ns = 10, r->group_cpu_ns = 11;
	r->throttled_ns = 12;
	r->link_rx_bytes = 13, r->link_tx_bytes = 14;
	r->link_rx_packets = 15, r->link_tx_packets = 16;
	r->tcp_segments_in = 17, r->tcp_segments_out = 18;
	r->tcp_retransmitted = 19, r->memory_peak_bytes = 20;
	r->memory_kills = 21, r->pids_refused = 22;
	trial_add_sample(&trial, &sample);
	sample.at_ns++;
	sample.memory_anon_bytes = sample.throttled_ns = COUNT_UNKNOWN;
	sample.link_rx_bytes = sample.link_tx_bytes = COUNT_UNKNOWN;
	sample.link_rx_packets = sample.link_tx_packets = COUNT_UNKNOWN;
	trial_add_sample(&trial, &sample);
	trial_add_machine(&trial, &machine);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	assert_int_equal(store_add_trial(store, &run, &trial, &summary, &err),
			 0);
	store_close(store);
	summary_release(&summary);
	trial_release(&trial);
	run_release(&run);
}

#define assert_one(f, sql) assert_int_equal(ask((f)->path, (sql)), 1)

/* Each figure stands in its own column, and what is unknown is NULL. */
static void check_cells(void **state)
{
	struct fixture *f = *state;

	store_cells(f);
	assert_one(f, "SELECT count(*) FROM trials WHERE "
		      "json_extract(config, '$.cpus_limit') = 0.5 AND "
		      "json_extract(config, '$.warm_up_seconds') = 1 AND "
		      "json_type(config, '$.memory_limit_bytes') = 'null' AND "
		      "length(config_hash) = 16");
	assert_one(f, "SELECT count(*) FROM trials WHERE isolation = "
		      "'cell-userns' AND cgroup = 'v2' AND network = 'veth' "
		      "AND pinning = 'none' AND replica_user = 'uid 1000' AND "
		      "cpus_limit = 0.5 AND memory_limit_bytes IS NULL AND "
		      "pids_limit = 64 AND link_bits_per_second IS NULL");
	assert_one(f, "SELECT count(*) FROM replicas WHERE replica = 0 AND "
		      "(container_id, started_late_ns, rusage_ns, "
		      "group_cpu_ns, throttled_ns, link_rx_bytes, "
		      "link_tx_bytes, link_rx_packets, link_tx_packets, "
		      "tcp_segments_in, tcp_segments_out, tcp_retransmitted, "
		      "memory_peak_bytes, memory_kills, pids_refused) = "
		      "('c0ffee', 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, "
		      "20, 21, 22)");
	assert_one(f, "SELECT count(*) FROM replicas WHERE replica = 1 AND "
		      "coalesce(container_id, started_late_ns, rusage_ns, "
		      "group_cpu_ns, throttled_ns, link_rx_bytes, "
		      "link_tx_bytes, link_rx_packets, link_tx_packets, "
		      "tcp_segments_in, tcp_segments_out, tcp_retransmitted, "
		      "memory_peak_bytes, memory_kills, pids_refused) IS NULL");
	assert_one(f, "SELECT count(*) FROM samples WHERE at_ns = 2000 AND "
		      "(memory_anon_bytes, throttled_ns, link_rx_bytes, "
		      "link_tx_bytes, link_rx_packets, link_tx_packets) = "
		      "(31, 32, 33, 34, 35, 36)");
	assert_one(f, "SELECT count(*) FROM samples WHERE at_ns = 2001 AND "
		      "coalesce(memory_anon_bytes, throttled_ns, "
		      "link_rx_bytes, link_tx_bytes, link_rx_packets, "
		      "link_tx_packets) IS NULL");
	assert_one(f, "SELECT count(*) FROM machine_samples WHERE at_ns = 2000 "
		      "AND ksoftirqd_ns = 41 AND stalled_cpu_us = 42 AND "
		      "stalled_memory_us IS NULL AND stalled_io_us = 44 AND "
		      "(busy_ns, steal_ns, idle_ns, swap_pages) = "
		      "(45, 46, 47, 48) AND cpu_mhz IS NULL");
}

/* Says on `told` when the first trial is in the database. */
static void write_until_killed(const char *url, int told)
{
	struct store *store;
	struct run run;
	struct err err;

	fixture_run(&run);
	if (store_open(&store, url, STORE_WRITE, &err) < 0 ||
	    store_begin_run(store, &run, &err) < 0)
		_exit(1);
	if (fixture_store(store, &run, 8, &err) < 0 || write(told, "", 1) != 1)
		_exit(2);
	while (fixture_store(store, &run, 8, &err) == 0)
		;
	_exit(3);
}

/* Starts a writer, waits for its first trial where `patient`, and kills it some
 * time later. */
static void kill_a_writer(const char *url, bool patient, uint64_t later_ns)
{
	int told[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (pid == 0)
		write_until_killed(url, told[1]);
	close(told[1]);
	if (patient)
		assert_int_equal(read(told[0], &byte, 1), 1);
	clock_sleep_until(clock_now_ns() + later_ns);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(told[0]);
	assert_true(WIFSIGNALED(status));
}

/* Every trial that is there is whole, whenever the writer was killed. On a busy
 * machine a writer may die before its first; the last round waits for one. */
static void check_killed_writer(void **state)
{
	enum { ROUNDS = 20 };
	struct fixture *f = *state;
	struct rng rng;

	rng_init(&rng, (uint64_t)getpid());
	for (int round = 0; round < ROUNDS; round++) {
		kill_a_writer(f->url, round == ROUNDS - 1,
			      rng_below(&rng, 40 * NS_PER_MS));
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
		CHECK(check_all_or_nothing),
		CHECK(check_blob),	     CHECK(check_cells),
		CHECK(check_killed_writer),  CHECK(check_how_it_ended),
		CHECK(check_what_replicas_said),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
