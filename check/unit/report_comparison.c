/* The table of a comparison: medians, ranks, verdicts in words, merged blocks. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "comparison_fixture.h"
#include "says.h"
#include "written.h"

static struct made made;

static const struct made_library six[] = {
	{ "aiohttp", 2334, 410 },    { "httpx", 402, 2400 },
	{ "obstore", 5644, 160 },    { "requests", 1200, 800 },
	{ "aioboto3", 1180, 790 },   { "s3fs", 900, 1100 },
	{ "reference", 20100, 31 },  { "null", 61000, 14.2 },
	{ NULL, 0, 0 }
};

static const struct made_library alike[] = {
	{ "aiohttp", 2334, 410 },  { "httpx", 2400, 400 },
	{ "obstore", 2290, 405 },  { "requests", 2310, 415 },
	{ "s3fs", 2160, 399 },     { NULL, 0, 0 }
};

static char *shown(unsigned width)
{
	char *text;

	WRITTEN(text, show(out, &made, width));
	return text;
}

static void assert_fits(const char *text, unsigned width)
{
	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n > width)
			fail_msg("wider than %u: %.*s", width, (int)n, text);
	}
}

static const char *line_of(const char *text, const char *name)
{
	static char line[160];
	char begin[64];
	const char *at;

	snprintf(begin, sizeof(begin), " %s", name);
	for (at = text; (at = strstr(at, begin)); at++)
		if (at > text + 2 && at[-3] == '\n')
			break;
	if (!at)
		fail_msg("no line of %s in:\n%s", name, text);
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at - 2, "\n"), at - 2);
	return line;
}

/* One line a library, with ranks, and with the widths of its intervals. */
static void check_told_apart(void **state)
{
	char *text;

	(void)state;
	make(&made, six, 12, 0.08);
	text = shown(100);
	assert_fits(text, 100);
	assert_says(text, "50 in flight, 12 blocks, 240 slices each");
	assert_string_equal(line_of(text, "obstore"),
			    " 1 obstore      5,644 3.4%   160.0 2.1%   145.8 "
			    " 19.86  59.58  92.47 40.00      0   26-30%");
	assert_says(text, "left out in 100 columns: p99.9 ms; a wider");
	assert_int_equal(line_of(text, "requests")[1], '3');
	assert_int_equal(line_of(text, "aioboto3")[1], '3');
	assert_int_equal(line_of(text, "s3fs")[1], '5');
	assert_int_equal(line_of(text, "reference")[1], ' ');
	assert_true(strstr(text, " s3fs ") < strstr(text, " reference "));
	assert_says(text, "faster: obstore than aiohttp by 142% (124 to 163%); "
			  "aiohttp than requests by 94%");
	assert_says(text, "not told apart in requests/s: requests and aioboto3 "
			  "(8.0%) cheaper: obstore than aiohttp by 61% (58 to "
			  "64%);");
	assert_null(strstr(text, "obstore than requests"));
	assert_says(text, "differences that could have been seen: 8.0% of "
			  "requests/s, 8.0% of CPU a request, by pair.");
	assert_says(text, "All 42 ranges hold together with 95%");
	assert_says(text, "Latencies are of all operations of all blocks");
	assert_null(strstr(text, "   p99  p99.9 "));
	free(text);
	text = shown(110);
	assert_null(strstr(text, "left out"));
	assert_non_null(strstr(text, "   p99  p99.9 "));
	assert_non_null(strstr(line_of(text, "obstore"), " 59.58  79.44 "));
	assert_says(text, "14.2 us CPU an operation (null), part of each row "
			  "it runs; \"less harness\" is without it");
	assert_null(strstr(text, "can be noise"));
	free(text);
	unmake(&made);
}

/* Neighbours stand together, and who beats a part of them is above them. */
static void check_not_told_apart(void **state)
{
	char *text;

	(void)state;
	make(&made, alike, 12, 0.08);
	text = shown(100);
	assert_says(text, "not told apart in requests/s: httpx, aiohttp, "
			  "requests and obstore (8.0%); aiohttp, requests, "
			  "obstore and s3fs (8.0%) not told apart in CPU");
	assert_says(text, "faster: httpx than s3fs by 11% (2.2 to 20%)");
	assert_null(strstr(text, "cheaper"));
	assert_null(strstr(text, "ref."));
	assert_null(strstr(text, "harness"));
	assert_int_equal(line_of(text, "s3fs")[1], '2');
	free(text);
	made.pairs[0].by[BY_RATE].seen = 0.041;
	text = shown(100);
	assert_says(text, "requests and obstore (4.1 to 8.0%)");
	free(text);
	unmake(&made);
}

static const struct made_library four[] = {
	{ "z", 1300, 100 }, { "m", 1200, 100 }, { "a", 1250, 100 },
	{ "b", 1000, 100 }, { NULL, 0, 0 }
};

/* Takes back what the table had for the pair. */
static void set_verdict(const char *a, const char *b, enum verdict verdict,
			unsigned blocks)
{
	bool turned;
	struct compared_pair *pair = (struct compared_pair *)(uintptr_t)
		comparison_pair(&made.comparison, a, b, &turned);

	assert_non_null(pair);
	assert_false(turned);
	pair->by[BY_RATE].verdict = verdict;
	pair->blocks = blocks;
}

static void set_rank(const char *library, unsigned rank)
{
	for (size_t i = 0; i < made.comparison.row_count; i++)
		if (!strcmp(made.compared[i].library, library))
			made.compared[i].rank[BY_RATE] = rank;
}

/* b is beaten by all, and only one of them beats another: what does not follow
 * from two others is said, whatever the ranks are. */
static void check_all_proven(void **state)
{
	char *text;

	(void)state;
	make(&made, four, 12, 0.08);
	set_verdict("z", "m", VERDICT_BETTER, 12);
	set_verdict("z", "a", VERDICT_NOT_APART, 12);
	set_verdict("m", "a", VERDICT_NOT_APART, 12);
	set_rank("z", 1);
	set_rank("a", 1);
	set_rank("m", 2);
	set_rank("b", 4);
	text = shown(100);
	assert_says(text, "faster: z than m by 8.3% (-0.3 to 17%); a than b by "
			  "25% (15 to 35%); m than b by 20%");
	assert_null(strstr(text, "z than b"));
	free(text);
	unmake(&made);
}

/* z beats a, and a beats b; z and b have too few blocks in common. */
static void check_proven_around_a_gap(void **state)
{
	char *text;

	(void)state;
	make(&made, four, 12, 0.08);
	set_verdict("z", "m", VERDICT_NOT_APART, 12);
	set_verdict("m", "a", VERDICT_NOT_APART, 12);
	set_verdict("z", "a", VERDICT_BETTER, 11);
	set_verdict("a", "b", VERDICT_BETTER, 11);
	set_verdict("z", "b", VERDICT_NONE, 10);
	set_verdict("m", "b", VERDICT_NOT_APART, 11);
	set_rank("z", 1);
	set_rank("m", 1);
	set_rank("a", 2);
	set_rank("b", 2);
	text = shown(100);
	assert_says(text, "faster: z than a by 4.0% (-4.3 to 12%); a than b by "
			  "25% (15 to 35%) not told");
	assert_says(text, "no verdict in requests/s: z and b (10 blocks in "
			  "common, 11 needed)");
	free(text);
	unmake(&made);
}

/* Ranks go before medians, and the farther end is what is said. */
static void check_cells(void **state)
{
	struct compared_pair *pair;
	bool turned;
	char *text;

	(void)state;
	make(&made, six, 12, 0.08);
	made.compared[5].rank[BY_RATE] = 1; /* s3fs, which is slow */
	made.compared[0].figure[BY_RATE].high = 2334 * 1.5;
	made.compared[0].figure[BY_CPU].low = 410 * 0.25;
	made.compared[1].figure[BY_RATE].value = 804; /* of blocks: 402 */
	for (size_t i = 0; i < made.count; i++)
		made.items[i].other_worker =
			!strcmp(made.rows[i].library_name, "requests");
	for (pair = made.pairs; pair->a || pair->b != 6; pair++)
		;
	*pair = (struct compared_pair){ .a = 6, .b = 0, .blocks = 12 };
	pair->by[BY_RATE].ratio = (struct estimate){ 8, 4, 10 };
	assert_ptr_equal(comparison_pair(&made.comparison, "aiohttp",
					 "reference", &turned), pair);
	assert_true(turned);
	text = shown(100);
	assert_true(strstr(text, " s3fs ") < strstr(text, " aiohttp "));
	assert_true(strstr(text, " obstore ") < strstr(text, " s3fs "));
	assert_non_null(strstr(line_of(text, "aiohttp"),
			       "2,334  50%   410.0  75%   395.8 "));
	assert_non_null(strstr(line_of(text, "aiohttp"), "  10-25%"));
	assert_non_null(strstr(line_of(text, "httpx"), " 13.17 "));
	assert_non_null(strstr(line_of(text, "requests"),
			       " 800.0 2.1%          52.67"));
	assert_non_null(strstr(line_of(text, "reference"),
			       " 31.00 2.1%          13.49"));
	free(text);
	unmake(&made);
}

/* Of different kinds, so that each has its number. */
static void doubt(struct result_row *row, int count, int step)
{
	for (int i = 0; i < count; i += step) {
		char name[16];

		snprintf(name, sizeof(name), "kind%c", 'a' + i);
		findings_add(&row->findings, name, name);
	}
}

/* In these blocks, that of its trial. */
static void set_limit(const char *library, unsigned from, unsigned to,
		      const char *word)
{
	struct result_row *row = made_row(&made, library);

	for (unsigned i = from; i < to; i++) {
		free(row[i].limited_by);
		row[i].limited_by = mem_dup(word);
	}
}

static void check_widths(void **state)
{
	static const unsigned widths[] = { 100, 80, 60 };
	static const char *const left_out[] = {
		"left out in 100 columns: p99.9 ms; a wider terminal",
		"left out in 80 columns: less harness, p99.9 ms, MB/s, peak "
		"MiB; a wider terminal",
		"left out in 60 columns: less harness, p50 ms, p99.9 ms, MB/s, "
		"peak MiB, of ref.; a wider",
	};
	struct made_library odd[] = {
		{ "an_own_library_of_ever_so_long_a_name", 19800, 160 },
		{ "aiohttp", 2334, 410 },
		{ "reference", 20100, 31 },
		{ NULL, 0, 0 }
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *text;

		make(&made, six, 12, 0.08);
		made.compared[0].marked = made.compared[0].marks[0] = 40;
		doubt(made_row(&made, "obstore"), 8, 1);
		doubt(made_row(&made, "httpx"), 8, 2);
		text = shown(widths[i]);
		assert_fits(text, widths[i]);
		assert_non_null(strstr(text, "p99"));
		assert_true(!strstr(text, "less harness\"") == (i > 0));
		assert_says(text, left_out[i]);
		assert_non_null(strstr(text, " [1-8]\n"));
		assert_non_null(strstr(text, "\n    [1][3][5][7]\n"));
		free(text);
		unmake(&made);
		make(&made, odd, 12, 0.08);
		text = shown(widths[i]);
		assert_fits(text, widths[i]);
		assert_non_null(strstr(text, i == 2 ? " an_own_..a_name "
						    : " an_own_lib"));
		free(text);
		set_limit(odd[0].name, 0, 12, "in_flight");
		text = shown(widths[i]);
		assert_fits(text, widths[i]);
		assert_non_null(strstr(text, i == 2 ? " an_own..a_name^ "
						    : "_name^ "));
		assert_says(text, "an_own_library_of_ever_so_long_a_name: the "
				  "machine or the store may be the limit");
		free(text);
		unmake(&made);
	}
}

/* What the blocks do not allow is not said; how many would is. */
static void check_too_few_blocks(void **state)
{
	char *text;

	(void)state;
	make(&made, six, 3, NAN);
	text = shown(100);
	assert_says(text, "no verdicts: 3 blocks, 11 are needed (--blocks 11): "
			  "differences can be noise.");
	assert_null(strstr(text, "faster"));
	assert_null(strstr(text, "+-: "));
	assert_says(text, "medians over 3 blocks. Latencies");
	assert_int_equal(line_of(text, "obstore")[1], ' ');
	assert_non_null(strstr(line_of(text, "obstore"), "   28%"));
	free(text);
	unmake(&made);
	make(&made, six, 12, NAN); /* enough, but there are no figures */
	text = shown(100);
	assert_says(text, "no verdicts: no two libraries have 11 blocks in "
			  "common.");
	free(text);
	unmake(&made);
	make(&made, six, 1, NAN);
	text = shown(100);
	assert_says(text, "no verdicts: 1 block, 11 are");
	free(text);
	made.comparison.sliced = false; /* as it always was */
	text = shown(100);
	assert_says(text, "One trial each, so no verdicts: differences of 10 to "
			  "40% can be noise.");
	assert_null(strstr(text, "faster"));
	assert_non_null(strstr(text, "version"));
	free(text);
	unmake(&made);
}

static void fail_row(struct result_row *row, const char *how, const char *why)
{
	free(row->state);
	row->state = mem_dup(how);
	row->number_failures = 900;
	findings_add(&row->findings, "failed", why);
}

/* A library that failed in some blocks keeps its figures and says so. */
static void check_failed_blocks(void **state)
{
	struct result_row *rows;
	char *text;

	(void)state;
	make(&made, six, 12, 0.08);
	rows = made_row(&made, "s3fs");
	for (int i = 0; i < 2; i++) {
		rows[i].latency_p50_ms = 100000;
		fail_row(&rows[i], "failed", "it died");
	}
	for (size_t i = 0; i < made.comparison.pair_count; i++) {
		struct compared_pair *p = &made.pairs[i];

		if (p->a != 5 && p->b != 5)
			continue;
		p->blocks = 10;
		p->by[0].verdict = p->by[1].verdict = VERDICT_NONE;
	}
	rows = made_row(&made, "obstore");
	fail_row(&rows[11], "replica 0 killed", "an answer was wrong");
	rows[11].failures_wrong_bytes = 1;
	text = shown(100);
	assert_says(text, "[1] in 2 of 12 blocks: it died");
	assert_non_null(strstr(line_of(text, "s3fs"), "1800"));
	assert_null(strstr(line_of(text, "s3fs"), "100,000"));
	assert_says(text, "no verdict: s3fs with any other (10 blocks in common, "
			  "11 needed)");
	assert_says(text, "obstore FAILED: in 1 of 12 blocks: an answer was "
			  "wrong");
	assert_null(strstr(text, "obstore than"));
	free(text);
	unmake(&made);
}

/* One note for all blocks, and one for all rows. */
static void check_findings_merge(void **state)
{
	struct result_row *rows;
	char *text;

	(void)state;
	make(&made, six, 12, 0.08);
	rows = made_row(&made, "httpx");
	for (int i = 0; i < 3; i++) {
		text = mem_printf("httpx: %d of 99 failed", 7 - i);
		findings_add(&rows[i].findings, "failures", text);
		free(text);
	}
	findings_add(&rows[5].findings, "repeated", "one way");
	findings_add(&rows[6].findings, "repeated", "another");
	findings_add(&rows[7].findings, "repeated", "another");
	findings_add(&rows[8].findings, "repeated", "a third");
	findings_add(&rows[9].findings, "repeated", "one way");
	findings_add(&rows[10].findings, "repeated", "a fourth");
	findings_add(&rows[6].findings, "repeated", "the second of its name");
	for (size_t i = 0; i < made.count; i++) {
		text = mem_printf("others used 0.%zu CPUs", 1 + i % 7);
		findings_add(&made.rows[i].findings, "others", text);
		free(text);
	}
	text = shown(100);
	assert_says(text, "[1] in 3 of 12 blocks: httpx: 5 to 7 of 99 failed");
	assert_says(text, "[2] in 2 of 12 blocks: one way");
	assert_says(text, "[3] in 2 of 12 blocks: another");
	assert_says(text, "[4] in 1 of 12 blocks: the second of its name");
	assert_says(text, "[5] in 2 of 12 blocks, the first: a third");
	assert_says(text, "all: others used 0.1 to 0.7 CPUs");
	assert_null(strstr(text, "[6]"));
	assert_non_null(strstr(line_of(text, "httpx"), " [1-5]"));
	free(text);
	unmake(&made);
}

/* Rows that had no turns, and slices in doubt. */
static void check_slices(void **state)
{
	char *text;

	(void)state;
	make(&made, six, 12, 0.08);
	made.compared[1].rounds = 0;
	made.compared[0].marked = 42;
	made.compared[0].marks[SLICE_BIT_STEAL] = 42;
	made.compared[2].rounds = 120;
	text = shown(100);
	assert_says(text, "12 blocks, 120 to 240 slices each");
	assert_non_null(strstr(line_of(text, "httpx"), " httpx* "));
	assert_says(text, "*: measured in separate trials");
	assert_says(text, "slices: 2.7% of 1560 are marked: steal 2.7% (the "
			  "hypervisor took CPU time away). They count");
	free(text);
	made.compared[3].marked = 30;
	made.compared[3].marks[SLICE_BIT_FEW] = 30;
	made.compared[4].marks[SLICE_BIT_FEW] = 1;
	text = shown(100);
	assert_says(text, "away), few 2.0% (fewer than ten operations ended in "
			  "it, most of them of requests).");
	free(text);
	for (size_t i = 0; i < made.comparison.row_count; i++)
		made.compared[i].rounds = 0;
	made.comparison.sliced = false;
	text = shown(100);
	assert_says(text, "12 blocks of separate trials");
	assert_null(strstr(text, "*:"));
	free(text);
	unmake(&made);
}

/* A comparison beside trials of none: both in their way. */
static void check_mixed(void **state)
{
	struct report_style style = { .width = 100 };
	struct report_group groups[2];
	struct result_row rows[2];
	struct report_row items[2];
	char *text;

	(void)state;
	make(&made, alike, 12, 0.08);
	for (int i = 0; i < 2; i++) {
		fill(&rows[i], i ? "one" : "two", 100);
		items[i] = (struct report_row){ &rows[i], false, false };
	}
	groups[0] = (struct report_group){ &made.comparison, made.items,
					   made.count };
	groups[1] = (struct report_group){ NULL, items, 2 };
	WRITTEN(text, report_table(out, groups, 2, &style));
	assert_says(text, "12 blocks");
	assert_says(text, "50 in flight, 10 s");
	assert_says(text, "One trial each");
	free(text);
	for (int i = 0; i < 2; i++)
		result_row_release(&rows[i]);
	unmake(&made);
}

/* Most blocks decide; a library at its own limit is not mentioned. */
static void check_limits(void **state)
{
	char *text;

	(void)state;
	make(&made, six, 12, 0.08);
	set_limit("aiohttp", 0, 12, "cpu");
	set_limit("httpx", 0, 5, "cpu");
	set_limit("httpx", 5, 12, "in_flight");
	set_limit("reference", 0, 12, "store_cpu");
	text = shown(100);
	assert_says(text, "^: not at its own limit: httpx: all its operations "
			  "waited for the store");
	assert_non_null(strstr(line_of(text, "httpx"), " httpx^ "));
	assert_null(strstr(text, "aiohttp^"));
	assert_null(strstr(text, "reference^"));
	assert_null(strstr(text, "compare nothing"));
	free(text);
	made.compared[1].rounds = 0; /* nor in turn */
	text = shown(100);
	assert_non_null(strstr(line_of(text, "httpx"), " httpx*^ "));
	assert_says(text, "*: measured in separate trials");
	free(text);
	set_limit("obstore", 0, 12, "in_flight");
	set_limit("requests", 0, 12, "machine");
	text = shown(100);
	assert_says(text, "requests: other programs, or the hypervisor, took "
			  "the CPUs; obstore, httpx: all its operations waited "
			  "for the store (--concurrency x latency). Among "
			  "obstore, httpx the rates compare nothing of the "
			  "libraries");
	free(text);
	set_limit("httpx", 0, 12, "throttled");
	set_limit("obstore", 0, 12, "failures"); /* they may be its own */
	text = shown(100);
	assert_says(text, "httpx: it waited for a quota of CPU time; "
			  "requests:");
	assert_null(strstr(text, "obstore^"));
	assert_null(strstr(text, "too many operations failed"));
	assert_null(strstr(text, "compare nothing"));
	free(text);
	unmake(&made);
}

/* The harness's own share is that of the same comparison. */
static void check_without_harness(void **state)
{
	(void)state;
	make(&made, six, 12, 0.08);
	assert_true(fabs(comparison_cpu_without_harness(&made.comparison,
							"aiohttp") -
			 395.8) < 1e-9);
	assert_true(isnan(comparison_cpu_without_harness(&made.comparison,
							 "none")));
	unmake(&made);
	make(&made, alike, 12, 0.08);
	assert_true(isnan(comparison_cpu_without_harness(&made.comparison,
							 "aiohttp")));
	unmake(&made);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_told_apart),
		cmocka_unit_test(check_not_told_apart),
		cmocka_unit_test(check_all_proven),
		cmocka_unit_test(check_proven_around_a_gap),
		cmocka_unit_test(check_cells),
		cmocka_unit_test(check_widths),
		cmocka_unit_test(check_too_few_blocks),
		cmocka_unit_test(check_failed_blocks),
		cmocka_unit_test(check_findings_merge),
		cmocka_unit_test(check_slices),
		cmocka_unit_test(check_limits),
		cmocka_unit_test(check_mixed),
		cmocka_unit_test(check_without_harness),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
