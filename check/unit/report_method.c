/* What stands beneath a table of how its figures were made. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "comparison_fixture.h"
#include "says.h"
#include "written.h"

static struct made made;

static const struct made_library five[] = {
	{ "aiohttp", 2334, 410 },   { "httpx", 402, 2400 },
	{ "obstore", 5644, 160 },   { "reference", 20100, 31 },
	{ "null", 61000, 14.2 },    { NULL, 0, 0 }
};

static char *shown(void)
{
	char *text;

	WRITTEN(text, show(out, &made, 100));
	return text;
}

static void assert_line(const char *wanted)
{
	char *text = shown();

	assert_says(text, wanted);
	free(text);
}

static void assert_none(const char *unwanted)
{
	char *text = shown();

	if (strstr(text, unwanted))
		fail_msg("'%s' in:\n%s", unwanted, text);
	free(text);
}

static bool is_of(const struct compared_pair *pair, const char *name)
{
	return !strcmp(made.compared[pair->a].library, name) ||
	       !strcmp(made.compared[pair->b].library, name);
}

static struct compared_pair *pair_of(const char *a, const char *b)
{
	for (size_t i = 0; i < made.comparison.pair_count; i++)
		if (is_of(&made.pairs[i], a) && is_of(&made.pairs[i], b))
			return &made.pairs[i];
	fail_msg("no pair of %s and %s", a, b);
	return NULL;
}

static void few_slices(void **state)
{
	(void)state;
	make(&made, five, 12, 0.08);
	assert_none("too few slices");
	for (size_t i = 0; i < made.comparison.pair_count; i++)
		if (is_of(&made.pairs[i], "httpx"))
			made.pairs[i].few = 12;
	assert_line("too few slices to pair: httpx with any other "
		    "(12 blocks). A longer --budget makes more. ");
	pair_of("aiohttp", "obstore")->few = 3;
	assert_line("too few slices to pair: httpx with any other, "
		    "aiohttp and obstore (3 to 12 blocks). A ");
	for (size_t i = 0; i < made.comparison.pair_count; i++)
		if (!is_of(&made.pairs[i], "httpx"))
			made.pairs[i].few = is_of(&made.pairs[i], "obstore");
	assert_line("pair: httpx with any other, obstore with any other (1 ");
	pair_of("aiohttp", "reference")->few = 1;
	assert_line("too few slices to pair: any two (1 to 12 blocks). A ");
	pair_of("aiohttp", "reference")->few = 0;
	pair_of("obstore", "reference")->few = 0;
	pair_of("aiohttp", "obstore")->few = 3;
	made.compared[1].rounds = 0; /* it makes separate trials */
	assert_line("too few slices to pair: aiohttp and obstore (3 "
		    "blocks). A ");
	unmake(&made);
}

/* Whoever failed in some blocks has its figures from the others. */
static void fewer_blocks(void **state)
{
	(void)state;
	make(&made, five, 12, 0.08);
	assert_line("medians over 12 blocks. Latencies ");
	assert_line("Latencies are of all operations of all blocks.");
	made.compared[2].blocks = 10;
	assert_line("medians over 12 blocks (obstore 10). Latencies ");
	assert_line("Latencies are of all operations of the blocks that did "
		    "not fail.");
	made.compared[0].blocks = 0; /* it has none: FAILED */
	made.compared[1].blocks = 11;
	assert_line("medians over 12 blocks (httpx 11, obstore 10). Lat");
	unmake(&made);
}

/* So often each word is told behind tables of a sweep. */
static unsigned count_of(const char *text, const char *word)
{
	unsigned count = 0;

	for (; (text = strstr(text, word)); text++)
		count++;
	return count;
}

/* What words mean is said once behind all tables, and only of those that stand
 * there. */
static void legend_once(void **state)
{
	struct report_style style = { .width = 100 };
	struct report_group groups[2];
	static struct made second;
	char *text;

	(void)state;
	make(&made, five, 12, 0.08);
	make(&second, five, 12, 0.08);
	groups[0] = (struct report_group){ &made.comparison, made.items,
					   made.count };
	groups[1] = (struct report_group){ &second.comparison, second.items,
					   second.count };
	WRITTEN(text, report_table(out, groups, 2, &style));
	assert_int_equal(count_of(text, "medians over 12"), 2);
	assert_int_equal(count_of(text, "  #: 1, and one more"), 1);
	assert_int_equal(count_of(text, "  in brackets: "), 1);
	assert_int_equal(count_of(text, "  +-: the farther end"), 1);
	assert_int_equal(count_of(text, "  ref.: "), 1);
	assert_int_equal(count_of(text, "  left out in 100 columns: p99.9 "), 1);
	assert_says(text, "All 42 ranges of a table hold together");
	assert_true(strstr(text, "  ref.: ") > strstr(text, "  [1] ") ||
		    !strstr(text, "  [1] "));
	free(text);
	second.comparison.verdicts = 30;
	WRITTEN(text, report_table(out, groups, 2, &style));
	assert_says(text, "All ranges of a table hold together");
	free(text);
	unmake(&second);
	unmake(&made);
	make(&made, five, 2, (double)NAN);
	assert_none("#:");
	assert_none("in brackets");
	assert_none("+-:");
	unmake(&made);
}

/* A separate trial is no turn in one piece. */
static void stars(void **state)
{
	(void)state;
	make(&made, five, 12, 0.08);
	assert_none("*:");
	made.compared[1].rounds = 0;
	assert_line("*: measured in separate trials, not in turn with the "
		    "others: less is certain of it, and its CPU a ");
	unmake(&made);
}

static void assert_shown(const struct report_style *style, const char *wanted)
{
	char *text;

	WRITTEN(text, show_as(out, &made, style));
	assert_says(text, wanted);
	free(text);
}

/* Each run is told of the options that it takes. */
static void ways_to_more(void **state)
{
	struct report_style style = { .width = 100 };

	(void)state;
	make(&made, five, 3, NAN);
	style.no_turns = true;
	assert_shown(&style, "3 blocks, 11 are needed (--repeats 11): diff");
	style.no_turns = false;
	style.resume = "7f3a";
	style.resume_blocks = 11;
	assert_shown(&style, "11 are needed (--resume 7f3a makes the others): "
			     "differences can be noise.");
	style.resume_blocks = 10; /* that is not enough */
	assert_shown(&style, "3 blocks, 11 are needed (--blocks 11): diff");
	unmake(&made);
	make(&made, five, 12, 0.08);
	assert_shown(&style, "by pair. More --blocks and --budget see smaller");
	style.no_turns = true;
	assert_shown(&style, "by pair. More --repeats see smaller ones.");
	unmake(&made);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(few_slices),
		cmocka_unit_test(fewer_blocks),
		cmocka_unit_test(stars),
		cmocka_unit_test(ways_to_more),
		cmocka_unit_test(legend_once),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
