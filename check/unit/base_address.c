#include "check.h"

#include <string.h>

#include "base/address.h"

static void good(const char *text, const char *wanted, const char *host,
		 unsigned port)
{
	struct endpoint e;
	struct err err = { "" };

	if (endpoint_parse(&e, text, "a store", &err) < 0)
		fail_msg("%s: %s", text, err.text);
	assert_string_equal(e.text, wanted);
	assert_string_equal(e.host, host);
	assert_int_equal(e.port, port);
	assert_int_equal(e.tls, !strncmp(wanted, "https:", 6));
	assert_int_equal(e.text[e.authority_bytes],
			 strlen(wanted) > e.authority_bytes ? '/' : '\0');
}

static void endpoints_have_one_form(void **state)
{
	(void)state;
	good("http://host:9000", "http://host:9000", "host", 9000);
	good("HTTP://Host:9000/", "http://host:9000", "host", 9000);
	good("hTTps://S3.Example.COM///", "https://s3.example.com",
	     "s3.example.com", 443);
	good("https://host:443", "https://host", "host", 443);
	good("http://host:80", "http://host", "host", 80);
	good("https://host:80", "https://host:80", "host", 80);
	good("http://host/a/B%20c/", "http://host/a/B%20c", "host", 80);
	good("http://[::1]:9000/x", "http://[::1]:9000/x", "::1", 9000);
	good("http://[FE80::A]", "http://[fe80::a]", "fe80::a", 80);
	good("http://127.0.0.1:1", "http://127.0.0.1:1", "127.0.0.1", 1);
	good("http://under_score.:65535", "http://under_score.:65535",
	     "under_score.", 65535);
}

static void refused(const char *text)
{
	struct endpoint e;
	struct err err = { "" };

	if (endpoint_parse(&e, text, "a store", &err) != ERR_USAGE)
		fail_msg("\"%s\" is one: %s", text, e.text);
	assert_names(err, "a store");
	/* Neither a password is repeated, nor a query, nor a control
	 * character. */
	if (!strpbrk(text, "@\n?#") && !strstr(text, "secret"))
		assert_names(err, text);
	assert_null(strstr(err.text, "secret"));
	assert_null(strchr(err.text, '\n'));
}

static void what_is_none_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "host", "host:9000", "ftp://host", "http:/host", "http://",
		"http:///", "http://:80", "http://host:", "http://host:0",
		"http://host:65536", "http://host:0x50", "http://host: 80",
		"http://host:+80", "http://host:80:80", "http://a b",
		"http://host/?secret", "http://host?secret",
		"http://host/#secret", "http://u%3asecret%40h?x",
		"u:secret@h", "http://u%3Asecret%40h",
		"http://host/a b", "http://host/\n", "http://h\xc3\xb6st",
		"http://[::1", "http://[::1]x", "http://[host]", "http://[]",
		"http://[127.0.0.1]", "http://[::1%lo]", "file:///etc",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(bad[i]);
}

static void a_password_is_not_repeated(void **state)
{
	static const char *const bad[] = {
		"http://user:secret@host", "HTTP://user:secret@host:9/",
		"http://secret@host", "http://:secret@host",
		"http://a@secret@host", "user:secret@host",
	};
	struct endpoint e;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		refused(bad[i]);
		assert_int_equal(endpoint_parse(&e, bad[i], "a store", &err),
				 ERR_USAGE);
		assert_null(strstr(err.text, "secret"));
	}
	good("http://host/a@b", "http://host/a@b", "host", 80);
}

static void long_names(void **state)
{
	char text[ENDPOINT_BYTES * 2] = "http://";
	struct endpoint e;
	struct err err = { "" };

	(void)state;
	memset(text + 7, 'a', 253);
	strcpy(text + 7 + 253, ":65535");
	assert_int_equal(endpoint_parse(&e, text, "a store", &err), 0);
	assert_string_equal(e.text, text);
	memset(text + 7, 'a', 254);
	assert_int_equal(endpoint_parse(&e, text, "a store", &err), ERR_USAGE);
	memset(text + 7, 'a', sizeof(text) - 8);
	memcpy(text + 11, "/", 1);
	assert_int_equal(endpoint_parse(&e, text, "a store", &err), ERR_USAGE);
	assert_names(err, "too long");
}

static void listens(const char *text, const char *host, unsigned port)
{
	struct listen_at at;
	struct err err = { "" };

	if (listen_at_parse(&at, text, 77, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	assert_string_equal(at.host, host);
	assert_int_equal(at.port, port);
	assert_int_equal(at.is_v6, strchr(host, ':') != NULL);
}

static void places_to_listen_at(void **state)
{
	static const char *const bad[] = {
		"", ":", "localhost:0", "127.0.0.1:", "127.0.0.1:65536",
		"127.0.0.1:-1", "127.0.0.1:0x1", "127.0.0.1: 1", "1.2.3:0",
		"9480", "127.0.0.1:0:0", "127.0.0.1:99999999999999999999",
		"[::1", "[::1]0", "[::1]:", "[127.0.0.1]:0", "[::1%lo]:0",
		"::1:x", "::1:", "1:2:3:4:5:6:7:8:9:10",
	};
	struct listen_at at;
	struct err err;

	(void)state;
	listens("127.0.0.1:9000", "127.0.0.1", 9000);
	listens("0.0.0.0:0", "0.0.0.0", 0);
	listens("10.0.0.1", "10.0.0.1", 77);
	listens(":9000", "127.0.0.1", 9000);
	listens("[::1]:9000", "::1", 9000);
	listens("[::1]", "::1", 77);
	listens("::1", "::1", 77);
	listens("::", "::", 77);
	listens("::1:9000", "::1", 9000);
	listens("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 77);
	listens("1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8", 9);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (listen_at_parse(&at, bad[i], 77, &err) != ERR_USAGE)
			fail_msg("'%s' is %s, %u", bad[i], at.host, at.port);
		assert_names(err, bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(endpoints_have_one_form),
		cmocka_unit_test(what_is_none_is_refused),
		cmocka_unit_test(a_password_is_not_repeated),
		cmocka_unit_test(long_names),
		cmocka_unit_test(places_to_listen_at),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
