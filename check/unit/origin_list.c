/* XML and listings, without a socket. */
#include "origin_fixture.h"

#include "origin/list.h"
#include "origin/xml.h"

static void assert_xml(const char *text, size_t len, const char *expected)
{
	struct str out = STR_INIT;

	xml_add_text(&out, text, len);
	assert_string_equal(out.buf, expected);
	str_release(&out);
}

static void escapes(void **state)
{
	(void)state;
	assert_xml("plain", 5, "plain");
	assert_xml("", 0, "");
	assert_xml("<a&\"b'>", 7, "&lt;a&amp;&quot;b'&gt;");
	assert_xml("\t\r\n", 3, "&#9;&#13;&#10;");
	assert_xml("\x01\x1f", 2, "\xef\xbf\xbd\xef\xbf\xbd");
	assert_xml("\0", 1, "\xef\xbf\xbd");
	assert_xml("\x7f", 1, "\x7f");
	assert_xml("\xc3\xa9", 2, "\xc3\xa9");
	assert_xml("\xe2\x82\xac", 3, "\xe2\x82\xac");
	assert_xml("\xf0\x9f\x8c\x8d", 4, "\xf0\x9f\x8c\x8d");
	/* Not UTF-8: alone, cut, too long, half of a pair, too large. */
	assert_xml("a\x80z", 3, "a\xef\xbf\xbdz");
	assert_xml("\xc3", 1, "\xef\xbf\xbd");
	assert_xml("\xc0\xaf", 2, "\xef\xbf\xbd\xef\xbf\xbd");
	assert_xml("\xed\xa0\x80", 3,
		   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_xml("\xf4\x90\x80\x80", 4,
		   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_xml("\xef\xbf\xbe", 3, "\xef\xbf\xbd");
}

static void encodes_urls(void **state)
{
	struct str out = STR_INIT;

	(void)state;
	xml_add_url(&out, "Key", "a b/c+\xc3\xa9&<(~)*", 14);
	assert_string_equal(
		out.buf, "<Key>a%20b/c%2B%C3%A9%26%3C%28~%29%2A</Key>");
	str_release(&out);
}

static struct arena arena;

static int read_query(const char *text, struct list_request *request)
{
	struct view query = { text, strlen(text) };

	arena.used = 0;
	return list_parse(query, &arena, request);
}

static void reads_queries(void **state)
{
	struct list_request r;

	(void)state;
	assert_int_equal(read_query("", &r), 0);
	assert_false(r.v2);
	assert_int_equal(r.max_keys, 1000);
	assert_string_equal(r.after, "");
	assert_int_equal(
		read_query("list-type=2&prefix=a%2Fb+c&delimiter=/&max-keys=7"
			   "&encoding-type=url&start-after=x&fetch-owner=true"
			   "&marker=ignored&X-Amz-Expires=1&",
			   &r),
		0);
	assert_true(r.v2 && r.url && r.fetch_owner);
	assert_string_equal(r.prefix.at, "a/b c");
	assert_string_equal(r.delimiter.at, "/");
	assert_int_equal(r.max_keys, 7);
	assert_string_equal(r.after, "x");
	assert_int_equal(read_query("marker=m&start-after=ignored", &r), 0);
	assert_string_equal(r.after, "m");
	assert_int_equal(read_query("max-keys=99999999999999999999", &r), 0);
	assert_int_equal(r.max_keys, 1000);
	assert_int_equal(read_query("max-keys=0", &r), 0);
	assert_int_equal(r.max_keys, 0);
	assert_int_equal(read_query("location", &r), 0);
	assert_non_null(r.sub);
	assert_string_equal(r.sub->name, "location");
}

static void refuses_queries(void **state)
{
	static const struct {
		const char *query;
		enum s3_error error;
		const char *argument;
	} cases[] = {
		{ "max-keys=-1", S3_INVALID_ARGUMENT, "max-keys" },
		{ "max-keys=ten", S3_INVALID_ARGUMENT, "max-keys" },
		{ "list-type=3", S3_INVALID_ARGUMENT, "list-type" },
		{ "encoding-type=xml", S3_INVALID_ARGUMENT, "encoding-type" },
		{ "list-type=2&continuation-token=", S3_INVALID_ARGUMENT,
		  "continuation-token" },
		{ "list-type=2&continuation-token=2aa", S3_INVALID_ARGUMENT,
		  "continuation-token" },
		{ "list-type=2&continuation-token=1a", S3_INVALID_ARGUMENT,
		  "continuation-token" },
		{ "list-type=2&continuation-token=1AA", S3_INVALID_ARGUMENT,
		  "continuation-token" },
		{ "list-type=2&continuation-token=100", S3_INVALID_ARGUMENT,
		  "continuation-token" },
		{ "prefix=%zz", S3_INVALID_URI, NULL },
		{ "prefix=%00", S3_INVALID_URI, NULL },
		{ "prefix=%ae", S3_INVALID_URI, NULL },
		{ "inventory&id=a", S3_NO_CONFIGURATION, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct list_request r;
		int code = read_query(cases[i].query, &r);

		if (code != -(int)cases[i].error)
			fail_msg("%d for %s", code, cases[i].query);
		if (cases[i].argument)
			assert_string_equal(r.argument, cases[i].argument);
		else
			assert_null(r.argument);
	}
}

/* The document for a query, in memory that the caller frees. */
static char *list(const struct fx_object *objects, const char *query)
{
	struct fx_source *source = fx_source_new(objects);
	struct list_request request;
	struct str out = STR_INIT;

	assert_int_equal(read_query(query, &request), 0);
	assert_int_equal(list_write(&source->source, &request, &out, NULL), 0);
	object_source_free(&source->source);
	return str_detach(&out);
}

/* The texts of all elements of a name, a space behind each. */
static char *all_of(const char *xml, const char *name)
{
	char *open = mem_printf("<%s>", name), *close = mem_printf("</%s>",
								   name);
	struct str out = STR_INIT;

	for (const char *at = strstr(xml, open); at; at = strstr(at, open)) {
		const char *end;

		at += strlen(open);
		end = strstr(at, close);
		assert_non_null(end);
		str_add_n(&out, at, (size_t)(end - at));
		str_add_char(&out, ' ');
		at = end;
	}
	free(open);
	free(close);
	return str_detach(&out);
}

static void assert_all(const char *xml, const char *name, const char *expected)
{
	char *got = all_of(xml, name);

	assert_string_equal(got, expected);
	free(got);
}

static const struct fx_object tree[] = {
	{ "a", 1, FX_MEMORY },   { "b/1", 2, FX_MEMORY },
	{ "b/2", 3, FX_MEMORY }, { "b/c/3", 4, FX_MEMORY },
	{ "b0", 5, FX_MEMORY },  { "d/4", 6, FX_MEMORY },
	{ "e", 7, FX_MEMORY },   { NULL, 0, FX_MEMORY },
};

/* One listing and the whole document, as S3 would write it. */
static void writes_a_document(void **state)
{
	static const struct fx_object one[] = { { "a b&", 5, FX_MEMORY },
						{ NULL, 0, FX_MEMORY } };
	char *xml = list(one, "list-type=2&prefix=a&delimiter=/"
			      "&start-after=a&fetch-owner=true");

	(void)state;
	assert_string_equal(
		xml,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<ListBucketResult xmlns="
		"\"http://s3.amazonaws.com/doc/2006-03-01/\">"
		"<Name>bucket</Name><Prefix>a</Prefix>"
		"<StartAfter>a</StartAfter><KeyCount>1</KeyCount>"
		"<MaxKeys>1000</MaxKeys><Delimiter>/</Delimiter>"
		"<IsTruncated>false</IsTruncated>"
		"<Contents><Key>a b&amp;</Key>"
		"<LastModified>2023-11-14T22:13:20.000Z</LastModified>"
		"<ETag>&quot;00112233445566778899aabbccddeeff-3&quot;</ETag>"
		"<Size>5</Size><Owner><ID>benchmark</ID>"
		"<DisplayName>benchmark</DisplayName></Owner>"
		"<StorageClass>STANDARD</StorageClass></Contents>"
		"</ListBucketResult>");
	free(xml);
}

static void rolls_up_prefixes(void **state)
{
	static const struct {
		const char *query, *keys, *prefixes;
	} cases[] = {
		{ "", "a b/1 b/2 b/c/3 b0 d/4 e ", "" },
		{ "delimiter=/", "a b0 e ", "b/ d/ " },
		{ "delimiter=/&prefix=b", "b0 ", "b/ " },
		{ "delimiter=/&prefix=b/", "b/1 b/2 ", "b/c/ " },
		{ "prefix=b/", "b/1 b/2 b/c/3 ", "" },
		{ "delimiter=/c/", "a b/1 b/2 b0 d/4 e ", "b/c/ " },
		{ "delimiter=/&marker=b/", "b0 e ", "d/ " },
		{ "delimiter=/&marker=b/1", "b0 e ", "b/ d/ " },
		{ "marker=b/2", "b/c/3 b0 d/4 e ", "" },
		{ "marker=b/2x", "b/c/3 b0 d/4 e ", "" },
		{ "prefix=zzz", "", "" },
		{ "max-keys=0", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *xml = list(tree, cases[i].query);
		char *inner = all_of(xml, "CommonPrefixes");
		char *prefixes = all_of(inner, "Prefix");

		assert_all(xml, "Key", cases[i].keys);
		assert_string_equal(prefixes, cases[i].prefixes);
		assert_all(xml, "IsTruncated", "false ");
		free(prefixes);
		free(inner);
		free(xml);
	}
}

/* Pages of one, with a token or a marker: together they are the whole. */
static void pages(const char *query, const char *element, const char *parameter,
		  const char *expected)
{
	struct str seen = STR_INIT;
	char *next = mem_dup(query);

	for (int page = 0; page < 20 && next; page++) {
		char *xml = list(tree, next), *keys = all_of(xml, "Key");
		char *common = all_of(xml, "CommonPrefixes");
		char *more = all_of(xml, element);

		str_add(&seen, keys);
		str_add(&seen, common);
		free(next);
		next = NULL;
		if (strstr(xml, "<IsTruncated>true")) {
			assert_true(more[0]);
			more[strlen(more) - 1] = '\0';
			next = mem_printf("%s&%s=%s", query, parameter, more);
		} else {
			assert_string_equal(more, "");
		}
		free(more);
		free(common);
		free(keys);
		free(xml);
	}
	assert_null(next);
	assert_string_equal(seen.buf, expected);
	str_release(&seen);
}

static void goes_on(void **state)
{
	(void)state;
	pages("list-type=2&max-keys=1", "NextContinuationToken",
	      "continuation-token", "a b/1 b/2 b/c/3 b0 d/4 e ");
	pages("list-type=2&max-keys=1&delimiter=/", "NextContinuationToken",
	      "continuation-token",
	      "a <Prefix>b/</Prefix> b0 <Prefix>d/</Prefix> e ");
	pages("list-type=2&max-keys=2&start-after=b/2",
	      "NextContinuationToken", "continuation-token",
	      "b/c/3 b0 d/4 e ");
	pages("max-keys=1&delimiter=/", "NextMarker", "marker",
	      "a <Prefix>b/</Prefix> b0 <Prefix>d/</Prefix> e ");
	pages("max-keys=3&delimiter=/&prefix=b/", "NextMarker", "marker",
	      "b/1 b/2 <Prefix>b/c/</Prefix> ");
	pages("versions&max-keys=1&delimiter=/", "NextKeyMarker", "key-marker",
	      "a <Prefix>b/</Prefix> b0 <Prefix>d/</Prefix> e ");
	pages("versions&max-keys=2", "NextKeyMarker",
	      "version-id-marker=null&key-marker",
	      "a b/1 b/2 b/c/3 b0 d/4 e ");
}

static void lists_versions(void **state)
{
	static const struct fx_object one[] = { { "a b&", 5, FX_MEMORY },
						{ NULL, 0, FX_MEMORY } };
	char *xml = list(one, "versions&prefix=a&list-type=2&start-after=b");

	(void)state;
	assert_string_equal(
		xml,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<ListVersionsResult xmlns="
		"\"http://s3.amazonaws.com/doc/2006-03-01/\">"
		"<Name>bucket</Name><Prefix>a</Prefix><KeyMarker></KeyMarker>"
		"<VersionIdMarker></VersionIdMarker><MaxKeys>1000</MaxKeys>"
		"<IsTruncated>false</IsTruncated>"
		"<Version><Key>a b&amp;</Key><VersionId>null</VersionId>"
		"<IsLatest>true</IsLatest>"
		"<LastModified>2023-11-14T22:13:20.000Z</LastModified>"
		"<ETag>&quot;00112233445566778899aabbccddeeff-3&quot;</ETag>"
		"<Size>5</Size><Owner><ID>benchmark</ID>"
		"<DisplayName>benchmark</DisplayName></Owner>"
		"<StorageClass>STANDARD</StorageClass></Version>"
		"</ListVersionsResult>");
	free(xml);
	xml = list(tree, "versions&max-keys=1&delimiter=/&key-marker=a");
	assert_all(xml, "NextKeyMarker", "b/ ");
	assert_all(xml, "NextVersionIdMarker", "");
	free(xml);
	xml = list(tree, "versions&max-keys=1&delimiter=/");
	assert_all(xml, "NextVersionIdMarker", "null ");
	free(xml);
}

static void counts(void **state)
{
	char *xml = list(tree, "list-type=2&max-keys=3&delimiter=/");

	(void)state;
	assert_all(xml, "KeyCount", "3 ");
	assert_all(xml, "MaxKeys", "3 ");
	assert_all(xml, "IsTruncated", "true ");
	assert_all(xml, "Key", "a b0 ");
	free(xml);
	xml = list(tree, "max-keys=3");
	assert_all(xml, "NextMarker", ""); /* only with a delimiter */
	assert_all(xml, "IsTruncated", "true ");
	assert_all(xml, "Marker", " ");
	free(xml);
}

static void encodes_names(void **state)
{
	char *xml = list(fx_objects,
			 "list-type=2&encoding-type=url&delimiter=%26"
			 "&prefix=a%20b&start-after=a%20");

	(void)state;
	assert_all(xml, "EncodingType", "url ");
	assert_all(xml, "Delimiter", "%26 ");
	assert_all(xml, "StartAfter", "a%20 ");
	assert_all(xml, "Prefix", "a%20b a%20b/%26 ");
	free(xml);
	xml = list(fx_objects, "encoding-type=url&prefix=%0A&marker=%0B");
	assert_all(xml, "Prefix", "%0A ");
	assert_all(xml, "Marker", "%0B ");
	free(xml);
	xml = list(fx_objects, "prefix=a");
	assert_all(xml, "Key", "a b/&amp;&lt;\xc3\xa9&gt;.tif ");
	assert_all(xml, "EncodingType", "");
	free(xml);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(encodes_urls),
		cmocka_unit_test(reads_queries),
		cmocka_unit_test(refuses_queries),
		cmocka_unit_test(writes_a_document),
		cmocka_unit_test(rolls_up_prefixes),
		cmocka_unit_test(goes_on),
		cmocka_unit_test(lists_versions),
		cmocka_unit_test(counts),
		cmocka_unit_test(encodes_names),
	};

	return cmocka_run_group_tests_name("origin_list", checks, NULL, NULL);
}
