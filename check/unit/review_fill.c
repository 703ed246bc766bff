/* Comparisons of a database, and the document of a report that is made of it. */
#include "check.h"

#include "report/document.h"
#include "report/formats.h"
#include "review/fill.h"
#include "review/groups.h"
#include "review_fixture.h"
#include "same_rows.h"
#include "written.h"

static const struct stored_block three[] = {
	{ .library = "mine", .version = "1.1", .rate = 700, .cpu_us = 200,
	  .notes = "A note.", .not_applied = "keep_alive" },
	{ .library = "other", .rate = 1500, .cpu_us = 300, .replicas = 2 },
	{ .library = "reference", .rate = 4000, .cpu_us = 50 }, { .library = NULL }
};

static struct store *store;
static struct run runs[4];
static unsigned run_count;

static void begin(void **state)
{
	store = store_new(*state);
	run_count = 0;
}

static void end(void)
{
	store_close(store);
	while (run_count)
		run_release(&runs[--run_count]);
}

static void add_run(const struct stored_block *libraries, unsigned blocks)
{
	store_compared(store, &runs[run_count], run_count, libraries, blocks);
	run_count++;
}

/* ------------------------------------------------------------------- groups --- */

/* "c36:3" is a comparison of 36 trials and 3 libraries, "s" a trial of none. */
static int tell(void *context, const struct review_group *group)
{
	if (!group->comparison) {
		assert_int_equal(group->count, 1);
		str_add(context, " s");
		return 0;
	}
	str_addf(context, " c%zu:%zu", group->count,
		 group->comparison->row_count);
	for (size_t i = 0; i < group->count; i++) {
		const struct finished *one = &group->trials[i];

		assert_ptr_equal(group->rows[i].row, &one->summary.total);
		assert_int_equal(group->rows[i].baseline, one->baseline);
		assert_string_equal(one->comparison,
				    group->trials[0].comparison);
		assert_string_equal(one->summary.total.run_id,
				    group->trials[0].summary.total.run_id);
	}
	return 0;
}

static void assert_groups(const char *run_id, const char *expected,
			  size_t expected_out)
{
	struct str found = STR_INIT;
	size_t left_out = 77;

	if (review_each_group(store, run_id, tell, &found, &left_out, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(found.buf, expected);
	assert_int_equal(left_out, expected_out);
	str_release(&found);
}

static int stop(void *context, const struct review_group *group)
{
	(void)group;
	return ++*(int *)context == 2 ? 55 : 0;
}

/* The newest run first; a block that was cut and made anew is in none. */
static void groups_of_runs(void **state)
{
	static const struct stored_block single = { .library = "mine",
						    .rate = 100,
						    .cpu_us = 10 };
	struct stored_block cut = three[0];
	int given = 0;
	char *comparison;

	begin(state);
	assert_groups(NULL, "", 0);
	begin_run(&runs[0], 0);
	store_begin(store, &runs[0]);
	assert_int_equal(store_end_run(store, &runs[0], RUN_FINISHED, &err), 0);
	store_block(store, &runs[0], &single, NULL);
	store_block(store, &runs[0], &single, NULL);
	store_comparison(store, &runs[0], 0, three, 3);
	store_comparison(store, &runs[0], 1, three, FULL_BLOCKS);
	run_count = 1;
	add_run(three, 2);
	assert_groups(NULL, " c6:3 s s c9:3 c36:3", 0);
	assert_groups(runs[0].id, " s s c9:3 c36:3", 0);
	assert_groups(runs[1].id, " c6:3", 0);
	assert_groups("none", "", 0);
	assert_int_equal(review_each_group(store, NULL, stop, &given, NULL,
					   &err), 55);
	assert_int_equal(given, 2);
	/* The run was killed in its third block: one trial of it is there, and the
	 * next block is whole. */
	cut.comparison = comparison = mem_printf("a%.35s", runs[1].id);
	cut.block = 2;
	store_block(store, &runs[1], &cut, NULL);
	assert_groups(runs[1].id, " c7:3", 0); /* so far it may go on */
	for (size_t i = 0; i < 3; i++) {
		cut = three[i];
		cut.comparison = comparison;
		cut.block = 3;
		store_block(store, &runs[1], &cut, NULL);
	}
	assert_groups(runs[1].id, " c9:3", 1);
	free(comparison);
	end();
}

/* Trials of one block without slices have no medians: each stands alone. */
static void one_block_of_whole_trials(void **state)
{
	static const struct stored_block whole[] = {
		{ .library = "a", .rate = 300, .cpu_us = 9, .whole = true },
		{ .library = "b", .rate = 300, .cpu_us = 9, .whole = true },
		{ .library = NULL }
	};

	begin(state);
	add_run(whole, 1);
	assert_groups(NULL, " s s", 0);
	add_run(whole, 2);
	assert_groups(NULL, " c4:2 s s", 0);
	end();
}

/* ----------------------------------------------------------------- the document --- */

static json_t *filled(const char *run_id)
{
	struct document *d = document_new();
	json_error_t error;
	json_t *json;
	char *text;

	if (review_fill(d, store, run_id, NULL, &err) < 0)
		fail_msg("%s", err.text);
	WRITTEN(text, report_write(out, d, REPORT_JSON, &err));
	json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		fail_msg("no JSON: %s at %d", error.text, error.position);
	free(text);
	for (enum report_format f = REPORT_HTML; f <= REPORT_CSV; f++) {
		WRITTEN(text, report_write(out, d, f, &err));
		assert_true(f == REPORT_HTML || !strstr(text, "nan"));
		free(text);
	}
	document_free(d);
	return json;
}

static size_t length(json_t *json, const char *path)
{
	return json_array_size(find(json, path));
}

/* Of a column of a timeline or of rounds. */
static double sum_of(json_t *json, const char *path)
{
	json_t *list = find(json, path), *value;
	double sum = 0;
	size_t i;

	json_array_foreach(list, i, value)
		sum += json_number_value(value);
	return sum;
}

#define MINE "comparisons.0.rows.0."

static void all_of_a_run(void **state)
{
	json_t *json;

	begin(state);
	add_run(three, FULL_BLOCKS);
	add_run(three, FULL_BLOCKS);
	json = filled(NULL);
	assert_int_equal(length(json, "runs"), 2);
	assert_string_equal(text_of(json, "runs.0.run_id"), runs[1].id);
	assert_string_equal(text_of(json, "runs.0.ended"), "finished");
	assert_string_equal(text_of(json, "runs.0.cpu_model"), "Made CPU");
	assert_string_equal(text_of(json, "runs.0.versions.mine.worker"),
			    "worker.py");
	assert_true(is_null(json, "runs.0.instance_type"));
	assert_int_equal(length(json, "settings"), 6);
	assert_string_equal(text_of(json, "settings.0.library"), "mine");
	assert_string_equal(text_of(json, "settings.0.not_applied.0"),
			    "keep_alive");
	assert_string_equal(text_of(json, "settings.0.notes.0"), "A note.");
	assert_int_equal(length(json, "settings.1.notes"), 0);
	assert_int_equal(length(json, "comparisons"), 2);
	assert_string_equal(text_of(json, "comparisons.0.run_id"), runs[1].id);
	assert_string_equal(text_of(json, MINE "library"), "mine");
	assert_string_equal(text_of(json, MINE "merged.library_version"), "1.1");
	assert_int_equal(length(json, MINE "by_block.block"), FULL_BLOCKS);
	assert_int_equal(length(json, MINE "by_round.block"),
			 FULL_BLOCKS * BLOCK_ROUNDS);
	assert_true(fabs(sum_of(json, MINE "by_round.requests_per_second") /
			 (700. * FULL_BLOCKS * BLOCK_ROUNDS) - 1) < 0.02);
	assert_true(fabs(sum_of(json, MINE "by_block.cpu_us_per_request") /
			 (200. * FULL_BLOCKS) - 1) < 0.02);
	assert_true(number_of(json, MINE "by_block.at_s.0") == 0);
	assert_true(number_of(json, MINE "by_block.at_s.11") == 110);
	assert_true(number_of(json, MINE "by_round.at_s.1") == 1);
	assert_true(length(json, MINE "curve.fraction") > 10);
	assert_int_equal(length(json, MINE "curve.fraction"),
			 length(json, MINE "curve.ms"));
	assert_true(length(json, "comparisons.0.heading") > 0);
	assert_true(length(json, "comparisons.0.verdicts_in_words") > 0);
	assert_int_equal(length(json, "singles"), 0);
	assert_int_equal(length(json, "doubts"), 0);
	assert_int_equal(length(json, "timelines"), 2 * 3 * FULL_BLOCKS);
	assert_int_equal(length(json, "timelines.0.begin_s"), BLOCK_ROUNDS);
	assert_int_equal(number_of(json, "results.rows"), 2 * 3 * FULL_BLOCKS);
	json_decref(json);
	json = filled(runs[0].id);
	assert_int_equal(length(json, "runs"), 1);
	assert_int_equal(length(json, "settings"), 3);
	assert_int_equal(length(json, "comparisons"), 1);
	assert_string_equal(text_of(json, "comparisons.0.run_id"), runs[0].id);
	assert_int_equal(length(json, "timelines"), 3 * FULL_BLOCKS);
	assert_int_equal(number_of(json, "results.rows"), 3 * FULL_BLOCKS);
	json_decref(json);
	end();
}

/* The curve of a comparison is of all blocks, and says what the merged row does. */
static void curve_and_row_agree(void **state)
{
	json_t *json, *fractions;
	size_t i;

	begin(state);
	add_run(three, FULL_BLOCKS);
	json = filled(NULL);
	fractions = find(json, "comparisons.0.rows.1.curve.fraction");
	for (i = 0; i < json_array_size(fractions); i++)
		if (json_number_value(json_array_get(fractions, i)) == 0.99)
			break;
	assert_true(i < json_array_size(fractions));
	assert_true(fabs(json_number_value(json_array_get(
		find(json, "comparisons.0.rows.1.curve.ms"), i)) /
		number_of(json, "comparisons.0.rows.1.merged.latency_p99_ms") -
		1) < 1e-5);
	json_decref(json);
	end();
}

/* A library that failed, in all blocks and in one; and a trial of none. */
static void with_failures(void **state)
{
	static const struct stored_block failing[] = {
		{ .library = "fails", .failed = true },
		{ .library = "mine", .rate = 700, .cpu_us = 200 },
		{ .library = "reference", .rate = 4000, .cpu_us = 50 }, { .library = NULL }
	};
	struct stored_block single = { .library = "alone", .rate = 300,
				       .cpu_us = 20, .replicas = 2 };
	struct fixture *f = *state;
	json_t *json;

	begin(state);
	add_run(failing, FULL_BLOCKS);
	store_block(store, &runs[0], &single, NULL);
	single.failed = true;
	store_block(store, &runs[0], &single, NULL);
	json = filled(NULL);
	assert_string_equal(text_of(json, "comparisons.0.rows.0.library"),
			    "fails");
	assert_int_equal(length(json, "comparisons.0.rows.0.by_block.block"), 0);
	assert_int_equal(length(json, "comparisons.0.rows.0.by_round.block"), 0);
	assert_int_equal(length(json, "comparisons.0.rows.0.curve.ms"), 0);
	assert_string_equal(text_of(json,
				    "comparisons.0.rows.0.merged.state"),
			    "failed");
	assert_int_equal(length(json, "singles"), 2);
	assert_int_equal(length(json, "settings"), 3); /* not of "fails" */
	json_decref(json);
	/* Whose latencies of one block are lost has no curve, and all else. */
	alter(f, "UPDATE latency SET histogram = x'00' WHERE trial_id = (SELECT "
		 "id FROM trials WHERE library = 'mine' AND block = 5)");
	json = filled(NULL);
	assert_int_equal(length(json, "comparisons.0.rows.1.curve.ms"), 0);
	assert_int_equal(length(json, "comparisons.0.rows.1.by_block.block"),
			 FULL_BLOCKS);
	json_decref(json);
	end();
}

/* Whoever reads of all runs, or of one, is told what is not there, and not to ask for
 * what would be the same. */
static void what_has_no_room(void **state)
{
	static const struct stored_block single = { .library = "alone",
						    .rate = 50, .cpu_us = 20,
						    .whole = true };
	json_t *json;

	begin(state);
	begin_run(&runs[0], 0);
	store_begin(store, &runs[0]);
	assert_int_equal(store_end_run(store, &runs[0], RUN_FINISHED, &err), 0);
	run_count = 1;
	for (unsigned i = 0; i < 243; i++)
		store_block(store, &runs[0], &single, NULL);
	for (unsigned i = 0; i < 2; i++) {
		json = filled(i ? runs[0].id : NULL);
		assert_int_equal(length(json, "singles"), 243);
		assert_int_equal(length(json, "doubts"), 1);
		assert_null(strstr(text_of(json, "doubts.0"), "older run"));
		assert_non_null(strstr(text_of(json, "doubts.0"), "3 trials"));
		assert_int_equal(i && strstr(text_of(json, "doubts.0"), "--run"),
				 0);
		json_decref(json);
	}
	end();
}

static void of_others(void **state)
{
	struct fixture *f = *state;
	json_t *json;

	begin(state);
	add_run(three, FULL_BLOCKS);
	alter(f, "UPDATE results SET library_version = CAST(x'ff3c' AS TEXT), "
		 "test_params = CAST(x'ff' AS TEXT), run_id = NULL");
	alter(f, "UPDATE replicas SET notes = CAST(x'41ff0a1b42' AS TEXT), "
		 "not_applied = CAST(x'ff2c62' AS TEXT), versions = "
		 "CAST(x'7bff' AS TEXT)");
	alter(f, "UPDATE runs SET cpu_model = CAST(x'ff1b41' AS TEXT), command "
		 "= CAST(x'ff' AS TEXT), ended = CAST(x'ff' AS TEXT), "
		 "environment = CAST(x'7bff' AS TEXT)");
	json = filled(NULL);
	assert_string_equal(text_of(json, "runs.0.cpu_model"), "??A");
	assert_string_equal(text_of(json, "runs.0.command"), "?");
	assert_true(is_null(json, "runs.0.environment"));
	assert_true(is_null(json, "runs.0.versions.mine"));
	assert_int_equal(length(json, "settings"), 3);
	assert_string_equal(text_of(json, "settings.0.not_applied.0"), "?");
	assert_string_equal(text_of(json, "settings.0.not_applied.1"), "b");
	assert_string_equal(text_of(json, "settings.0.notes.0"), "A?");
	assert_string_equal(text_of(json, "settings.0.notes.1"), "?B");
	assert_int_equal(length(json, "comparisons"), 1);
	json_decref(json);
	end();
}

static void of_nothing(void **state)
{
	struct document *d = document_new();
	json_t *json;

	begin(state);
	json = filled(NULL);
	assert_int_equal(number_of(json, "results.rows"), 0);
	json_decref(json);
	assert_int_equal(review_fill(d, store, "none", NULL, &err), ERR_NOT_FOUND);
	document_free(d);
	end();
}

/* What cannot be read ends it, and leaks nothing. */
static void damaged(void **state)
{
	struct fixture *f = *state;
	struct document *d = document_new();

	begin(state);
	add_run(three, 2);
	alter(f, "UPDATE results SET number_requests = 'x' WHERE replica IS NULL "
		 "AND library_name = 'reference'");
	assert_int_equal(review_fill(d, store, NULL, NULL, &err), ERR_INVALID);
	document_free(d);
	d = document_new();
	alter(f, "UPDATE results SET number_requests = 1 WHERE replica IS NULL");
	alter(f, "UPDATE samples SET operations_ok = 'x' WHERE trial_id = "
		 "(SELECT id FROM trials WHERE library = 'mine' LIMIT 1)");
	assert_int_equal(review_fill(d, store, NULL, NULL, &err), 0);
	assert_int_equal(document_count(d, "timelines"), 5);
	document_free(d);
	end();
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(groups_of_runs),
		CHECK(one_block_of_whole_trials),
		CHECK(all_of_a_run),
		CHECK(curve_and_row_agree),
		CHECK(with_failures),
		CHECK(what_has_no_room),
		CHECK(of_others),
		CHECK(of_nothing),
		CHECK(damaged),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
