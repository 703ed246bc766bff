/* What reports take from a database: trials as a run keeps them, runs, and what
 * replicas said of settings. */
#include "check.h"

#include "record/finished.h"
#include "record/rounds.h"
#include "same_rows.h"
#include "stored_blocks.h"

#define COMPARISON "11111111-2222-3333-4444-555555555555"
#define ANOTHER "99999999-2222-3333-4444-555555555555"

/* All that came, in its order. */
struct came {
	struct finished list[64];
	size_t count;
	int stop_at; /* so many, and it is told to end */
};

static int keep(void *context, struct finished *one,
		const struct trial_rounds *about)
{
	struct came *came = context;

	assert_true(came->count < 64);
	assert_string_equal(about->trial_id, one->summary.total.trial_id);
	assert_string_equal(about->run_id, one->summary.total.run_id);
	came->list[came->count++] = *one;
	return came->stop_at && (int)came->count == came->stop_at ? 77 : 0;
}

static void forget(struct came *came)
{
	for (size_t i = 0; i < came->count; i++)
		finished_release(&came->list[i]);
	came->count = 0;
}

static void read_all(struct store *store, const char *run_id,
		     struct came *came)
{
	came->count = 0;
	if (store_each_finished(store, run_id, keep, came, &err) < 0)
		fail_msg("%s", err.text);
}

/* ------------------------------------------------------------ what comes back */

static void same_latency(const struct histogram *a, const struct histogram *b)
{
	assert_non_null(a);
	assert_int_equal(a->total, b->total);
	assert_int_equal(a->min_ns, b->min_ns);
	assert_int_equal(a->max_ns, b->max_ns);
	assert_true(fabs(a->sum_ns - b->sum_ns) < 1);
	assert_memory_equal(a->count, b->count, sizeof(a->count));
}

static void same_slices(const struct finished *one, const struct run *run,
			const struct stored_block *b)
{
	struct trial trial;

	make_block(&trial, run, b);
	assert_int_equal(one->slice_count, trial.slice_count);
	assert_int_equal(one->slices != NULL, trial.slice_count > 0);
	for (size_t i = 0; i < trial.slice_count; i++)
		assert_memory_equal(&one->slices[i], &trial.slices[i],
				    offsetof(struct slice, marks) +
					    sizeof(one->slices->marks));
	trial_release(&trial);
}

static void what_was_stored_comes_back(void **state)
{
	static const struct stored_block blocks[] = {
		{ .library = "aiohttp", .comparison = COMPARISON, .rate = 1000,
		  .cpu_us = 400, .replicas = 3 },
		{ .library = "failing", .comparison = COMPARISON, .failed = true },
		{ .library = "mine", .comparison = COMPARISON, .rate = 700,
		  .cpu_us = 9, .baseline = true, .worker = "{\"worker\": \"c\"}" },
		{ .library = "reference", .comparison = COMPARISON, .rate = 3000,
		  .cpu_us = 50, .worker = "{\"worker\": 3}" },
		{ .library = "aiohttp", .comparison = COMPARISON, .rate = 1000,
		  .cpu_us = 400, .block = 11, .whole = true, .worker = "[}" },
	};
	enum { COUNT = sizeof(blocks) / sizeof(*blocks) };
	struct store *store = store_new(*state);
	struct summary kept[COUNT];
	struct came came = { 0 };
	struct run run;

	begin_run(&run, 0);
	store_begin(store, &run);
	for (size_t i = COUNT; i-- > 0;)
		store_block(store, &run, &blocks[i], &kept[i]);
	read_all(store, NULL, &came);
	assert_int_equal(came.count, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		const struct finished *one = &came.list[i];
		const struct stored_block *b = &blocks[i];

		assert_same_row(&one->summary.total, &kept[i].total);
		assert_int_equal(one->summary.replica_count, 0);
		assert_int_equal(one->failed, b->failed);
		assert_int_equal(one->block, b->block);
		assert_int_equal(one->baseline, i == 2 || i == 3);
		/* Of what was never ready it is said to be worker.py's. */
		assert_int_equal(one->other_worker, i > 1);
		assert_null(one->unready);
		assert_false(one->partial);
		assert_string_equal(one->comparison, COMPARISON);
		same_slices(one, &run, b);
		if (b->failed)
			assert_null(one->summary.latency);
		else
			same_latency(one->summary.latency, kept[i].latency);
	}
	for (size_t i = 0; i < COUNT; i++)
		summary_release(&kept[i]);
	forget(&came);
	run_release(&run);
	store_close(store);
}

/* ------------------------------------------------------------------ the order */

/* "run/comparison/block/library", of its first letters. */
static void assert_order(const struct came *came, const struct run *runs,
			 const char *expected)
{
	struct str found = STR_INIT;

	for (size_t i = 0; i < came->count; i++) {
		const struct finished *one = &came->list[i];
		unsigned run = 0;

		while (strcmp(runs[run].id, one->summary.total.run_id))
			run++;
		str_addf(&found, "%s%u%s%u%s", i ? " " : "", run,
			 *one->comparison ? *one->comparison == '1' ? "c" : "d"
					  : "-",
			 one->block, one->summary.total.library_name);
	}
	assert_string_equal(found.buf, expected);
	str_release(&found);
}

static void add_order(struct store *store, struct run runs[2])
{
	for (unsigned r = 0; r < 2; r++) {
		begin_run(&runs[r], r);
		store_begin(store, &runs[r]);
	}
	for (unsigned i = 0; i < 12; i++) {
		const struct stored_block b = {
			.library = i & 1 ? "a" : "b",
			.block = i / 4,
			.comparison = i & 2 ? COMPARISON : ANOTHER,
			.rate = 100, .cpu_us = 10,
		};

		store_block(store, &runs[1], &b, NULL);
	}
	store_block(store, &runs[0],
		    &(struct stored_block){ .library = "z", .rate = 100 }, NULL);
	store_block(store, &runs[0],
		    &(struct stored_block){ .library = "y", .rate = 100 }, NULL);
}

#define NEW                                                                    \
	"1c0a 1c0b 1c1a 1c1b 1c2a 1c2b 1d0a 1d0b 1d1a 1d1b 1d2a 1d2b"

static void newest_run_first(void **state)
{
	struct store *store = store_new(*state);
	struct came came = { 0 };
	struct run runs[2];

	add_order(store, runs);
	read_all(store, NULL, &came);
	assert_order(&came, runs, NEW " 0-0y 0-0z");
	forget(&came);
	read_all(store, runs[0].id, &came);
	assert_order(&came, runs, "0-0y 0-0z");
	forget(&came);
	read_all(store, runs[1].id, &came);
	assert_order(&came, runs, NEW);
	forget(&came);
	read_all(store, "no such run", &came);
	assert_int_equal(came.count, 0);
	came.stop_at = 3;
	assert_int_equal(store_each_finished(store, NULL, keep, &came, &err),
			 77);
	assert_int_equal(came.count, 3);
	forget(&came);
	run_release(&runs[0]);
	run_release(&runs[1]);
	store_close(store);
}

/* ------------------------------------------------------------------- damage --- */

/* Two replicas of "a" in block 0, and "b". */
static void add_two(struct store *store, struct run *run)
{
	begin_run(run, 0);
	store_begin(store, run);
	store_block(store, run,
		    &(struct stored_block){ .library = "a", .rate = 500,
					    .cpu_us = 10, .replicas = 2,
					    .comparison = COMPARISON }, NULL);
	store_block(store, run,
		    &(struct stored_block){ .library = "b", .rate = 500,
					    .cpu_us = 10, .replicas = 2,
					    .comparison = COMPARISON }, NULL);
}

#define OF_A "(SELECT id FROM trials WHERE library = 'a')"

static void damaged_latencies_are_unknown(void **state)
{
	static const char *const damages[] = {
		"UPDATE latency SET histogram = x'00' WHERE replica = 1",
		"UPDATE latency SET histogram = x'' WHERE replica = 0",
		"UPDATE latency SET histogram = 'text' WHERE replica = 0",
		"UPDATE latency SET operations = 1 WHERE replica = 1",
		"UPDATE latency SET max_ns = -1 WHERE replica = 1",
		"UPDATE latency SET sum_ns = 1 WHERE replica = 0",
		"DELETE FROM latency WHERE replica = 1",
		"DELETE FROM latency WHERE replica = 0",
		"DELETE FROM latency WHERE replica < 7",
	};

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		struct fixture *f = *state;
		struct store *store;
		struct came came = { 0 };
		struct run run;
		char *sql = mem_printf("%s AND trial_id = " OF_A, damages[i]);

		unlink(f->path);
		store = store_new(f);
		add_two(store, &run);
		store_close(store);
		alter(f, sql);
		assert_int_equal(store_open(&store, f->url, STORE_READ, &err),
				 0);
		read_all(store, NULL, &came);
		assert_int_equal(came.count, 2);
		if (came.list[0].summary.latency)
			fail_msg("%s: %u of 2 replicas' operations", damages[i],
				 (unsigned)came.list[0].summary.latency->total);
		assert_true(came.list[0].summary.total.number_successes > 0);
		assert_true(came.list[0].summary.total.requests_per_second > 0);
		assert_int_equal(came.list[0].slice_count, BLOCK_ROUNDS);
		assert_non_null(came.list[1].summary.latency);
		forget(&came);
		store_close(store);
		run_release(&run);
		free(sql);
	}
}

/* Its row was removed, or is no row: then nothing is known of it, and all is known of
 * others. */
static void without_results(void **state)
{
	struct fixture *f = *state;
	struct store *store = store_new(f);
	struct came came = { 0 };
	struct run run;

	add_two(store, &run);
	alter(f, "DELETE FROM results WHERE trial = " OF_A);
	read_all(store, NULL, &came);
	assert_int_equal(came.count, 1);
	assert_string_equal(came.list[0].summary.total.library_name, "b");
	forget(&came);
	alter(f, "UPDATE results SET number_requests = 'many' WHERE replica IS "
		 "NULL");
	assert_int_equal(store_each_finished(store, NULL, keep, &came, &err),
			 ERR_INVALID);
	assert_names(err, "number_requests cannot be right");
	assert_int_equal(came.count, 0);
	run_release(&run);
	store_close(store);
}

/* A trial of a block that was made anew, one whose slices are lost, and one of which
 * another has the place count in no comparison. */
static void what_counts_in_none(void **state)
{
	static const char *const damages[] = {
		"DELETE FROM slices WHERE number = 2 AND trial_id = " OF_A,
		"UPDATE slices SET operations = 1000000000 WHERE trial_id = " OF_A,
		"UPDATE trials SET library = 'b' WHERE library = 'a'",
		"UPDATE slices SET end_ns = end_ns + 6e10 WHERE trial_id = " OF_A,
	};

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		struct fixture *f = *state;
		struct store *store;
		struct came came = { 0 };
		struct run run;
		unsigned out = 0;

		unlink(f->path);
		store = store_new(f);
		add_two(store, &run);
		alter(f, damages[i]);
		read_all(store, NULL, &came);
		assert_int_equal(came.count, 2);
		for (size_t k = 0; k < 2; k++)
			out += !*came.list[k].comparison;
		if (out != (i == 2 ? 2 : 1))
			fail_msg("%s: %u", damages[i], out);
		forget(&came);
		store_close(store);
		run_release(&run);
	}
}

/* What a database says that others made: names that are none, or no UTF-8, do not end
 * the program, nor obey a terminal. */
static void names_of_others(void **state)
{
	struct fixture *f = *state;
	struct store *store = store_new(f);
	struct came came = { 0 };
	struct run run;

	add_two(store, &run);
	alter(f, "UPDATE results SET library_name = NULL, run_id = NULL, "
		 "trial_id = NULL, test_name = NULL, state = NULL, start_time "
		 "= NULL WHERE library_name = 'a'");
	alter(f, "UPDATE results SET library_version = CAST(x'1b5b324aff0a41' "
		 "AS TEXT)");
	read_all(store, NULL, &came);
	assert_int_equal(came.count, 2);
	assert_string_equal(came.list[0].summary.total.library_name, "a");
	assert_string_equal(came.list[0].summary.total.run_id, run.id);
	assert_string_equal(came.list[0].summary.total.test_name,
			    "fetch_range");
	assert_string_equal(came.list[0].summary.total.library_version,
			    "?[2J? A");
	forget(&came);
	run_release(&run);
	store_close(store);
}

/* --------------------------------------------------------------- older schemas */

static int see_run(void *context, const struct run *run, const char *ended)
{
	str_addf(context, "%s %s;", *run->id ? "run" : "none",
		 ended ? ended : "unknown");
	return 0;
}

static int see_setting(void *context, const char *run_id, const char *library,
		       const char *not_applied, const char *notes)
{
	assert_int_equal(strlen(run_id), 36);
	str_addf(context, "%s [%s] [%s];", library,
		 not_applied ? not_applied : "", notes ? notes : "");
	return 0;
}

static void older_schemas(void **state)
{
	static const char *const schemas[] = { "0001", "0002", "0002-run", "0003",
					       "0004", "0005", "0006" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++) {
		struct str seen = STR_INIT;
		struct came came = { 0 };
		struct store *store;

		make_golden(f, schemas[i]);
		if (store_open(&store, f->url, STORE_READ, &err) < 0)
			fail_msg("%s", err.text);
		read_all(store, NULL, &came);
		assert_int_equal(came.count, i > 0); /* 0001 had no results */
		if (i >= 3)
			assert_non_null(came.list[0].summary.latency);
		if (i) /* its migration knows it by its name */
			assert_int_equal(came.list[0].baseline,
				strcmp(came.list[0].summary.total.library_name,
				       "reference") == 0);
		forget(&came);
		if (store_each_run(store, NULL, see_run, &seen, &err) < 0)
			fail_msg("%s", err.text);
		assert_int_equal(strncmp(seen.buf, "run ", 4), 0);
		if (store_each_setting(store, NULL, see_setting, &seen, &err))
			fail_msg("%s", err.text);
		str_release(&seen);
		store_close(store);
	}
}

/* ---------------------------------------------------------- runs and settings */

static void runs_newest_first(void **state)
{
	struct store *store = store_new(*state);
	struct run runs[3];
	struct str seen = STR_INIT;

	assert_int_equal(store_each_run(store, NULL, see_run, &seen, &err), 0);
	assert_string_equal(seen.buf, "");
	for (unsigned i = 0; i < 3; i++) {
		begin_run(&runs[i], i == 0); /* two began at one time */
		store_begin(store, &runs[i]);
	}
	assert_int_equal(store_end_run(store, &runs[0], RUN_FINISHED, &err), 0);
	assert_int_equal(store_end_run(store, &runs[1], RUN_INTERRUPTED, &err),
			 0);
	assert_int_equal(store_each_run(store, NULL, see_run, &seen, &err), 0);
	assert_string_equal(seen.buf,
			    "run finished;run unknown;run interrupted;");
	str_reset(&seen);
	assert_int_equal(store_each_run(store, runs[1].id, see_run, &seen,
					&err), 0);
	assert_string_equal(seen.buf, "run interrupted;");
	assert_int_equal(store_each_run(store, "another", see_run, &seen, &err),
			 ERR_NOT_FOUND);
	assert_names(err, "another");
	str_release(&seen);
	for (unsigned i = 0; i < 3; i++)
		run_release(&runs[i]);
	store_close(store);
}

static void settings_of_libraries(void **state)
{
	struct stored_block b = { .library = "b", .rate = 50,
				  .not_applied = "keep_alive,use_dns_cache",
				  .notes = "One.\nTwo.", .replicas = 2 };
	struct store *store = store_new(*state);
	struct str seen = STR_INIT;
	struct run old, new;

	begin_run(&old, 0);
	begin_run(&new, 1);
	store_begin(store, &old);
	store_begin(store, &new);
	store_block(store, &new, &b, NULL);
	b.block = 1;
	store_block(store, &new, &b, NULL); /* says no more */
	store_block(store, &old,
		    &(struct stored_block){ .library = "a", .rate = 50 }, NULL);
	store_block(store, &old,
		    &(struct stored_block){ .library = "c", .failed = true },
		    NULL);
	assert_int_equal(store_each_setting(store, NULL, see_setting, &seen,
					    &err), 0);
	assert_string_equal(seen.buf, "b [keep_alive,use_dns_cache] "
				      "[One.\nTwo.];a [] [];");
	str_reset(&seen);
	assert_int_equal(store_each_setting(store, old.id, see_setting, &seen,
					    &err), 0);
	assert_string_equal(seen.buf, "a [] [];");
	str_release(&seen);
	run_release(&old);
	run_release(&new);
	store_close(store);
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(what_was_stored_comes_back),
		CHECK(newest_run_first),
		CHECK(damaged_latencies_are_unknown),
		CHECK(without_results),
		CHECK(what_counts_in_none),
		CHECK(names_of_others),
		CHECK(older_schemas),
		CHECK(runs_newest_first),
		CHECK(settings_of_libraries),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
