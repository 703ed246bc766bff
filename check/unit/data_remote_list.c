/* The XML of listings: what is read, what is refused, what is survived. */
#include "check.h"

#include <stdlib.h>

#include "base/hash.h"
#include "data/remote_list.h"

static int parse(const char *text, size_t n, struct list_page *page,
		 struct err *err)
{
	char *copy = malloc(n ? n : 1);
	int code;

	memcpy(copy, text, n);
	memset(page, 0, sizeof(*page));
	code = list_page_parse(copy, n, page, err);
	free(copy);
	return code;
}

#define LIST(text) "<ListBucketResult>" text "</ListBucketResult>"
#define ENTRY(key) "<Contents><Key>" key "</Key><Size>1</Size></Contents>"

static void xml_is_read_strictly(void **state)
{
	static const char *const wrong[] = {
		"", " ", "text", "<a>", "<ListBucketResult>", "<a></b>",
		"<a/><b/>", LIST("<"), LIST("</"), LIST("<a b='>"), LIST("&"),
		LIST("&lt"), LIST("&unknown;"), LIST("&#0;"), LIST("&#xD800;"),
		LIST("&#x110000;"), LIST("&#-1;"), LIST("<![CDATA[x]>"),
		LIST("<![CDATA[x"), LIST("<![cdata[x]]>"), LIST("<![CDATA[]>"),
		"<![CDATA[x]]>" LIST(""), LIST("") "<![CDATA[]]>",
		" \xef\xbb\xbf" LIST(""), "\xef\xbb\xbf",
		"\xef\xbb\xbf\xef\xbb\xbf" LIST(""),
		"<!DOCTYPE a [<!ENTITY b 'c'>]>" LIST(""), LIST("") "x",
		LIST("<!-- "), "<?xml", "<Error/>", LIST("<Contents/>"),
		LIST("<Contents><Key>a</Key></Contents>"),
		LIST(ENTRY("b") ENTRY("a")), LIST(ENTRY("a") ENTRY("a")),
		LIST(ENTRY("")), LIST("<Contents><Key>a</Key><Size>-1</Size>"
				      "</Contents>"),
		LIST("<EncodingType>url</EncodingType>" ENTRY("%4")),
		LIST("<EncodingType>url</EncodingType>" ENTRY("%00")),
		LIST("<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"),
	};
	static const char good[] =
		"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->"
		"<ListBucketResult a='>' b=\""
		"/>\">" ENTRY("a &amp; b/&#65;&#x20ac;&apos;") "<Contents ><ETag"
		" >\"x\"</ETag ><Size>7</Size><Key>b+%41</Key></Contents>"
		"<IsTruncated>true</IsTruncated></ListBucketResult>\n";
	struct list_page page;
	struct err err = { "" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (parse(wrong[i], strlen(wrong[i]), &page, &err) !=
		    ERR_INVALID)
			fail_msg("'%s' was read", wrong[i]);
		list_page_clear(&page);
	}
	parse(LIST(ENTRY("a\x1b[2J\xc2\x9b" "1m\nc") ENTRY("a&#x9b;&#10;b")),
	      sizeof(LIST(ENTRY("a\x1b[2J\xc2\x9b" "1m\nc")
			  ENTRY("a&#x9b;&#10;b"))) - 1, &page, &err);
	list_page_clear(&page);
	for (const char *p = err.text; *p; p++)
		assert_true(*p >= ' ' && *p < 0x7f);
	assert_int_equal(parse(good, strlen(good), &page, &err), 0);
	assert_int_equal(page.count, 2);
	assert_true(page.truncated);
	assert_string_equal(page.keys[0].key, "a & b/A\xe2\x82\xac'");
	assert_string_equal(page.keys[1].key, "b+%41");
	assert_string_equal(page.keys[1].etag, "\"x\"");
	assert_int_equal(page.keys[1].size, 7);
	list_page_clear(&page);
	/* Cut anywhere but in the last line's end: refused. */
	for (size_t n = 0; n + 1 < strlen(good); n++) {
		assert_int_equal(parse(good, n, &page, NULL), ERR_INVALID);
		list_page_clear(&page);
	}
}

static void cdata_is_text(void **state)
{
	static const char text[] =
		LIST(ENTRY("<![CDATA[a<b>&amp;]] >]]]>c<![CDATA[]]>&lt;"));
	static const char zero[] = LIST(ENTRY("<![CDATA[a\0b]]>"));
	struct list_page page;
	struct err err = { "" };

	(void)state;
	assert_int_equal(parse(text, sizeof(text) - 1, &page, &err), 0);
	assert_string_equal(page.keys[0].key, "a<b>&amp;]] >]c<");
	list_page_clear(&page);
	assert_int_equal(parse(zero, sizeof(zero) - 1, &page, &err),
			 ERR_INVALID);
	list_page_clear(&page);
}

static void damaged_xml_is_survived(void **state)
{
	char text[] = LIST("<EncodingType>url</EncodingType>" ENTRY("%41&#65;")
			   ENTRY("<![CDATA[a]b]]>")
			   "<Contents><Key>b</Key><Size>7</Size><ETag>&quot;"
			   "</ETag></Contents><!-- x --><?y?><z a='b'/>");
	struct list_page page;
	struct rng rng;

	(void)state;
	rng_init(&rng, 3);
	for (int i = 0; i < 50000; i++) {
		size_t at = rng_below(&rng, sizeof(text) - 1);
		char old = text[at];

		text[at] = (char)(i % 2 ? rng_next(&rng)
					: (uint64_t)"<>&;/!?-'%"[i / 2 % 10]);
		parse(text, sizeof(text) - 1, &page, NULL);
		list_page_clear(&page);
		text[at] = old;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xml_is_read_strictly),
		cmocka_unit_test(cdata_is_text),
		cmocka_unit_test(damaged_xml_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
