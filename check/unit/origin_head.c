/* The request head, and what follows from it: path, query. */
#include "check.h"

#include "base/mem.h"
#include "origin/head.h"
#include "origin/target.h"

#include <stdlib.h>

#define H "Host: x\r\n"
#define GET "GET /b/k HTTP/1.1\r\n"

static int parse(const char *text, struct head *head)
{
	return head_parse(text, strlen(text), head);
}

static void assert_view(struct view view, const char *text)
{
	assert_int_equal(view.len, strlen(text));
	assert_memory_equal(view.at, text, view.len);
}

static void accepts(void **state)
{
	static const char *const good[] = {
		GET H "\r\n",
		"\r\n" GET H "\r\n",
		"HEAD / HTTP/1.1\r\n" H "\r\n",
		"GET / HTTP/1.0\r\n\r\n",
		"DELETE /b/k HTTP/1.1\r\n" H "\r\n",
		"M-SEARCH! /b/k HTTP/1.1\r\n" H "\r\n",
		"GET /b/{k}\"<>\\^`|?a=%%& HTTP/1.1\r\n" H "\r\n",
		"GET http://x:9000/b/k HTTP/1.1\r\n" H "\r\n",
		"GET HTTPS://[::1]:9/ HTTP/1.1\r\n" H "\r\n",
		GET "hOST:x\r\n\r\n",
		GET "Host:\r\n\r\n",
		GET "Host: \t [::1]:9000 \t\r\n\r\n",
		GET H "Empty:\r\n\r\n",
		GET H "Latin: \xe9\t\"x\" \x80\r\n\r\n",
		GET H "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
		GET H "Content-Length: 18446744073709551615\r\n\r\n",
		GET H "Connection: close, keep-alive, TE, ,\r\n\r\n",
		GET H "Range: bytes=0-1\r\nRange: bytes=2-3\r\n\r\n",
		GET H "Transfer-Encodin: chunked\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct head head;
		int n = parse(good[i], &head);

		if (n != (int)strlen(good[i]))
			fail_msg("%d for: %s", n, good[i]);
	}
}

static void refuses(void **state)
{
	static const struct {
		enum s3_error error;
		const char *text;
	} bad[] = {
		{ S3_BAD_REQUEST, "\r\n\r\n" GET H "\r\n" },
		{ S3_BAD_REQUEST, "\n" GET H "\r\n" },
		{ S3_BAD_REQUEST, " GET / HTTP/1.1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET  / HTTP/1.1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET /  HTTP/1.1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET / HTTP/1.1 \r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET\t/ HTTP/1.1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "G@T / HTTP/1.1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET /\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET / http/1.1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET / HTTP/1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET / HTTP/11\r\n" H "\r\n" },
		{ S3_VERSION, "GET / HTTP/2.0\r\n" H "\r\n" },
		{ S3_VERSION, "GET / HTTP/1.2\r\n" H "\r\n" },
		{ S3_VERSION, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
		{ S3_INVALID_URI, "GET * HTTP/1.1\r\n" H "\r\n" },
		{ S3_INVALID_URI, "GET b/k HTTP/1.1\r\n" H "\r\n" },
		{ S3_INVALID_URI, "CONNECT x:443 HTTP/1.1\r\n" H "\r\n" },
		{ S3_INVALID_URI, "GET http://x HTTP/1.1\r\n" H "\r\n" },
		{ S3_INVALID_URI, "GET http://u@x/ HTTP/1.1\r\n" H "\r\n" },
		{ S3_INVALID_URI, "GET ftp://x/k HTTP/1.1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET /k#f HTTP/1.1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET /\x01 HTTP/1.1\r\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET /k HTTP/1.1\n" H "\r\n" },
		{ S3_BAD_REQUEST, "GET /k HTTP/1.1\r" H "\r\n" },
		{ S3_BAD_REQUEST, GET "Host: x\n\r\n" },
		{ S3_BAD_REQUEST, GET H "\n" },
		{ S3_BAD_REQUEST, GET H "A: b\rc\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "A: b\x7f\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "A: b\x1b\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "A: b\r\n c\r\n\r\n" },
		{ S3_BAD_REQUEST, GET " " H "\r\n" },
		{ S3_BAD_REQUEST, GET "Host : x\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H ": b\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "A\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "A(: b\r\n\r\n" },
		{ S3_BAD_REQUEST, GET "\r\n" },
		{ S3_BAD_REQUEST, GET H H "\r\n" },
		{ S3_BAD_REQUEST, GET "Host: a/b\r\n\r\n" },
		{ S3_BAD_REQUEST, GET "Host: a b\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "Content-Length:\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "Content-Length: -1\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "Content-Length: +1\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "Content-Length: 1 1\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "Content-Length: 0x1\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "Content-Length: 1, 1\r\n\r\n" },
		{ S3_BAD_REQUEST,
		  GET H "Content-Length: 18446744073709551616\r\n\r\n" },
		{ S3_BAD_REQUEST,
		  GET H "Content-Length: 1\r\nContent-Length: 2\r\n\r\n" },
		{ S3_NOT_IMPLEMENTED,
		  GET H "Transfer-Encoding: chunked\r\n\r\n" },
		{ S3_NOT_IMPLEMENTED,
		  GET H "Transfer-encoding: identity\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "If-Match: a\r\nIf-Match: b\r\n\r\n" },
		{ S3_BAD_REQUEST, GET H "Connection: cl ose\r\n\r\n" },
		{ S3_BAD_REQUEST, "\x16\x03\x01" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct head head;
		int n = parse(bad[i].text, &head);

		if (n != -(int)bad[i].error)
			fail_msg("%d, not %d, for: %s", n, -(int)bad[i].error,
				 bad[i].text);
	}
}

static void refuses_zero_bytes(void **state)
{
	static const char line[] = "GET /\0 HTTP/1.1\r\n" H "\r\n";
	static const char header[] = GET H "A: \0\r\n\r\n";
	struct head head;

	(void)state;
	assert_int_equal(head_parse(line, sizeof(line) - 1, &head),
			 -S3_BAD_REQUEST);
	assert_int_equal(head_parse(header, sizeof(header) - 1, &head),
			 -S3_BAD_REQUEST);
}

static void waits_for_the_rest(void **state)
{
	static const char text[] = "\r\n" GET H
				   "Range: bytes=0-1\r\n"
				   "Content-Length: 0\r\n\r\nGET";
	size_t whole = sizeof(text) - 1 - 3;
	struct head head;

	(void)state;
	for (size_t n = 0; n < whole; n++)
		assert_int_equal(head_parse(text, n, &head), 0);
	assert_int_equal(head_parse(text, whole, &head), whole);
	assert_int_equal(head_parse(text, whole + 3, &head), whole);
}

static void reads_the_fields(void **state)
{
	struct head head;

	(void)state;
	assert_true(parse("GET http://h/b/k?x=1&y HTTP/1.1\r\n"
			  "host: h:1\r\nRANGE:  bytes=0-1 \r\n"
			  "If-None-Match: \"e\"\r\nif-match: *\r\n"
			  "If-Range: r\r\nIf-Modified-Since: m\r\n"
			  "If-Unmodified-Since: u\r\nContent-Length: 17\r\n"
			  "\r\n",
			  &head) > 0);
	assert_int_equal(head.method, METHOD_GET);
	assert_view(head.method_name, "GET");
	assert_view(head.path, "/b/k");
	assert_view(head.query, "x=1&y");
	assert_view(head.host, "h:1");
	assert_view(head.range, "bytes=0-1");
	assert_view(head.if_none_match, "\"e\"");
	assert_view(head.if_match, "*");
	assert_view(head.if_range, "r");
	assert_view(head.if_modified_since, "m");
	assert_view(head.if_unmodified_since, "u");
	assert_int_equal(head.content_length, 17);
	assert_false(head.several_ranges);
	assert_true(parse("get / HTTP/1.1\r\n" H "\r\n", &head) > 0);
	assert_int_equal(head.method, METHOD_OTHER); /* case matters */
}

static void keeps_alive(void **state)
{
	static const struct {
		const char *text;
		bool keep_alive;
	} cases[] = {
		{ GET H "\r\n", true },
		{ GET H "Connection: close\r\n\r\n", false },
		{ GET H "Connection: CLOSE\r\n\r\n", false },
		{ GET H "Connection: x,close ,y\r\n\r\n", false },
		{ GET H "Connection: x\r\nConnection: close\r\n\r\n", false },
		{ GET H "Connection: keep-alive, close\r\n\r\n", false },
		{ GET H "Connection: closed\r\n\r\n", true },
		{ "GET / HTTP/1.0\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive,close\r\n\r\n",
		  false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct head head;

		assert_true(parse(cases[i].text, &head) > 0);
		if (head.keep_alive != cases[i].keep_alive)
			fail_msg("wrong for: %s", cases[i].text);
	}
}

/* Exactly the limit is a head; one byte more is not. */
static void limits_the_length(void **state)
{
	const char *start = GET H "A: ";
	size_t fill = HEAD_LIMIT - strlen(start) - 4;
	char *text = mem_new(HEAD_LIMIT + 100);
	struct head head;

	(void)state;
	strcpy(text, start);
	memset(text + strlen(start), 'a', fill);
	memcpy(text + HEAD_LIMIT - 4, "\r\n\r\n", 4);
	assert_int_equal(head_parse(text, HEAD_LIMIT - 1, &head), 0);
	assert_int_equal(head_parse(text, HEAD_LIMIT, &head), HEAD_LIMIT);
	memcpy(text + HEAD_LIMIT - 4, "a\r\n\r\n", 5);
	assert_int_equal(head_parse(text, HEAD_LIMIT - 1, &head), 0);
	assert_int_equal(head_parse(text, HEAD_LIMIT, &head),
			 -S3_HEAD_TOO_LARGE);
	assert_int_equal(head_parse(text, HEAD_LIMIT + 1, &head),
			 -S3_HEAD_TOO_LARGE);
	free(text);
}

static void splits_paths(void **state)
{
	static const struct {
		const char *path, *bucket, *key; /* bucket NULL: refused */
	} cases[] = {
		{ "/", "", "" },
		{ "/b", "b", "" },
		{ "/b/", "b", "" },
		{ "/b/k", "b", "k" },
		{ "/b/k/l/", "b", "k/l/" },
		{ "/b//k", "b", "/k" },
		{ "/b/../k", "b", "../k" },
		{ "/b/a%20b+c%2Fd", "b", "a b+c/d" },
		{ "/b%2Fc/k", "b/c", "k" },
		{ "/b/%C3%a9", "b", "\xc3\xa9" },
		{ "/b/\xc3\xa9", "b", "\xc3\xa9" },
		{ "/b/\xff", NULL, NULL },
		{ "/\xc3/k", NULL, NULL },
		{ "/b/%C3", NULL, NULL },
		{ "/b/\xff%20", NULL, NULL },
		{ "//k", NULL, NULL },
		{ "/b/%00", NULL, NULL },
		{ "/b/%0", NULL, NULL },
		{ "/b/%", NULL, NULL },
		{ "/b/%4g", NULL, NULL },
		{ "/%zz/k", NULL, NULL },
	};
	struct arena *arena = mem_new(sizeof(*arena));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct view path = { cases[i].path, strlen(cases[i].path) };
		struct target target;
		int code;

		arena->used = 0;
		code = target_split(path, arena, &target);
		assert_int_equal(code, cases[i].bucket ? 0 : -S3_INVALID_URI);
		if (code < 0)
			continue;
		assert_view(target.bucket, cases[i].bucket);
		assert_view(target.key, cases[i].key);
	}
	free(arena);
}

static void reads_queries(void **state)
{
	static const char text[] = "a=1&b&=c&&d==&%61%3D=%2B+%c3%a9";
	static const char *const expected[][2] = {
		{ "a", "1" }, { "b", "" },  { "", "c" },
		{ "", "" },   { "d", "=" }, { "a=", "+ \xc3\xa9" },
	};
	static const char *const wrong[] = { "%", "a=%4", "%zz=1", "a=%00",
					     "a=%ff" };
	struct arena *arena = mem_new(sizeof(*arena));
	struct view query = { text, sizeof(text) - 1 }, name, value;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		assert_int_equal(query_next(&query, arena, &name, &value), 1);
		assert_view(name, expected[i][0]);
		assert_view(value, expected[i][1]);
		assert_int_equal(name.at[name.len] + value.at[value.len], 0);
	}
	assert_int_equal(query_next(&query, arena, &name, &value), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		query = (struct view){ wrong[i], strlen(wrong[i]) };
		assert_int_equal(query_next(&query, arena, &name, &value),
				 -S3_INVALID_URI);
	}
	free(arena);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_zero_bytes),
		cmocka_unit_test(waits_for_the_rest),
		cmocka_unit_test(reads_the_fields),
		cmocka_unit_test(keeps_alive),
		cmocka_unit_test(limits_the_length),
		cmocka_unit_test(splits_paths),
		cmocka_unit_test(reads_queries),
	};

	return cmocka_run_group_tests_name("origin_head", checks, NULL, NULL);
}
