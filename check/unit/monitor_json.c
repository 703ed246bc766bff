/* The live page's document, read back. */
#include "monitor_fixture.h"

#include <jansson.h>

#include "base/file.h"

static struct mx mx;
static json_t *document;

/* Only parsed, no schema: what is not there is NULL, and fails where used. */
static json_t *read_back(void)
{
	struct str text = STR_INIT;
	json_error_t where;

	expose_json(&mx.view, &text);
	assert_null(strpbrk(text.buf, "\n\r"));
	assert_null(strstr(text.buf, "nan"));
	assert_null(strstr(text.buf, "inf"));
	json_decref(document);
	document = json_loads(text.buf, JSON_REJECT_DUPLICATES, &where);
	if (!document)
		fail_msg("%s at %d of %s", where.text, where.position,
			 text.buf);
	str_release(&text);
	return document;
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
	json_decref(document);
	document = NULL;
	return 0;
}

/* "runs.0.trial.id" */
static json_t *at(json_t *json, const char *path)
{
	char name[64];

	while (json && *path) {
		size_t n = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		json = json_is_array(json)
			       ? json_array_get(json, strtoul(name, NULL, 10))
			       : json_object_get(json, name);
		path += n + (path[n] == '.');
	}
	if (!json)
		fail_msg("the document has no such member: %s", path);
	return json;
}

#define assert_number(json, path, value)                                       \
	assert_true(json_number_value(at(json, path)) == (double)(value))
#define assert_text(json, path, value)                                         \
	assert_string_equal(json_string_value(at(json, path)), value)
#define assert_null_at(json, path) assert_true(json_is_null(at(json, path)))

static void says_the_run(void **state)
{
	json_t *json = read_back(), *run = at(json, "runs.0");

	(void)state;
	assert_true(json_number_value(at(json, "now")) > 1.7e9);
	assert_text(json, "version", BENCHMARK_VERSION);
	assert_int_equal(json_array_size(at(json, "runs")), 2);
	assert_text(run, "id", "run-one");
	assert_text(run, "command", "benchmark run-all");
	assert_number(run, "pid", 4711);
	assert_number(run, "updated", 1764100000.123456789);
	assert_true(json_is_false(at(run, "ended")));
	assert_true(json_is_true(at(json, "runs.1.ended")));
	assert_number(run, "trial_number", 3);
	assert_number(run, "left_seconds", 41.5);
	assert_true(json_is_false(at(run, "left_at_most")));
	assert_number(run, "harness_cpu_seconds", 0.42);
	assert_text(run, "trial.id", "trial-now");
	assert_number(run, "trial.params.request_size", 16384);
	assert_number(run, "trial.elapsed_seconds", 3.2);
	assert_number(run, "trial.replica_count", MX_CELLS);
	assert_number(run, "trial.go", 1764099997.123456789);
	assert_text(run, "trial.stage", "running");
}

static void says_the_replicas(void **state)
{
	json_t *run = at(read_back(), "runs.0"), *one = at(run, "replicas.7");

	(void)state;
	assert_int_equal(json_array_size(at(run, "replicas")), MX_CELLS);
	assert_number(one, "number", 7);
	assert_text(one, "name", "geoio-lib-7");
	assert_text(one, "state", "");
	assert_number(one, "cpu_seconds", 3.5);
	assert_number(one, "cpu_user_seconds", 1.250000001);
	assert_number(one, "working_set_bytes", 45 << 20);
	assert_number(one, "received_bytes", 77);
	assert_number(one, "transmitted_bytes", 4096);
	assert_number(one, "operations_ok", 10);
	assert_int_equal(json_object_size(at(one, "failures")), 1);
	assert_number(one, "failures.timeout", 3);
	assert_number(one, "in_flight", 2);
	assert_number(one, "connections", 50);
	assert_null_at(one, "throttled_seconds");
	assert_number(run, "origin.number", -1);
	assert_number(run, "origin.requests", 1000);
	assert_number(run, "origin.connections_total", 64);
	assert_number(run, "origin.sent_bytes", (1 << 20) + 512);
	assert_null_at(document, "runs.1.origin");
}

static void says_the_tests(void **state)
{
	json_t *run = at(read_back(), "runs.0");

	(void)state;
	assert_int_equal(json_array_size(at(run, "tests")), 2);
	assert_number(run, "tests.0.outcomes.ok", LIVE_BUCKETS);
	assert_number(run, "tests.0.outcomes.reset", 2);
	assert_int_equal(json_object_size(at(run, "tests.0.outcomes")), 2);
	assert_number(run, "tests.0.latency_sum_seconds", 1.5);
	assert_int_equal(json_array_size(at(run, "tests.0.buckets")),
			 LIVE_BUCKETS);
	assert_int_equal(json_array_size(at(run, "bounds")), LIVE_BUCKETS - 1);
	assert_number(run, "bounds.0", 0.0005);
	assert_number(run, "bounds.13", 10);
}

static void says_the_finished(void **state)
{
	json_t *json = read_back(), *one = at(json, "recent.0");

	(void)state;
	assert_int_equal(json_array_size(at(json, "recent")), 1);
	assert_int_equal(json_array_size(at(json, "runs.0.finished")), 2);
	assert_text(one, "trial_id", "trial-before");
	assert_number(one, "params.a.0", 0.1);
	assert_int_equal(
		json_object_size(at(json, "runs.0.finished.1.params")), 0);
	assert_number(one, "duration_seconds", 10.1);
	assert_number(one, "requests_per_second", 1000 / 10.1);
	assert_number(one, "p50_ms", 0.1);
	assert_null_at(one, "p99_ms");
	assert_null_at(one, "cpu_us_per_request");
	assert_null_at(one, "memory_peak_bytes"); /* nobody has so much */
	assert_number(one, "cpu_seconds", 1e-9);
	assert_number(one, "end", 1764100000.123456789);
}

static void escapes_texts(void **state)
{
	(void)state;
	assert_text(read_back(), "recent.0.findings",
		    "a\"b\\c\nd\x01\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd"
		    "\xef\xbf\xbd");
}

/* Each byte alone, and before others: nothing that a text can hold breaks the
 * document. */
static void survives_any_bytes(void **state)
{
	char *text = mx.view.run[0].run.command;

	(void)state;
	for (int a = 1; a < 256; a++) {
		for (int b = 0; b < 256; b += a < 0xc0 ? 0x55 : 0xf) {
			snprintf(text, 8, "%c%c\xbf", a, b);
			mx.view.run[0].cell_count = 0;
			mx.view.run_count = 1;
			read_back();
		}
	}
}

/* Between trials, of a store outside, before anything was read. */
static void says_what_is_not(void **state)
{
	struct live *live = &mx.view.run[0];
	json_t *run;

	(void)state;
	live->run.trial.library[0] = '\0';
	live->origin.name[0] = '\0';
	live->cell_count = live->test_count = live->finished_count = 0;
	live->run.left_s = (double)NAN;
	mx.view.recent_count = 0;
	run = at(read_back(), "runs.0");
	assert_null_at(run, "trial");
	assert_null_at(run, "origin");
	assert_null_at(run, "left_seconds");
	assert_int_equal(json_array_size(at(run, "replicas")), 0);
	assert_int_equal(json_array_size(at(run, "tests")), 0);
	assert_int_equal(json_array_size(at(run, "finished")), 0);
	assert_int_equal(json_array_size(at(document, "recent")), 0);
	mx_init(&mx);
	mx.cell[0].at_wall_ns = 0;
	live->run.trial.go_wall_ns = 0;
	run = at(read_back(), "runs.0");
	assert_null_at(run, "replicas.0.at");
	assert_null_at(run, "trial.go");
	mx.view.run_count = 0;
	assert_int_equal(json_array_size(at(read_back(), "runs")), 0);
}

static void takes_only_objects_as_parameters(void **state)
{
	static const char *const bad[] = {
		"",	 "{", "1", "[1]", "{\"a\": NaN}", "{} {}",
		"{\"a\": \"\xff\"}", "null",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		strcpy(mx.view.run[0].run.trial.params_json, bad[i]);
		assert_int_equal(json_object_size(at(
					 read_back(), "runs.0.trial.params")),
				 0);
	}
}

/* Every member's name stands in docs/monitoring.md. What is below `params` is
 * the test's own. */
static void find_names(json_t *json, const char *docs)
{
	const char *name;
	json_t *value;
	size_t i;

	json_array_foreach(json, i, value)
		find_names(value, docs);
	json_object_foreach(json, name, value) {
		char word[80];

		snprintf(word, sizeof(word), "`%s`", name);
		if (!strstr(docs, word))
			fail_msg("docs/monitoring.md does not tell of %s",
				 word);
		if (strcmp(name, "params") != 0)
			find_names(value, docs);
	}
}

static void documents_all(void **state)
{
	struct str docs = STR_INIT;
	struct err err;

	(void)state;
	if (file_read(check_file("docs/monitoring.md"), 1 << 20, &docs, &err))
		fail_msg("%s", err.text);
	find_names(read_back(), docs.buf);
	str_release(&docs);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test_setup(says_the_run, begin),
		cmocka_unit_test_setup(says_the_replicas, begin),
		cmocka_unit_test_setup(says_the_tests, begin),
		cmocka_unit_test_setup(says_the_finished, begin),
		cmocka_unit_test_setup(escapes_texts, begin),
		cmocka_unit_test_setup(survives_any_bytes, begin),
		cmocka_unit_test_setup(says_what_is_not, begin),
		cmocka_unit_test_setup(takes_only_objects_as_parameters, begin),
		cmocka_unit_test_setup(documents_all, begin),
	};

	return cmocka_run_group_tests(checks, NULL, end);
}
