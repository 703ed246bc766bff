/* Two versions of a library, or any two libraries, within one run. */
#include "check.h"

#include "review/changes.h"
#include "review_fixture.h"

#define REFERENCE { .library = "reference", .rate = 4000, .cpu_us = 50 }
#define END { .library = NULL }

static struct store *store;
static struct run run;

static void begin(void **state, const struct stored_block *libraries)
{
	store = store_new(*state);
	store_compared(store, &run, 0, libraries, FULL_BLOCKS);
}

static void end(void)
{
	run_release(&run);
	store_close(store);
}

/* `versions`: whether the run has two of a library. */
static json_t *within(double fail_above, const char *from, const char *to,
		      bool versions)
{
	const struct changes_wish wish = { .fail_above = fail_above,
					   .from_name = "t.db",
					   .to_name = "t.db",
					   .from_library = from,
					   .to_library = to };
	struct side side = { 0 };
	json_t *changes;

	if (side_read(&side, store, run.id, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(changes_has_versions(&side), versions);
	changes = changes_within(&side, &wish);
	side_release(&side);
	assert_non_null(changes);
	return changes;
}

static void about(double value, double expected)
{
	if (!(fabs(value / expected - 1) < 0.02))
		fail_msg("%g is not about %g", value, expected);
}

#define FIRST "comparisons.0.libraries.0."

static void who_is_who(const char *a, const char *a_version, const char *b,
		       const char *b_version, const char *from)
{
	const struct stored_block libraries[] = {
		{ .library = a, .version = a_version, .rate = 1000,
		  .cpu_us = 200 },
		{ .library = b, .version = b_version, .rate = 1000,
		  .cpu_us = 200 },
		REFERENCE, END
	};
	struct fixture f, *made = &f;
	void *state = NULL;
	json_t *changes;

	assert_int_equal(fixture_make(&state), 0);
	made = state;
	begin((void *[]){ made }, libraries);
	changes = within(NAN, NULL, NULL, true);
	if (strcmp(text_of(changes, FIRST "from.name"), from))
		fail_msg("of %s %s and %s %s the older is %s", a, a_version, b,
			 b_version, text_of(changes, FIRST "from.name"));
	assert_string_not_equal(text_of(changes, FIRST "to.name"), from);
	json_decref(changes);
	end();
	fixture_remove(&state);
}

/* The older version comes first, and what is to be released last, however they are
 * called and in whichever order they stand. */
static void the_older_comes_first(void **state)
{
	(void)state;
	who_is_who("x@1.9", "1.9", "x@1.10", "1.10", "x@1.9");
	who_is_who("x@1.10", "1.10", "x@1.9", "1.9", "x@1.9");
	who_is_who("x@1.0", "1.0", "x@./", "0.9", "x@1.0");
	who_is_who("x@../mine", "0.9", "x@1.0", "1.0", "x@1.0");
	who_is_who("x", "2.0", "x@1.0", "1.0", "x@1.0");
	who_is_who("x", "2.0", "x@3.0", "3.0", "x");
	who_is_who("x", "1.0", "x@dist/1.0.whl", "1.0", "x");
	who_is_who("x@1.9", "1.9", "x@1.9.dev1.whl", "1.9.dev1", "x@1.9");
	who_is_who("x@2.0", "2.0", "x@2.0rc1", "2.0rc1", "x@2.0rc1");
	who_is_who("x@2.0.dev3", "2.0.dev3", "x@2.0", "2.0", "x@2.0.dev3");
	who_is_who("x@2.0", "2.0", "x@2.0.1", "2.0.1", "x@2.0");
	who_is_who("x@2.0", "2.0", "x@2.0.post1", "2.0.post1", "x@2.0");
}

static const struct stored_block versions[] = {
	{ .library = "x@./", .version = "1.1", .rate = 800, .cpu_us = 150 },
	{ .library = "x@1.0", .version = "1.0", .rate = 1000, .cpu_us = 200 },
	{ .library = "y", .rate = 1200, .cpu_us = 100 }, REFERENCE, END
};

static void verdicts_within_a_run(void **state)
{
	json_t *changes;

	begin(state, versions);
	changes = within(0.1, NULL, NULL, true);
	assert_true(is_null(changes, "why_not"));
	assert_true(flag_of(changes, "failed"));
	assert_int_equal(json_array_size(find(changes,
					      "comparisons.0.libraries")), 1);
	assert_true(flag_of(changes, "comparisons.0.within_run"));
	assert_true(number_of(changes, "comparisons.0.level") > 0.95);
	assert_string_equal(text_of(changes, "comparisons.0.to_runs.0.run_id"),
			    run.id);
	assert_string_equal(text_of(changes, FIRST "from.version"), "1.0");
	assert_string_equal(text_of(changes, FIRST "to.version"), "1.1");
	about(number_of(changes, FIRST "rate.from"), 1000);
	about(number_of(changes, FIRST "rate.to"), 800);
	about(number_of(changes, FIRST "rate.ratio"), 0.8);
	about(number_of(changes, FIRST "cpu.ratio"), 0.75);
	assert_true(is_null(changes, FIRST "rate.from_of_reference"));
	assert_string_equal(text_of(changes, FIRST "rate.verdict"), "worse");
	assert_string_equal(text_of(changes, FIRST "cpu.verdict"), "better");
	assert_true(flag_of(changes, FIRST "rate.fails"));
	assert_false(flag_of(changes, FIRST "cpu.fails"));
	assert_true(number_of(changes, FIRST "rate.low") <
		    number_of(changes, FIRST "rate.high"));
	json_decref(changes);
	changes = within(0.3, NULL, NULL, true);
	assert_false(flag_of(changes, "failed"));
	json_decref(changes);
	end();
}

/* One took turns, the other was measured in one piece: that is a bias. */
static void one_that_is_apart(void **state)
{
	static const struct stored_block mixed[] = {
		{ .library = "x@1.0", .version = "1.0", .rate = 1000,
		  .cpu_us = 400 },
		{ .library = "x@./", .version = "1.1", .rate = 800,
		  .cpu_us = 300, .whole = true },
		{ .library = "reference", .rate = 4000, .cpu_us = 50 },
		{ .library = NULL }
	};
	json_t *changes;

	begin(state, mixed);
	changes = within(0.1, NULL, NULL, true);
	assert_int_equal(json_array_size(find(changes,
					      "comparisons.0.doubts")), 1);
	assert_non_null(strstr(text_of(changes, "comparisons.0.doubts.0"),
			       "x@./ was measured in separate trials, and x@1.0 "
			       "in turn"));
	json_decref(changes);
	end();
	begin(state, versions);
	changes = within(0.1, NULL, NULL, true);
	assert_int_equal(json_array_size(find(changes,
					      "comparisons.0.doubts")), 0);
	json_decref(changes);
	end();
}

/* Any two, in the order in which they are named. */
static void two_that_are_named(void **state)
{
	json_t *changes;

	begin(state, versions);
	changes = within(0, "x@1.0", "y", true);
	assert_string_equal(text_of(changes, FIRST "from.name"), "x@1.0");
	about(number_of(changes, FIRST "rate.ratio"), 1.2);
	about(number_of(changes, FIRST "cpu.ratio"), 0.5);
	assert_string_equal(text_of(changes, FIRST "rate.verdict"), "better");
	assert_false(flag_of(changes, "failed"));
	json_decref(changes);
	changes = within(0, "y", "x@1.0", true);
	assert_string_equal(text_of(changes, FIRST "from.name"), "y");
	about(number_of(changes, FIRST "rate.ratio"), 1 / 1.2);
	assert_string_equal(text_of(changes, FIRST "rate.verdict"), "worse");
	assert_true(flag_of(changes, "failed"));
	json_decref(changes);
	changes = within(0, "y", "z", true);
	assert_string_equal(text_of(changes, "why_not"),
			    "no comparison of the run has both");
	assert_int_equal(json_array_size(find(changes, "comparisons")), 0);
	json_decref(changes);
	end();
}

/* A wheel that does not start is no better than what is released. */
static void one_that_failed(void **state)
{
	static const struct stored_block libraries[] = {
		{ .library = "x@./", .failed = true },
		{ .library = "x@1.0", .version = "1.0", .rate = 1000,
		  .cpu_us = 200 },
		REFERENCE, END
	};
	json_t *changes;

	begin(state, libraries);
	changes = within(0, NULL, NULL, true);
	assert_string_equal(text_of(changes, FIRST "to.name"), "x@./");
	assert_true(is_null(changes, FIRST "to.version"));
	assert_string_equal(text_of(changes, FIRST "rate.verdict"),
			    "no verdict");
	assert_true(is_null(changes, FIRST "rate.ratio"));
	assert_true(is_null(changes, FIRST "rate.seen"));
	json_decref(changes);
	end();
}

/* Then its name tells which it was to be. */
static void the_newer_failed(void **state)
{
	static const struct stored_block libraries[] = {
		{ .library = "x@1.1", .failed = true },
		{ .library = "x@1.0", .version = "1.0", .rate = 1000,
		  .cpu_us = 200 },
		REFERENCE, END
	};
	json_t *changes;

	begin(state, libraries);
	changes = within(0, NULL, NULL, true);
	assert_string_equal(text_of(changes, FIRST "to.name"), "x@1.1");
	json_decref(changes);
	end();
}

static void without_versions(void **state)
{
	static const struct stored_block libraries[] = {
		{ .library = "x@1.0", .rate = 100, .cpu_us = 20 },
		{ .library = "xy@1.0", .rate = 100, .cpu_us = 20 },
		{ .library = "xy", .rate = 100, .cpu_us = 20, .baseline = true },
		REFERENCE, END
	};
	json_t *changes;

	begin(state, libraries);
	changes = within(0, NULL, NULL, false);
	assert_int_equal(json_array_size(find(changes, "comparisons")), 0);
	json_decref(changes);
	end();
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(the_older_comes_first),
		CHECK(verdicts_within_a_run),
		CHECK(one_that_is_apart),
		CHECK(two_that_are_named),
		CHECK(one_that_failed),
		CHECK(the_newer_failed),
		CHECK(without_versions),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
