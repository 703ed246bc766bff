/* The document of the live page. docs/monitoring.md defines it. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "monitor/expose.h"
#include "monitor/expose_text.h"

/* Adds a comma if a value stands before. */
static void separate(struct str *out)
{
	char last = out->len ? out->buf[out->len - 1] : '\0';

	if (last != '{' && last != '[' && last != ':' && last != '\0')
		str_add_char(out, ',');
}

static void begin(struct str *out, char bracket)
{
	separate(out);
	str_add_char(out, bracket);
}

static void put_key(struct str *out, const char *key)
{
	separate(out);
	str_add_char(out, '"');
	str_add(out, key);
	str_add(out, "\":");
}

static void put_text(struct str *out, const char *key, const char *value)
{
	put_key(out, key);
	text_add_json(out, value);
}

/* COUNT_UNKNOWN is null. So is a number that common readers of JSON refuse. */
static void put_count(struct str *out, const char *key, uint64_t value)
{
	put_key(out, key);
	if (value > INT64_MAX)
		str_add(out, "null");
	else
		text_add_u64(out, value);
}

static void put_ns(struct str *out, const char *key, uint64_t ns)
{
	put_key(out, key);
	if (ns == COUNT_UNKNOWN)
		str_add(out, "null");
	else
		text_add_seconds(out, ns);
}

/* 0 means never, and is null. */
static void put_moment(struct str *out, const char *key, uint64_t wall_ns)
{
	put_ns(out, key, wall_ns ? wall_ns : COUNT_UNKNOWN);
}

static void put_double(struct str *out, const char *key, double value)
{
	put_key(out, key);
	if (isfinite(value))
		text_add_double(out, value);
	else
		str_add(out, "null");
}

/* A JSON object as it is, on one line: control characters in it can only be
 * white space. */
static void put_object(struct str *out, const char *key, const char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	put_key(out, key);
	if (!json_is_object(json))
		text = "{}";
	for (const char *at = text; *at; at++)
		str_add_char(out, (unsigned char)*at < ' ' ? ' ' : *at);
	json_decref(json);
}

static void put_outcomes(struct str *out, const char *key,
			 const uint64_t outcomes[OUTCOME_COUNT], unsigned first)
{
	put_key(out, key);
	begin(out, '{');
	for (unsigned i = first; i < OUTCOME_COUNT; i++)
		if (outcomes[i])
			put_count(out, outcome_name(i), outcomes[i]);
	str_add_char(out, '}');
}

static void put_trial(struct str *out, const struct live_trial *trial)
{
	put_key(out, "trial");
	if (!trial->library[0]) {
		str_add(out, "null");
		return;
	}
	begin(out, '{');
	put_text(out, "id", trial->id);
	put_text(out, "library", trial->library);
	put_text(out, "test", trial->test);
	put_text(out, "config_hash", trial->config_hash);
	put_object(out, "params", trial->params_json);
	put_text(out, "isolation", trial->isolation);
	put_text(out, "cgroup", trial->cgroup);
	put_text(out, "network", trial->network);
	put_text(out, "stage", trial->stage);
	put_moment(out, "go", trial->go_wall_ns);
	put_double(out, "elapsed_seconds", trial->elapsed_s);
	put_double(out, "timeout_seconds", trial->timeout_s);
	put_count(out, "n_requests", trial->n_requests);
	put_count(out, "replica_count", trial->replicas);
	put_count(out, "concurrency", trial->concurrency);
	put_count(out, "block", trial->block ? trial->block : COUNT_UNKNOWN);
	put_count(out, "block_count",
		  trial->block ? trial->block_count : COUNT_UNKNOWN);
	put_count(out, "round", trial->block ? trial->round : COUNT_UNKNOWN);
	str_add_char(out, '}');
}

/* The members of a replica, without the brackets. */
static void put_cell(struct str *out, const struct live_cell *cell)
{
	const struct sample *last = &cell->last;

	put_key(out, "number");
	str_addf(out, "%d", (int)cell->number);
	put_text(out, "name", cell->name);
	put_text(out, "library", cell->library);
	put_text(out, "state", cell->state);
	put_moment(out, "at", cell->at_wall_ns);
	put_ns(out, "cpu_seconds", last->cpu_ns);
	put_ns(out, "cpu_user_seconds", last->cpu_user_ns);
	put_count(out, "memory_bytes", last->memory_bytes);
	put_count(out, "working_set_bytes", cell->working_set_bytes);
	put_count(out, "received_bytes", last->received_bytes);
	put_count(out, "transmitted_bytes", last->link_tx_bytes);
	put_count(out, "operations_ok", cell->outcomes[OUTCOME_OK]);
	put_count(out, "bytes_ok", cell->bytes_ok);
	put_outcomes(out, "failures", cell->outcomes, OUTCOME_OK + 1);
	put_count(out, "in_flight", cell->in_flight);
	put_count(out, "connections", cell->open_connections);
	put_ns(out, "throttled_seconds", last->throttled_ns);
}

static void put_replicas(struct str *out, const struct live *live)
{
	put_key(out, "replicas");
	begin(out, '[');
	for (uint32_t i = 0; i < live->cell_count; i++) {
		begin(out, '{');
		put_cell(out, &live->cell[i]);
		put_ns(out, "worked_seconds",
		       live->run.trial.block ? live->cell[i].worked_ns
					     : COUNT_UNKNOWN);
		str_add_char(out, '}');
	}
	str_add_char(out, ']');
}

static void put_origin(struct str *out, const struct live *live)
{
	const struct ledger_counts *seen = &live->run.origin;

	put_key(out, "origin");
	if (!live->origin.name[0]) {
		str_add(out, "null");
		return;
	}
	begin(out, '{');
	put_cell(out, &live->origin);
	put_count(out, "requests", seen->requests);
	put_count(out, "connections_total", seen->connections);
	put_count(out, "sent_bytes", seen->body_bytes + seen->head_bytes);
	put_count(out, "aborted", seen->aborted);
	put_count(out, "repeated", seen->repeated);
	str_add_char(out, '}');
}

static void put_test(struct str *out, const struct live_test *test)
{
	begin(out, '{');
	put_text(out, "library", test->library);
	put_text(out, "test", test->test);
	put_text(out, "config_hash", test->config_hash);
	put_outcomes(out, "outcomes", test->outcomes, OUTCOME_OK);
	put_count(out, "bytes_ok", test->bytes_ok);
	put_ns(out, "latency_sum_seconds", test->latency_sum_ns);
	put_key(out, "buckets");
	begin(out, '[');
	for (unsigned i = 0; i < LIVE_BUCKETS; i++) {
		separate(out);
		text_add_u64(out, test->bucket[i]);
	}
	str_add(out, "]}");
}

static void put_tests(struct str *out, const struct live *live)
{
	put_key(out, "tests");
	begin(out, '[');
	for (uint32_t i = 0; i < live->test_count; i++)
		put_test(out, &live->test[i]);
	str_add_char(out, ']');
	put_key(out, "bounds");
	begin(out, '[');
	for (unsigned i = 0; i < LIVE_BUCKETS - 1; i++) {
		separate(out);
		text_add_double(out, live_bound_s[i]);
	}
	str_add_char(out, ']');
}

static void put_finished(struct str *out, const struct live_finished *f)
{
	begin(out, '{');
	put_text(out, "trial_id", f->trial_id);
	put_text(out, "run_id", f->run_id);
	put_text(out, "library", f->library);
	put_text(out, "test", f->test);
	put_text(out, "library_version", f->library_version);
	put_object(out, "params", f->params_json);
	put_text(out, "state", f->state);
	put_text(out, "isolation", f->isolation);
	put_text(out, "findings", f->findings);
	put_count(out, "replicas", f->replicas);
	put_count(out, "concurrency", f->concurrency);
	put_count(out, "block", f->block ? f->block : COUNT_UNKNOWN);
	put_moment(out, "end", f->end_wall_ns);
	put_double(out, "duration_seconds", f->duration_s);
	put_count(out, "successes", f->successes);
	put_count(out, "failures", f->failures);
	put_double(out, "requests_per_second", f->requests_per_second);
	put_double(out, "bytes_per_second", f->bytes_per_second);
	put_double(out, "p50_ms", f->p50_ms);
	put_double(out, "p99_ms", f->p99_ms);
	put_double(out, "cpu_seconds", f->cpu_s);
	put_double(out, "cpu_us_per_request", f->cpu_us_per_request);
	put_count(out, "memory_peak_bytes", f->memory_peak_bytes);
	str_add_char(out, '}');
}

static void put_all_finished(struct str *out, const char *key,
			     const struct live_finished *all, unsigned count)
{
	put_key(out, key);
	begin(out, '[');
	for (unsigned i = 0; i < count; i++)
		put_finished(out, &all[i]);
	str_add_char(out, ']');
}

static void put_run_words(struct str *out, const struct live_run *run)
{
	put_text(out, "id", run->id);
	put_text(out, "version", run->version);
	put_text(out, "command", run->command);
	put_key(out, "pid");
	str_addf(out, "%d", (int)run->pid);
	put_count(out, "uid", run->owner);
	put_text(out, "database", run->database);
	put_text(out, "kernel", run->kernel);
	put_text(out, "cpu_model", run->cpu_model);
	put_moment(out, "start", run->start_wall_ns);
	put_moment(out, "updated", run->updated_wall_ns);
	put_key(out, "ended");
	str_add(out, run->ended ? "true" : "false");
	put_key(out, "killed");
	str_add(out, run->ended == LIVE_KILLED ? "true" : "false");
	put_count(out, "trial_number", run->trial_number);
	put_count(out, "trial_count", run->trial_count);
	put_count(out, "trials_failed", run->trials_failed);
	put_double(out, "left_seconds", run->left_s);
	put_key(out, "left_at_most");
	str_add(out, run->left_is_most ? "true" : "false");
	put_ns(out, "harness_cpu_seconds", run->harness_cpu_ns);
}

static void put_run(struct str *out, const struct live *live)
{
	begin(out, '{');
	put_run_words(out, &live->run);
	put_trial(out, &live->run.trial);
	put_replicas(out, live);
	put_origin(out, live);
	put_tests(out, live);
	put_all_finished(out, "finished", live->finished,
			 live->finished_count);
	str_add_char(out, '}');
}

void expose_json(const struct monitor_view *view, struct str *out)
{
	/* Not begin(): what `out` already has is not ours. */
	str_add_char(out, '{');
	put_ns(out, "now", clock_wall_ns() / NS_PER_MS * NS_PER_MS);
	put_text(out, "version", BENCHMARK_VERSION);
	put_key(out, "runs");
	begin(out, '[');
	for (unsigned i = 0; i < view->run_count; i++)
		put_run(out, &view->run[i]);
	str_add_char(out, ']');
	put_all_finished(out, "recent", view->recent, view->recent_count);
	str_add_char(out, '}');
}
