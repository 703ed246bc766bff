/* What is said where a budget leaves few rounds. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "experiment/few_rounds.h"

#define MS NS_PER_MS

static const char *const names[] = { "aiohttp", "s3fs", "httpx" };

/* A round of these takes 0.6 s, nearly. */
static struct turns_part parts[3];

static int settle(void **state)
{
	(void)state;
	turns_settle(&parts[0], MS, MS);
	turns_settle(&parts[1], 60 * MS, 60 * MS);
	turns_settle(&parts[2], 120 * MS, 120 * MS);
	assert_int_equal(parts[1].every, 4);
	assert_int_equal(parts[2].every, 8);
	return 0;
}

/* Of a block with --until-precise. */
#define PLANNED 2

/* Within so many seconds, of which the first blocks get some. */
static void tell_until(double limit_s, unsigned blocks, double most_s,
		       struct str *out)
{
	double block_s = PLANNED * clock_seconds(turns_round_ns(parts, 1));
	struct few_rounds few = {
		.name = "t", .part = parts, .library = names, .count = 1,
		.left_s = block_s,
		.budget = { .blocks_s = blocks * block_s, .blocks = blocks,
			    .limit_s = limit_s, .most_s = most_s }
	};

	few_rounds_tell(&few, out);
}

/* So many rounds a block. */
static void tell(double rounds, unsigned count, struct str *out)
{
	double round_s = clock_seconds(turns_round_ns(parts, count));
	struct few_rounds few = { .name = "t", .part = parts,
				  .library = names, .count = count,
				  .left_s = rounds * round_s,
				  .budget = { .blocks_s = 12 * rounds * round_s,
					      .blocks = 12 } };

	few_rounds_tell(&few, out);
}

static void assert_told(double rounds, unsigned count, const char *wanted)
{
	struct str text = STR_INIT;

	tell(rounds, count, &text);
	if (!text.len || !strstr(text.buf, wanted))
		fail_msg("no '%s' in: %s", wanted, text.len ? text.buf : "");
	str_release(&text);
}

static void assert_quiet(double rounds, unsigned count)
{
	struct str text = STR_INIT;

	tell(rounds, count, &text);
	if (text.len)
		fail_msg("%g rounds: %s", rounds, text.buf);
	str_release(&text);
}

static void few_of_all(void **state)
{
	(void)state;
	assert_told(9.4, 1, "leaves about 9 rounds a block, too few for close "
			    "verdicts: a budget of ");
	assert_told(0.2, 1, "leaves about 1 round a block, too few");
	assert_told(2, 1, " would make 20");
	assert_quiet(10.1, 1);
	assert_quiet(40, 0); /* nobody takes turns */
}

/* Three of its slices are three rounds in common. */
static void few_of_a_slow_one(void **state)
{
	(void)state;
	assert_quiet(12.1, 2);
	assert_told(11.9, 2, "leaves about 12 rounds a block, and fewer than 3 "
			     "slices of s3fs (in one of 4 rounds), which is "
			     "little for its totals: a budget of ");
	assert_told(23, 3, "fewer than 3 slices of httpx (in one of 8 rounds), "
			   "which is little");
	assert_told(23, 3, " would make 24");
	assert_told(9, 3, "too few for close verdicts, and fewer than 3 slices "
			  "of s3fs (in one of 4 rounds), httpx (in one of 8), "
			  "which is little for its totals: a budget of ");
	assert_quiet(24.1, 3);
}

/* What it says would do does. */
static void the_budget_does(void **state)
{
	double round_s = clock_seconds(turns_round_ns(parts, 3));
	struct str text = STR_INIT, wanted = STR_INIT;

	(void)state;
	tell(12, 3, &text);
	str_addf(&wanted, ": a budget of %.0f s a test would make 24",
		 ceil(24 * 12 * round_s));
	assert_non_null(strstr(text.buf, wanted.buf));
	str_release(&text);
	str_release(&wanted);
}

/* With as many blocks as a verdict takes. */
static void the_budget_is_of_enough_blocks(void **state)
{
	double block_s = 2 * clock_seconds(turns_round_ns(parts, 1));
	struct few_rounds few = {
		.name = "t", .part = parts, .library = names, .count = 1,
		.left_s = block_s,
		.budget = { .blocks_s = 3 * block_s, .blocks = 3, .needed = 7 }
	};
	struct str text = STR_INIT, wanted = STR_INIT;

	(void)state;
	few_rounds_tell(&few, &text);
	str_addf(&wanted, ": a budget of %.0f s a test would make 20, with "
			  "--blocks 7", ceil(7 * 10 * block_s - 1e-6));
	assert_non_null(strstr(text.buf, wanted.buf));
	str_release(&text);
	few.budget.needed = 3;
	few_rounds_tell(&few, &text);
	assert_null(strstr(text.buf, "--blocks"));
	str_release(&text);
	str_release(&wanted);
}

static void assert_until(double limit_s, unsigned blocks, double most_s,
			 const char *wanted)
{
	struct str text = STR_INIT;

	tell_until(limit_s, blocks, most_s, &text);
	if (!text.len || !strstr(text.buf, wanted))
		fail_msg("no '%s' in: %s", wanted, text.len ? text.buf : "");
	str_release(&text);
}

/* The first blocks have half of what was given, and have a most. */
static void with_until_precise(void **state)
{
	double block_s = 20 * clock_seconds(turns_round_ns(parts, 1));
	struct str wanted = STR_INIT;

	(void)state;
	assert_until(3, 12, 300, " s that the first 12 blocks have of the budget "
				 "of 3 s leave about 2 rounds a block, too");
	assert_until(3, 1, 300, " that the first block has of the budget of 3 s "
				"leave about 2 rounds a block, too");
	str_addf(&wanted, "close verdicts: a budget of %.0f s a test would "
			  "make 20", ceil(2 * 12 * block_s));
	assert_until(3, 12, 300, wanted.buf);
	/* Where no budget gives 12 blocks so much, fewer have it. */
	str_reset(&wanted);
	str_addf(&wanted, ": a budget of %.0f s a test with --blocks 5 would "
			  "make 20", ceil(2 * 5 * block_s));
	assert_until(3, 12, 5.5 * block_s, wanted.buf);
	assert_until(3600, 12, 5.5 * block_s, "verdicts: --blocks 5 would make 20");
	str_reset(&wanted);
	tell_until(3600, 12, 0.5 * block_s, &wanted);
	assert_non_null(strstr(wanted.buf, "too few for close verdicts"));
	assert_null(strstr(wanted.buf, "would make")); /* nothing would */
	str_release(&wanted);
}

/* The one that was given, to the last digit. */
static void names_the_budget(void **state)
{
	struct budget budget = { .blocks_s = 1.5, .blocks = 12, .most_s = 300 };
	struct str text = STR_INIT;

	(void)state;
	budget_name(&budget, &text);
	assert_string_equal(text.buf, "the budget of 1.5 s");
	budget.limit_s = 3;
	str_reset(&text);
	budget_name(&budget, &text);
	assert_string_equal(text.buf, "the 1.5 s that the first 12 blocks have "
				      "of the budget of 3 s");
	str_release(&text);
}

/* The first block makes more probes than the others. */
static void the_time_of_all(void **state)
{
	struct budget budget = { .blocks_s = 12, .blocks = 12 };

	(void)state;
	assert_true(budget_all_s(&budget, 12, 3, 0) == 36);
	assert_true(budget_all_s(&budget, 12, 3, 1) == 25);
	assert_true(budget_all_s(&budget, 10, 3, 1) == 21); /* 2 were made */
	/* Those that are quick get more rounds. */
	assert_true(budget_all_s(&budget, 12, 3, 2.5) == 12);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(few_of_all),
		cmocka_unit_test(few_of_a_slow_one),
		cmocka_unit_test(the_budget_does),
		cmocka_unit_test(the_budget_is_of_enough_blocks),
		cmocka_unit_test(with_until_precise),
		cmocka_unit_test(names_the_budget),
		cmocka_unit_test(the_time_of_all),
	};

	return cmocka_run_group_tests(checks, settle, NULL);
}
