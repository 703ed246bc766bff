/* What became of libraries from one run to another, of runs that are stored. */
#include "check.h"

#include "review/changes.h"
#include "review_fixture.h"

#define REFERENCE { .library = "reference", .rate = 4000, .cpu_us = 50 }
#define OTHER { .library = "other", .rate = 1500, .cpu_us = 300 }
#define END { .library = NULL }

static const struct stored_block before[] = {
	{ .library = "mine", .version = "1.0", .rate = 1000, .cpu_us = 400 },
	OTHER, REFERENCE, END
};
static const struct stored_block after[] = {
	{ .library = "mine", .version = "1.1", .rate = 700, .cpu_us = 200 },
	OTHER, REFERENCE, END
};

/* The database, and the runs in it. */
static struct fixture *fixture;
static struct store *store;
static struct run runs[9];
static unsigned run_count;

static void begin(void **state)
{
	fixture = *state;
	store = store_new(fixture);
	run_count = 0;
}

static void end(void)
{
	store_close(store);
	while (run_count)
		run_release(&runs[--run_count]);
}

/* Its number. */
static unsigned add(const struct stored_block *libraries, unsigned blocks)
{
	store_compared(store, &runs[run_count], run_count, libraries, blocks);
	return run_count++;
}

/* Runs from one to another number, the newest first. */
static void read_side(struct side *side, unsigned first, unsigned last)
{
	for (unsigned i = last + 1; i-- > first;)
		if (side_read(side, store, runs[i].id, &err) < 0)
			fail_msg("%s", err.text);
}

/* From runs up to `middle` to those behind it, in one number: "0-0,1-1". */
static json_t *between(const char *numbers, double fail_above)
{
	const struct changes_wish wish = { .fail_above = fail_above,
					   .from_name = "old.db",
					   .to_name = "new.db" };
	struct side from = { 0 }, to = { 0 };
	json_t *changes;
	unsigned n[4];

	assert_int_equal(sscanf(numbers, "%u-%u,%u-%u", &n[0], &n[1], &n[2],
				&n[3]), 4);
	read_side(&from, n[0], n[1]);
	read_side(&to, n[2], n[3]);
	changes = changes_between(&from, &to, &wish);
	side_release(&from);
	side_release(&to);
	assert_non_null(changes);
	return changes;
}

static json_t *library(json_t *changes, const char *name)
{
	json_t *list = find(changes, "comparisons.0.libraries"), *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (!strcmp(text_of(one, "library"), name))
			return one;
	fail_msg("no %s", name);
	return NULL;
}

static void about(double value, double expected)
{
	if (!(fabs(value / expected - 1) < 0.02))
		fail_msg("%g is not about %g", value, expected);
}

/* ----------------------------------------------------------------- two runs --- */

static void from_the_first_to_the_second(void **state)
{
	json_t *changes, *mine, *other;

	begin(state);
	add(before, FULL_BLOCKS);
	add(after, FULL_BLOCKS);
	changes = between("0-0,1-1", NAN);
	assert_string_equal(text_of(changes, "format"),
			    "geoio-benchmark changes");
	assert_string_equal(text_of(changes, "from"), "old.db");
	assert_string_equal(text_of(changes, "to"), "new.db");
	assert_true(is_null(changes, "fail_above"));
	assert_false(flag_of(changes, "failed"));
	assert_true(is_null(changes, "why_not"));
	assert_int_equal(json_array_size(find(changes, "comparisons")), 1);
	assert_string_equal(text_of(changes, "comparisons.0.from_runs.0.run_id"),
			    runs[0].id);
	assert_string_equal(text_of(changes, "comparisons.0.to_runs.0.run_id"),
			    runs[1].id);
	assert_false(flag_of(changes, "comparisons.0.within_run"));
	assert_string_equal(text_of(changes, "comparisons.0.test"),
			    "fetch_range");
	/* Two libraries by two figures. */
	about(number_of(changes, "comparisons.0.level"), 1 - 0.05 / 4);
	assert_int_equal(json_array_size(find(changes,
					      "comparisons.0.libraries")), 2);
	assert_int_equal(json_array_size(find(changes, "comparisons.0.doubts")),
			 0);
	mine = library(changes, "mine");
	assert_string_equal(text_of(mine, "from.version"), "1.0");
	assert_string_equal(text_of(mine, "to.version"), "1.1");
	assert_false(flag_of(mine, "between_runs_measured"));
	about(number_of(mine, "rate.from"), 1000);
	about(number_of(mine, "rate.to"), 700);
	about(number_of(mine, "rate.from_of_reference"), 0.25);
	about(number_of(mine, "rate.to_of_reference"), 0.175);
	about(number_of(mine, "cpu.to_of_reference"), 4);
	about(number_of(mine, "rate.ratio"), 0.7);
	about(number_of(mine, "cpu.ratio"), 0.5);
	assert_true(number_of(mine, "rate.low") < number_of(mine, "rate.ratio"));
	assert_true(number_of(mine, "rate.ratio") < number_of(mine, "rate.high"));
	assert_string_equal(text_of(mine, "rate.verdict"), "worse");
	assert_string_equal(text_of(mine, "cpu.verdict"), "better");
	assert_false(flag_of(mine, "rate.fails"));
	other = library(changes, "other");
	assert_string_equal(text_of(other, "rate.verdict"), "not told apart");
	assert_string_equal(text_of(other, "cpu.verdict"), "not told apart");
	about(number_of(other, "rate.ratio"), 1);
	assert_true(number_of(other, "rate.seen") > 0.001);
	assert_true(number_of(other, "rate.seen") < 0.1);
	json_decref(changes);
	end();
}

/* What was worse is better, and all else the inverse. */
static void turned_round(void **state)
{
	json_t *there, *back, *a, *b;

	begin(state);
	add(before, FULL_BLOCKS);
	add(after, FULL_BLOCKS);
	there = between("0-0,1-1", NAN);
	back = between("1-1,0-0", NAN);
	a = library(there, "mine");
	b = library(back, "mine");
	assert_string_equal(text_of(b, "rate.verdict"), "better");
	assert_string_equal(text_of(b, "cpu.verdict"), "worse");
	about(number_of(a, "rate.ratio") * number_of(b, "rate.ratio"), 1);
	about(number_of(a, "rate.low") * number_of(b, "rate.high"), 1);
	about(number_of(a, "cpu.high") * number_of(b, "cpu.low"), 1);
	assert_string_equal(text_of(b, "from.version"), "1.1");
	json_decref(there);
	json_decref(back);
	end();
}

/* By how much something must be worse: 30% of the rate is missing, or 100% of CPU
 * comes on top. What is better never fails. */
static void what_fails(void **state)
{
	static const struct {
		const char *sides;
		double above;
		bool rate, cpu;
	} cases[] = {
		{ "0-0,1-1", NAN, false, false }, { "0-0,1-1", 0, true, false },
		{ "0-0,1-1", 0.2, true, false },  { "0-0,1-1", 0.4, false, false },
		{ "1-1,0-0", 0, false, true },	  { "1-1,0-0", 0.9, false, true },
		{ "1-1,0-0", 1.1, false, false }, { "0-0,0-0", 0, false, false },
	};

	begin(state);
	add(before, FULL_BLOCKS);
	add(after, FULL_BLOCKS);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *changes = between(cases[i].sides, cases[i].above);
		json_t *mine = library(changes, "mine");
		json_t *other = library(changes, "other");

		assert_int_equal(flag_of(mine, "rate.fails"), cases[i].rate);
		assert_int_equal(flag_of(mine, "cpu.fails"), cases[i].cpu);
		assert_false(flag_of(other, "rate.fails"));
		assert_int_equal(flag_of(changes, "failed"),
				 cases[i].rate || cases[i].cpu);
		json_decref(changes);
	}
	end();
}

/* One that failed has no figures; one that is new has nothing to be held against. Both
 * take the others nothing. */
static void failed_and_new(void **state)
{
	static const struct stored_block libraries[] = {
		{ .library = "mine", .failed = true }, OTHER,
		{ .library = "newer", .rate = 900, .cpu_us = 100 }, REFERENCE,
		END
	};
	json_t *changes, *mine;

	begin(state);
	add(before, FULL_BLOCKS);
	add(libraries, FULL_BLOCKS);
	changes = between("0-0,1-1", 0);
	mine = library(changes, "mine");
	assert_string_equal(text_of(mine, "rate.verdict"), "cannot be told");
	assert_true(is_null(mine, "rate.to"));
	assert_true(is_null(mine, "rate.to_of_reference"));
	assert_true(is_null(mine, "rate.ratio"));
	assert_true(is_null(mine, "cpu.low"));
	assert_true(is_null(mine, "to.version"));
	about(number_of(mine, "rate.from"), 1000);
	assert_false(flag_of(mine, "rate.fails"));
	assert_non_null(strstr(text_of(mine, "broken"), "no figures any more"));
	assert_true(flag_of(changes, "failed"));
	assert_true(is_null(library(changes, "other"), "broken"));
	assert_string_equal(text_of(library(changes, "other"), "rate.verdict"),
			    "not told apart");
	assert_int_equal(json_array_size(find(changes,
					      "comparisons.0.only_in_second")),
			 1);
	assert_string_equal(text_of(changes, "comparisons.0.only_in_second.0"),
			    "newer");
	json_decref(changes);
	end();
}

/* One wrong answer in one block, and nothing of the library is compared. */
static void wrong_answers(void **state)
{
	struct stored_block wrong = { .library = "mine", .rate = 1000,
				      .cpu_us = 400, .wrong = 1,
				      .block = FULL_BLOCKS };
	char *comparison;
	json_t *changes;

	begin(state);
	add(before, FULL_BLOCKS);
	add(before, FULL_BLOCKS);
	wrong.comparison = comparison = mem_printf("a%.35s", runs[1].id);
	store_block(store, &runs[1], &wrong, NULL);
	changes = between("0-0,1-1", 0);
	assert_string_equal(text_of(library(changes, "mine"), "rate.verdict"),
			    "cannot be told");
	assert_string_equal(text_of(library(changes, "other"), "rate.verdict"),
			    "not told apart");
	assert_false(is_null(library(changes, "mine"), "broken"));
	assert_true(flag_of(changes, "failed"));
	json_decref(changes);
	free(comparison);
	end();
}

static void few_blocks(void **state)
{
	json_t *changes;

	begin(state);
	add(before, FULL_BLOCKS);
	add(after, 5);
	changes = between("0-0,1-1", 0);
	assert_string_equal(text_of(library(changes, "mine"), "rate.verdict"),
			    "cannot be told");
	assert_false(flag_of(changes, "failed"));
	json_decref(changes);
	end();
}

/* -------------------------------------------------------------- not compared --- */

static void not_compared(json_t *changes, const char *part)
{
	const char *why = text_of(changes, "comparisons.0.why_not");

	if (!strstr(why, part))
		fail_msg("'%s' does not name '%s'", why, part);
	assert_null(json_object_get(find(changes, "comparisons.0"),
				    "libraries"));
	assert_false(flag_of(changes, "failed"));
	json_decref(changes);
}

static void other_machines(void **state)
{
	begin(state);
	add(before, FULL_BLOCKS);
	add(after, FULL_BLOCKS);
	alter(fixture, "UPDATE results SET cpu_model = 'Other CPU' WHERE "
		       "library_version <> '1.0' OR library_version IS NULL");
	alter(fixture, "UPDATE results SET cpu_model = 'Other CPU' WHERE run_id "
		       "= (SELECT run_id FROM results WHERE library_version = "
		       "'1.1')");
	alter(fixture, "UPDATE results SET cpu_model = 'Made CPU' WHERE run_id "
		       "<> (SELECT run_id FROM results WHERE library_version = "
		       "'1.1')");
	not_compared(between("0-0,1-1", 0),
		     "cpu_model was Made CPU and is Other CPU");
	alter(fixture, "UPDATE results SET cpu_model = NULL WHERE cpu_model = "
		       "'Other CPU'");
	not_compared(between("1-1,0-0", 0), "cpu_model was null and is Made");
	alter(fixture, "UPDATE results SET cpu_model = 'Made CPU', "
		       "cpus_limit = CASE cpu_model WHEN 'Made CPU' THEN 0.5 "
		       "END");
	not_compared(between("0-0,1-1", 0), "cpus_limit was 0.5 and is null");
	end();
}

static void without_reference(void **state)
{
	static const struct stored_block alone[] = {
		{ .library = "mine", .rate = 1000, .cpu_us = 400 }, OTHER, END
	};
	static const struct stored_block failing[] = {
		{ .library = "mine", .rate = 1000, .cpu_us = 400 }, OTHER,
		{ .library = "reference", .failed = true }, END
	};

	begin(state);
	add(alone, FULL_BLOCKS);
	add(after, FULL_BLOCKS);
	add(failing, FULL_BLOCKS);
	not_compared(between("0-0,1-1", 0), "the first run has no reference");
	not_compared(between("1-1,0-0", 0), "the second run has no reference");
	not_compared(between("1-1,2-2", 0), "the second run has no reference");
	end();
}

static void nothing(json_t *changes, const char *part)
{
	const char *why = text_of(changes, "why_not");

	if (!strstr(why, part))
		fail_msg("'%s' does not name '%s'", why, part);
	assert_int_equal(json_array_size(find(changes, "comparisons")), 0);
	assert_false(flag_of(changes, "failed"));
	json_decref(changes);
}

static void nothing_in_common(void **state)
{
	static const struct stored_block seeded[] = {
		{ .library = "mine", .rate = 90, .cpu_us = 40, .seed = 1 },
		{ .library = "reference", .rate = 90, .cpu_us = 40, .seed = 1 },
		END
	};
	static const struct stored_block single = { .library = "mine",
						    .rate = 1000, };

	begin(state);
	add(before, FULL_BLOCKS);
	add(seeded, FULL_BLOCKS);
	begin_run(&runs[2], 2);
	store_begin(store, &runs[2]);
	store_block(store, &runs[2], &single, NULL);
	begin_run(&runs[3], 3);
	store_begin(store, &runs[3]);
	run_count = 4;
	nothing(between("0-0,1-1", 0), "config_hash");
	nothing(between("0-0,2-2", 0),
		"new.db has no comparison of several blocks: trials that were "
		"measured once are not compared");
	nothing(between("2-2,0-0", 0), "old.db has no comparison");
	nothing(between("0-0,3-3", 0), "new.db has no comparison of several "
				       "blocks");
	end();
}

/* -------------------------------------------------------------- several runs --- */

/* The newest of a side is shown, all of them tell how much runs differ. */
static void several_runs(void **state)
{
	json_t *changes;

	begin(state);
	for (unsigned i = 0; i < 3; i++)
		add(before, FULL_BLOCKS);
	for (unsigned i = 0; i < 3; i++)
		add(after, FULL_BLOCKS);
	changes = between("0-2,3-5", 0);
	assert_int_equal(json_array_size(find(changes, "comparisons")), 1);
	assert_int_equal(json_array_size(find(changes,
					      "comparisons.0.from_runs")), 3);
	assert_string_equal(text_of(changes, "comparisons.0.from_runs.0.run_id"),
			    runs[2].id);
	assert_true(flag_of(library(changes, "mine"), "between_runs_measured"));
	assert_string_equal(text_of(library(changes, "mine"), "rate.verdict"),
			    "worse");
	about(number_of(library(changes, "mine"), "rate.ratio"), 0.7);
	json_decref(changes);
	end();
}

/* Of a side only runs of one machine are joined, and what is left out is said. */
static void one_of_another_machine(void **state)
{
	json_t *changes;
	char *sql;

	begin(state);
	for (unsigned i = 0; i < 3; i++)
		add(i == 1 ? after : before, FULL_BLOCKS);
	add(before, FULL_BLOCKS);
	sql = mem_printf("UPDATE results SET cpu_model = 'Other' WHERE run_id = "
			 "'%s'", runs[1].id);
	alter(fixture, sql);
	free(sql);
	changes = between("0-2,3-3", 0);
	assert_int_equal(json_array_size(find(changes,
					      "comparisons.0.from_runs")), 2);
	assert_string_equal(text_of(changes, "comparisons.0.from_runs.1.run_id"),
			    runs[0].id);
	assert_non_null(strstr(text_of(changes, "comparisons.0.doubts.0"),
			       "cpu_model"));
	assert_string_equal(text_of(library(changes, "mine"), "rate.verdict"),
			    "not told apart");
	json_decref(changes);
	end();
}

/* What is shown of the sides is what the change is of: all of their runs. */
static void figures_of_all_runs(void **state)
{
	json_t *changes, *mine;

	begin(state);
	for (unsigned i = 0; i < 3; i++)
		add(i ? before : after, FULL_BLOCKS);
	changes = between("0-1,2-2", NAN);
	mine = library(changes, "mine");
	about(number_of(mine, "cpu.from_of_reference") *
		      number_of(mine, "cpu.ratio"),
	      number_of(mine, "cpu.to_of_reference"));
	json_decref(changes);
	end();
}

/* Two versions under one name are joined, and it is said. */
static void versions_of_a_side(void **state)
{
	json_t *changes;

	begin(state);
	add(before, FULL_BLOCKS);
	add(after, FULL_BLOCKS);
	add(before, FULL_BLOCKS);
	add(before, FULL_BLOCKS);
	changes = between("0-2,3-3", 0);
	assert_int_equal(json_array_size(find(changes, "comparisons.0.doubts")),
			 1);
	assert_string_equal(text_of(changes, "comparisons.0.doubts.0"),
			    "1 of the first runs has another version of mine "
			    "than 1.0: what is said is of all of them together");
	json_decref(changes);
	end();
}

/* A run that was cut takes the others nothing. */
static void one_that_was_cut(void **state)
{
	json_t *changes;

	begin(state);
	add(before, 3);
	add(before, FULL_BLOCKS);
	add(after, FULL_BLOCKS);
	changes = between("0-1,2-2", 0);
	assert_string_equal(text_of(library(changes, "mine"), "rate.verdict"),
			    "worse");
	json_decref(changes);
	end();
}

/* What the newest run lacks is not new where another has it. */
static void lacked_by_the_newest(void **state)
{
	static const struct stored_block less[] = { OTHER, REFERENCE, END };
	json_t *changes;

	begin(state);
	add(before, FULL_BLOCKS);
	add(less, FULL_BLOCKS);
	add(after, FULL_BLOCKS);
	changes = between("0-1,2-2", 0);
	assert_string_equal(text_of(library(changes, "mine"), "rate.verdict"),
			    "worse");
	assert_string_equal(text_of(library(changes, "mine"), "from.version"),
			    "1.0");
	json_decref(changes);
	end();
}

/* ------------------------------------------------------------------- doubts --- */

static void doubts(void **state)
{
	struct stored_block busy[] = {
		{ .library = "mine", .rate = 1000, .cpu_us = 400 }, OTHER,
		{ .library = "reference", .rate = 4000, .cpu_us = 70 }, END
	};
	json_t *changes, *list;
	char *sql;

	begin(state);
	add(before, FULL_BLOCKS);
	add(busy, FULL_BLOCKS);
	sql = mem_printf("UPDATE results SET others_cpu_seconds = 0.4 * "
			 "duration_seconds, kernel = '6.2', harness_version = "
			 "NULL WHERE run_id = '%s'", runs[1].id);
	alter(fixture, sql);
	free(sql);
	changes = between("0-0,1-1", 0);
	list = find(changes, "comparisons.0.doubts");
	assert_int_equal(json_array_size(list), 4);
	assert_non_null(strstr(text_of(list, "0"), "0.00 CPUs in the first run "
						   "and 0.40 in the second"));
	assert_non_null(strstr(text_of(list, "1"), "40% more CPU a request"));
	assert_string_equal(text_of(list, "2"),
			    "harness_version was 0.1.0 and is unknown");
	assert_string_equal(text_of(list, "3"), "kernel was 6.1 and is 6.2");
	json_decref(changes);
	end();
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(from_the_first_to_the_second),
		CHECK(turned_round),
		CHECK(what_fails),
		CHECK(failed_and_new),
		CHECK(wrong_answers),
		CHECK(few_blocks),
		CHECK(other_machines),
		CHECK(without_reference),
		CHECK(nothing_in_common),
		CHECK(several_runs),
		CHECK(one_of_another_machine),
		CHECK(figures_of_all_runs),
		CHECK(versions_of_a_side),
		CHECK(one_that_was_cut),
		CHECK(lacked_by_the_newest),
		CHECK(doubts),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
