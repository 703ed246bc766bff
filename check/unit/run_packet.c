/* The packets of the protocol, and text from replicas, without any process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "run/handed.h"
#include "run/packet.h"
#include "run/tail.h"

static json_t *setup_of(struct run_request *request, unsigned replica)
{
	char *text;
	json_t *packet;
	struct err err;

	assert_int_equal(packet_setup(request, replica, &text, &err), 0);
	packet = json_loads(text, 0, NULL);
	free(text);
	return packet;
}

static void check_text(const json_t *packet, const char *name,
		       const char *want)
{
	const char *got = json_string_value(json_object_get(packet, name));

	assert_non_null(got);
	assert_string_equal(got, want);
}

static void make_request(struct run_request *request, struct trial *trial)
{
	static char endpoints[4][ENDPOINT_BYTES] = { "http://a", "http://b" };
	static const int handed[HANDED_READ] = { 70, 71, 72, -1, 73 };
	struct trial_spec spec;

	spec_init(&spec);
	spec.library = "aiohttp";
	spec.test = "fetch_range";
	spec.pool_size = 7;
	spec.keep_alive_timeout_s = 30.5;
	spec.use_dns_cache = false;
	spec.replicas = 4;
	spec.concurrency = 50;
	spec.timeout_s = 60;
	spec.operation_timeout_s = 30;
	spec.seed = 42;
	spec.bucket = "b";
	spec.region = "r";
	trial_init(trial, &spec);
	strcpy(trial->params_json, "{\"request_size\": 16384}");
	*request = (struct run_request){
		.trial = trial, .endpoints = endpoints, .handed = handed,
		.records_capacity = 99,
	};
}

static void setup(void **state)
{
	static const char *const members[] = {
		"type", "protocol", "library", "test", "endpoint", "bucket",
		"region", "tls", "ca_file", "credentials", "client_config",
		"concurrency", "n_requests", "timeout_seconds",
		"operation_timeout_seconds", "warm_up_seconds", "rate",
		"params", "plan", "records", "verify", "replica", "replicas",
		"seed",
	};
	struct run_request request;
	struct trial trial;
	json_t *packet, *verify;

	(void)state;
	make_request(&request, &trial);
	packet = setup_of(&request, 1);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		assert_non_null(json_object_get(packet, members[i]));
	assert_int_equal(json_object_size(packet),
			 sizeof(members) / sizeof(*members));
	check_text(packet, "endpoint", "http://b");
	check_text(packet, "plan", "/proc/self/fd/4");
	check_text(packet, "ca_file", "/proc/self/fd/8");
	check_text(json_object_get(packet, "records"), "path",
		   "/proc/self/fd/9");
	verify = json_object_get(packet, "verify");
	check_text(verify, "proof_bytes", "/proc/self/fd/6");
	assert_true(json_is_null(json_object_get(verify, "burst")));
	assert_true(json_is_null(json_object_get(packet, "n_requests")));
	assert_true(json_is_null(json_object_get(packet, "rate")));
	assert_true(json_is_null(json_object_get(packet, "credentials")));
	assert_int_equal(json_integer_value(json_object_get(packet,
							    "replica")), 1);
	json_decref(packet);
	trial_release(&trial);
}

#define VERSIONS "\"versions\":{\"library\":\"1\",\"runtime\":\"2\"}"
#define READY "{\"type\":\"ready\",\"protocol\":1," VERSIONS

/* Each replica is spoken to in its library's version, and answers in it. */
static void protocols(void **state)
{
	static const char *const answers[] = {
		READY "}", "{\"type\":\"ready\",\"protocol\":2," VERSIONS "}"
	};
	struct run_request request;
	struct trial trial;

	(void)state;
	make_request(&request, &trial);
	for (unsigned version = 1; version <= 2; version++) {
		json_t *packet, *answer;
		struct err err;

		trial.replica[1].protocol = version;
		packet = setup_of(&request, 1);
		assert_int_equal(json_integer_value(json_object_get(
					 packet, "protocol")), version);
		json_decref(packet);
		for (unsigned i = 0; i < 2; i++) {
			answer = json_loads(answers[i], 0, NULL);
			assert_int_equal(packet_read_ready(
						 answer, &trial.replica[1],
						 &err),
					 i + 1 == version ? 0 : ERR_CONFLICT);
			json_decref(answer);
		}
		assert_true(version == 2 ||
			    strstr(err.text, "speaks version 2"));
	}
	trial_release(&trial);
}

static void setup_secrets(void **state)
{
	struct credentials credentials = { "id", "secret", NULL };
	struct run_request request;
	struct trial trial;
	json_t *packet, *part;

	(void)state;
	make_request(&request, &trial);
	trial.spec.credentials = &credentials;
	packet = setup_of(&request, 0);
	part = json_object_get(packet, "credentials");
	check_text(part, "secret_access_key", "secret");
	assert_true(json_is_null(json_object_get(part, "session_token")));
	json_decref(packet);
	trial_release(&trial);
}

static void setup_too_large(void **state)
{
	struct run_request request;
	struct trial trial;
	struct err err;
	char *text, *path = mem_new(70000);
	struct credentials keys = { "a", "b", NULL };

	(void)state;
	memset(path, 'x', 69999);
	make_request(&request, &trial);
	request.trial->spec.credentials = &keys;
	keys.session_token = path;
	assert_int_equal(packet_setup(&request, 0, &text, &err), ERR_USAGE);
	assert_null(text);
	keys.session_token = "/\xff";
	assert_int_equal(packet_setup(&request, 0, &text, &err), ERR_USAGE);
	assert_non_null(strstr(err.text, "UTF-8"));
	free(path);
	trial_release(&trial);
}

/* ready/done: text, expected code, part of the sentence. */
struct reading {
	const char *packet;
	int code;
	const char *text;
};

static const struct reading readies[] = {
	{ READY "}", 0, NULL },
	{ READY ",\"news\":[{}],\"notes\":null,\"not_applied\":[]}", 0, NULL },
	{ "{\"type\":\"ready\"," VERSIONS "}", ERR_INVALID, "'protocol'" },
	{ "{\"type\":\"ready\",\"protocol\":7}", ERR_CONFLICT, "version 7" },
	{ "{\"type\":\"ready\",\"protocol\":\"1\"}", ERR_INVALID,
	  "'protocol'" },
	{ "{\"type\":\"ready\",\"protocol\":-1}", ERR_INVALID, "'protocol'" },
	{ "{\"type\":\"ready\",\"protocol\":1}", ERR_INVALID, "'versions'" },
	{ READY ",\"notes\":\"x\"}", ERR_INVALID, "'notes'" },
	{ READY ",\"notes\":[1]}", ERR_INVALID, "'notes'" },
	{ READY ",\"not_applied\":{}}", ERR_INVALID, "'not_applied'" },
	{ READY ",\"import_seconds\":\"1\"}", ERR_INVALID,
	  "'import_seconds'" },
	{ READY ",\"clock_ns\":5}", 0, NULL },
	{ READY ",\"clock_ns\":-5}", ERR_INVALID, "'clock_ns'" },
	{ READY ",\"pause\":false}", 0, NULL },
	{ READY ",\"pause\":1}", ERR_INVALID, "'pause'" },
};

#define DONE(a, b, c, rest)                                                    \
	"{\"type\":\"done\",\"started\":" #a ",\"finished\":" #b               \
	",\"unfinished\":" #c rest "}"
#define STOP ",\"stopped_by\":\"deadline\",\"end_ns\":5"

static const struct reading dones[] = {
	{ DONE(3, 2, 1, STOP), 0, NULL },
	{ DONE(3, 3, 1, STOP), ERR_INVALID, "'started'" },
	{ DONE(3, 4, -1, STOP), ERR_INVALID, "'unfinished'" },
	{ DONE(3.5, 3, 0, STOP), ERR_INVALID, "'started'" },
	/* 2^64 - 1 as a difference that wraps round */
	{ DONE(0, 1, 9223372036854775807, STOP), ERR_INVALID, "'started'" },
	{ DONE(3, 2, 1, ""), ERR_INVALID, "'end_ns'" },
	{ DONE(3, 2, 1, ",\"end_ns\":5"), ERR_INVALID, "'stopped_by'" },
	{ DONE(3, 2, 1, ",\"end_ns\":5,\"stopped_by\":3"), ERR_INVALID,
	  "'stopped_by'" },
	{ DONE(3, 2, 1, ",\"end_ns\":5,\"stopped_by\":\"finish\""), 0, NULL },
	{ DONE(3, 2, 1, ",\"end_ns\":5,\"stopped_by\":\"finished\""),
	  ERR_INVALID, "'stopped_by'" },
	{ DONE(3, 2, 1, STOP ",\"failures\":null"), 0, NULL },
	{ DONE(3, 2, 1, STOP ",\"failures\":[]"), ERR_INVALID, "'failures'" },
	{ DONE(3, 2, 1, STOP ",\"failures\":{\"other\":5}"), ERR_INVALID,
	  "'failures'" },
};

#define PAUSED(a, b, c)                                                        \
	"{\"type\":\"paused\",\"started\":" a ",\"finished\":" b               \
	",\"unfinished\":" c "}"

static const struct reading pauseds[] = {
	{ PAUSED("3", "2", "1"), 0, NULL },
	{ PAUSED("3", "3", "1"), ERR_INVALID, "'paused': 'started'" },
	{ PAUSED("3", "4", "-1"), ERR_INVALID, "'unfinished'" },
	{ PAUSED("\"3\"", "3", "0"), ERR_INVALID, "'started'" },
	{ PAUSED("0", "1", "9223372036854775807"), ERR_INVALID, "'started'" },
	{ "{\"type\":\"paused\",\"started\":3,\"finished\":3}", ERR_INVALID,
	  "'unfinished'" },
};

static int read_paused(const json_t *packet, struct replica *replica,
		       struct err *err)
{
	struct packet_counts counts = { 0 };

	(void)replica;
	return packet_read_paused(packet, &counts, err);
}

static void check_reading(const struct reading *want, const char *type,
			  int (*read)(const json_t *, struct replica *,
				      struct err *))
{
	struct replica replica = { .protocol = 1 };
	const char *got_type;
	json_t *packet;
	struct err err;

	assert_int_equal(packet_parse(want->packet, strlen(want->packet),
				      &packet, &got_type, &err), 0);
	assert_string_equal(got_type, type);
	if (read(packet, &replica, &err) != want->code)
		fail_msg("%s: not %d: %s", want->packet, want->code, err.text);
	if (want->text && !strstr(err.text, want->text))
		fail_msg("%s: %s", want->packet, err.text);
	free(replica.versions_json);
	free(replica.not_applied);
	free(replica.notes);
	json_decref(packet);
}

static void readings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(readies) / sizeof(*readies); i++)
		check_reading(&readies[i], "ready", packet_read_ready);
	for (size_t i = 0; i < sizeof(dones) / sizeof(*dones); i++)
		check_reading(&dones[i], "done", packet_read_done);
	for (size_t i = 0; i < sizeof(pauseds) / sizeof(*pauseds); i++)
		check_reading(&pauseds[i], "paused", read_paused);
}

static void pauses_only_if_it_says_so(void **state)
{
	static const char *const packets[] = { READY "}",
					       READY ",\"pause\":true}" };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct replica replica = { .protocol = 1 };
		json_t *json = json_loads(packets[i], 0, NULL);
		struct err err;

		assert_int_equal(packet_read_ready(json, &replica, &err), 0);
		assert_int_equal(replica.pauses, i);
		free(replica.versions_json);
		free(replica.not_applied);
		free(replica.notes);
		json_decref(json);
	}
}

static void check_told(char *text, const char *want)
{
	assert_string_equal(text, want);
	free(text);
}

static void told(void **state)
{
	(void)state;
	check_told(packet_go(5), "{\"type\":\"go\",\"at_ns\":5}");
	check_told(packet_pause(), "{\"type\":\"pause\"}");
	check_told(packet_finish(), "{\"type\":\"finish\"}");
	check_told(packet_bye(), "{\"type\":\"bye\"}");
}

/* Each of a list is one line of the output, with no command to a terminal. */
static void lists(void **state)
{
	static const char packet[] =
		"{\"type\":\"ready\",\"protocol\":1,\"versions\":{"
		"\"library\":\"\\u009b\\u202e1\",\"runtime\":\"2\"},"
		"\"not_applied\":[\"a\\nb\",\"c\\u001b[2J\"],"
		      "\"notes\":[\"one\\ntwo\\u0007\",\"three\"]}";
	struct replica replica = { .protocol = 1, .tests = "00ff" };
	const char *type;
	json_t *json;
	struct err err;

	(void)state;
	assert_int_equal(packet_parse(packet, strlen(packet), &json, &type,
				      &err), 0);
	assert_int_equal(packet_read_ready(json, &replica, &err), 0);
	assert_string_equal(replica.not_applied, "a b,c?[2J");
	assert_string_equal(replica.notes, "one two?\nthree");
	assert_string_equal(replica.versions_json,
			    "{\"library\":\"\\u009B\\u202E1\","
			    "\"runtime\":\"2\",\"tests\":\"00ff\"}");
	free(replica.versions_json);
	free(replica.not_applied);
	free(replica.notes);
	json_decref(json);
}

/* Untrusted texts become parts of sentences. */
static void failure_texts(void **state)
{
	struct replica replica = { 0 };
	const char *type;
	char packet[2000], many[1001];
	json_t *json;
	struct err err;

	(void)state;
	memset(many, 'x', 1000);
	many[1000] = '\0';
	snprintf(packet, sizeof(packet),
		 DONE(3, 2, 1, STOP ",\"failures\":{\"timeout\":\"a; b\\n"
				    "\\u001b[31mc\",\"news\":\"d\",\"ok\":"
				    "\"e\",\"reset\":\"%s\"}"), many);
	assert_int_equal(packet_parse(packet, strlen(packet), &json, &type,
				      &err), 0);
	for (int i = 0; i < 2; i++) /* twice leaks nothing */
		assert_int_equal(packet_read_done(json, &replica, &err), 0);
	assert_string_equal(replica.failure_text[OUTCOME_TIMEOUT],
			    "a, b ?[31mc");
	assert_int_equal(strlen(replica.failure_text[OUTCOME_RESET]), 400);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
		if (i != OUTCOME_TIMEOUT && i != OUTCOME_RESET)
			assert_null(replica.failure_text[i]);
		free(replica.failure_text[i]);
	}
	json_decref(json);
}

static void not_packets(void **state)
{
	static const char *const texts[] = {
		"", "x", "{", "[]", "5", "null", "{}", "{\"type\":5}",
		"{\"type\":\"a\",\"type\":\"b\"}", "{\"type\":\"\\u0000\"}",
		"{\"type\":\"ready\"} x", "{\"type\":\"\xff\"}",
	};
	const char *type;
	json_t *packet;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (packet_parse(texts[i], strlen(texts[i]), &packet, &type,
				 &err) != ERR_INVALID)
			fail_msg("accepted: %s", texts[i]);
		assert_null(packet);
	}
}

static void check_clean(const char *given, const char *want)
{
	char *text = mem_dup(given);

	text_clean(text);
	assert_string_equal(text, want);
	free(text);
}

static void clean(void **state)
{
	char line[] = "a\nb\tc\x1b \n";

	(void)state;
	check_clean("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x99\x82\n\t",
		    "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x99\x82\n\t");
	check_clean("\x1b[1m\x7f\r", "?[1m??");
	check_clean("\xff\xc3", "??");             /* cut */
	check_clean("\xe2\x82", "??");             /* cut */
	check_clean("\xc0\xaf", "??");             /* overlong */
	check_clean("\xe0\x80\xaf", "???");        /* overlong */
	check_clean("\xed\xa0\x80", "???");        /* surrogate */
	check_clean("\xf4\x90\x80\x80", "????");   /* above U+10FFFF */
	check_clean("\xc2\x9b" "2J", "??2J");      /* C1: CSI */
	check_clean("a\xe2\x80\xae" "b", "a???b"); /* U+202E turns b */
	check_clean("\xe2\x81\xa6\xd8\x9c", "?????");     /* 2066, 061C */
	check_clean("\xe2\x80\xa8\xe2\x80\xa9", "??????"); /* 2028, 2029 */
	check_clean("\xe2\x80\x8b\xef\xbb\xbf", "??????"); /* 200B, FEFF */
	check_clean("\xf3\xa0\x81\x81", "????");   /* U+E0041, a tag */
	check_clean("\xe2\x80\x8d\xe2\x80\xa7\xe2\x80\xaf",
		    "\xe2\x80\x8d\xe2\x80\xa7\xe2\x80\xaf"); /* seen, or joins */
	text_clean_line(line);
	assert_string_equal(line, "a b c?");
}

static void tail_keeps_the_end(void **state)
{
	struct tail tail = { 0 };
	char piece[1000], last[20], *text;

	(void)state;
	assert_null(tail_text(&tail));
	tail_last_line(&tail, last, sizeof(last));
	assert_string_equal(last, "");
	for (int i = 0; i < 1000; i++) {
		memset(piece, 'a' + i % 26, sizeof(piece));
		tail_add(&tail, piece, sizeof(piece));
	}
	tail_add(&tail, "\nthe end\n \n", 11);
	text = tail_text(&tail);
	assert_int_equal(strlen(text), TAIL_BYTES);
	/* The piece before the last is whole and the one before. */
	assert_true(text[TAIL_BYTES - 12] == 'a' + 999 % 26);
	assert_true(text[TAIL_BYTES - 11 - 1001] == 'a' + 998 % 26);
	free(text);
	tail_last_line(&tail, last, sizeof(last));
	assert_string_equal(last, "the end");
	tail_last_line(&tail, last, 4);
	assert_string_equal(last, "the");
	tail_release(&tail);
}

static void check_last_line(const char *printed, const char *want)
{
	struct tail tail = { 0 };
	char last[80];

	tail_add(&tail, printed, strlen(printed));
	tail_last_line(&tail, last, sizeof(last));
	assert_string_equal(last, want);
	tail_release(&tail);
}

static void tail_tells_the_place(void **state)
{
	(void)state;
	check_last_line("  File \"/x/tests/odd/a.py\", line 3\n    def\n"
			"       ^\nSyntaxError: invalid syntax\n",
			"SyntaxError: invalid syntax (odd/a.py, line 3)");
	check_last_line("Traceback (most recent call last):\n"
			"  File \"/x/odd/a.py\", line 12, in <module>\n"
			"    os.execvp(name)\n"
			"  File \"<frozen os>\", line 574, in execvp\n"
			"FileNotFoundError: [Errno 2] No such file\n",
			"FileNotFoundError: [Errno 2] No such file "
			"(odd/a.py, line 12)");
	check_last_line("  File \"/usr/lib/python3/x.py\", line 2, in y\nE: z",
			"E: z (python3/x.py, line 2)");
	check_last_line("  File \"a.py\", line 2\nE: z", "E: z (a.py, line 2)");
	/* No exception's. */
	check_last_line("  File \"a.py\", line 2\n\nother\nend", "end");
	check_last_line("  File \"a.py\", line x\nend", "end");
	check_last_line("  File \"a.py\", line 2", "  File \"a.py\", line 2");
}

static void tail_large_piece(void **state)
{
	char *piece = mem_new(3 * TAIL_BYTES), *text;
	struct tail tail = { 0 };

	(void)state;
	memset(piece, 'x', 3 * TAIL_BYTES);
	piece[3 * TAIL_BYTES - 1] = '\0'; /* a binary byte */
	tail_add(&tail, piece, 3 * TAIL_BYTES);
	text = tail_text(&tail);
	assert_int_equal(strlen(text), TAIL_BYTES);
	assert_true(text[TAIL_BYTES - 1] == '?');
	free(text);
	free(piece);
	tail_release(&tail);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(setup),
		cmocka_unit_test(protocols),
		cmocka_unit_test(setup_secrets),
		cmocka_unit_test(setup_too_large),
		cmocka_unit_test(readings),
		cmocka_unit_test(pauses_only_if_it_says_so),
		cmocka_unit_test(told),
		cmocka_unit_test(lists),
		cmocka_unit_test(failure_texts),
		cmocka_unit_test(not_packets),
		cmocka_unit_test(clean),
		cmocka_unit_test(tail_keeps_the_end),
		cmocka_unit_test(tail_tells_the_place),
		cmocka_unit_test(tail_large_piece),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
