/* Databases of each schema, made by the program of that time: their trials are
 * read back, and the results computed of them now are those of then. */
#include "check.h"

#include "analyse/analyse.h"
#include "same_rows.h"
#include "store_fixture.h"

static struct err err;

/* The rows of a trial as they were stored: the total first. */
struct kept {
	char *trial_id;
	struct result_row row[3];
	unsigned count;
};

static int keep(void *context, const struct result_row *row)
{
	struct kept *kept = context;

	assert_in_range(kept->count, 0, 2);
	result_row_copy(&kept->row[kept->count++], row);
	return 0;
}

static void read_kept(struct store *store, struct kept *kept)
{
	memset(kept, 0, sizeof(*kept));
	assert_int_equal(store_each_result(store, false, keep, kept, &err), 0);
	assert_int_equal(store_each_result(store, true, keep, kept, &err), 0);
	assert_int_equal(kept->count, 3);
}

static void compute(struct store *store, const char *trial_id,
		    struct summary *out)
{
	struct trial trial;
	struct run run;

	if (store_read_trial(store, trial_id, &trial, &run, NULL, &err) < 0)
		fail_msg("%s", err.text);
	memset(out, 0, sizeof(*out));
	analyse_summary(&trial, &run, out);
	trial_release(&trial);
	run_release(&run);
}

static bool has_column(sqlite3 *db, const char *name)
{
	char *sql = mem_printf("SELECT 1 FROM pragma_table_info('results') "
			       "WHERE name = '%s'", name);
	sqlite3_stmt *statement;
	bool has;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
			 SQLITE_OK);
	has = sqlite3_step(statement) == SQLITE_ROW;
	sqlite3_finalize(statement);
	free(sql);
	return has;
}

static bool is_unknown(const struct result_row *row, const struct column *c)
{
	struct result_row unknown;

	result_row_init(&unknown);
	return same_value(row, &unknown, c);
}

static bool is_in(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name))
		names++;
	return *names != NULL;
}

struct golden {
	const char *schema;
	/* Columns that this schema had not, and whose source it did not keep
	 * either: they stay unknown. */
	const char *never[32];
	/* Columns that it had and left empty. */
	const char *then_unknown[4];
};

/* Quantiles of fewer operations than they take now. */
static bool is_less_now(const struct column *c, const struct result_row *now)
{
	static const char *const quantiles[] = {
		"latency_p50_ms", "latency_p90_ms", "latency_p99_ms",
		"latency_p99_9_ms", NULL
	};

	return is_in(c->name, quantiles) && is_unknown(now, c) &&
	       now->number_successes < 1000;
}

static void compare(const struct golden *golden, sqlite3 *db,
		    const struct result_row *then,
		    const struct result_row *now)
{
	for (const struct column *c = result_columns; c->name; c++) {
		bool known = has_column(db, c->name) &&
			     !is_in(c->name, golden->then_unknown) &&
			     !is_less_now(c, now);

		if (known && !same_value(then, now, c))
			fail_msg("%s: %s is not what it was", golden->schema,
				 c->name);
		if (is_in(c->name, golden->never) && !is_unknown(now, c))
			fail_msg("%s: %s cannot be known", golden->schema,
				 c->name);
	}
}

static void check_one(struct fixture *f, const struct golden *golden)
{
	struct summary now;
	struct store *store;
	struct kept then;
	sqlite3 *db;

	make_golden(f, golden->schema);
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	read_kept(store, &then);
	compute(store, then.row[0].trial_id, &now);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(now.replica_count, 2);
	compare(golden, db, &then.row[0], &now.total);
	for (unsigned i = 0; i < 2; i++)
		compare(golden, db, &then.row[1 + i], &now.replica[i]);
	sqlite3_close(db);
	store_close(store);
	for (unsigned i = 0; i < then.count; i++)
		result_row_release(&then.row[i]);
	summary_release(&now);
}

static const struct golden goldens[] = {
	/* Control groups, links, and the machine's counters came with 0003; with
	 * one grade of isolation none was named, and what is known now is that
	 * one. */
	{ "0002-run",
	  { "cgroup", "network", "pinning", "replica_user", "cpu_scope",
	    "memory_peak_bytes", "memory_anon_bytes", "throttled_seconds",
	    "link_rx_bytes", "link_tx_bytes", "link_rx_packets",
	    "link_tx_packets", "wire_rx_bytes", "tcp_segments_in",
	    "tcp_segments_out", "tcp_retransmitted", "ksoftirqd_cpu_seconds",
	    "stalled_cpu_seconds", "start_skew_ms", "failures_bad_http", NULL },
	  { "isolation", NULL } },
	/* Whose CPU it was came with 0004, and the class of a failure that was
	 * one of `other` before. */
	{ "0003", { "cpu_scope", "failures_bad_http", NULL }, { NULL } },
	{ "0004", { NULL }, { NULL } },
	/* A column that is new, whose source it has. */
	{ "0005", { NULL }, { "others_cpu_seconds", "limited_by", NULL } },
	/* A trial that was measured in slices. */
	{ "0006", { NULL }, { NULL } },
};

static void results_of_then(void **state)
{
	for (size_t i = 0; i < sizeof(goldens) / sizeof(*goldens); i++)
		check_one(*state, &goldens[i]);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test_setup_teardown(results_of_then, fixture_make,
						fixture_remove),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
