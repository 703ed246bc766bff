/* The keys of library.toml: which there are, what they hold, where they stand. */
#include "check.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "catalogue/keys.h"

static void check_right(void **state)
{
	static const char text[] =
		"name = \"mine\"\nlanguage = \"c\"\nkind = \"check\"\n"
		"home_page = \"\"\npackages = []\nversion_of = \"x\"\n"
		"protocol = 2\nverbs = [\"get\"]\nworkload = \"w\"\n"
		"notes = [\"a\", \"b\"]\n";
	struct toml toml;
	struct err err;

	(void)state;
	assert_int_equal(toml_parse(&toml, text, "f", &err), 0);
	assert_int_equal(keys_check(&toml, "mine", "f", &err), 0);
	toml_release(&toml);
}

static void check_mark(void **state)
{
	struct toml toml;
	struct err err;

	(void)state;
	assert_int_equal(toml_parse(&toml, "\xef\xbb\xbfkind = \"check\"\n", "f",
				    &err), ERR_INVALID);
	assert_names(err, "f, line 1: it begins with a byte order mark: save");
	toml_release(&toml);
}

static void check_wrong(void **state)
{
	static const char *const cases[][2] = {
		{ "verb = [\"get\"]",
		  "f, line 2: there is no key 'verb': did you mean 'verbs'?" },
		{ "home-page = \"\"", "did you mean 'home_page'?" },
		{ "Kind = \"check\"", "did you mean 'kind'?" },
		{ "frobnicate = 1", "there are name, language, kind, " },
		{ "protocol = \"2\"", "f, line 2: protocol is a whole number, "
				      "not a text: write protocol = 2" },
		{ "protocol = [\"2\"]", "not a list of texts" },
		{ "verbs = \"get\"", "verbs is a list of texts, not a text: "
				     "write verbs = [\"...\"]" },
		{ "workload = [\"a\", \"b\"]", "workload is a text, not a list" },
		{ "workload = 5", "workload is a text, not a whole number" },
		{ "packages = \"a==1\"", "packages is a list of texts" },
		{ "notes = true", "not true or false" },
		{ "name = \"other\"", "name is 'other', and its folder's name "
				      "is 'mine'" },
		{ "kind = \"check\"\nkind = \"check\"",
		  "line 3: the key 'kind' stands there twice" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *text = mem_printf("# one\n%s\n", cases[i][0]);
		struct toml toml;
		struct err err;
		int code = toml_parse(&toml, text, "f", &err);

		if (code == 0)
			code = keys_check(&toml, "mine", "f", &err);
		assert_int_equal(code, ERR_INVALID);
		assert_names(err, cases[i][1]);
		toml_release(&toml);
		free(text);
	}
}

/* The README's table has a row for each key, with its type, and no other. */
static void check_readme(void **state)
{
	struct str text = STR_INIT;
	const char *name, *type, *row;
	size_t count = 0, rows = 0;
	struct err err;

	(void)state;
	assert_int_equal(file_read(check_file("README.md"), 1 << 20, &text,
				   &err), 0);
	row = strstr(text.buf, "\n| key of `library.toml` |");
	assert_non_null(row);
	for (; (name = keys_name(count, &type)); count++) {
		char *start = mem_printf("\n| `%s` | %s |", name, type);

		if (!strstr(row, start))
			fail_msg("README.md lacks%s", start);
		free(start);
	}
	while ((row = strchr(row + 1, '\n')) && row[1] == '|')
		rows++;
	assert_int_equal(rows, count + 1); /* the line below the head */
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_right),
		cmocka_unit_test(check_mark),
		cmocka_unit_test(check_wrong),
		cmocka_unit_test(check_readme),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
