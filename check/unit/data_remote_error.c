/* What a store's errors become for a person. */
#include "check.h"

#include "data/remote_error.h"

#define ERROR(code, more) \
	"<?xml version='1.0'?><Error><Code>" code "</Code>" more "</Error>"

static const struct store_settings settings = { "eu-north-1", "b", false };

static void read_error(const char *text, struct store_error *error)
{
	store_error_read(text, strlen(text), error);
}

static void codes_and_messages_are_read(void **state)
{
	struct store_error error;

	(void)state;
	read_error(ERROR("SlowDown", "<Message>Please reduce your request "
			 "rate.</Message>"), &error);
	assert_string_equal(error.code, "SlowDown");
	assert_string_equal(error.message, "Please reduce your request rate");
	read_error("<html>Code</html>", &error);
	assert_string_equal(error.code, "");
	read_error("", &error);
	assert_string_equal(error.message, "");
}

static void what_is_none_of_s3_is_named(void **state)
{
	static const struct {
		const char *text, *other;
	} cases[] = {
		{ "<!DOCTYPE HTML>\n<html><head><TITLE>\n My\tstore\x1b[2J "
		  "</TITLE>", "an HTML page, \"My store [2J\"" },
		{ "\xef\xbb\xbf \n<?xml version='1.0'?><html a='b'><p>Hi</p>",
		  "an HTML page, \"<?xml version='1.0'?><html a='b'><p>Hi</p>"
		  "\"" },
		{ "<title>", "XML of another kind, \"\"" },
		{ "[1]", "JSON, \"[1]\"" },
		{ "Not found.\n", "text, \"Not found\"" },
		{ "<ListAllMyBucketsResult/>", "XML of another kind, "
		  "\"<ListAllMyBucketsResult/>\"" },
		{ "<?xml version='1.0'?><ListBucketResult>", "" },
		{ ERROR("SlowDown", ""), "" }, { "<Error/>", "" },
		{ "", "" }, { " \n", "" }, { "\xef\xbb\xbf", "" },
	};
	struct store_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		read_error(cases[i].text, &error);
		assert_string_equal(error.other, cases[i].other);
	}
}

static void what_a_terminal_would_obey_is_left_out(void **state)
{
	struct store_error error;
	char text[3000] = "<Error><Message>";
	size_t n = strlen(text);

	(void)state;
	read_error(ERROR("A&#27;[2J", "<Message>a\n\r\t&#27;]0;x&#7; &#x9b;2J"
			 "\xc3\xbc</Message>"), &error);
	assert_string_equal(error.code, "A [2J");
	assert_string_equal(error.message, "a ]0;x 2J\xc3\xbc");
	/* One that is far too long ends between two characters. */
	while (n < 2000) {
		memcpy(text + n, "\xe2\x82\xac", 3);
		n += 3;
	}
	strcpy(text + n, "</Message></Error>");
	read_error(text, &error);
	assert_in_range(strlen(error.message), 250, 255);
	assert_int_equal(strlen(error.message) % 3, 0);
}

static void advises(const char *body, long status, const char *part)
{
	struct store_error error;
	struct str text = STR_INIT;

	read_error(body, &error);
	store_error_advise(&error, status, &settings, &text);
	if (!strstr(text.buf, part))
		fail_msg("'%s' of %s has no '%s'", text.buf, body, part);
	str_release(&text);
}

static void advice_follows_from_the_code(void **state)
{
	(void)state;
	advises(ERROR("SecondLevelDomainForbidden", ""), 403, "in the path");
	advises(ERROR("RequestTimeTooSkewed", ""), 403, "clock");
	advises(ERROR("SignatureDoesNotMatch", ""), 403, "eu-north-1");
	advises(ERROR("InvalidAccessKeyId", ""), 403, "AWS_ACCESS_KEY_ID");
	advises(ERROR("ExpiredToken", ""), 400, "AWS_SESSION_TOKEN");
	advises(ERROR("AccessDenied", ""), 403, "credentials");
	advises(ERROR("NoSuchBucket", ""), 404, "--bucket, which is b");
	advises(ERROR("SlowDown", ""), 503, "busy");
	advises(ERROR("AuthorizationHeaderMalformed",
		      "<Region>eu-west-3</Region>"), 400,
		"--region eu-west-3, it was eu-north-1");
	advises(ERROR("PermanentRedirect", ""), 301,
		"--region, which is eu-north-1");
	advises(ERROR("Unheard", ""), 400, "speaks S3");
	advises("", 403, "credentials");
	advises("", 200, "Range header");
	/* An error in an answer that began well. */
	advises(ERROR("SlowDown", ""), 200, "busy");
	advises(ERROR("NoSuchBucket", ""), 200, "--bucket, which is b");
	advises(ERROR("Unheard", ""), 200, "speaks S3");
	advises(ERROR("Unheard", "<Region>eu-north-1</Region>"), 500,
		"speaks S3");
	advises("<html>", 200, "--endpoint");
	advises("<html>", 404, "--endpoint");
	advises("{}", 405, "--endpoint");
	advises("<html>", 503, "busy");
	advises("<html>", 403, "credentials");
}

static void tls_is_advised_on(CURLcode code, long verified, const char *text,
			      const char *part)
{
	assert_non_null(strstr(store_silence_advice(code, verified, text),
			       part));
}

static void advice_follows_from_the_silence(void **state)
{
	(void)state;
	tls_is_advised_on(CURLE_PEER_FAILED_VERIFICATION, 20, "", "--ca-file");
	tls_is_advised_on(CURLE_PEER_FAILED_VERIFICATION, 10, "", "expired");
	tls_is_advised_on(CURLE_PEER_FAILED_VERIFICATION, 0,
			  "SSL: no alternative certificate subject name "
			  "matches target host name 'x'", "another name");
	tls_is_advised_on(CURLE_SSL_CONNECT_ERROR, 0,
			  "error:0A00010B:SSL routines::wrong version number",
			  "http://");
	tls_is_advised_on(CURLE_COULDNT_RESOLVE_HOST, 0, "", "DNS");
	tls_is_advised_on(CURLE_COULDNT_CONNECT, 0, "", "port");
	tls_is_advised_on(CURLE_UNSUPPORTED_PROTOCOL, 0, "", "https://");
	tls_is_advised_on(CURLE_RECV_ERROR, 0, "Recv failure", "early");
	tls_is_advised_on(CURLE_RECV_ERROR, 0, "Too large response headers: "
			  "307652 > 307200", "so long a head");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_and_messages_are_read),
		cmocka_unit_test(what_is_none_of_s3_is_named),
		cmocka_unit_test(what_a_terminal_would_obey_is_left_out),
		cmocka_unit_test(advice_follows_from_the_code),
		cmocka_unit_test(advice_follows_from_the_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
