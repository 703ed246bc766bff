/* Ranges, dates, conditions. */
#include "check.h"

#include "origin/condition.h"
#include "origin/date.h"
#include "origin/range.h"

#define MAX_TEXT "18446744073709551615"

static void reads_ranges(void **state)
{
	static const struct {
		const char *text;
		uint64_t size;
		enum range_kind kind;
		uint64_t start, length;
	} cases[] = {
		{ "bytes=0-0", 10, RANGE_PART, 0, 1 },
		{ "bytes=0-9", 10, RANGE_PART, 0, 10 },
		{ "bytes=0-10", 10, RANGE_PART, 0, 10 },
		{ "bytes=9-9", 10, RANGE_PART, 9, 1 },
		{ "bytes=9-999", 10, RANGE_PART, 9, 1 },
		{ "bytes=0-", 10, RANGE_PART, 0, 10 },
		{ "bytes=3-", 10, RANGE_PART, 3, 7 },
		{ "bytes=-3", 10, RANGE_PART, 7, 3 },
		{ "bytes=-10", 10, RANGE_PART, 0, 10 },
		{ "bytes=-11", 10, RANGE_PART, 0, 10 },
		{ "Bytes=1-2", 10, RANGE_PART, 1, 2 },
		{ "bytes=0001-02", 10, RANGE_PART, 1, 2 },
		{ "bytes=10-10", 10, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=10-", 10, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=-0", 10, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=0-", 0, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=0-0", 0, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=-5", 0, RANGE_UNSATISFIABLE, 0, 0 },
		{ "", 10, RANGE_NONE, 0, 10 },
		{ "", 0, RANGE_NONE, 0, 0 },
		{ "bytes", 10, RANGE_NONE, 0, 10 },
		{ "bytes=", 10, RANGE_NONE, 0, 10 },
		{ "bytes=-", 10, RANGE_NONE, 0, 10 },
		{ "bytes=1", 10, RANGE_NONE, 0, 10 },
		{ "bytes=5-4", 10, RANGE_NONE, 0, 10 },
		{ "bytes=0-1,3-4", 10, RANGE_NONE, 0, 10 },
		{ "bytes=0-1,", 10, RANGE_NONE, 0, 10 },
		{ "bytes=0-1 ", 10, RANGE_NONE, 0, 10 },
		{ "bytes= 0-1", 10, RANGE_NONE, 0, 10 },
		{ "bytes=0 -1", 10, RANGE_NONE, 0, 10 },
		{ "bytes=--1", 10, RANGE_NONE, 0, 10 },
		{ "bytes=+1-2", 10, RANGE_NONE, 0, 10 },
		{ "bytes=a-b", 10, RANGE_NONE, 0, 10 },
		{ "items=0-1", 10, RANGE_NONE, 0, 10 },
		/* Numbers at and beyond what fits. */
		{ "bytes=0-" MAX_TEXT, 10, RANGE_PART, 0, 10 },
		{ "bytes=1-99999999999999999999999", 10, RANGE_PART, 1, 9 },
		{ "bytes=" MAX_TEXT "-", 10, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=99999999999999999999-", 10, RANGE_UNSATISFIABLE, 0,
		  0 },
		{ "bytes=-" MAX_TEXT, 10, RANGE_PART, 0, 10 },
		{ "bytes=-99999999999999999999", 10, RANGE_PART, 0, 10 },
		{ "bytes=0-" MAX_TEXT, UINT64_MAX, RANGE_PART, 0, UINT64_MAX },
		{ "bytes=18446744073709551614-", UINT64_MAX, RANGE_PART,
		  UINT64_MAX - 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct range range;
		enum range_kind kind = range_parse(cases[i].text,
						   strlen(cases[i].text),
						   cases[i].size, &range);

		if (kind != cases[i].kind || range.start != cases[i].start ||
		    range.length != cases[i].length)
			fail_msg("%s of %llu gives %d %llu+%llu",
				 cases[i].text,
				 (unsigned long long)cases[i].size, (int)kind,
				 (unsigned long long)range.start,
				 (unsigned long long)range.length);
	}
}

static void writes_dates(void **state)
{
	static const struct {
		int64_t seconds;
		const char *http, *iso;
	} cases[] = {
		{ 0, "Thu, 01 Jan 1970 00:00:00 GMT",
		  "1970-01-01T00:00:00.000Z" },
		{ 1745395695, "Wed, 23 Apr 2025 08:08:15 GMT",
		  "2025-04-23T08:08:15.000Z" },
		{ 951827696, "Tue, 29 Feb 2000 12:34:56 GMT",
		  "2000-02-29T12:34:56.000Z" },
		{ 4107542400, "Mon, 01 Mar 2100 00:00:00 GMT",
		  "2100-03-01T00:00:00.000Z" },
		{ -1, "Wed, 31 Dec 1969 23:59:59 GMT",
		  "1969-12-31T23:59:59.000Z" },
		{ 253402300799, "Fri, 31 Dec 9999 23:59:59 GMT",
		  "9999-12-31T23:59:59.000Z" },
		{ INT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT",
		  "9999-12-31T23:59:59.000Z" },
		{ INT64_MIN, "Sat, 01 Jan 0000 00:00:00 GMT",
		  "0000-01-01T00:00:00.000Z" },
	};
	char text[40];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		date_http(cases[i].seconds, text);
		assert_memory_equal(text, cases[i].http, DATE_HTTP_LEN);
		date_iso(cases[i].seconds, text);
		assert_memory_equal(text, cases[i].iso, DATE_ISO_LEN);
	}
}

#define NOW 1745395695 /* Wed, 23 Apr 2025 08:08:15 GMT */

/* 400 years, a little over a day at a time: what is written is read back. */
static void reads_dates_back(void **state)
{
	char text[DATE_HTTP_LEN];
	int64_t seconds;

	(void)state;
	for (int64_t s = -6000000000; s < 8000000000; s += 86400 + 3661) {
		date_http(s, text);
		assert_true(date_parse(text, sizeof(text), NOW,
				       &seconds));
		assert_int_equal(seconds, s);
	}
}

static void refuses_dates(void **state)
{
	static const char *const bad[] = {
		"",
		"Tue, 23 Apr 2025 08:08:15 GMT",
		"Wed, 31 Apr 2025 08:08:15 GMT",
		"Wed, 23 apr 2025 08:08:15 GMT",
		"Wed, 23 Apr 2025 24:08:15 GMT",
		"Wed, 23 Apr 2025 08:60:15 GMT",
		"Wed, 23 Apr 2025 08:08:15 UTC",
		"Wed, 23-Apr-2025 08:08:15 GMT",
		"Wed, 23 Apr 2025 08:08:1x GMT",
		"Wed, 00 Apr 2025 08:08:15 GMT",
		"Wednesday, 23 Apr 2025 08:08:15 GMT",
		"Wed, 23-Apr-25 08:08:15 GMT",
		"Tuesday, 23-Apr-25 08:08:15 GMT",
		"wednesday, 23-Apr-25 08:08:15 GMT",
		"Wednesday, 23-Apr-25 08:08:15 UTC",
		"Wednesday, 23-Apr-25 08:08:15",
		"Wednesday, 31-Apr-25 08:08:15 GMT",
		"Wednesday, 3-Apr-25 08:08:15 GMT",
		"Wednesday,  3-Apr-25 08:08:15 GMT",
		"Tue Apr 23 08:08:15 2025",
		"Wednesday Apr 23 08:08:15 2025",
		"Wed Apr 23 08:08:15 25",
		"Wed Apr 23 08:08:15 2025 GMT",
		"Wed Apr 31 08:08:15 2025",
		"Wed Apr  0 08:08:15 2025",
		"Wed Apr 2 08:08:15 2025",
	};
	int64_t seconds;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (date_parse(bad[i], strlen(bad[i]), NOW, &seconds))
			fail_msg("accepted: %s", bad[i]);
}

/* RFC 9110, 5.6.7: the two obsolete forms, and the years of the first. */
static void reads_obsolete_dates(void **state)
{
	static const struct {
		const char *text;
		int64_t now, seconds;
	} cases[] = {
		{ "Sunday, 06-Nov-94 08:49:37 GMT", NOW, 784111777 },
		{ "Sun Nov  6 08:49:37 1994", NOW, 784111777 },
		{ "Sun Nov 06 08:49:37 1994", NOW, 784111777 },
		{ "Wed Apr 23 08:08:15 2025", NOW, NOW },
		{ "Wednesday, 23-Apr-25 08:08:15 GMT", NOW, NOW },
		/* 50 years and no second more are the future. */
		{ "Tuesday, 23-Apr-75 08:08:15 GMT", NOW, 3323232495 },
		{ "Wednesday, 23-Apr-75 08:08:16 GMT", NOW, 167472496 },
		{ "Thursday, 31-Dec-99 23:59:59 GMT", 4102444799, 4102444799 },
		{ "Friday, 31-Dec-99 23:59:59 GMT", NOW, 946684799 },
		/* At the end of 2099, "05" is soon. */
		{ "Thursday, 01-Jan-05 00:00:00 GMT", 4102444799, 4260211200 },
		{ "Tuesday, 29-Feb-00 12:34:56 GMT", NOW, 951827696 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].text;
		int64_t seconds = -1;

		if (!date_parse(text, strlen(text), cases[i].now, &seconds) ||
		    seconds != cases[i].seconds)
			fail_msg("%s: %lld", text, (long long)seconds);
	}
}

#define TAG "\"abc-1\""
#define AT "Wed, 23 Apr 2025 08:08:15 GMT"     /* the object's */
#define BEFORE "Wed, 23 Apr 2025 08:08:14 GMT"
#define AFTER "Wed, 23 Apr 2025 08:08:16 GMT"

static const struct object object = { .size = 10,
				      .modified_s = 1745395695,
				      .etag = TAG };

static struct view view_of(const char *text)
{
	return (struct view){ text, text ? strlen(text) : 0 };
}

static void checks_conditions(void **state)
{
	static const struct {
		const char *match, *none, *modified, *unmodified;
		enum condition expected;
	} cases[] = {
		{ NULL, NULL, NULL, NULL, CONDITION_HOLDS },
		{ TAG, NULL, NULL, NULL, CONDITION_HOLDS },
		{ "*", NULL, NULL, NULL, CONDITION_HOLDS },
		{ "abc-1", NULL, NULL, NULL, CONDITION_HOLDS },
		{ "\"x\", " TAG, NULL, NULL, NULL, CONDITION_HOLDS },
		{ "\"x,y\"," TAG, NULL, NULL, NULL, CONDITION_HOLDS },
		{ "\"x\"", NULL, NULL, NULL, CONDITION_FAILED },
		{ "abc", NULL, NULL, NULL, CONDITION_FAILED },
		{ "", NULL, NULL, NULL, CONDITION_FAILED },
		{ "W/" TAG, NULL, NULL, NULL, CONDITION_FAILED },
		{ NULL, TAG, NULL, NULL, CONDITION_NOT_MODIFIED },
		{ NULL, "W/" TAG, NULL, NULL, CONDITION_NOT_MODIFIED },
		{ NULL, "*", NULL, NULL, CONDITION_NOT_MODIFIED },
		{ NULL, "\"x\", W/\"y\" , " TAG, NULL, NULL,
		  CONDITION_NOT_MODIFIED },
		{ NULL, "\"x\"", NULL, NULL, CONDITION_HOLDS },
		{ NULL, NULL, AT, NULL, CONDITION_NOT_MODIFIED },
		{ NULL, NULL, AFTER, NULL, CONDITION_NOT_MODIFIED },
		{ NULL, NULL, BEFORE, NULL, CONDITION_HOLDS },
		{ NULL, NULL, "yesterday", NULL, CONDITION_HOLDS },
		{ NULL, NULL, "Wednesday, 23-Apr-25 08:08:15 GMT", NULL,
		  CONDITION_NOT_MODIFIED },
		{ NULL, NULL, "Wed Apr 23 08:08:14 2025", NULL,
		  CONDITION_HOLDS },
		{ NULL, NULL, NULL, "Wednesday, 23-Apr-25 08:08:14 GMT",
		  CONDITION_FAILED },
		{ NULL, NULL, NULL, "Wed Apr 23 08:08:15 2025",
		  CONDITION_HOLDS },
		{ NULL, NULL, NULL, AT, CONDITION_HOLDS },
		{ NULL, NULL, NULL, BEFORE, CONDITION_FAILED },
		{ NULL, NULL, NULL, "yesterday", CONDITION_HOLDS },
		/* What S3 documents of two at once. */
		{ TAG, NULL, NULL, BEFORE, CONDITION_HOLDS },
		{ NULL, TAG, BEFORE, NULL, CONDITION_NOT_MODIFIED },
		{ NULL, "\"x\"", AT, NULL, CONDITION_HOLDS },
		{ "\"x\"", TAG, NULL, NULL, CONDITION_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct head head = {
			.if_match = view_of(cases[i].match),
			.if_none_match = view_of(cases[i].none),
			.if_modified_since = view_of(cases[i].modified),
			.if_unmodified_since = view_of(cases[i].unmodified),
		};
		const char *which = NULL;
		enum condition got = condition_check(&head, &object, NOW,
						    &which);

		if (got != cases[i].expected)
			fail_msg("case %zu gives %d", i, (int)got);
		if (got == CONDITION_FAILED)
			assert_string_equal(which, cases[i].match ?
							   "If-Match" :
							   "If-Unmodified-"
							   "Since");
	}
}

static void checks_if_range(void **state)
{
	static const struct {
		const char *text;
		bool holds;
	} cases[] = {
		{ NULL, true },    { TAG, true },     { "\"x\"", false },
		{ AT, true },      { BEFORE, false }, { AFTER, false },
		{ "W/" TAG, false }, { "", false },
		{ "Wed Apr 23 08:08:15 2025", true },
		{ "Wednesday, 23-Apr-25 08:08:14 GMT", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct head head = { .if_range = view_of(cases[i].text) };

		assert_int_equal(condition_range_holds(&head, &object, NOW),
				 cases[i].holds);
	}
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(reads_ranges),
		cmocka_unit_test(writes_dates),
		cmocka_unit_test(reads_dates_back),
		cmocka_unit_test(reads_obsolete_dates),
		cmocka_unit_test(refuses_dates),
		cmocka_unit_test(checks_conditions),
		cmocka_unit_test(checks_if_range),
	};

	return cmocka_run_group_tests_name("origin_range", checks, NULL, NULL);
}
