/* The exposition in both formats, and Prometheus' own opinion of it. */
#include "monitor_fixture.h"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "monitor/expose_text.h"

static struct mx mx;
static struct str text;

static const char *expose(enum expose_format format)
{
	str_reset(&text);
	expose_metrics(&mx.view, format, &text);
	return text.buf;
}

static int begin(void **state)
{
	(void)state;
	mx_init(&mx);
	return 0;
}

static int end(void **state)
{
	(void)state;
	str_release(&text);
	return 0;
}

#define assert_has(text, part)                                                 \
	do {                                                                   \
		if (!strstr((text), (part)))                                   \
			fail_msg("no '%s' in:\n%.3000s", (part), (text));      \
	} while (0)
#define assert_lacks(text, part)                                               \
	do {                                                                   \
		if (strstr((text), (part)))                                    \
			fail_msg("'%s' is in the text", (part));               \
	} while (0)

static unsigned count_of(const char *text_of, const char *part)
{
	unsigned n = 0;

	for (const char *at = text_of; (at = strstr(at, part)); at++)
		n++;
	return n;
}

#define CELL_0                                                                 \
	"id=\"/geoio/run/0\",name=\"geoio-lib-0\",image=\"\","                 \
	"container_label_library=\"lib\",container_label_test=\"fetch_range\"" \
	",container_label_run_id=\"run-one\""                                \
	",container_label_RUN_ID=\"run-one\",container_label_replica=\"0\""

static void writes_prometheus(void **state)
{
	const char *t = expose(EXPOSE_PROMETHEUS);

	(void)state;
	assert_has(t, "# TYPE container_cpu_user_seconds_total counter\n");
	assert_has(t, "\ncontainer_cpu_user_seconds_total{" CELL_0
		      "} 1.250000001 1764100000123\n");
	assert_has(t, "\ncontainer_cpu_system_seconds_total{" CELL_0
		      "} 2.249999999 1764100000123\n");
	assert_has(t, "\ncontainer_cpu_usage_seconds_total{" CELL_0
		      ",cpu=\"total\"} 3.5 1764100000123\n");
	assert_has(t, "\ncontainer_memory_usage_bytes{" CELL_0
		      "} 52428800 1764100000123\n");
	assert_has(t, "\ncontainer_network_receive_bytes_total{" CELL_0
		      ",interface=\"eth0\"} 1099511627776 1764100000123\n");
	assert_has(t, "\ncontainer_last_seen{" CELL_0
		      "} 1764100000.123 1764100000123\n");
	assert_has(t, "container_label_replica=\"origin\"} 1.250000001 ");
	assert_has(t, "# TYPE geoio_build_info gauge\n");
	assert_has(t, "\ngeoio_in_flight{run_id=\"run-one\",library=\"lib\","
		      "test=\"fetch_range\",replica=\"63\"} 2\n");
	assert_has(t, "\ngeoio_replica_operations_total{run_id=\"run-one\","
		      "library=\"lib\",test=\"fetch_range\",replica=\"0\","
		      "outcome=\"ok\"} ");
	assert_lacks(t, "# UNIT");
	assert_lacks(t, "# EOF");
	assert_lacks(t, "cfs_throttled");
}

static void writes_openmetrics(void **state)
{
	const char *t = expose(EXPOSE_OPENMETRICS);

	(void)state;
	assert_has(t, "# TYPE container_cpu_user_seconds counter\n"
		      "# UNIT container_cpu_user_seconds seconds\n");
	assert_has(t, "\ncontainer_cpu_user_seconds_total{" CELL_0
		      "} 1.250000001 1764100000.123\n");
	assert_has(t, "# TYPE geoio_build info\n");
	assert_has(t, "\ngeoio_build_info{version=\"");
	assert_has(t, "# UNIT geoio_bytes bytes\n");
	assert_lacks(t, "# UNIT geoio_in_flight");
	assert_string_equal(t + strlen(t) - 7, "\n# EOF\n");
	assert_int_equal(count_of(t, "# EOF"), 1);
}

static void writes_histograms(void **state)
{
	const char *t = expose(EXPOSE_PROMETHEUS);
	const char *of = "{run_id=\"run-one\",library=\"lib\","
			 "test=\"fetch_range\","
			 "config_hash=\"0123456789abcdef\"";
	char *bucket = mem_printf(
		"geoio_operation_duration_seconds_bucket%s,le=\"0.0005\"} 1\n"
		"geoio_operation_duration_seconds_bucket%s,le=\"0.001\"} 2\n",
		of, of);
	char *last = mem_printf(
		"geoio_operation_duration_seconds_bucket%s,le=\"10.0\"} 14\n"
		"geoio_operation_duration_seconds_bucket%s,le=\"+Inf\"} 15\n"
		"geoio_operation_duration_seconds_sum%s} 1.5\n"
		"geoio_operation_duration_seconds_count%s} 15\n",
		of, of, of, of);

	(void)state;
	assert_has(t, bucket);
	assert_has(t, last);
	free(bucket);
	free(last);
}

/* A run that is over has totals and its last counters, and nothing of now. */
static void leaves_out_what_is_over(void **state)
{
	const char *t = expose(EXPOSE_PROMETHEUS);

	(void)state;
	assert_has(t, "geoio_operations_total{run_id=\"run-two\"");
	assert_has(t, "geoio_run_ended{run_id=\"run-two\"} 1\n");
	assert_has(t, "container_label_run_id=\"run-two\"");
	assert_lacks(t, "geoio_in_flight{run_id=\"run-two\"");
	assert_lacks(t, "geoio_trial_info{run_id=\"run-two\"");
	assert_lacks(t, "geoio_origin_requests_total{run_id=\"run-two\"");
	assert_int_equal(count_of(t, "\ncontainer_last_seen{"),
			 MX_CELLS + 1 + 2);
	assert_int_equal(
		count_of(t, "RUN_ID=\"run-two\",container_label_replica="),
		2 * (count_of(t, ",container_label_replica=\"7\"")));
}

static void leaves_out_what_is_unknown(void **state)
{
	struct live_cell *cell = mx.cell;
	const char *t;

	(void)state;
	cell[0].last.link_rx_bytes = COUNT_UNKNOWN;
	cell[0].last.link_tx_bytes = COUNT_UNKNOWN;
	cell[0].working_set_bytes = COUNT_UNKNOWN;
	cell[1].at_wall_ns = 0;
	cell[2].last.cpu_user_ns = cell[2].last.cpu_ns + 1;
	mx.view.run[0].run.trial.library[0] = '\0';
	t = expose(EXPOSE_PROMETHEUS);
	assert_has(t, "interface=\"eth0\"} 77 1764100000123\n");
	assert_lacks(t, "18446744073709551615");
	assert_lacks(t, "name=\"geoio-lib-1\"");
	assert_lacks(t, "geoio_trial_info");
	assert_int_equal(count_of(t, "\ncontainer_network_transmit_bytes_"),
			 MX_CELLS - 1);
	assert_int_equal(count_of(t, "\ncontainer_memory_working_set_bytes{"),
			 MX_CELLS - 1);
	assert_int_equal(count_of(t, "seconds_total{id=\"/geoio/run/2\","), 3);
	assert_has(t, "replica=\"2\"} 0 1764100000123\n");
}

static void escapes_labels(void **state)
{
	const char *t = expose(EXPOSE_PROMETHEUS);

	(void)state;
	assert_has(t, "library=\"a\\\"b\\\\c\\nd\x01\xef\xbf\xbd\xc3\xa9"
		      "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

/* From the samples' names and labels alone, as a scraper sees them. */
static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static unsigned take_series(char *t, char **series, unsigned most)
{
	unsigned n = 0;

	for (char *line = strtok(t, "\n"); line; line = strtok(NULL, "\n")) {
		char *brace = strstr(line, "} ");

		if (line[0] == '#')
			continue;
		assert_non_null(brace);
		brace[1] = '\0';
		assert_true(n < most);
		series[n++] = line;
	}
	return n;
}

/* The same run twice, the same test twice, the same cell twice. */
static void repeats_no_series(void **state)
{
	static char *series[20000];
	unsigned n;
	char *t;

	(void)state;
	mx.view.run[2] = mx.view.run[0];
	mx.view.run_count = 3;
	mx.cell[5] = mx.cell[4];
	mx.test[1] = mx.test[0];
	t = mem_dup(expose(EXPOSE_PROMETHEUS));
	n = take_series(t, series, 20000);
	assert_true(n > 500);
	qsort(series, n, sizeof(series[0]), compare);
	for (unsigned i = 1; i < n; i++)
		assert_string_not_equal(series[i - 1], series[i]);
	free(t);
}

/* The replicas of a block have the same numbers, and all are under way. */
static void shows_a_whole_block(void **state)
{
	const char *t;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		mx.cell[i].number = (int)(i % 2);
		mx.cell[i].worked_ns = 1500000000;
		snprintf(mx.cell[i].name, sizeof(mx.cell[i].name), "c%u", i);
		if (i < 2)
			continue;
		strcpy(mx.cell[i].library, "other");
		strcpy(mx.cell[i].trial_id, "trial-other");
	}
	mx.view.run[0].cell_count = 4;
	mx.view.run[0].run.trial.block = 2;
	mx.view.run[0].run.trial.round = 7;
	t = expose(EXPOSE_PROMETHEUS);
	assert_int_equal(count_of(t, "geoio_trial_info{"), 2);
	assert_has(t, "library=\"other\",test=\"fetch_range\","
		      "trial_id=\"trial-other\"");
	assert_has(t, "geoio_block_round{run_id=\"run-one\"} 7\n");
	assert_has(t, "geoio_replica_worked_seconds_total{run_id=\"run-one\","
		      "library=\"other\",test=\"fetch_range\","
		      "replica=\"1\"} 1.5\n");
	assert_int_equal(count_of(t, "\ngeoio_in_flight{"), 4);
	assert_int_equal(count_of(t, "container_label_library=\"other\""),
			 count_of(t, "name=\"c2\"") +
				 count_of(t, "name=\"c3\""));
}

/* What the origin saw stays while the next trial's is started. */
static void keeps_the_origins_counters(void **state)
{
	const char *t;

	(void)state;
	mx.view.run[0].origin.name[0] = '\0';
	t = expose(EXPOSE_PROMETHEUS);
	assert_has(t, "geoio_origin_requests_total{run_id=\"run-one\"} 1000\n");
	assert_has(t, "geoio_origin_responses_total{run_id=\"run-one\","
		      "status=\"206\"} 999\n");
	assert_lacks(t, "geoio_origin_in_flight{");
}

/* Trials of a sweep: the same library and test, and yet not the same. */
static void tells_configurations_apart(void **state)
{
	char *t;

	(void)state;
	mx.test[1] = mx.test[0];
	strcpy(mx.test[1].config_hash, "fedcba9876543210");
	mx.test[1].bytes_ok = 5;
	t = mem_dup(expose(EXPOSE_PROMETHEUS));
	assert_non_null(strstr(t, "library=\"lib\",test=\"fetch_range\","
				  "config_hash=\"fedcba9876543210\"} 5\n"));
	free(t);
}

/* A family's samples stand below its head, and nowhere else. */
static void keeps_families_together(void **state)
{
	char *t = mem_dup(expose(EXPOSE_OPENMETRICS)), *line;
	char family[128] = "";

	(void)state;
	for (line = strtok(t, "\n"); line; line = strtok(NULL, "\n")) {
		if (strncmp(line, "# TYPE ", 7) == 0)
			snprintf(family, sizeof(family), "%.*s",
				 (int)strcspn(line + 7, " "), line + 7);
		if (line[0] != '#' &&
		    strncmp(line, family, strlen(family)) != 0)
			fail_msg("'%.80s' in the family %s", line, family);
	}
	free(t);
	t = mem_dup(expose(EXPOSE_OPENMETRICS));
	for (line = strtok(t, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, "# TYPE ", 7) == 0)
			assert_int_equal(count_of(text.buf, line), 1);
	free(t);
}

/* docs/monitoring.md has a row for each. */
static void documents_all(void **state)
{
	struct str docs = STR_INIT;
	struct err err;
	char *t;

	(void)state;
	mx.cell[0].last.throttled_ns = 1;
	mx.view.run[0].run.trial.block = 1;
	t = mem_dup(expose(EXPOSE_PROMETHEUS));
	if (file_read(check_file("docs/monitoring.md"), 1 << 20, &docs, &err))
		fail_msg("%s", err.text);
	for (char *line = strtok(t, "\n"); line; line = strtok(NULL, "\n")) {
		char row[160];

		if (strncmp(line, "# TYPE ", 7) != 0)
			continue;
		snprintf(row, sizeof(row), "\n| `%.*s` | %s",
			 (int)strcspn(line + 7, " "), line + 7,
			 strrchr(line, ' ') + 1);
		if (strstr(row, "_info` | gauge"))
			strcpy(strstr(row, "gauge"), "info");
		if (!strstr(docs.buf, row))
			fail_msg("docs/monitoring.md has no row%s", row);
	}
	free(t);
	str_release(&docs);
}

static void writes_nothing_of_nothing(void **state)
{
	(void)state;
	mx.view.run_count = 0;
	assert_int_equal(count_of(expose(EXPOSE_PROMETHEUS), "\n"), 3);
	assert_int_equal(count_of(expose(EXPOSE_OPENMETRICS), "\n"), 4);
}

static void writes_numbers(void **state)
{
	static const double values[] = { 0,    1,    0.1,   1e-9,
					 1e10, -2.5, 1 / 3., 1e300,
					 5e-324, 1764100000.123 };
	struct str s = STR_INIT;

	(void)state;
	text_add_u64(&s, UINT64_MAX);
	text_add_u64(&s, 0);
	assert_string_equal(s.buf, "184467440737095516150");
	str_reset(&s);
	text_add_seconds(&s, 0);
	str_add_char(&s, ' ');
	text_add_seconds(&s, 10 * NS_PER_S);
	str_add_char(&s, ' ');
	text_add_seconds(&s, 100);
	assert_string_equal(s.buf, "0 10 0.0000001");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		str_reset(&s);
		text_add_double(&s, values[i]);
		assert_true(strtod(s.buf, NULL) == values[i]);
		assert_true(i > 3 || s.len <= 5);
	}
	str_release(&s);
}

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* Not a promise of a time: it is shown, and that it grows with the cells and
 * not with their square is held. */
static void costs_little(void **state)
{
	uint64_t least_ns[2] = { UINT64_MAX, UINT64_MAX };

	(void)state;
	for (int i = 0; i < 40; i++) {
		uint64_t from_ns, ns;

		mx.view.run[0].cell_count = i % 2 ? MX_CELLS : MX_CELLS / 4;
		from_ns = cpu_ns();
		expose(EXPOSE_PROMETHEUS);
		ns = cpu_ns() - from_ns;
		if (ns < least_ns[i % 2])
			least_ns[i % 2] = ns;
	}
	print_message("64 replicas: %.0f us, %zu bytes; 16: %.0f us\n",
		      (double)least_ns[1] / 1e3, text.len,
		      (double)least_ns[0] / 1e3);
	assert_true(least_ns[1] < 8 * least_ns[0]);
}

static bool has_promtool(void)
{
	return system("command -v promtool >/dev/null 2>&1") == 0;
}

/* What it says comes by a pipe: nothing is left where the check runs. */
static void ask_promtool(enum expose_format format)
{
	struct str said = STR_INIT;
	FILE *promtool;
	char command[80];
	int fd = memfd_create("metrics", 0), status;

	expose(format);
	assert_int_equal(file_write_all(fd, text.buf, text.len), 0);
	snprintf(command, sizeof(command),
		 "promtool check metrics </proc/self/fd/%d 2>&1", fd);
	promtool = popen(command, "r");
	assert_non_null(promtool);
	assert_int_equal(file_read_open(fileno(promtool), "promtool", 1 << 20,
					&said, NULL), 0);
	status = pclose(promtool);
	close(fd);
	if (status || said.len)
		fail_msg("status %d: %s", status, said.buf);
	str_release(&said);
}

static void pleases_promtool(void **state)
{
	(void)state;
	if (!has_promtool()) {
		print_message("skipped: there is no promtool; the package "
			      "prometheus has it\n");
		skip();
	}
	ask_promtool(EXPOSE_PROMETHEUS);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test_setup(writes_prometheus, begin),
		cmocka_unit_test_setup(writes_openmetrics, begin),
		cmocka_unit_test_setup(writes_histograms, begin),
		cmocka_unit_test_setup(leaves_out_what_is_over, begin),
		cmocka_unit_test_setup(leaves_out_what_is_unknown, begin),
		cmocka_unit_test_setup(escapes_labels, begin),
		cmocka_unit_test_setup(repeats_no_series, begin),
		cmocka_unit_test_setup(tells_configurations_apart, begin),
		cmocka_unit_test_setup(shows_a_whole_block, begin),
		cmocka_unit_test_setup(keeps_the_origins_counters, begin),
		cmocka_unit_test_setup(keeps_families_together, begin),
		cmocka_unit_test_setup(documents_all, begin),
		cmocka_unit_test_setup(writes_nothing_of_nothing, begin),
		cmocka_unit_test(writes_numbers),
		cmocka_unit_test_setup(costs_little, begin),
		cmocka_unit_test_setup(pleases_promtool, begin),
	};

	str_init(&text);
	return cmocka_run_group_tests(checks, NULL, end);
}
