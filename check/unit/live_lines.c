/* A run in a few lines, and finished trials as a text file. */
#include "check.h"

#include <math.h>

#include "monitor/lines.h"
#include "monitor/textfile.h"

#define S 1000000000ULL

static struct live live;
static struct live_cell cells[2];
static struct str text;

static int begin(void **state)
{
	(void)state;
	memset(&live, 0, sizeof(live));
	memset(cells, 0, sizeof(cells));
	str_init(&text);
	live.cell = cells;
	live.cell_count = 2;
	live.run.trial_number = 3;
	live.run.trial_count = 12;
	live.run.left_s = 3725;
	strcpy(live.run.trial.id, "a");
	strcpy(live.run.trial.library, "aiohttp");
	strcpy(live.run.trial.test, "fetch_range");
	strcpy(live.run.trial.stage, "running");
	strcpy(live.run.trial.isolation, "cell");
	strcpy(live.run.trial.network, "veth");
	strcpy(live.origin.name, "origin");
	live.run.trial.timeout_s = 10;
	return 0;
}

static int end(void **state)
{
	(void)state;
	str_release(&text);
	return 0;
}

/* Two replicas, `second` after the first look. */
static void work(uint64_t second)
{
	live.run.trial.go_wall_ns = 100 * S;
	live.run.trial.elapsed_s = (double)second;
	for (unsigned i = 0; i < 2; i++) {
		cells[i].at_wall_ns = (100 + second) * S;
		cells[i].outcomes[OUTCOME_OK] = 1000 * second;
		cells[i].bytes_ok = 16384000 * second;
		cells[i].last.cpu_ns = S / 2 * second;
		cells[i].last.memory_bytes = 32 << 20;
		cells[i].in_flight = 25;
	}
	live.origin.last.cpu_ns = S / 4 * second;
}

/* Two libraries, a replica each; the second one has failures. */
static void take_turns(void)
{
	work(2);
	live.run.trial.block = 3;
	live.run.trial.block_count = 12;
	live.run.trial.round = 7;
	strcpy(cells[0].library, "aiohttp");
	strcpy(cells[1].library, "null");
	cells[0].worked_ns = S / 2;
	cells[1].outcomes[OUTCOME_TIMEOUT] = 3;
}

/* Who has not worked yet has no rate. */
static void a_block_has_a_line_a_library(void **state)
{
	(void)state;
	take_turns();
	assert_int_equal(lines_show(&live, NULL, 100, &text), 3);
	assert_string_equal(
		text.buf,
		"[3/12] fetch_range, block 3 of 12, round 7: 2.0/10 s, about "
		"1 h 02 min left\n"
		"> aiohttp          4,000 requests/s       2,000 ok\n"
		"  null                 - requests/s       2,000 ok  3 failed\n");
	str_reset(&text);
	strcpy(cells[1].library, "aiohttp"); /* another replica */
	assert_int_equal(lines_show(&live, NULL, 100, &text), 2);
	assert_non_null(strstr(text.buf, "8,000 requests/s"));
	str_reset(&text);
	live.run.trial.round = 0;
	lines_show(&live, NULL, 100, &text);
	assert_non_null(strstr(text.buf, "block 3 of 12: running 2.0/10 s"));
}

static void check_durations(void **state)
{
	char out[32];

	(void)state;
	lines_duration(41.4, out);
	assert_string_equal(out, "41 s");
	lines_duration(185, out);
	assert_string_equal(out, "3 min 05 s");
	lines_duration(3725, out);
	assert_string_equal(out, "1 h 02 min");
}

static void before_go_there_is_one_line(void **state)
{
	(void)state;
	strcpy(live.run.trial.stage, "proving");
	assert_int_equal(lines_show(&live, NULL, 100, &text), 1);
	assert_string_equal(text.buf, "[3/12] aiohttp fetch_range: proving, "
				      "about 1 h 02 min left\n");
	str_reset(&text);
	live.run.left_is_most = true;
	lines_show(&live, NULL, 100, &text);
	assert_non_null(strstr(text.buf, ", at most 1 h 02 min left\n"));
	live.run.left_is_most = false;
}

static void rates_come_from_two_looks(void **state)
{
	struct line_memory memory = { .now = { 0 } };

	(void)state;
	work(1);
	lines_remember(&memory, &live);
	assert_int_equal(lines_show(&live, &memory.before, 100, &text), 3);
	assert_null(strstr(text.buf, "requests/s"));
	str_reset(&text);
	work(3);
	lines_remember(&memory, &live);
	assert_int_equal(lines_show(&live, &memory.before, 100, &text), 3);
	assert_string_equal(
		text.buf,
		"[3/12] aiohttp fetch_range: running 3.0/10 s, about 1 h 02 "
		"min left\n"
		"  2,000 requests/s  32.8 MB/s  6,000 ok  50 in flight\n"
		"  CPU 1.00 cores, origin 0.25  64.0 MiB  2 replicas, cell "
		"(veth)\n");
}

static void never_across_trials(void **state)
{
	struct line_memory memory = { .now = { 0 } };

	(void)state;
	work(5);
	lines_remember(&memory, &live);
	strcpy(live.run.trial.id, "b");
	work(1);
	lines_remember(&memory, &live);
	assert_int_equal(lines_show(&live, &memory.before, 100, &text), 3);
	assert_null(strstr(text.buf, "requests/s"));
}

static void failures_have_classes(void **state)
{
	(void)state;
	work(1);
	cells[0].outcomes[OUTCOME_TIMEOUT] = 3;
	cells[1].outcomes[OUTCOME_RESET] = 2;
	lines_show(&live, NULL, 100, &text);
	assert_non_null(strstr(text.buf, "5 failed (timeout 3, reset 2)\n"));
}

static void no_line_is_wider(void **state)
{
	(void)state;
	work(1);
	lines_show(&live, NULL, 20, &text);
	for (const char *at = text.buf; *at; at += strcspn(at, "\n") + 1)
		assert_true(strcspn(at, "\n") <= 20);
}

static void says_when_it_has_ended(void **state)
{
	(void)state;
	live.run.ended = 1;
	live.run.trials_failed = 2;
	assert_int_equal(lines_show(&live, NULL, 100, &text), 1);
	assert_non_null(strstr(text.buf, "the run has ended, 2 failed"));
}

/* ------------------------------------------------------------- textfile --- */

static const struct live_finished finished[] = {
	{ .trial_id = "t1", .run_id = "r", .library = "aiohttp",
	  .test = "fetch_range", .state = "ok", .isolation = "cell",
	  .params_json = "{\"request_size\": 16384}", .replicas = 2,
	  .concurrency = 50, .successes = 1000, .duration_s = 10,
	  .bytes_per_second = 1638400, .cpu_s = 1.5, .p50_ms = 2,
	  .p99_ms = 8.5, .end_wall_ns = 1764100000 * S },
	{ .trial_id = "t2", .run_id = "r", .library = "requests",
	  .test = "fetch_range", .state = "failed", .isolation = "cell",
	  .findings = "a \"quote\" and\na line", .duration_s = NAN,
	  .bytes_per_second = NAN, .cpu_s = NAN, .p50_ms = NAN,
	  .p99_ms = NAN },
};

static void assert_has(const char *line)
{
	if (!strstr(text.buf, line))
		fail_msg("no '%s' in:\n%s", line, text.buf);
}

#define LABELS                                                                 \
	"{run_id=\"r\",trial=\"1\",library=\"aiohttp\",test=\"fetch_range\","  \
	"isolation=\"cell\",replicas=\"2\",concurrency=\"50\""

static void check_textfile(void **state)
{
	(void)state;
	textfile_add(finished, 2, &text);
	assert_has("geoio_trial_successes" LABELS "} 1000\n");
	assert_has("geoio_trial_payload_bytes" LABELS "} 16384000\n");
	assert_has("geoio_trial_cpu_seconds" LABELS "} 1.5\n");
	assert_has("geoio_trial_latency_p99_seconds" LABELS "} 0.0085\n");
	assert_has("trial=\"2\"");
	assert_has("findings=\"a \\\"quote\\\" and\\na line\"");
	assert_null(strstr(text.buf, "nan"));
	assert_null(strstr(text.buf, "block="));
	str_reset(&text);
	textfile_add(finished, 0, &text);
	assert_string_equal(text.buf, "");
}

/* No series twice, though a library has a trial in each block. */
static void blocks_are_told_apart(void **state)
{
	struct live_finished blocks[2] = { finished[0], finished[0] };

	(void)state;
	blocks[0].block = 1;
	blocks[1].block = 2;
	textfile_add(blocks, 2, &text);
	assert_has("trial=\"1\",library=\"aiohttp\",test=\"fetch_range\","
		   "isolation=\"cell\",replicas=\"2\",concurrency=\"50\","
		   "block=\"0\"} 1000\n");
	assert_has("trial=\"2\",library=\"aiohttp\",test=\"fetch_range\","
		   "isolation=\"cell\",replicas=\"2\",concurrency=\"50\","
		   "block=\"1\"} 1000\n");
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* Few are not none. */
static void check_rate(void **state)
{
	static const struct {
		double rate;
		const char *text;
	} rates[] = { { 0, "0" },	{ 0.1667, "0.17" }, { 4.96, "5" },
		      { 9.94, "9.9" }, { 9.96, "10" },	  { 5123.4, "5123" } };
	char said[32];

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		lines_rate(rates[i].rate, said);
		assert_string_equal(said, rates[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_rate),
		CHECK(check_durations),
		CHECK(before_go_there_is_one_line),
		CHECK(rates_come_from_two_looks),
		CHECK(never_across_trials),
		CHECK(failures_have_classes),
		CHECK(no_line_is_wider),
		CHECK(says_when_it_has_ended),
		CHECK(a_block_has_a_line_a_library),
		CHECK(check_textfile),
		CHECK(blocks_are_told_apart),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
