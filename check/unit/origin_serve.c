/* Requests and answers over a real socket. */
#include "origin_shared.h"

static void gets_an_object(void **state)
{
	struct http_answer a;

	(void)state;
	fx_get(&fx, "/bucket/hello", "", &a);
	assert_int_equal(a.status, 200);
	assert_true(a.whole);
	assert_int_equal(a.body.len, 1000);
	assert_memory_equal(a.body.buf, fx.source->bytes, 1000);
	http_assert_header(&a, "Content-Length", "1000");
	http_assert_header(&a, "Content-Type", "image/tiff");
	http_assert_header(&a, "ETag", FX_ETAG);
	http_assert_header(&a, "Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT");
	http_assert_header(&a, "Accept-Ranges", "bytes");
	http_assert_header(&a, "Content-Range", "");
	http_assert_header(&a, "Connection", "");
	http_assert_header(&a, "Content-Encoding", "");
	assert_int_equal(strlen(http_header(&a, "x-amz-request-id")), 16);
	assert_int_equal(strlen(http_header(&a, "x-amz-id-2")), 64);
	assert_int_equal(strlen(http_header(&a, "Date")), 29);
	assert_true(strlen(http_header(&a, "Server")) > 0);
	http_answer_release(&a);
}

static void gets_ranges(void **state)
{
	static const struct {
		const char *range, *content_range;
		unsigned status;
		size_t start, length;
	} cases[] = {
		{ "bytes=0-0", "bytes 0-0/1000", 206, 0, 1 },
		{ "bytes=10-19", "bytes 10-19/1000", 206, 10, 10 },
		{ "bytes=0-999", "bytes 0-999/1000", 206, 0, 1000 },
		{ "bytes=990-2000", "bytes 990-999/1000", 206, 990, 10 },
		{ "bytes=500-", "bytes 500-999/1000", 206, 500, 500 },
		{ "bytes=-1", "bytes 999-999/1000", 206, 999, 1 },
		{ "bytes=-5000", "bytes 0-999/1000", 206, 0, 1000 },
		{ "bytes=0-1,5-6", "", 200, 0, 1000 },
		{ "bytes=5-1", "", 200, 0, 1000 },
	};
	int fd = fx_connect(&fx);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *line = mem_printf("Range: %s\r\n", cases[i].range);
		struct http_answer a;

		fx_ask(fd, "GET", "/bucket/hello", line, &a);
		assert_int_equal(a.status, cases[i].status);
		http_assert_header(&a, "Content-Range", cases[i].content_range);
		assert_int_equal(a.body.len, cases[i].length);
		assert_memory_equal(a.body.buf,
				    fx.source->bytes + cases[i].start,
				    cases[i].length);
		http_answer_release(&a);
		free(line);
	}
	close(fd);
}

/* Through the scratch, through pages of memory, across both. */
static void gets_large_ranges(void **state)
{
	static const struct {
		const char *target;
		uint64_t size;
	} objects[] = { { "/bucket/big", FX_BIG_BYTES },
			{ "/bucket/scratch", 3 << 20 } };
	struct rng rng;
	int fd = fx_connect(&fx);

	(void)state;
	rng_init(&rng, 1);
	for (int i = 0; i < 40; i++) {
		uint64_t size = objects[i % 2].size;
		uint64_t start = rng_below(&rng, size);
		uint64_t n = rng_below(&rng, size - start) + 1;
		char *line = mem_printf(
			"Range: bytes=%llu-%llu\r\n", (unsigned long long)start,
			(unsigned long long)(start + n - 1));
		struct http_answer a;

		fx_ask(fd, "GET", objects[i % 2].target, line, &a);
		assert_int_equal(a.status, 206);
		assert_int_equal(a.body.len, n);
		assert_true(memcmp(a.body.buf, fx.source->bytes + start, n) ==
			    0);
		http_answer_release(&a);
		free(line);
	}
	close(fd);
}

static void refuses_a_range(void **state)
{
	struct http_answer a;

	(void)state;
	fx_get(&fx, "/bucket/hello", "Range: bytes=1000-\r\n", &a);
	assert_int_equal(a.status, 416);
	http_assert_header(&a, "Content-Range", "bytes */1000");
	http_assert_header(&a, "Content-Type", "application/xml");
	assert_true(http_has(&a, "<Code>InvalidRange</Code>"));
	assert_true(http_has(&a, "<RangeRequested>bytes=1000-"
			       "</RangeRequested>"));
	assert_true(http_has(&a, "<ActualObjectSize>1000</ActualObjectSize>"));
	assert_true(http_has(&a, "<Key>hello</Key>"));
	http_answer_release(&a);
	fx_get(&fx, "/bucket/empty", "Range: bytes=0-\r\n", &a);
	assert_int_equal(a.status, 416);
	http_answer_release(&a);
	fx_get(&fx, "/bucket/empty", "", &a);
	assert_int_equal(a.status, 200);
	http_assert_header(&a, "Content-Length", "0");
	http_answer_release(&a);
}

static void answers_head(void **state)
{
	struct http_answer a;
	int fd = fx_connect(&fx);

	(void)state;
	fx_ask(fd, "HEAD", "/bucket/hello", "", &a);
	assert_int_equal(a.status, 200);
	http_assert_header(&a, "Content-Length", "1000");
	http_assert_header(&a, "ETag", FX_ETAG);
	http_answer_release(&a);
	fx_ask(fd, "HEAD", "/bucket/hello", "Range: bytes=1-2\r\n", &a);
	assert_int_equal(a.status, 206);
	http_assert_header(&a, "Content-Length", "2");
	http_assert_header(&a, "Content-Range", "bytes 1-2/1000");
	http_answer_release(&a);
	fx_ask(fd, "HEAD", "/bucket/missing", "", &a);
	assert_int_equal(a.status, 404);
	http_answer_release(&a);
	fx_ask(fd, "HEAD", "/bucket/hello", "Range: bytes=5000-\r\n", &a);
	assert_int_equal(a.status, 416);
	http_answer_release(&a);
	fx_ask(fd, "HEAD", "/bucket", "", &a);
	assert_int_equal(a.status, 200);
	http_assert_header(&a, "x-amz-bucket-region", "us-east-1");
	http_answer_release(&a);
	fx_ask(fd, "HEAD", "/nobucket", "", &a);
	assert_int_equal(a.status, 404);
	http_answer_release(&a);
	/* None of them had a body: the next answer comes right behind. */
	fx_ask(fd, "GET", "/bucket/dir/two", "", &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body.len, 2);
	http_answer_release(&a);
	close(fd);
}

/* Each keeps the connection; the texts are what clients look for. */
static void answers_errors(void **state)
{
	static const struct {
		const char *target, *lines;
		unsigned status;
		const char *has;
	} cases[] = {
		{ "/bucket/missing", "", 404, "<Code>NoSuchKey</Code>" },
		{ "/bucket/a%26%3C", "", 404, "<Key>a&amp;&lt;</Key>" },
		{ "/nobucket/k", "", 404, "<Code>NoSuchBucket</Code>" },
		{ "/no%3Cbucket", "", 404,
		  "<BucketName>no&lt;bucket</BucketName>" },
		{ "/bucket/broken", "", 500, "<Code>InternalError</Code>" },
		{ "/bucket/gone", "", 500, "<Code>InternalError</Code>" },
		{ "/bucket/%zz", "", 400, "<Code>InvalidURI</Code>" },
		{ "//x", "", 400, "<Code>InvalidURI</Code>" },
		{ "/bucket?max-keys=x", "", 400,
		  "<ArgumentName>max-keys</ArgumentName>" },
		{ "/bucket/%ae%8a-", "", 400, "<Code>InvalidURI</Code>" },
		{ "/%ff/k", "", 400, "<Code>InvalidURI</Code>" },
		{ "/bucket/%c2%ae%c2%8a-", "", 404, "<Code>NoSuchKey</Code>" },
		{ "/bucket?prefix=%80", "", 400, "<Code>InvalidURI</Code>" },
		{ "/bucket/hello", "If-Match: \"x\"\r\n", 412,
		  "<Condition>If-Match</Condition>" },
	};
	int fd = fx_connect(&fx);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_answer a;

		fx_ask_for(fd, "GET", cases[i].target, cases[i].lines,
			   cases[i].status, cases[i].has, &a);
		http_assert_header(&a, "Content-Type", "application/xml");
		assert_true(http_has(&a, http_header(&a, "x-amz-request-id")));
		assert_true(http_has(&a, http_header(&a, "x-amz-id-2")));
		http_answer_release(&a);
	}
	close(fd);
}

static void refuses_long_keys(void **state)
{
	struct str target = STR_INIT;
	struct http_answer a;

	(void)state;
	str_add(&target, "/bucket/");
	for (int i = 0; i < OBJECT_KEY_MAX; i++)
		str_add_char(&target, 'k');
	fx_get(&fx, target.buf, "", &a);
	assert_int_equal(a.status, 404);
	http_answer_release(&a);
	str_add_char(&target, 'k');
	fx_get(&fx, target.buf, "", &a);
	assert_int_equal(a.status, 400);
	assert_true(http_has(&a, "<Code>KeyTooLongError</Code>"));
	http_answer_release(&a);
	str_release(&target);
}

static void checks_conditions(void **state)
{
	struct http_answer a;
	int fd = fx_connect(&fx);

	(void)state;
	fx_ask(fd, "GET", "/bucket/hello", "If-None-Match: " FX_ETAG "\r\n",
	       &a);
	assert_int_equal(a.status, 304);
	http_assert_header(&a, "ETag", FX_ETAG);
	http_assert_header(&a, "Content-Length", "");
	http_answer_release(&a);
	fx_ask(fd, "GET", "/bucket/hello",
	       "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n", &a);
	assert_int_equal(a.status, 304);
	http_answer_release(&a);
	fx_ask(fd, "GET", "/bucket/hello",
	       "If-Unmodified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n", &a);
	assert_int_equal(a.status, 412);
	http_answer_release(&a);
	fx_ask(fd, "GET", "/bucket/hello",
	       "If-Match: " FX_ETAG "\r\nRange: bytes=0-4\r\n", &a);
	assert_int_equal(a.status, 206);
	http_answer_release(&a);
	fx_ask(fd, "GET", "/bucket/hello",
	       "If-Range: \"other\"\r\nRange: bytes=0-4\r\n", &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body.len, 1000);
	http_answer_release(&a);
	close(fd);
}

static void lists(void **state)
{
	struct http_answer a;
	int fd = fx_connect(&fx);

	(void)state;
	fx_ask(fd, "GET", "/bucket?list-type=2&prefix=dir/", "", &a);
	assert_int_equal(a.status, 200);
	http_assert_header(&a, "Content-Type", "application/xml");
	assert_true(http_has(&a, "<Key>dir/one</Key>"));
	assert_true(http_has(&a, "<KeyCount>2</KeyCount>"));
	http_answer_release(&a);
	fx_ask(fd, "GET", "/bucket/?delimiter=%2F&max-keys=1", "", &a);
	assert_true(http_has(&a, "<NextMarker>a b/</NextMarker>"));
	http_answer_release(&a);
	fx_ask(fd, "GET", "/", "", &a);
	assert_int_equal(a.status, 200);
	assert_true(http_has(&a, "<Name>bucket</Name>"));
	http_answer_release(&a);
	fx_ask(fd, "GET", "/bucket?location", "", &a);
	assert_int_equal(a.status, 200);
	assert_true(http_has(&a, "<LocationConstraint"));
	http_answer_release(&a);
	close(fd);
}

static void ignores_signatures(void **state)
{
	struct http_answer a;

	(void)state;
	fx_get(&fx, "/bucket/hello?X-Amz-Signature=00&x-id=GetObject",
	       "Authorization: AWS4-HMAC-SHA256 nonsense\r\n"
	       "x-amz-checksum-mode: ENABLED\r\n"
	       "Accept-Encoding: gzip, deflate\r\n",
	       &a);
	assert_int_equal(a.status, 200);
	http_assert_header(&a, "Content-Encoding", "");
	assert_memory_equal(a.body.buf, fx.source->bytes, 1000);
	http_answer_release(&a);
}

/* What is said, what the answer says, and whether the connection ends. */
static void closes_when_told(void **state)
{
	static const struct {
		const char *version, *lines, *connection;
		bool closes;
	} cases[] = {
		{ "1.1", "", "", false },
		{ "1.1", "Connection: keep-alive\r\n", "keep-alive", false },
		{ "1.1", "Connection: close\r\n", "close", true },
		{ "1.1", "Connection: Close, TE\r\n", "close", true },
		{ "1.0", "", "close", true },
		{ "1.0", "Connection: close\r\n", "close", true },
		{ "1.0", "Connection: Keep-Alive\r\n", "keep-alive", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = fx_connect(&fx);
		char *text = mem_printf("GET /bucket/hello HTTP/%s\r\n"
					"Host: x\r\n%s\r\n",
					cases[i].version, cases[i].lines);
		struct http_answer a;

		http_say(fd, text);
		assert_true(http_read(fd, true, &a));
		assert_int_equal(a.status, 200);
		assert_true(a.whole);
		http_assert_header(&a, "Connection", cases[i].connection);
		http_answer_release(&a);
		if (cases[i].closes) {
			assert_true(http_is_closed(fd));
		} else {
			fx_ask(fd, "GET", "/bucket/dir/one", "", &a);
			assert_int_equal(a.status, 200);
			http_answer_release(&a);
		}
		close(fd);
		free(text);
	}
}

static void answers_a_pipeline(void **state)
{
	struct str text = STR_INIT;
	struct http_answer a;
	int fd = fx_connect(&fx);

	(void)state;
	for (int i = 0; i < 600; i++)
		str_addf(&text,
			 "GET /bucket/%s HTTP/1.1\r\nHost: x\r\n"
			 "Range: bytes=%d-%d\r\n\r\n",
			 i % 50 == 7 ? "big" : "hello", i, i + i);
	str_add(&text, "HEAD /bucket/hello HTTP/1.1\r\nHost: x\r\n\r\n"
		       "GET /bucket/dir/two HTTP/1.1\r\nHost: x\r\n"
		       "Connection: close\r\n\r\n"
		       "GET /bucket/never HTTP/1.1\r\nHost: x\r\n\r\n");
	http_say(fd, text.buf);
	for (int i = 0; i < 600; i++) {
		assert_true(http_read(fd, true, &a));
		assert_int_equal(a.status, 206);
		assert_memory_equal(a.body.buf, fx.source->bytes + i,
				    a.body.len);
		http_answer_release(&a);
	}
	assert_true(http_read(fd, false, &a));
	assert_int_equal(a.status, 200);
	http_answer_release(&a);
	assert_true(http_read(fd, true, &a));
	assert_int_equal(a.body.len, 2);
	http_answer_release(&a);
	assert_true(http_is_closed(fd)); /* and the last one is not answered */
	close(fd);
	str_release(&text);
}

static void takes_a_head_in_pieces(void **state)
{
	static const char text[] = "GET /bucket/dir/two HTTP/1.1\r\n"
				   "Host: x\r\n\r\n";
	struct http_answer a;
	int fd = fx_connect(&fx);

	(void)state;
	for (int twice = 0; twice < 2; twice++) {
		for (size_t i = 0; i < sizeof(text) - 1; i++) {
			uint64_t before = atomic_load(&fx.row->received_bytes);

			assert_int_equal(send(fd, text + i, 1, MSG_NOSIGNAL),
					 1);
			fx_wait(&fx.row->received_bytes, before + 1);
		}
		assert_true(http_read(fd, true, &a));
		assert_int_equal(a.body.len, 2);
		http_answer_release(&a);
	}
	close(fd);
}

static void answers_a_half_closed_peer(void **state)
{
	struct http_answer a;
	int fd = fx_connect(&fx);

	(void)state;
	http_say(fd, "GET /bucket/big HTTP/1.1\r\nHost: x\r\n\r\n");
	shutdown(fd, SHUT_WR);
	assert_true(http_read(fd, true, &a));
	assert_true(a.whole);
	assert_int_equal(a.body.len, FX_BIG_BYTES);
	http_answer_release(&a);
	assert_true(http_is_closed(fd));
	close(fd);
}

/* Refused, answered, and the answer arrives although the peer still sends. */
static void refuses_and_closes(void **state)
{
	static const struct {
		const char *text;
		unsigned status;
		const char *code;
	} cases[] = {
		{ "PUT /bucket/k HTTP/1.1\r\nHost: x\r\n"
		  "Content-Length: 4000000\r\nExpect: 100-continue\r\n\r\n",
		  405, "MethodNotAllowed" },
		{ "POST /bucket?delete HTTP/1.1\r\nHost: x\r\n"
		  "Content-Length: 1\r\n\r\n",
		  405, "MethodNotAllowed" },
		{ "DELETE /bucket/k HTTP/1.1\r\nHost: x\r\n\r\n", 405,
		  "MethodNotAllowed" },
		{ "GET /bucket/hello HTTP/1.1\r\nHost: x\r\n"
		  "Content-Length: 1\r\n\r\n",
		  400, "InvalidRequest" },
		{ "PUT /bucket/k HTTP/1.1\r\nHost: x\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n",
		  501, "NotImplemented" },
		{ "GET /bucket/hello HTTP/1.1\r\n\r\n", 400, "BadRequest" },
		{ "GET /bucket/hello HTTP/3.0\r\n\r\n", 505,
		  "HttpVersionNotSupported" },
		{ "\x16\x03\x01\x02", 400, "BadRequest" },
	};
	static char more[1 << 16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = fx_connect(&fx);
		struct http_answer a;

		http_say(fd, cases[i].text);
		for (int k = 0; k < 20; k++)
			send(fd, more, sizeof(more), MSG_NOSIGNAL);
		if (!http_read(fd, true, &a))
			fail_msg("no answer to %s", cases[i].text);
		assert_int_equal(a.status, cases[i].status);
		assert_true(a.whole);
		assert_true(http_has(&a, cases[i].code));
		http_assert_header(&a, "Connection", "close");
		http_answer_release(&a);
		assert_true(http_is_closed(fd));
		close(fd);
	}
}

static void refuses_a_huge_head(void **state)
{
	struct str text = STR_INIT;
	struct http_answer a;
	int fd = fx_connect(&fx);

	(void)state;
	str_add(&text, "GET /bucket/hello HTTP/1.1\r\nHost: x\r\nA: ");
	while (text.len < 40000)
		str_add(&text, "aaaaaaaaaaaaaaaa");
	http_say(fd, text.buf);
	assert_true(http_read(fd, true, &a));
	assert_int_equal(a.status, 400);
	assert_true(http_has(&a, "<Code>RequestHeaderSectionTooLarge</Code>"));
	http_answer_release(&a);
	close(fd);
	str_release(&text);
}

/* The bytes end in the middle: the connection is cut, nothing is made up. */
static void cuts_what_it_has_not(void **state)
{
	struct http_answer a;
	uint64_t aborted = atomic_load(&fx.row->aborted);
	int fd = fx_connect(&fx);

	(void)state;
	fx_ask(fd, "GET", "/bucket/short", "", &a);
	assert_int_equal(a.status, 200);
	assert_false(a.whole);
	assert_int_equal(a.body.len, 1 << 20);
	assert_true(memcmp(a.body.buf, fx.source->bytes, 1 << 20) == 0);
	http_answer_release(&a);
	assert_true(http_is_closed(fd));
	close(fd);
	fx_wait(&fx.row->aborted, aborted + 1);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(gets_an_object),
		cmocka_unit_test(gets_ranges),
		cmocka_unit_test(gets_large_ranges),
		cmocka_unit_test(refuses_a_range),
		cmocka_unit_test(answers_head),
		cmocka_unit_test(answers_errors),
		cmocka_unit_test(refuses_long_keys),
		cmocka_unit_test(checks_conditions),
		cmocka_unit_test(lists),
		cmocka_unit_test(ignores_signatures),
		cmocka_unit_test(closes_when_told),
		cmocka_unit_test(answers_a_pipeline),
		cmocka_unit_test(takes_a_head_in_pieces),
		cmocka_unit_test(answers_a_half_closed_peer),
		cmocka_unit_test(refuses_and_closes),
		cmocka_unit_test(refuses_a_huge_head),
		cmocka_unit_test(cuts_what_it_has_not),
	};

	return cmocka_run_group_tests_name("origin_serve", checks, fx_setup,
					   fx_teardown);
}
