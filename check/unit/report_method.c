/* What stands beneath a table of how its figures were made. */
#include "check.h"

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
		    "(12 blocks) ");
	pair_of("aiohttp", "obstore")->few = 3;
	assert_line("too few slices to pair: httpx with any other, "
		    "aiohttp and obstore (3 to 12 blocks) ");
	made.compared[1].rounds = 0; /* it makes separate trials */
	assert_line("too few slices to pair: aiohttp and obstore (3 "
		    "blocks) ");
	unmake(&made);
}

/* Whoever failed in some blocks has its figures from the others. */
static void fewer_blocks(void **state)
{
	(void)state;
	make(&made, five, 12, 0.08);
	assert_line("medians over 12 blocks; +- is");
	assert_line("Latencies are of all operations of all blocks.");
	made.compared[2].blocks = 10;
	assert_line("medians over 12 blocks (obstore 10); +- is");
	assert_line("Latencies are of all operations of the blocks that did "
		    "not fail.");
	made.compared[0].blocks = 0; /* it has none: FAILED */
	made.compared[1].blocks = 11;
	assert_line("medians over 12 blocks (httpx 11, obstore 10); +- is");
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

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(few_slices),
		cmocka_unit_test(fewer_blocks),
		cmocka_unit_test(stars),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
