/* The trials of a library, one of each block, as one row. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "comparison_fixture.h"
#include "report/merged.h"

static struct made made;

static const struct made_library one[] = { { "aiohttp", 2000, 400 },
					   { NULL, 0, 0 } };

static void end_as(size_t block, const char *how)
{
	free(made.rows[block].state);
	made.rows[block].state = mem_dup(how);
}

/* Block b has b + 1 in each column that is a number, but no wrong answer; the
 * last one failed. */
static int make_blocks(void **state)
{
	(void)state;
	make(&made, one, 4, NAN);
	for (size_t b = 0; b < made.count; b++) {
		for (const struct column *c = result_columns; c->name; c++) {
			void *at = result_at(&made.rows[b], c);

			if (c->kind == COLUMN_COUNT)
				*(uint64_t *)at = b + 1;
			else if (c->kind == COLUMN_NUMBER)
				*(double *)at = (double)b + 1;
		}
		made.rows[b].failures_wrong_bytes = 0;
	}
	end_as(3, "failed");
	return 0;
}

static int unmake_blocks(void **state)
{
	(void)state;
	unmake(&made);
	return 0;
}

static void merge(struct result_row *out)
{
	struct report_group group = { &made.comparison, made.items,
				      made.count };

	merged_row(&group, "aiohttp", out);
}

static double value_of(const struct result_row *row, const char *name)
{
	const struct column *c = result_column(name);
	const void *value = result_value(row, c);

	return c->kind == COLUMN_COUNT ? (double)*(const uint64_t *)value
				       : *(const double *)value;
}

static void assert_all(const struct result_row *row, const char *const *names,
		       size_t count, double wanted)
{
	for (size_t i = 0; i < count; i++)
		if (value_of(row, names[i]) != wanted)
			fail_msg("%s is %g, not %g", names[i],
				 value_of(row, names[i]), wanted);
}

#define ALL(row, names, wanted)                                                \
	assert_all(row, names, sizeof(names) / sizeof(*(names)), wanted)

static void each_in_its_way(void **state)
{
	static const char *const sums[] = {
		"number_requests", "number_successes", "duration_seconds",
		"connections", "connections_total", "link_rx_bytes",
		"link_tx_packets", "wire_rx_bytes", "tcp_segments_in",
		"tcp_retransmitted", "ksoftirqd_cpu_seconds",
		"stalled_cpu_seconds", "steal_seconds", "others_cpu_seconds",
		"slices", "origin_requests", "cpu_total_seconds",
	};
	static const char *const of_all[] = {
		"number_failures", "failures_timeout", "failures_connect",
		"failures_other",
	};
	static const char *const medians[] = {
		"peak_rss_bytes", "memory_peak_bytes", "in_flight_proven",
		"cpu_seconds_per_gb", "ready_seconds", "cpu_seconds_50%",
	};
	static const char *const firsts[] = {
		"seed", "concurrency", "timeout_seconds", "request_size_bytes",
		"block", "cpus_limit",
	};
	struct result_row row;

	(void)state;
	merge(&row);
	ALL(&row, sums, 6);
	ALL(&row, of_all, 10);
	ALL(&row, medians, 2);
	ALL(&row, firsts, 1);
	result_row_release(&row);
}

/* What one block does not know is left out, and what none knows is unknown. */
static void unknown(void **state)
{
	struct result_row row;

	(void)state;
	made.rows[0].connections = COUNT_UNKNOWN;
	made.rows[0].peak_rss_bytes = COUNT_UNKNOWN;
	for (size_t b = 0; b < made.count; b++) {
		made.rows[b].link_rx_bytes = COUNT_UNKNOWN;
		made.rows[b].steal_seconds = NAN;
	}
	made.rows[0].seed = UINT64_MAX - 1; /* no double holds it */
	merge(&row);
	assert_int_equal(row.connections, 5);
	assert_int_equal(row.peak_rss_bytes, 2);
	assert_true(row.link_rx_bytes == COUNT_UNKNOWN);
	assert_true(isnan(row.steal_seconds));
	assert_true(row.seed == UINT64_MAX - 1);
	result_row_release(&row);
}

/* Where all failed there is nothing else to show. */
static void all_failed(void **state)
{
	struct result_row row;

	(void)state;
	for (size_t b = 0; b < made.count; b++)
		end_as(b, "failed");
	merge(&row);
	assert_int_equal(row.number_requests, 10);
	assert_string_equal(row.state, "failed");
	result_row_release(&row);
}

/* Whatever else became of the block in which it was. */
static void wrong_answer(void **state)
{
	static const char *const ends[] = { "wrong bytes", "failed",
					    "replica 0 killed" };
	struct result_row row;

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		made.rows[3].failures_wrong_bytes = 1;
		end_as(3, ends[i]);
		merge(&row);
		assert_int_equal(row.failures_wrong_bytes, 1);
		assert_int_equal(row.number_requests, 6);
		assert_string_equal(row.state, "wrong bytes");
		assert_true(result_is_void(&row));
		result_row_release(&row);
	}
	made.rows[3].failures_wrong_bytes = 0;
	merge(&row);
	assert_string_equal(row.state, "ok");
	assert_false(result_is_void(&row));
	result_row_release(&row);
}

static void say_few(struct result_row *row)
{
	char *text = mem_printf("only %d operations succeeded", 84 +
				(int)row->block);

	findings_add(&row->findings, finding_name(FINDING_FEW_OPERATIONS),
		     text);
	free(text);
}

/* A block has no p99; all of them together may have one. */
static void few_operations(void **state)
{
	struct result_row row;

	(void)state;
	for (size_t b = 0; b < made.count; b++)
		say_few(&made.rows[b]);
	made.compared[0].latency.p99_ms = 7;
	merge(&row);
	assert_int_equal(row.findings.count, 0);
	result_row_release(&row);
	made.compared[0].latency.p99_ms = NAN;
	merge(&row);
	assert_int_equal(row.findings.count, 1);
	assert_string_equal(row.findings.list[0].text,
			    "in all 4 blocks: only 85 to 88 operations "
			    "succeeded");
	result_row_release(&row);
}

/* Nobody looks for others in a block that is shorter than half a second. */
static void short_blocks(void **state)
{
	static const char *const names[] = { "others", "steal", "starved" };
	struct result_row row;

	(void)state;
	made.rows[0].duration_seconds = made.rows[1].duration_seconds = 0.49;
	made.rows[2].duration_seconds = 0.5;
	made.rows[3].duration_seconds = (double)NAN; /* it failed */
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		findings_add(&made.rows[2].findings, names[i], "0.5 CPUs");
	findings_add(&made.rows[2].findings, "swapped", "5 pages");
	merge(&row);
	assert_int_equal(row.findings.count, 4);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(row.findings.list[i].text,
				    "in 1 of the 1 long enough to tell, of 4 "
				    "blocks: 0.5 CPUs");
	assert_string_equal(row.findings.list[3].text,
			    "in 1 of 4 blocks: 5 pages");
	result_row_release(&row);
	made.rows[0].duration_seconds = made.rows[1].duration_seconds = 0.5;
	made.rows[3].duration_seconds = 0.5;
	merge(&row);
	assert_string_equal(row.findings.list[0].text,
			    "in 1 of 4 blocks: 0.5 CPUs");
	result_row_release(&row);
}

static void limit(size_t from, size_t to, const char *word)
{
	for (size_t b = from; b < to; b++) {
		free(made.rows[b].limited_by);
		made.rows[b].limited_by = mem_dup(word);
	}
}

/* Of what has failed nothing; of two as frequent that which is known; of blocks that
 * were long enough to tell. */
static void limits(void **state)
{
	struct result_row row;

	(void)state;
	end_as(3, "ok");
	limit(0, 2, "unknown");
	limit(2, 4, "machine");
	merge(&row);
	assert_string_equal(row.limited_by, "machine");
	result_row_release(&row);
	end_as(3, "failed");
	merge(&row);
	assert_string_equal(row.limited_by, "unknown");
	result_row_release(&row);
	made.rows[0].duration_seconds = made.rows[1].duration_seconds = 0.4;
	merge(&row);
	assert_string_equal(row.limited_by, "machine");
	result_row_release(&row);
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, make_blocks, unmake_blocks)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(each_in_its_way),
		CHECK(unknown),
		CHECK(all_failed),
		CHECK(wrong_answer),
		CHECK(few_operations),
		CHECK(short_blocks),
		CHECK(limits),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
