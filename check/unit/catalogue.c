#include "check.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "catalogue/catalogue.h"
#include "catalogue/python.h"
#include "catalogue/toml.h"

static void check_toml_reads(void **state)
{
	static const char text[] = "# about\n"
				   "name = \"aiohttp\"  # it\n"
				   "flag = true\n"
				   "packages = [ \"a==1\", # first\n"
				   "  \"b[x]==2\",\n]\n"
				   "note = \"a \\\"b\\\" \\\\ c\"";
	struct toml toml;
	struct err err;

	(void)state;
	assert_int_equal(toml_parse(&toml, text, "t", &err), 0);
	assert_string_equal(toml_text(&toml, "name"), "aiohttp");
	assert_string_equal(toml_text(&toml, "flag"), "true");
	assert_int_equal(toml_find(&toml, "packages")->count, 2);
	assert_string_equal(toml_find(&toml, "packages")->values[1],
			    "b[x]==2");
	assert_string_equal(toml_text(&toml, "note"), "a \"b\" \\ c");
	assert_null(toml_text(&toml, "packages"));
	assert_null(toml_find(&toml, "none"));
	toml_release(&toml);
}

static void check_toml_refuses(void **state)
{
	static const char *const bad[] = {
		"a",	     "a = ",	     "a = 1",	    "a = \"x",
		"a = [1]",   "a = [\"x\"",   "[table]",	    "a = \"x\" y",
		"A = \"x\"", "a = \"\\q\"", "a = truely", "a = \"x\nb\"",
		"a = \"1\"\na = \"2\"",
	};
	struct toml toml;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (toml_parse(&toml, bad[i], "file", &err) != ERR_INVALID)
			fail_msg("accepted: %s", bad[i]);
		assert_names(err, "file, line");
		toml_release(&toml);
	}
}

static void put(const char *folder, const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", folder, name);
	struct err err;

	assert_int_equal(file_write(path, text, strlen(text), &err), 0);
	free(path);
}

/* A folder of libraries beside the real ones, through GEOIO_TESTS. */
static int make_folder(void **state)
{
	static char folder[64];
	char *library;
	struct err err;

	strcpy(folder, "/tmp/geoio-check-XXXXXX");
	assert_non_null(mkdtemp(folder));
	library = mem_printf("%s/stranger", folder);
	assert_int_equal(file_make_dirs(library, 0700, &err), 0);
	put(library, "library.toml",
	    "name = \"stranger\"\nlanguage = \"python\"\n"
	    "packages = [\"other==1\", \"stranger[fast]==2.5\"]\n");
	put(library, "fetch_range.py", "");
	put(library, "a_test.py", "");
	put(library, "_client.py", "");
	put(library, "Upper.py", "");
	put(library, "notes.txt", "");
	setenv("GEOIO_TESTS", folder, 1);
	free(library);
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	unsetenv("GEOIO_TESTS");
	return file_remove_tree(*state, NULL);
}

static void check_finds_files(void **state)
{
	const struct library *library;
	struct catalogue catalogue;
	const struct test *test;
	struct err err;

	(void)state;
	assert_int_equal(catalogue_load(&catalogue, &err), 0);
	assert_int_equal(catalogue_find(&catalogue, "stranger", "a_test",
					&library, &test, &err),
			 0);
	assert_int_equal(library->test_count, 2);
	assert_string_equal(library->version, "2.5");
	assert_int_equal(library->kind, LIBRARY_MEASURED);
	assert_int_equal(catalogue_find(&catalogue, "stranger", "b_test",
					&library, &test, &err),
			 ERR_USAGE);
	assert_names(err, "did you mean 'a_test'");
	assert_int_equal(catalogue_find(&catalogue, "strange", "a_test",
					&library, &test, &err),
			 ERR_USAGE);
	assert_names(err, "did you mean 'stranger'");
	assert_int_equal(catalogue_has_test(&catalogue, "fetch_rang", &err),
			 ERR_USAGE);
	assert_names(err, "fetch_range");
	catalogue_release(&catalogue);
}

static void check_bad_description(void **state)
{
	char *library = mem_printf("%s/stranger", (char *)*state);
	struct catalogue catalogue;
	struct err err;

	put(library, "library.toml", "language = \"cobol\"\n");
	assert_int_equal(catalogue_load(&catalogue, &err), ERR_INVALID);
	assert_names(err, "library.toml");
	catalogue_release(&catalogue);
	put(library, "library.toml",
	    "language = \"c\"\nkind = \"something\"\n");
	assert_int_equal(catalogue_load(&catalogue, &err), ERR_INVALID);
	assert_names(err, "something");
	catalogue_release(&catalogue);
	free(library);
}

static void check_missing_environment(void **state)
{
	char *library = mem_printf("%s/stranger", (char *)*state);
	const struct library *found;
	struct catalogue catalogue;
	struct err err;

	put(library, "library.toml", "language = \"python\"\n");
	put(library, "requirements.lock", "abc");
	assert_int_equal(catalogue_load(&catalogue, &err), 0);
	assert_int_equal(catalogue_find(&catalogue, "stranger", NULL, &found,
					NULL, &err),
			 0);
	assert_false(found->ready);
	assert_non_null(strstr(found->remedy, "benchmark setup stranger"));
	/* The first 12 hex digits of SHA-256("abc"). */
	assert_non_null(strstr(found->environment, "/stranger-ba7816bf8f01"));
	catalogue_release(&catalogue);
	free(library);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_toml_reads),
		cmocka_unit_test(check_toml_refuses),
		cmocka_unit_test_setup_teardown(check_finds_files, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(check_bad_description,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(check_missing_environment,
						make_folder, remove_folder),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
