/*
 * docs/worker-protocol.md, from the harness's side: a fake harness drives a
 * worker whose test stands in worker_client.h.
 */
#include "worker_client.h"

static void normal_session(void **state)
{
	struct harness *h = *state;
	json_t *ready, *done;
	uint64_t at_ns, end_ns;
	char go[64];

	put_plan(h, 10, "k");
	set_count(h, "n_requests", 25);
	harness_start(h, &test);
	harness_send(h, h->setup);
	ready = harness_receive(h, "ready");
	assert_int_equal(count_in(ready, "protocol"), 1);
	assert_string_equal(text_in(json_object_get(ready, "versions"),
				    "library"),
			    "1.2.3");
	text_in(json_object_get(ready, "versions"), "runtime");
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(ready, "not_applied"), 0)),
			    "use_dns_cache");
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(ready, "notes"), 0)),
			    "made up");
	json_decref(ready);
	assert_int_equal(record_count(h), 0);
	at_ns = clock_now_ns() + 50 * NS_PER_MS;
	snprintf(go, sizeof(go), "{\"type\":\"go\",\"at_ns\":%llu}",
		 (unsigned long long)at_ns);
	harness_send_text(h, go);
	done = harness_receive(h, "done");
	assert_int_equal(count_in(done, "started"), 25);
	assert_int_equal(count_in(done, "finished"), 25);
	assert_int_equal(count_in(done, "unfinished"), 0);
	assert_string_equal(text_in(done, "stopped_by"), "n_requests");
	end_ns = (uint64_t)count_in(done, "end_ns");
	json_decref(done);
	assert_int_equal(record_count(h), 25);
	for (unsigned i = 0; i < 25; i++) {
		const struct record *r = &h->records[i];

		assert_int_equal(r->outcome, OUTCOME_OK);
		assert_int_equal(r->bytes, 1000);
		assert_int_equal(r->status, 206);
		assert_int_equal(r->attempts, 1);
		assert_int_equal(r->flags, 0);
		assert_true(r->intended_ns >= at_ns);
		assert_true(r->intended_ns <= r->start_ns);
		assert_true(r->start_ns <= r->first_byte_ns);
		assert_true(r->first_byte_ns <= r->end_ns);
		assert_true(r->end_ns <= end_ns);
		assert_true(!i || r[-1].end_ns <= r->end_ns);
	}
	harness_bye(h);
}

/* Each of three replicas takes its own operations and goes round. */
static void own_part_of_the_plan(void **state)
{
	struct harness *h = *state;
	const uint32_t wanted[] = { 1, 4, 7, 1, 4, 7, 1 };

	put_plan(h, 10, "k");
	set_count(h, "n_requests", 7);
	set_count(h, "replica", 1);
	set_count(h, "replicas", 3);
	set_count(h, "concurrency", 1);
	json_decref(harness_session(h, &test));
	assert_int_equal(record_count(h), 7);
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(h->records[i].op, wanted[i]);
}

static void too_short_a_plan(void **state)
{
	struct harness *h = *state;

	put_plan(h, 2, "k");
	set_count(h, "replica", 2);
	set_count(h, "replicas", 3);
	harness_refused(h, &test, "setup", "no operation for replica 2");
}

static void other_version(void **state)
{
	struct harness *h = *state;

	put_plan(h, 10, "k");
	set_count(h, "protocol", 3);
	harness_refused(h, &test, "setup",
			"version 3 of the worker protocol and this worker "
			"versions 1 and 2");
	close(h->fd);
	set_count(h, "protocol", 0);
	harness_refused(h, &test, "setup", "version 0");
}

/* Both versions are answered with the same. */
static void own_versions(void **state)
{
	struct harness *h = *state;

	put_plan(h, 10, "k");
	for (int version = 1; version <= 2; version++) {
		json_t *ready;

		set_count(h, "protocol", version);
		harness_start(h, &test);
		harness_send(h, h->setup);
		ready = harness_receive(h, "ready");
		assert_int_equal(count_in(ready, "protocol"), version);
		json_decref(ready);
		harness_bye(h);
		close(h->fd);
		h->fd = -1;
	}
}

static void bad_setups(void **state)
{
	struct harness *h = *state;

	put_plan(h, 10, "k");
	set_text(h, "endpoint", "ftp://127.0.0.1");
	harness_refused(h, &test, "setup", "ftp://127.0.0.1");
	close(h->fd);
	set_text(h, "endpoint", "http://127.0.0.1:9");
	set_count(h, "concurrency", 0);
	harness_refused(h, &test, "setup", "concurrency");
	close(h->fd);
	set_count(h, "concurrency", 1);
	set_text(h, "plan", "/proc/self/fd/987");
	harness_refused(h, &test, "setup", "pass on all descriptors");
	close(h->fd);
	set_text(h, "plan", "/nowhere/plan");
	harness_refused(h, &test, "setup", "/nowhere/plan");
	close(h->fd);
	put_file(h, "plan", "{\"op\":0}\nnot json\n", 18);
	set_text(h, "plan", in_folder(h, "plan"));
	harness_refused(h, &test, "setup", "line 1");
	close(h->fd);
	put_plan(h, 10, "k");
	json_object_set_new(json_object_get(h->setup, "records"), "capacity",
			    json_integer(CAPACITY + 1));
	harness_refused(h, &test, "setup", "no room");
}

static void wrong_packets(void **state)
{
	struct harness *h = *state;
	json_t *error;

	harness_start(h, &test);
	harness_send_text(h, "{\"type\":\"go\"}");
	error = harness_receive(h, "error");
	assert_string_equal(text_in(error, "message"),
			    "the harness sent a packet of type 'go' instead "
			    "of 'setup'");
	json_decref(error);
	assert_int_equal(harness_wait(h), 1);
	close(h->fd);
	harness_start(h, &test);
	harness_send_text(h, "this is no JSON");
	json_decref(harness_receive(h, "error"));
	assert_int_equal(harness_wait(h), 1);
	close(h->fd);
	put_plan(h, 10, "k");
	harness_start(h, &test);
	harness_send(h, h->setup);
	json_decref(harness_receive(h, "ready"));
	harness_send_text(h, "{\"type\":\"go\",\"at_ns\":\"soon\"}");
	error = harness_receive(h, "error");
	assert_string_equal(text_in(error, "stage"), "run");
	json_decref(error);
	assert_int_equal(harness_wait(h), 1);
}

/* Operations that do not end until 2 s after the deadline leave no record. */
static void unfinished(void **state)
{
	const char *keys[] = { "stuck", "k", "k", "k", NULL };
	struct harness *h = *state;
	json_t *done;

	put_operations(h, "plan", 400, keys, "");
	set_number(h, "timeout_seconds", 0.05);
	done = harness_session_with(h, &test, "unfinished", 4);
	assert_string_equal(text_in(done, "stopped_by"), "deadline");
	assert_int_equal(count_in(done, "unfinished"), 4);
	assert_int_equal(count_in(done, "finished"), record_count(h));
	assert_int_equal(count_in(done, "started"), record_count(h) + 4);
	for (unsigned i = 0; i < record_count(h); i++)
		assert_int_equal(h->records[i].outcome, OUTCOME_OK);
	json_decref(done);
}

static void limit_of_an_operation(void **state)
{
	const char *keys[] = { "stuck", "k", NULL };
	struct harness *h = *state;
	unsigned late = 0;

	put_operations(h, "plan", 10, keys, "");
	set_count(h, "n_requests", 10);
	set_number(h, "operation_timeout_seconds", 0.05);
	json_decref(harness_session(h, &test));
	assert_int_equal(record_count(h), 10);
	for (unsigned i = 0; i < 10; i++) {
		const struct record *r = &h->records[i];

		if (r->op % 2 == 0) {
			assert_int_equal(r->outcome, OUTCOME_TIMEOUT);
			assert_true(r->end_ns - r->start_ns >= 50 * NS_PER_MS);
			late++;
		}
	}
	assert_int_equal(late, 5);
}

static void records_full(void **state)
{
	struct harness *h = *state;
	json_t *done;

	put_plan(h, 10, "k");
	json_object_set_new(json_object_get(h->setup, "records"), "capacity",
			    json_integer(100));
	done = harness_session(h, &test);
	assert_string_equal(text_in(done, "stopped_by"), "records_full");
	assert_int_equal(count_in(done, "finished"), 100);
	assert_int_equal(count_in(done, "unfinished"), 0);
	json_decref(done);
	assert_int_equal(record_count(h), 100);
}

static void put_proof(struct harness *h, const char *key, size_t n)
{
	const char *keys[] = { key, NULL };
	unsigned char proof[3000];

	for (unsigned i = 0; i < 3; i++)
		content(proof + i * 1000, i * 16, 1000);
	put_operations(h, "proof", 3, keys, "");
	put_file(h, "proof_bytes", proof, n);
	set_verify(h, "proof", "proof");
	set_verify(h, "proof_bytes", "proof_bytes");
}

static void proof(void **state)
{
	struct harness *h = *state;

	put_plan(h, 10, "k");
	set_count(h, "n_requests", 10);
	put_proof(h, "k", 3000);
	json_decref(harness_session(h, &test));
	assert_int_equal(record_count(h), 10);
	close(h->fd);
	put_proof(h, "bad", 3000);
	harness_refused(h, &test, "proof", "byte 700 of the answer is wrong");
	close(h->fd);
	put_proof(h, "short", 3000);
	harness_refused(h, &test, "proof", "500 bytes instead of 1000");
	close(h->fd);
	put_proof(h, "other", 3000);
	harness_refused(h, &test, "proof", "the dog ate it");
	close(h->fd);
	put_proof(h, "k", 2999);
	harness_refused(h, &test, "setup", "2999 bytes");
}

static void burst(void **state)
{
	const char *good[] = { "k", NULL }, *bad[] = { "bad", NULL };
	struct harness *h = *state;
	char crc[64];

	put_plan(h, 10, "k");
	set_count(h, "n_requests", 10);
	set_verify(h, "burst", "burst");
	snprintf(crc, sizeof(crc), ",\"crc32\":%u", content_crc32(0, 1000));
	put_operations(h, "burst", 1, good, crc);
	json_decref(harness_session(h, &test));
	close(h->fd);
	put_operations(h, "burst", 1, bad, crc);
	harness_refused(h, &test, "burst", "the CRC of the answer");
	close(h->fd);
	put_operations(h, "burst", 4, good, ",\"crc32\":7");
	harness_refused(h, &test, "burst", "4 of 4 operations at once failed");
}

/* An answer that is not what it should be, by what is wrong with it. */
static void judged(struct harness *h, const char *key, const char *extra,
		   unsigned outcome, unsigned status, uint64_t received,
		   uint32_t flags)
{
	const char *keys[] = { key, NULL };
	const struct record *r = h->records;

	put_operations(h, "plan", 1, keys, extra);
	set_count(h, "n_requests", 2);
	clear_records(h);
	json_decref(harness_session(h, &test));
	close(h->fd);
	h->fd = -1;
	assert_int_equal(r->outcome, outcome);
	assert_int_equal(r[1].outcome, outcome);
	assert_int_equal(r->status, status);
	assert_int_equal(r->bytes, received);
	assert_int_equal(r->flags, flags);
}

static void answers_are_judged(void **state)
{
	struct harness *h = *state;
	char crc[64];

	snprintf(crc, sizeof(crc), ",\"crc32\":%u", content_crc32(0, 1000));
	judged(h, "k", crc, OUTCOME_OK, 206, 1000, RECORD_FLAG_CRC_CHECKED);
	judged(h, "bad", "", OUTCOME_OK, 206, 1000, 0);
	judged(h, "bad", crc, OUTCOME_WRONG_BYTES, 206, 1000,
	       RECORD_FLAG_CRC_CHECKED);
	judged(h, "k", ",\"crc32\":7", OUTCOME_WRONG_BYTES, 206, 1000,
	       RECORD_FLAG_CRC_CHECKED);
	judged(h, "short", "", OUTCOME_TRUNCATED, 206, 500, 0);
	judged(h, "short", crc, OUTCOME_TRUNCATED, 206, 500, 0);
	judged(h, "long", "", OUTCOME_WRONG_BYTES, 206, 1001, 0);
	judged(h, "throttled", "", OUTCOME_THROTTLED, 503, 0, 0);
	judged(h, "other", "", OUTCOME_OTHER, 206, 1000, 0);
}

static void headers_are_parsed(void **state)
{
	struct harness *h = *state;
	struct tiff_layout layout;
	struct err err;
	char good[512], other[512];

	assert_int_equal(tiff_parse(tiff, sizeof(tiff), &layout, &err), 0);
	assert_int_equal(layout.level[0].width, 200);
	for (int i = 0; i < 2; i++)
		snprintf(i ? other : good, sizeof(good),
			 ",\"expect\":{\"levels\":[{\"width\":%d,\"height\":100,"
			 "\"tile_width\":256,\"tile_height\":256,\"tiles\":1,"
			 "\"tables_crc32\":%u}]}",
			 200 + i, layout.level[0].tables_crc32);
	judged(h, "header", good, OUTCOME_OK, 206, 1000, 0);
	judged(h, "whole", good, OUTCOME_OK, 206, 1000, 0);
	judged(h, "header", other, OUTCOME_WRONG_BYTES, 206, 1000, 0);
	judged(h, "whole", other, OUTCOME_WRONG_BYTES, 206, 1000, 0);
	judged(h, "k", good, OUTCOME_WRONG_BYTES, 206, 1000, 0);
	judged(h, "long", good, OUTCOME_WRONG_BYTES, 206, 1001, 0);
}

static void open_loop(void **state)
{
	struct harness *h = *state;
	uint64_t at_ns;
	json_t *done;

	put_plan(h, 10, "k");
	set_count(h, "n_requests", 20);
	set_number(h, "rate", 250);
	harness_start(h, &test);
	harness_send(h, h->setup);
	at_ns = harness_go(h);
	done = harness_receive(h, "done");
	assert_string_equal(text_in(done, "stopped_by"), "n_requests");
	assert_true((uint64_t)count_in(done, "end_ns") >=
		    at_ns + 19 * 4 * NS_PER_MS);
	json_decref(done);
	harness_bye(h);
	assert_int_equal(record_count(h), 20);
	for (unsigned i = 0; i < 20; i++) {
		const struct record *r = &h->records[i];

		assert_int_equal(r->intended_ns, at_ns + i * 4 * NS_PER_MS);
		assert_true(r->start_ns >= r->intended_ns);
	}
}

/* Returns the time of GO. */
static uint64_t run_to_the_deadline(struct harness *h)
{
	uint64_t at_ns;
	json_t *done;

	harness_start(h, &test);
	harness_send(h, h->setup);
	at_ns = harness_go(h);
	done = harness_receive(h, "done");
	assert_string_equal(text_in(done, "stopped_by"), "deadline");
	json_decref(done);
	harness_bye(h);
	return at_ns;
}

/* One slot, which is stuck 50 ms each time: starts are late, the intended
 * ones are kept, and what is due after the deadline does not start. */
static void open_loop_falls_behind(void **state)
{
	struct harness *h = *state;
	uint64_t at_ns;

	put_plan(h, 10, "stuck");
	set_count(h, "concurrency", 1);
	set_number(h, "timeout_seconds", 0.12);
	set_number(h, "operation_timeout_seconds", 0.05);
	set_number(h, "rate", 1000);
	at_ns = run_to_the_deadline(h);
	for (int i = 0; i < TRIES && record_count(h) == 0; i++) {
		harness_again(h); /* the machine stood still */
		at_ns = run_to_the_deadline(h);
	}
	assert_true(record_count(h) >= 1 && record_count(h) <= 3);
	for (unsigned i = 0; i < record_count(h); i++) {
		const struct record *r = &h->records[i];

		assert_int_equal(r->intended_ns, at_ns + i * NS_PER_MS);
		assert_true(r->start_ns >= at_ns + i * 50 * NS_PER_MS);
		assert_true(r->start_ns < at_ns + 120 * NS_PER_MS);
	}
}

static void warm_up_is_not_recorded(void **state)
{
	struct harness *h = *state;
	uint64_t began = clock_now_ns();

	put_plan(h, 10, "k");
	set_count(h, "n_requests", 3);
	set_count(h, "concurrency", 1);
	set_number(h, "warm_up_seconds", 0.1);
	harness_start(h, &test);
	harness_send(h, h->setup);
	harness_go(h);
	assert_true(clock_now_ns() - began >= 100 * NS_PER_MS);
	json_decref(harness_receive(h, "done"));
	harness_bye(h);
	assert_int_equal(record_count(h), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(h->records[i].op, i);
}

/* More records than are kept mapped: all are there, none is resident. */
static void pages_are_given_back(void **state)
{
	struct harness *h = *state;
	char path[64], line[256];
	long shared_kib = -1;
	FILE *status;

	put_plan(h, 10, "k");
	set_count(h, "n_requests", 65536);
	harness_start(h, &test);
	harness_send(h, h->setup);
	harness_go(h);
	json_decref(harness_receive(h, "done"));
	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)h->pid);
	status = fopen(path, "re");
	assert_non_null(status);
	while (fgets(line, sizeof(line), status)) {
		if (strstr(line, "/records")) {
			shared_kib = 0;
			while (fgets(line, sizeof(line), status) &&
			       strncmp(line, "Rss:", 4) != 0)
				;
			shared_kib = strtol(line + 4, NULL, 10);
			/* The harness's own mapping was inherited before. */
			if (shared_kib > 0)
				break;
		}
	}
	fclose(status);
	assert_int_equal(shared_kib, 0);
	harness_bye(h);
	assert_int_equal(record_count(h), 65536);
	for (unsigned i = 0; i < 65536; i++)
		assert_int_equal(h->records[i].outcome, OUTCOME_OK);
}

static void *refuse(struct benchmark_worker *worker,
		    const struct benchmark_target *target)
{
	assert_string_equal(target->host, "127.0.0.1");
	assert_int_equal(target->port, 9);
	assert_int_equal(target->longest_bytes, 1000);
	assert_true(benchmark_param(target, "request_size", 7) == 1000);
	assert_true(benchmark_param(target, "nothing", 7) == 7);
	assert_true(benchmark_client_number(target, "socket_buffer", 7) == 8);
	assert_true(benchmark_client_number(target, "nodelay", 7) == 1);
	assert_true(benchmark_client_number(target, "http_version", 7) == 7);
	assert_string_equal(benchmark_client_text(target, "http_version", "1"),
			    "2");
	assert_string_equal(benchmark_client_text(target, "nodelay", "1"), "1");
	assert_null(benchmark_client_text(target, "nothing", NULL));
	benchmark_refuse(worker, "not on a %s", "Monday");
	return NULL;
}

static void refusal_of_the_test(void **state)
{
	struct benchmark_test refusing = test;
	struct harness *h = *state;

	refusing.open = refuse;
	set_client(h, "socket_buffer", json_integer(8));
	set_client(h, "nodelay", json_true());
	set_client(h, "http_version", json_string("2"));
	put_plan(h, 10, "k");
	harness_refused(h, &refusing, "setup", "not on a Monday");
}

/* A test that does no I/O has no proof and no burst, and only the length of
 * what it gives counts. */
static void no_io(void **state)
{
	const char *keys[] = { "bad", NULL };
	struct benchmark_test idle = test;
	struct harness *h = *state;

	idle.no_io = true;
	put_proof(h, "bad", 3000);
	put_operations(h, "burst", 4, keys, ",\"crc32\":7");
	set_verify(h, "burst", "burst");
	put_operations(h, "plan", 10, keys, ",\"crc32\":7");
	set_count(h, "n_requests", 10);
	json_decref(harness_session(h, &idle));
	assert_int_equal(record_count(h), 10);
	assert_int_equal(h->records[0].outcome, OUTCOME_OK);
	assert_int_equal(h->records[0].flags, 0);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(normal_session),
		CHECK(own_part_of_the_plan),
		CHECK(too_short_a_plan),
		CHECK(other_version),
		CHECK(own_versions),
		CHECK(bad_setups),
		CHECK(wrong_packets),
		CHECK(unfinished),
		CHECK(limit_of_an_operation),
		CHECK(records_full),
		CHECK(proof),
		CHECK(burst),
		CHECK(answers_are_judged),
		CHECK(headers_are_parsed),
		CHECK(open_loop),
		CHECK(open_loop_falls_behind),
		CHECK(warm_up_is_not_recorded),
		CHECK(pages_are_given_back),
		CHECK(refusal_of_the_test),
		CHECK(no_io),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
