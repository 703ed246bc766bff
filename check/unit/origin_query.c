/* What else can be asked of a bucket and an object: parts, other headers, what
 * is configured, another way to name the bucket. */
#include "origin_shared.h"

/* "hello" has 1,000 bytes in 3 parts of 334. */
static void gives_parts(void **state)
{
	static const struct {
		const char *target, *content_range;
		unsigned status;
		size_t start, length;
	} cases[] = {
		{ "/bucket/hello?partNumber=1", "bytes 0-333/1000", 206, 0,
		  334 },
		{ "/bucket/hello?x-id=GetObject&partNumber=2",
		  "bytes 334-667/1000", 206, 334, 334 },
		{ "/bucket/hello?partNumber=3", "bytes 668-999/1000", 206, 668,
		  332 },
		{ "/bucket/hello?part%4Eumber=%32", "bytes 334-667/1000", 206,
		  334, 334 },
		{ "/bucket/empty?partNumber=1", "", 200, 0, 0 },
	};
	int fd = fx_connect(&fx);

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		bool get = i % 2;
		char length[24];
		struct http_answer a;

		fx_ask(fd, get ? "GET" : "HEAD", cases[i / 2].target, "", &a);
		assert_int_equal(a.status, cases[i / 2].status);
		http_assert_header(&a, "Content-Range",
				 cases[i / 2].content_range);
		snprintf(length, sizeof(length), "%zu", cases[i / 2].length);
		http_assert_header(&a, "Content-Length", length);
		http_assert_header(&a, "x-amz-mp-parts-count",
			      cases[i / 2].length ? "3" : "1");
		assert_int_equal(a.body.len, get ? cases[i / 2].length : 0);
		if (a.body.len)
			assert_memory_equal(a.body.buf,
					    fx.source->bytes +
						    cases[i / 2].start,
					    a.body.len);
		http_answer_release(&a);
	}
	close(fd);
}

static void refuses_objects(void **state)
{
	static const struct {
		const char *query, *lines;
		unsigned status;
		const char *has;
	} cases[] = {
		{ "partNumber=4", "", 400, "<Code>InvalidPart</Code>" },
		{ "partNumber=10000", "", 400, "<Code>InvalidPart</Code>" },
		{ "partNumber=0", "", 400, "<ArgumentName>partNumber" },
		{ "partNumber=10001", "", 400, "<ArgumentName>partNumber" },
		{ "partNumber=99999999999999999999", "", 400,
		  "<ArgumentName>partNumber" },
		{ "partNumber=-1", "", 400, "<ArgumentName>partNumber" },
		{ "partNumber=1x", "", 400, "<ArgumentName>partNumber" },
		{ "partNumber=", "", 400, "<ArgumentName>partNumber" },
		{ "partNumber", "", 400, "<ArgumentName>partNumber" },
		{ "partNumber=1", "Range: bytes=0-1\r\n", 400,
		  "Cannot specify both Range header and partNumber" },
		{ "partNumber=+1", "", 400, "<ArgumentName>partNumber" },
		{ "partNumber=%zz", "", 400, "<Code>InvalidURI</Code>" },
		{ "unknown=%00", "", 400, "<Code>InvalidURI</Code>" },
		{ "%ff", "", 400, "<Code>InvalidURI</Code>" },
		{ "t%6Frrent", "", 404, "<Code>NoSuchKey</Code>" },
		{ "versionId=abc", "", 400, "<ArgumentName>versionId" },
		{ "versionId=", "", 400, "<ArgumentName>versionId" },
		{ "response-content-type=a%0d%0aSet-Cookie:%20a", "", 400,
		  "<ArgumentName>response-content-type" },
		{ "response-expires=%0a", "", 400,
		  "<ArgumentName>response-expires" },
		{ "response-cache-control=%7f", "", 400,
		  "<ArgumentName>response-cache-control" },
		{ "response-content-language=%zz", "", 400,
		  "<Code>InvalidURI</Code>" },
		{ "response-content-language=%ff", "", 400,
		  "<Code>InvalidURI</Code>" },
		{ "attributes", "", 400,
		  "<ArgumentName>x-amz-object-attributes" },
		{ "attributes", "x-amz-object-attributes: ETag,Colour\r\n", 400,
		  "<ArgumentName>x-amz-object-attributes" },
		{ "retention", "", 400, "missing Object Lock" },
		{ "legal-hold", "", 400, "missing Object Lock" },
		{ "torrent", "", 404, "<Code>NoSuchKey</Code>" },
		{ "uploadId=a", "", 404, "<Code>NoSuchUpload</Code>" },
	};
	int fd = fx_connect(&fx);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *target = mem_printf("/bucket/hello?%s", cases[i].query);
		struct http_answer a;

		fx_ask_for(fd, "GET", target, cases[i].lines,
			   cases[i].status, cases[i].has, &a);
		http_assert_header(&a, "Set-Cookie", "");
		http_answer_release(&a);
		free(target);
	}
	close(fd);
}

static void changes_headers(void **state)
{
	static const char target[] =
		"/bucket/hello?response-content-type=foo/bar"
		"&response-content-language=esperanto&response-expires=123"
		"&response-cache-control=no-cache"
		"&response-content-disposition=attachment%3B+filename%3D%22"
		"%C3%A9.tif%22&response-content-encoding=aaa"
		"&X-Amz-Signature=abc";
	int fd = fx_connect(&fx);
	struct http_answer a;

	(void)state;
	for (int get = 0; get < 2; get++) {
		fx_ask(fd, get ? "GET" : "HEAD", target,
		       "Range: bytes=10-19\r\n", &a);
		assert_int_equal(a.status, 206);
		assert_int_equal(a.body.len, get ? 10 : 0);
		http_assert_header(&a, "Content-Type", "foo/bar");
		http_assert_header(&a, "Content-Language", "esperanto");
		http_assert_header(&a, "Expires", "123");
		http_assert_header(&a, "Cache-Control", "no-cache");
		http_assert_header(&a, "Content-Encoding", "aaa");
		http_assert_header(&a, "Content-Disposition",
			      "attachment; filename=\"\xc3\xa9.tif\"");
		http_assert_header(&a, "ETag", FX_ETAG);
		http_answer_release(&a);
	}
	fx_ask(fd, "GET", "/bucket/hello?versionId=nul%6C&response%2Dexpires=",
	       "", &a);
	assert_int_equal(a.status, 200);
	http_assert_header(&a, "Content-Type", "image/tiff");
	http_assert_header(&a, "Cache-Control", "");
	http_answer_release(&a);
	close(fd);
}

/* As long as a head can be. */
static void changes_headers_at_length(void **state)
{
	struct str target = STR_INIT;
	struct http_answer a;

	(void)state;
	str_add(&target, "/bucket/hello?response-content-type=");
	for (int i = 0; i < 15000; i++)
		str_add_char(&target, 'a');
	str_add(&target, "&response-expires=b");
	fx_get(&fx, target.buf, "", &a);
	assert_int_equal(a.status, 200);
	assert_true(a.head.len > 15000);
	http_assert_header(&a, "Expires", "b");
	assert_int_equal(a.body.len, 1000);
	http_answer_release(&a);
	str_release(&target);
}

static void tells_what_is_configured(void **state)
{
	static const struct {
		const char *target;
		unsigned status;
		const char *has;
	} cases[] = {
		{ "/bucket?accelerate", 200, "<AccelerateConfiguration " },
		{ "/bucket?acl", 200, "<Permission>FULL_CONTROL<" },
		{ "/bucket?analytics", 200, "<IsTruncated>false<" },
		{ "/bucket?analytics&id=a", 404, "<Code>NoSuchConfiguration<" },
		{ "/bucket?cors", 404, "<Code>NoSuchCORSConfiguration<" },
		{ "/bucket?encryption", 404,
		  "<Code>ServerSideEncryptionConfigurationNotFoundError<" },
		{ "/bucket?intelligent-tiering", 200, "<IsTruncated>false<" },
		{ "/bucket?inventory", 200, "<IsTruncated>false<" },
		{ "/bucket?lifecycle", 404,
		  "<Code>NoSuchLifecycleConfiguration<" },
		{ "/bucket?location", 200, "<LocationConstraint " },
		{ "/bucket/?logging", 200, "<BucketLoggingStatus " },
		{ "/bucket?metrics", 200, "<IsTruncated>false<" },
		{ "/bucket?notification", 200, "<NotificationConfiguration " },
		{ "/bucket?object-lock", 404,
		  "<Code>ObjectLockConfigurationNotFoundError<" },
		{ "/bucket?ownershipControls", 404,
		  "<Code>OwnershipControlsNotFoundError<" },
		{ "/bucket?policy", 404, "<BucketName>bucket<" },
		{ "/bucket?policyStatus", 404, "<Code>NoSuchBucketPolicy<" },
		{ "/bucket?publicAccessBlock", 404,
		  "<Code>NoSuchPublicAccessBlockConfiguration<" },
		{ "/bucket?replication", 404,
		  "<Code>ReplicationConfigurationNotFoundError<" },
		{ "/bucket?requestPayment", 200, "<Payer>BucketOwner<" },
		{ "/bucket?tagging", 404, "<Code>NoSuchTagSet<" },
		{ "/bucket?uploads", 200, "<Bucket>bucket</Bucket>" },
		{ "/bucket?versioning", 200, "<VersioningConfiguration " },
		{ "/bucket?website", 404, "<Code>NoSuchWebsiteConfiguration<" },
		{ "/bucket?prefix=x&policy=", 404, "<Code>NoSuchBucketPolicy" },
		{ "/nobucket?cors", 404, "<Code>NoSuchBucket<" },
		{ "/bucket/hello?acl", 200, "<Permission>FULL_CONTROL<" },
		{ "/bucket/hello?tagging", 200, "<TagSet/>" },
		{ "/bucket/missing?tagging", 404, "<Code>NoSuchKey<" },
	};
	uint64_t listings = atomic_load(&fx.row->requests_list);
	int fd = fx_connect(&fx);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_answer a;

		fx_ask_for(fd, "GET", cases[i].target, "",
			   cases[i].status, cases[i].has, &a);
		http_assert_header(&a, "Content-Type", "application/xml");
		http_answer_release(&a);
	}
	close(fd);
	assert_int_equal(atomic_load(&fx.row->requests_list), listings);
}

static void tells_attributes(void **state)
{
	static const char all[] = "x-amz-object-attributes: ETag, Checksum ,"
				  "ObjectParts,StorageClass,ObjectSize\r\n";
	struct http_answer a;

	(void)state;
	fx_get(&fx, "/bucket/hello?attributes", all, &a);
	assert_int_equal(a.status, 200);
	assert_true(http_has(&a, "<ETag>00112233445566778899aabbccddeeff-3"
			       "</ETag>"));
	assert_true(http_has(&a, "<PartsCount>3</PartsCount>"));
	assert_true(http_has(&a, "<StorageClass>STANDARD</StorageClass>"));
	assert_true(http_has(&a, "<ObjectSize>1000</ObjectSize>"));
	http_answer_release(&a);
	fx_get(&fx, "/bucket/hello?attributes",
	       "x-amz-object-attributes: ObjectSize\r\n", &a);
	assert_int_equal(a.status, 200);
	assert_false(http_has(&a, "<ETag>"));
	http_answer_release(&a);
}

static void answers_options(void **state)
{
	static const struct {
		const char *target, *lines;
		unsigned status;
		const char *has;
	} cases[] = {
		{ "/bucket/hello", "", 400, "Origin request header needed" },
		{ "/bucket", "", 400, "Origin request header needed" },
		{ "/bucket/hello", "Origin: http://a\r\n", 400,
		  "Invalid Access-Control-Request-Method" },
		{ "/bucket/hello",
		  "Origin: http://a\r\nAccess-Control-Request-Method: GET\r\n",
		  403, "<Method>GET</Method><ResourceType>OBJECT<" },
		{ "/bucket",
		  "Origin: http://a\r\nAccess-Control-Request-Method: GET\r\n",
		  403, "CORS is not enabled for this bucket" },
		{ "/nobucket/k", "Origin: http://a\r\n", 404, "NoSuchBucket" },
		{ "/", "Origin: http://a\r\n", 405, "MethodNotAllowed" },
	};
	int fd = fx_connect(&fx);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_answer a;

		fx_ask_for(fd, "OPTIONS", cases[i].target, cases[i].lines,
			   cases[i].status, cases[i].has, &a);
		http_answer_release(&a);
	}
	close(fd);
}

/* The methods of an answer's Allow; NULL where it has none. */
static const char *allowed(const struct http_answer *a, char out[32])
{
	const char *at = strstr(a->head.buf, "\r\nAllow: ");

	if (!at)
		return NULL;
	sscanf(at + 9, "%31[^\r]", strcpy(out, ""));
	return out;
}

static void ask_once(const char *method, const char *target,
		     struct http_answer *a)
{
	int fd = fx_connect(&fx);

	fx_ask(fd, method, target, "", a);
	close(fd);
}

/* 405 goes to what Allow leaves out, and Allow to all that get 405. */
static void allows_what_it_takes(void **state)
{
	static const struct {
		const char *target, *allow, *type;
	} cases[] = {
		{ "/", "GET", "SERVICE" },
		{ "/?x-id=ListBuckets", "GET", "SERVICE" },
		{ "/bucket", "GET, HEAD", "BUCKET" },
		{ "/bucket/", "GET, HEAD", "BUCKET" },
		{ "/bucket?uploads", "GET, HEAD", "BUCKET" },
		{ "/bucket?cors", "GET, HEAD", "BUCKET" },
		{ "/nobucket", "GET, HEAD", "BUCKET" },
		{ "/bucket/hello", "GET, HEAD", "OBJECT" },
		{ "/bucket/hello?acl", "GET, HEAD", "OBJECT" },
		{ "/bucket/hello?uploadId=a", "GET, HEAD", "OBJECT" },
		{ "/bucket/hello?partNumber=x", "GET, HEAD", "OBJECT" },
		{ "/bucket/hello?uploads", "", "OBJECT" },
		{ "/bucket/hello?upload%73=", "", "OBJECT" },
		{ "/nobucket/key", "GET, HEAD", "OBJECT" },
	};
	static const char *const methods[] = { "GET", "HEAD", "OPTIONS",
					       "PUT", "POST", "DELETE" };

	(void)state;
	for (size_t i = 0; i < 6 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *method = methods[i % 6], *got;
		const char *allow = cases[i / 6].allow;
		char text[32];
		struct http_answer a;

		ask_once(method, cases[i / 6].target, &a);
		got = allowed(&a, text);
		if ((a.status == 405) != (got != NULL) ||
		    (i % 6 < 2 && (a.status == 405) == !!strstr(allow, method)) ||
		    (i % 6 > 2 && a.status != 405) ||
		    (got && strcmp(got, allow) != 0) ||
		    (a.status == 405 && i % 6 != 1 &&
		     !http_has(&a, cases[i / 6].type)))
			fail_msg("%s %s gives %u, Allow: %s", method,
				 cases[i / 6].target, a.status,
				 got ? got : "none");
		http_answer_release(&a);
	}
}

static void finds_buckets_in_hosts(void **state)
{
	static const struct {
		const char *host, *target;
		unsigned status;
		const char *has;
	} cases[] = {
		{ "bucket.localhost", "/dir/one", 200, NULL },
		{ "Bucket.LocalHost:9000", "/hello", 200, NULL },
		{ "bucket.localhost", "/bucket/hello", 404,
		  "<Key>bucket/hello</Key>" },
		{ "bucket.localhost", "/", 200, "<ListBucketResult " },
		{ "bucket.localhost", "/?cors", 404, "NoSuchCORS" },
		{ "bucket.localhost", "//hello", 404, "<Key>/hello</Key>" },
		{ "bucket.localhost", "/%ff", 400, "InvalidURI" },
		{ "other.localhost", "/hello", 404,
		  "<BucketName>other</BucketName>" },
		{ "other.localhost", "/", 404,
		  "<BucketName>other</BucketName>" },
		{ "other.localhost", "/bucket/hello", 200, NULL },
		{ "localhost", "/bucket/hello", 200, NULL },
		{ "localhost", "/", 200, "<ListAllMyBucketsResult " },
		{ ".localhost", "/bucket/hello", 200, NULL },
		{ "bucket.example.com", "/bucket/hello", 200, NULL },
		{ "[::1]:9000", "/bucket/hello", 200, NULL },
	};
	int fd = fx_connect(&fx);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = mem_printf("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n",
					cases[i].target, cases[i].host);
		struct http_answer a;

		http_say(fd, text);
		free(text);
		assert_true(http_read(fd, true, &a));
		if (a.status != cases[i].status ||
		    (cases[i].has && !http_has(&a, cases[i].has)))
			fail_msg("%s%s gives %u: %s", cases[i].host,
				 cases[i].target, a.status, a.body.buf);
		http_answer_release(&a);
	}
	close(fd);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(gives_parts),
		cmocka_unit_test(refuses_objects),
		cmocka_unit_test(changes_headers),
		cmocka_unit_test(changes_headers_at_length),
		cmocka_unit_test(tells_what_is_configured),
		cmocka_unit_test(tells_attributes),
		cmocka_unit_test(answers_options),
		cmocka_unit_test(allows_what_it_takes),
		cmocka_unit_test(finds_buckets_in_hosts),
	};

	return cmocka_run_group_tests_name("origin_query", checks, fx_setup,
					   fx_teardown);
}
