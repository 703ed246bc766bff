/* The table that a person sees. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "report/report.h"
#include "report/table_columns.h"
#include "report_fixture.h"
#include "written.h"

/* Of no comparison. */
static void table(FILE *out, const struct report_row *rows, size_t count,
		  const struct report_style *style)
{
	struct report_group group = { NULL, rows, count };

	report_table(out, &group, 1, style);
}

/* Something of it was asked for in another way. */
static void reconfigure(struct result_row *row, const char *hash)
{
	free(row->config_hash);
	row->config_hash = mem_dup(hash);
}

/* Offsets of lines in the table tell the order. */
static void check_table(void **state)
{
	struct result_row rows[5];
	struct report_row items[5];
	struct report_style style = { .width = 100 };
	char *text;

	(void)state;
	fill(&rows[0], "slow", 100);
	fill(&rows[1], "reference", 10000);
	fill(&rows[2], "quick", 5000);
	fill(&rows[3], "broken", NAN);
	fill(&rows[4], "other", 3000);
	findings_add(&rows[0].findings, "in_flight", "first doubt; and why");
	findings_add(&rows[0].findings, "repeated", "shared");
	findings_add(&rows[2].findings, "repeated", "shared");
	rows[2].limited_by = mem_dup("in_flight");
	rows[3].limited_by = mem_dup("in_flight"); /* it has no row */
	free(rows[3].state);
	rows[3].state = mem_dup("failed");
	findings_add(&rows[3].findings, "failed",
		     "it died of what takes more than a hundred columns to be "
		     "told by a sentence that goes on and on, and then ends");
	free(rows[4].test_name);
	rows[4].test_name = mem_dup("cog_header");
	reconfigure(&rows[4], "a");
	for (int i = 0; i < 5; i++)
		items[i] = (struct report_row){ &rows[i], i == 1, false };
	WRITTEN(text, table(out, items, 5, &style));
	assert_true(strstr(text, "quick") < strstr(text, "slow"));
	assert_true(strstr(text, "slow") < strstr(text, "\nreference"));
	assert_true(strstr(text, "\nreference") < strstr(text, "FAILED: it died"));
	assert_true(strstr(text, "FAILED") < strstr(text, "cog_header"));
	assert_non_null(strstr(text, "\nquick^ "));
	assert_null(strstr(text, "slow^"));
	assert_null(strstr(text, "broken^"));
	assert_non_null(strstr(text, "  ^: not at its own limit: quick: all"));
	assert_non_null(strstr(text, "  50%")); /* of reference */
	assert_non_null(strstr(text, " 1.0%"));
	assert_non_null(strstr(text, "[1] shared"));
	assert_non_null(strstr(text, "[2] first doubt; and why\n"));
	assert_non_null(strstr(text, "so no verdicts: differences of 10 to 40% "
				     "can be noise. More --blocks give some."));
	assert_non_null(strstr(text, "not measured in this run"));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 100);
	free(text);
	for (int i = 0; i < 5; i++)
		result_row_release(&rows[i]);
}

/* What would show more than a trial of each: nothing that was given already. */
static void check_remedies(void **state)
{
	struct result_row rows[2];
	struct report_row items[2] = { { &rows[0], false, false },
				       { &rows[1], false, false } };
	struct report_style style = { .width = 200 };
	char *text;

	(void)state;
	fill(&rows[0], "one", 100);
	fill(&rows[1], "two", 100);
	style.no_turns = true;
	WRITTEN(text, table(out, items, 2, &style));
	assert_non_null(strstr(text, "noise. --repeats 12 gives some; without "
				     "--no-slices libraries take turns.\n"));
	free(text);
	rows[0].rate = rows[1].rate = 10;
	WRITTEN(text, table(out, items, 2, &style));
	assert_non_null(strstr(text, "noise. --repeats 12 gives some.\n"));
	free(text);
	style.no_turns = false;
	WRITTEN(text, table(out, items, 2, &style));
	assert_non_null(strstr(text, "no verdicts: differences of 10 to 40% can "
				     "be noise. --no-slices --repeats 12 gives "
				     "some.\n"));
	free(text);
	rows[0].rate = rows[1].rate = 0;
	reconfigure(&rows[1], "another"); /* no two that are rivals */
	WRITTEN(text, table(out, items, 2, &style));
	assert_non_null(strstr(text, "no intervals: differences of 10 to 40% "
				     "can be noise. --no-slices --repeats 12 "
				     "gives some.\n"));
	free(text);
	result_row_release(&rows[0]);
	result_row_release(&rows[1]);
}

/* A doubt about all rows is no row's number. */
static void check_common_finding(void **state)
{
	struct result_row rows[2];
	struct report_row items[2] = { { &rows[0], false, false }, { &rows[1], false, false } };
	struct report_style style = { .width = 100 };
	char *text;

	(void)state;
	fill(&rows[0], "one", 100);
	fill(&rows[1], "null", 200);
	items[1].baseline = true;
	findings_add(&rows[0].findings, "strays", "shared by all");
	findings_add(&rows[0].findings, "strays", "mine");
	findings_add(&rows[1].findings, "strays", "shared by all");
	WRITTEN(text, table(out, items, 2, &style));
	assert_non_null(strstr(text, "  all: shared by all\n"));
	assert_non_null(strstr(text, "[1] mine"));
	assert_null(strstr(text, "[2]"));
	assert_non_null(strstr(text, "4750.0 us CPU an operation (null)"));
	free(text);
	result_row_release(&rows[0]);
	result_row_release(&rows[1]);
}

/* Each row has its own share of them: the table says it once, with the range. */
static void check_neighbours_once(void **state)
{
	static const char tail[] = " CPUs meanwhile: rates are in doubt";
	static const double used[] = { 0.73, 0.31, 0.5 };
	struct result_row rows[3];
	struct report_row items[3];
	struct report_style style = { .width = 100 };
	char *text;

	(void)state;
	for (int i = 0; i < 3; i++) {
		fill(&rows[i], i == 2 ? "third" : "lib", 100 + i);
		text = mem_printf("other programs used %.2f%s (most: cc1 (pid "
				  "%d) 1 s)", used[i], tail, i);
		findings_add(&rows[i].findings, "others", text);
		free(text);
		if (!i)
			findings_add(&rows[i].findings, "repeated",
				     "mine alone");
		items[i] = (struct report_row){ &rows[i], false, false };
	}
	WRITTEN(text, table(out, items, 3, &style));
	assert_non_null(strstr(text, "  all: other programs used 0.31 to 0.73 "
				     "CPUs meanwhile: rates are in doubt\n"));
	assert_null(strstr(text, "0.50"));
	assert_null(strstr(text, "cc1")); /* their names differ */
	assert_non_null(strstr(text, "[1] mine alone\n"));
	assert_null(strstr(text, "[2]"));
	free(text);
	findings_release(&rows[2].findings);
	WRITTEN(text, table(out, items, 3, &style));
	assert_non_null(strstr(text, "[1] other programs used 0.31 to 0.73 "
				     "CPUs meanwhile"));
	assert_null(strstr(text, "all:"));
	free(text);
	WRITTEN(text, table(out, items, 1, &style));
	assert_non_null(strstr(text, "other programs used 0.73 CPUs meanwhile"));
	assert_non_null(strstr(text, "(most: cc1 (pid 0) 1 s)"));
	free(text);
	for (int i = 0; i < 3; i++)
		result_row_release(&rows[i]);
}

/* What the harness costs is said where it is true, or who measured it. */
static void check_harness_cost(void **state)
{
	struct result_row rows[2];
	struct report_row items[2] = { { &rows[0], false, false }, { &rows[1], true, false } };
	struct report_style style = { .width = 100 };
	char *text;

	(void)state;
	fill(&rows[0], "lib", 100);
	fill(&rows[1], "null", 200);
	free(rows[0].test_name);
	rows[0].test_name = mem_dup("fetch_range_uvloop");
	reconfigure(&rows[0], "a");
	WRITTEN(text, table(out, items, 2, &style));
	assert_null(strstr(text, "run null too"));
	assert_non_null(strstr(text, "null measured it, but in another"));
	assert_non_null(strstr(text, "table: fetch_range,"));
	free(text);
	WRITTEN(text, table(out, items, 1, &style));
	assert_non_null(strstr(text, "(run null too)"));
	free(text);
	items[0].other_worker = true;
	WRITTEN(text, table(out, items, 1, &style));
	assert_null(strstr(text, "worker.py"));
	free(text);
	items[0].other_worker = false;
	free(rows[0].state);
	rows[0].state = mem_dup("failed");
	WRITTEN(text, table(out, items, 1, &style));
	assert_null(strstr(text, "worker.py"));
	free(text);
	result_row_release(&rows[0]);
	result_row_release(&rows[1]);
}

/* Of a store outside nobody knows what was in flight. */
static void check_unproven(void **state)
{
	struct result_row rows[2];
	struct report_row items[2] = { { &rows[0], false, false }, { &rows[1], true, false } };
	struct report_style style = { .width = 100 };
	char *text;

	(void)state;
	fill(&rows[0], "lib", 100);
	fill(&rows[1], "null", 200);
	rows[1].in_flight_proven = COUNT_UNKNOWN; /* it asks for nothing */
	WRITTEN(text, table(out, items, 2, &style));
	assert_null(strstr(text, "not proven"));
	free(text);
	rows[0].in_flight_proven = COUNT_UNKNOWN;
	WRITTEN(text, table(out, items, 2, &style));
	assert_non_null(strstr(text, "in flight: what was asked for, not pro"));
	free(text);
	result_row_release(&rows[0]);
	result_row_release(&rows[1]);
}

/* However many: each has its own number and stands beneath. */
static void check_many_notes(void **state)
{
	struct result_row row;
	struct report_row item = { &row, false, false };
	struct report_style style = { .width = 100 };
	char *text;

	(void)state;
	fill(&row, "lib", 100);
	for (int i = 1; i <= 100; i++) {
		text = mem_printf("doubt %03d", i);
		findings_add(&row.findings, "repeated", text);
		free(text);
	}
	WRITTEN(text, table(out, &item, 1, &style));
	for (int i = 1; i <= 100; i++) {
		char *note = mem_printf("  [%d] doubt %03d\n", i, i);

		if (!strstr(text, note))
			fail_msg("no '%s' in:\n%s", note, text);
		free(note);
	}
	assert_non_null(strstr(text, " [1-100]\n"));
	free(text);
	result_row_release(&row);
}

static void check_narrow_table(void **state)
{
	struct result_row row;
	struct report_row item = { &row, false, false };
	struct report_style style = { .width = 60 };
	char *text;

	(void)state;
	fill(&row, "lib", 100);
	WRITTEN(text, table(out, &item, 1, &style));
	assert_non_null(strstr(text, "lib"));
	assert_null(strstr(text, "can be noise")); /* nothing to compare */
	for (char *line = strchr(text, '\n') + 1, *end;
	     (end = strchr(line, '\n')); line = end + 1)
		assert_true(end - line <= 60);
	free(text);
	result_row_release(&row);
}

/* A row of `cell`, with all limits where `limited`. */
static void fill_cell(struct result_row *row, const char *library,
		      bool limited)
{
	fill(row, library, 100);
	row->isolation = mem_dup("cell");
	row->cgroup = mem_dup("v1");
	row->network = mem_dup("veth");
	row->pinning = mem_dup("origin 1, replicas 0");
	row->cpu_with_origin_seconds = 12.5; /* of 1,000 requests */
	if (!limited)
		return;
	row->cpus_limit = 0.5;
	row->memory_limit_bytes = 256 << 20;
	row->pids_limit = 64;
	row->link_bits_per_second = 100000000;
}

/* Every table says where its rows were measured, within its width. */
static void check_placement(void **state)
{
	struct report_style style = { .width = 100 };
	struct report_row items[2];
	struct result_row rows[2];
	char *text;

	(void)state;
	for (int i = 0; i < 2; i++) {
		fill_cell(&rows[i], i ? "limited" : "free", i);
		items[i] = (struct report_row){ &rows[i], false, false };
	}
	WRITTEN(text, table(out, items, 2, &style));
	assert_non_null(strstr(text, "isolation: cell (control groups v1, "
				     "veth); pinned: origin 1, replicas 0; "
				     "each"));
	assert_non_null(strstr(text, "replicas 0; each replica: 0.5 CPUs,"));
	assert_non_null(strstr(text, "MiB, 64 processes and threads, a link of "
				     "100 Mbit/s\n"));
	assert_non_null(strstr(text, "+origin"));
	assert_non_null(strstr(text, "12,500")); /* us a request */
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 100);
	free(text);
	for (int i = 0; i < 2; i++)
		result_row_release(&rows[i]);
}

static unsigned groups_of(const struct result_row *a,
			  const struct result_row *b)
{
	struct report_row items[2] = { { a, false, false }, { b, false, false } };
	struct report_style style = { .width = 100 };
	unsigned groups = 0;
	char *text;

	WRITTEN(text, table(out, items, 2, &style));
	for (char *at = text; (at = strstr(at, "isolation: ")); at++)
		groups++;
	free(text);
	return groups;
}

static void replace(char **text, const char *by)
{
	free(*text);
	*text = mem_dup(by);
}

/* What was isolated, pinned or limited otherwise is not comparable. */
static void check_placements_apart(void **state)
{
	struct result_row a, b;

	(void)state;
	fill_cell(&a, "one", true);
	fill_cell(&b, "two", true);
	assert_int_equal(groups_of(&a, &b), 1);
	replace(&b.isolation, "cell-userns");
	assert_int_equal(groups_of(&a, &b), 2);
	replace(&b.isolation, "cell");
	replace(&b.cgroup, "none");
	assert_int_equal(groups_of(&a, &b), 2);
	replace(&b.cgroup, "v1");
	replace(&b.network, "loopback");
	assert_int_equal(groups_of(&a, &b), 2);
	replace(&b.network, "veth");
	replace(&b.pinning, "none");
	assert_int_equal(groups_of(&a, &b), 2);
	replace(&b.pinning, a.pinning);
	b.cpus_limit = NAN;
	assert_int_equal(groups_of(&a, &b), 2);
	b.cpus_limit = a.cpus_limit;
	b.memory_limit_bytes = COUNT_UNKNOWN;
	assert_int_equal(groups_of(&a, &b), 2);
	b.memory_limit_bytes = a.memory_limit_bytes;
	b.pids_limit++;
	assert_int_equal(groups_of(&a, &b), 2);
	b.pids_limit--;
	b.link_bits_per_second++;
	assert_int_equal(groups_of(&a, &b), 2);
	b.link_bits_per_second--;
	assert_int_equal(groups_of(&a, &b), 1);
	reconfigure(&b, "another"); /* as with another --timeout */
	assert_int_equal(groups_of(&a, &b), 2);
	result_row_release(&a);
	result_row_release(&b);
}

static void assert_headings(const struct result_row *a,
			    const struct result_row *b, const char *first,
			    const char *second)
{
	struct report_row items[] = { { a, false, false }, { b, false, false } };
	struct report_style style = { .width = 400 };
	char *text;

	WRITTEN(text, table(out, items, 2, &style));
	if (!strstr(text, first) || !strstr(text, second))
		fail_msg("no '%s' or no '%s' in:\n%s", first, second, text);
	free(text);
}

/* A sweep's tables can be told apart by their headings. */
static void check_headings_differ(void **state)
{
	struct result_row a, b;

	(void)state;
	fill(&a, "one", 100);
	fill(&b, "one", 200);
	assert_headings(&a, &b, "50 in flight, 10 s\n", "");
	reconfigure(&b, "another");
	b.pool_size = 10;
	assert_headings(&a, &b, "50 in flight, pool of 50, 10 s\n",
			"50 in flight, pool of 10, 10 s\n");
	b.pool_size = b.concurrency = 10;
	assert_headings(&a, &b, "50 in flight, 10 s\n",
			"10 in flight, 10 s\n");
	b.pool_size = b.concurrency = 50;
	b.keep_alive_timeout_seconds = 0.5;
	assert_headings(&a, &b, ", keep-alive for 30 s, 10 s\n",
			", keep-alive for 0.5 s, 10 s\n");
	b.keep_alive = false;
	assert_headings(&a, &b, ", keep-alive for 30 s, 10 s\n",
			", no keep-alive, keep-alive timeout 0.5 s, 10 s\n");
	a.keep_alive = false;
	assert_headings(&a, &b, ", no keep-alive, keep-alive timeout 30 s, 10",
			", no keep-alive, keep-alive timeout 0.5 s, 10 s\n");
	a.keep_alive = true;
	b.keep_alive_timeout_seconds = 30;
	assert_headings(&a, &b, "50 in flight, keep-alive, 10 s\n",
			"50 in flight, no keep-alive, 10 s\n");
	b.keep_alive = true;
	b.use_dns_cache = false;
	assert_headings(&a, &b, ", DNS cache, 10 s\n", ", no DNS cache, 10 s\n");
	b.use_dns_cache = true;
	b.seed = a.seed + 1;
	assert_headings(&a, &b, ", seed 7, 10 s\n", ", seed 8, 10 s\n");
	b.seed = a.seed;
	b.replicas = 2;
	b.rate = 20;
	b.dataset = mem_dup("s2");
	assert_headings(&a, &b, " in each of 1 replica, closed loop, no dataset,",
			" in each of 2 replicas, open loop 20/s, dataset s2,");
	b.replicas = 1;
	b.rate = a.rate;
	replace(&b.dataset, NULL);
	b.timeout_seconds = 5;
	a.timeout_seconds = 10;
	assert_headings(&a, &b, ", timeout 10 s\n",
			", timeout 5 s, took 10 s\n");
	b.timeout_seconds = 10;
	b.n_requests = 400;
	b.prefix = mem_dup("s2/");
	b.hot_key = a.hot_key = true;
	assert_headings(&a, &b, ", any number of operations, no prefix, 10 s\n",
			", at most 400 operations, prefix s2/, 10 s\n");
	b.replicas = a.replicas = 3;
	assert_headings(&a, &b, "", ", at most 400 operations each, prefix s2/,");
	b.replicas = a.replicas = 1;
	b.n_requests = COUNT_UNKNOWN;
	replace(&b.prefix, NULL);
	reconfigure(&b, a.config_hash);
	b.duration_seconds = 0.0264;
	assert_headings(&a, &b, "50 in flight, 0.0264 to 10 s\n", "");
	result_row_release(&a);
	result_row_release(&b);
}

/* What each replica had no limit of is said where another table has one. */
static void check_limits_differ(void **state)
{
	struct result_row a, b;

	(void)state;
	fill_cell(&a, "one", false);
	fill_cell(&b, "two", true);
	assert_headings(&a, &b, "each replica: no limit of CPU time, no limit",
			"each replica: 0.5 CPUs, ");
	a.cpus_limit = b.cpus_limit;
	a.memory_limit_bytes = b.memory_limit_bytes + 1024 * 1024;
	a.link_bits_per_second = b.link_bits_per_second + 10000;
	assert_headings(&a, &b, " 100.01 Mbit/s\n", " 100 Mbit/s\n");
	a.cpus_limit = 1;
	assert_headings(&a, &b, "each replica: 1 CPU, ",
			"each replica: 0.5 CPUs, ");
	result_row_release(&a);
	result_row_release(&b);
}

static void check_heading_wraps(void **state)
{
	struct report_style style = { .width = 60 };
	struct report_row items[2];
	struct result_row rows[2];
	char *text;

	(void)state;
	for (int i = 0; i < 2; i++) {
		fill(&rows[i], "lib", 100);
		rows[i].endpoint = mem_dup(i ? "http://one.example"
					     : "http://another.example");
		rows[i].keep_alive_timeout_seconds = i;
		reconfigure(&rows[i], i ? "a" : "b");
		items[i] = (struct report_row){ &rows[i], false, false };
	}
	WRITTEN(text, table(out, items, 2, &style));
	assert_non_null(strstr(text, "\n  "));
	assert_non_null(strstr(text, "endpoint http://another.example"));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (!strstr(line, "One trial each"))
			assert_true(strlen(line) <= 60);
	free(text);
	for (int i = 0; i < 2; i++)
		result_row_release(&rows[i]);
}

/* In the lines of docs/metrics.md that are about it. */
static void check_documented(void **state)
{
	struct str docs = STR_INIT;
	struct err err;
	const char *part;
	char *end;

	(void)state;
	if (file_read(check_file("docs/metrics.md"), 1 << 20, &docs, &err))
		fail_msg("%s", err.text);
	part = strstr(docs.buf, "\n## The table of single trials\n");
	assert_non_null(part);
	part = strstr(part, "\n|");
	assert_non_null(part);
	end = strstr(part, "\n\n");
	assert_non_null(end);
	*end = '\0';
	for (size_t i = 0; i < table_of_trials.count; i++) {
		const struct table_column *c = &table_of_trials.list[i];
		char *title = mem_printf("`%s%s%s`", c->upper,
					 *c->upper && *c->lower ? " " : "",
					 c->lower);

		if (!strstr(part, title))
			fail_msg("docs/metrics.md does not define %s", title);
		free(title);
	}
	str_release(&docs);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_table),
		cmocka_unit_test(check_remedies),
		cmocka_unit_test(check_common_finding),
		cmocka_unit_test(check_harness_cost),
		cmocka_unit_test(check_unproven),
		cmocka_unit_test(check_neighbours_once),
		cmocka_unit_test(check_many_notes),
		cmocka_unit_test(check_narrow_table),
		cmocka_unit_test(check_placement),
		cmocka_unit_test(check_placements_apart),
		cmocka_unit_test(check_headings_differ),
		cmocka_unit_test(check_limits_differ),
		cmocka_unit_test(check_heading_wraps),
		cmocka_unit_test(check_documented),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
