/* --resume: whether a command line asks for what another one asked for. */
#include "check.h"

#include "base/mem.h"
#include "cli/same_command.h"
#include "cli/typed.h"

static void same(void **state)
{
	static const char *const pairs[][2] = {
		{ "run-all", "run-all" },
		{ "run-all --budget 56", "run-all --budget=56s" },
		{ "run-all --budget 300", "run-all" },
		{ "run-all --until-precise 2", "run-all --budget 1h "
					       "--until-precise 2%" },
		{ "run-all --library a --test t --library b",
		  "run-all --library b --library_name=a --library a --test t" },
		{ "run-all --library a,b", "run-all --library b --library a" },
		{ "run-all", "run-all --json --monitor 127.0.0.1:1 --linger 3 "
			     "--textfile a.prom --db a.db --debug run" },
		{ "run-all", "run-all --slices --isolation auto --pin auto "
			     "--dataset s2 --seed 42 --concurrency 50" },
		{ "run-all --resume a", "run-all" },
		{ "run-all --keep-alive no", "run-all --no-keep-alive" },
		{ "run-all --prefix 'a b'", "run-all '--prefix=a b'" },
		{ "run-parameterized-test a.yaml --budget 9",
		  "run-parameterized-test --budget 9 ./there/a.yaml" },
		{ "of-an-older --program", "of-an-older --program" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (!same_command(pairs[i][0], pairs[i][1]) ||
		    !same_command(pairs[i][1], pairs[i][0]))
			fail_msg("%s is not %s", pairs[i][0], pairs[i][1]);
}

static void another(void **state)
{
	static const char *const pairs[][2] = {
		{ "run-all", "run-parameterized-test a.yaml" },
		{ "run-all --budget 56", "run-all --budget 57" },
		{ "run-all --blocks 8", "run-all" },
		{ "run-all --library a", "run-all --library a --library b" },
		{ "run-all --test a", "run-all" },
		{ "run-all --until-precise 2", "run-all" },
		{ "run-all --no-slices", "run-all" },
		{ "run-all --isolation process", "run-all" },
		{ "run-all --seed 43", "run-all" },
		{ "run-all --timeout 9", "run-all" },
		{ "run-all --cpus 1", "run-all" },
		{ "run-all --endpoint http://a", "run-all" },
		{ "run-all --prefix 'a b'", "run-all --prefix 'a  b'" },
		{ "run-parameterized-test a.yaml",
		  "run-parameterized-test b.yaml" },
		{ "run-all --of-an-older", "run-all" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (same_command(pairs[i][0], pairs[i][1]) ||
		    same_command(pairs[i][1], pairs[i][0]))
			fail_msg("%s is %s", pairs[i][0], pairs[i][1]);
}

static void words_come_back(void **state)
{
	static const char *const words[] = { "run-all", "", "it's", "a b",
					     "\\", "'", "$x" };
	const int count = sizeof(words) / sizeof(*words);
	char *line = typed_line(count, (char *const *)(uintptr_t)words);
	int read;
	char **again = typed_words(line, &read);

	(void)state;
	assert_int_equal(read, count);
	for (int i = 0; i < count; i++)
		assert_string_equal(again[i], words[i]);
	assert_null(again[count]);
	typed_free_words(again);
	free(line);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(same),
		cmocka_unit_test(another),
		cmocka_unit_test(words_come_back),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
