/* Numbers that people write: what is one, and what is none. */
#include "check.h"

#include <math.h>

#include "base/number.h"

static void is(const char *text, const struct number_unit *units, double value)
{
	double found = -7;

	if (!number_parse(text, units, &found) || found != value)
		fail_msg("'%s' became %.17g", text, found);
}

static void decimal_numbers_are_read(void **state)
{
	(void)state;
	is("0", number_plain, 0);
	is("010", number_plain, 10);
	is("-1", number_plain, -1);
	is("2.5", number_plain, 2.5);
	is("1e3", number_plain, 1000);
	is("25E-1", number_plain, 2.5);
	is("500ms", number_seconds, 0.5);
	is("1.5min", number_seconds, 90);
	is("2h", number_seconds, 7200);
	is("0.5Mbit", number_bits, 500000);
	is("1gbit", number_bits, 1e9);
	is("1TiB", number_bytes, 1099511627776.0);
}

static void all_else_is_none(void **state)
{
	static const char *const wrong[] = {
		"", " 1", "1 ", "+1", "0x10", "0x1p1", "1p3", "inf", "-inf",
		"nan", "infinity", "1e400", "1e", "1e+", ".5", "5.", "1.e3",
		"--1", "-", "1_000", "1,5", "1.5.5", "5s5", "1 s", "1KiBs",
		"\xd9\xa1", "1e999999999999", "0b1", "1L", "1f",
	};
	uint64_t whole;
	double value;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (number_parse(wrong[i], number_plain, &value) ||
		    number_parse(wrong[i], number_seconds, &value) ||
		    number_parse_whole(wrong[i], number_bytes, &whole) ||
		    number_parse_whole(wrong[i], number_plain, &whole))
			fail_msg("'%s' is a number", wrong[i]);
	}
	assert_false(number_parse("5s", number_plain, &value));
	assert_false(number_parse("5KiB", number_seconds, &value));
}

static void whole_is(const char *text, uint64_t value)
{
	uint64_t found = 7;

	if (!number_parse_whole(text, number_bytes, &found) || found != value)
		fail_msg("'%s' became %llu", text, (unsigned long long)found);
}

static void whole_numbers_are_exact(void **state)
{
	static const char *const wrong[] = {
		"18446744073709551616", "-1", "1.0", "1e3", "1.0001KiB",
		"16777216TiB", "1e1KiB", "-1KiB",
	};
	uint64_t found;

	(void)state;
	whole_is("18446744073709551615", UINT64_MAX);
	whole_is("9007199254740993", 9007199254740993);
	whole_is("0008", 8);
	whole_is("16KiB", 16384);
	whole_is("1.5mib", 1572864);
	whole_is("1TiB", 1ULL << 40);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		if (number_parse_whole(wrong[i], number_bytes, &found))
			fail_msg("'%s' is whole", wrong[i]);
}

static void whole_numbers_are_written_whole(void **state)
{
	char text[NUMBER_TEXT_BYTES];

	(void)state;
	assert_string_equal(number_text(9007199254740991.0, text),
			    "9007199254740991");
	assert_string_equal(number_text(1099511627776.0, text),
			    "1099511627776");
	assert_string_equal(number_text(0.05, text), "0.05");
	assert_string_equal(number_text(-1, text), "-1");
	assert_string_equal(number_text(1e300, text), "1e+300");
}

static void check_exact(void **state)
{
	char text[NUMBER_TEXT_BYTES];

	(void)state;
	assert_string_equal(number_exact(0.1, text), "0.1");
	assert_string_equal(number_exact(1e22, text), "1e+22");
	assert_string_equal(number_exact(0.1 + 0.2, text),
			    "0.30000000000000004");
	assert_string_equal(number_exact(NAN, text), "");
	assert_string_equal(number_exact(-INFINITY, text), "");
}

static void short_is(double value, int digits, const char *wanted)
{
	assert_string_equal(number_short(value, digits).text, wanted);
}

/* As %g has them, but for exponents. */
static void check_short(void **state)
{
	(void)state;
	short_is(100, 2, "100");
	short_is(119.6, 2, "120");
	short_is(12345.6, 4, "12346");
	short_is(99.6, 2, "100");
	short_is(9.96, 2, "10");
	short_is(9.94, 2, "9.9");
	short_is(3.5, 3, "3.5");
	short_is(0.0996, 2, "0.1");
	short_is(0.00412, 2, "0.0041");
	short_is(0.00001, 2, "0.00001");
	short_is(1e-12, 2, "0");
	short_is(0, 2, "0");
	short_is(-1250, 3, "-1250");
	short_is(-0.125, 2, "-0.12");
	short_is(500, 1, "500");
	short_is((double)NAN, 2, "nan");
	short_is((double)INFINITY, 2, "inf");
	short_is(1e9, 4, "1000000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_exact),
		cmocka_unit_test(check_short),
		cmocka_unit_test(decimal_numbers_are_read),
		cmocka_unit_test(all_else_is_none),
		cmocka_unit_test(whole_numbers_are_exact),
		cmocka_unit_test(whole_numbers_are_written_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
