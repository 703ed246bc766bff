/* Sentences of several blocks made one: numbers become ranges, and of other
 * programs the names that are in both stay. */
#include "check.h"

#include <stdlib.h>

#include "report/ranges.h"

/* `wanted`: NULL where they are not the same sentence. */
static void assert_joined(const char *a, const char *b, const char *wanted)
{
	char *text;

	assert_true(ranges_same(a, b) == (wanted != NULL));
	if (!wanted)
		return;
	text = ranges_join(a, b);
	assert_string_equal(text, wanted);
	free(text);
}

static void numbers(void **state)
{
	(void)state;
	assert_joined("x 0.31 y", "x 0.5 y", "x 0.31 to 0.5 y");
	assert_joined("x 0.31 to 0.5 y", "x 7 y", "x 0.31 to 7 y");
	assert_joined("x 3", "x 1 to 2", "x 1 to 3");
	assert_joined("x 3.", "x 3.", "x 3.");
	assert_joined("p99 of 1.2.3", "p99 of 1.2.3", "p99 of 1.2.3");
	assert_joined("5 to go", "6 to go", "5 to 6 to go");
	assert_joined("", "", "");
	assert_joined("x 3 (most: a 1)", "x 4 (most: b)", "x 3 to 4");
	assert_joined("x 3 (most: a 1)", "x 4 (most: a 1)",
		      "x 3 to 4 (most: a 1)");
	assert_joined("x 3 (most: a 1)", "x 3", "x 3");
	assert_joined("x 3", "x 3 y", NULL);
	assert_joined("x 3", "x y", NULL);
	assert_joined("x", "", NULL);
}

/* Their digits are no numbers: libraries are no range of each other. */
static void words_with_digits(void **state)
{
	(void)state;
	assert_joined("a@0.11.0 opened 3", "a@0.11.0 opened 5",
		      "a@0.11.0 opened 3 to 5");
	for (const char *const(*pair)[2] = (const char *const[][2]){
		     { "a@0.11.0 opened 3", "a@0.12.0 opened 3" },
		     { "a@0.11.0 opened 3", "a@0.11.1 opened 3" },
		     { "a@x-1/2/ opened 3", "a@x-1/3/ opened 3" },
		     { "a@1.2+5.whl opened 3", "a@1.2+6.whl opened 3" },
		     { "http2 opened 3", "http3 opened 3" },
		     { NULL, NULL } }; (*pair)[0]; pair++)
		assert_joined((*pair)[0], (*pair)[1], NULL);
}

static void names(void **state)
{
	(void)state;
	assert_joined("x 3 (most: a (pid 1) 9.00 s, b2 (pid 2) 0.1 s)",
		      "x 4 (most: c (pid 4) 3.0 s, a (pid 1) 8.5 s)",
		      "x 3 to 4 (most: a (pid 1) 8.5 to 9.00 s)");
	assert_joined("x 3 (most: a (pid 1) 1 s)", "x 3 (most: a (pid 2) 1 s)",
		      "x 3");
	assert_joined("x (most: a (pid 1) 1 s, b (pid 2) 3 s of the whole "
		      "block, and 0.3 s by programs)",
		      "x (most: b (pid 2) 1 to 2 s, a (pid 1) 4 s of the whole "
		      "block, and 0.5 s by programs)",
		      "x (most: a (pid 1) 1 to 4 s, b (pid 2) 1 to 3 s of the "
		      "whole block, and 0.3 to 0.5 s by programs)");
	assert_joined("x (most: a (pid 1) 1 s of the whole block)",
		      "x (most: a (pid 1) 2 s of the whole block, and 0.5 s by "
		      "programs)",
		      "x (most: a (pid 1) 1 to 2 s of the whole block)");
	assert_joined("x (most: 1 s by programs, or others)",
		      "x (most: 2.5 s by programs, or others)",
		      "x (most: 1 to 2.5 s by programs, or others)");
	assert_joined("x (most: , , ) (pid ", "x (most: (pid ), ", "x");
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(words_with_digits),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
