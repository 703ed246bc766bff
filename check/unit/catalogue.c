#include "check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "catalogue/catalogue.h"
#include "catalogue/lock.h"
#include "catalogue/name.h"
#include "catalogue/python.h"
#include "catalogue/toml.h"

static const struct workload_about *workloads(size_t i)
{
	static const struct workload_about all[] = {
		{ "cog_header", PLAN_VERB_BIT(PLAN_GET_RANGE), false },
		{ "fetch", PLAN_VERB_BIT(PLAN_GET_RANGE), false },
		{ "fetch_range", PLAN_VERB_BIT(PLAN_GET_RANGE), false },
		{ "open_cog", PLAN_VERB_BIT(PLAN_GET_RANGE) |
			      PLAN_VERB_BIT(PLAN_HEAD), false },
		{ "check_it", PLAN_VERB_BIT(PLAN_GET_RANGE), true },
	};

	return i < sizeof(all) / sizeof(*all) ? &all[i] : NULL;
}

static void check_toml_reads(void **state)
{
	static const char text[] = "# about\n"
				   "name = \"aiohttp\"  # it\n"
				   "flag = true\nnumber = 20 # two\n"
				   "packages = [ \"a==1\", # first\n"
				   "  \"b[x]==2\",\n]\n"
				   "note = \"a \\\"b\\\" \\\\ c\"";
	struct toml toml;
	struct err err;

	(void)state;
	assert_int_equal(toml_parse(&toml, text, "t", &err), 0);
	assert_string_equal(toml_text(&toml, "name"), "aiohttp");
	assert_string_equal(toml_text(&toml, "flag"), "true");
	assert_string_equal(toml_text(&toml, "number"), "20");
	assert_int_equal(toml_find(&toml, "packages")->count, 2);
	assert_string_equal(toml_find(&toml, "packages")->values[1],
			    "b[x]==2");
	assert_int_equal(toml_find(&toml, "packages")->type, TOML_LIST);
	assert_int_equal(toml_find(&toml, "number")->type, TOML_NUMBER);
	assert_int_equal(toml_find(&toml, "number")->line, 4);
	assert_string_equal(toml_text(&toml, "note"), "a \"b\" \\ c");
	assert_null(toml_text(&toml, "packages"));
	assert_null(toml_find(&toml, "none"));
	toml_release(&toml);
}

static void check_toml_refuses(void **state)
{
	static const char *const bad[] = {
		"a",	     "a = ",	     "a = -1",	    "a = \"x",
		"a = [1]",   "a = [\"x\"",   "[table]",	    "a = \"x\" y",
		".a = \"x\"", "a = \"\\q\"", "a = truely", "a = \"x\nb\"",
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

static void unlink_in(const char *folder, const char *name)
{
	char *path = mem_printf("%s/%s", folder, name);

	assert_int_equal(unlink(path), 0);
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
	    "workload = \"fetch_range\"\n"
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
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
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

static const struct test *test_of(const struct catalogue *catalogue,
				  const char *name)
{
	const struct library *library;
	const struct test *test;
	struct err err;

	if (catalogue_find(catalogue, "stranger", name, &library, &test, &err) <
	    0)
		fail_msg("%s", err.text);
	return test;
}

static void find_refused(const struct catalogue *catalogue,
			 const char *library, const char *test, int code,
			 const char *why)
{
	const struct library *found;
	const struct test *found_test;
	struct err err;

	assert_int_equal(catalogue_find(catalogue, library, test, &found,
					&found_test, &err),
			 code);
	assert_names(err, why);
}

/* The longest that starts the name; else what library.toml says; else none. */
static void check_workloads(void **state)
{
	char *library = mem_printf("%s/stranger", (char *)*state);
	struct catalogue catalogue;
	struct err err;

	put(library, "fetch_range_uvloop.py", "");
	put(library, "fetch_rnage.py", "");
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	assert_string_equal(test_of(&catalogue, "fetch_range_uvloop")->workload,
			    "fetch_range");
	assert_string_equal(test_of(&catalogue, "fetch_rnage")->workload,
			    "fetch");
	assert_string_equal(test_of(&catalogue, "a_test")->workload,
			    "fetch_range");
	assert_null(catalogue_workload(&catalogue, "cog_heder", &err));
	assert_names(err, "open_cog: did you mean 'cog_header'?");
	assert_null(catalogue_workload(&catalogue, "a_test", &err));
	assert_names(err, "none of cog_header, fetch, fetch_range, open_cog");
	catalogue_release(&catalogue);

	put(library, "library.toml", "language = \"python\"\n");
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	find_refused(&catalogue, "stranger", "a_test", ERR_USAGE,
		     "a_test.py: the test 'a_test' has no workload, as its name "
		     "begins with none of cog_header, fetch, fetch_range, "
		     "open_cog: begin its name with one of them, or write "
		     "workload = \"NAME\" into library.toml");
	catalogue_release(&catalogue);
	put(library, "library.toml",
	    "language = \"python\"\nworkload = \"cog_heder\"\n");
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	find_refused(&catalogue, "stranger", "a_test", ERR_INVALID,
		     "stranger/library.toml: workload is 'cog_heder', and there "
		     "is no such workload: did you mean 'cog_header'?");
	catalogue_release(&catalogue);
	free(library);
}

#define PYTHON "language = \"python\"\n"

/* What its verbs do it runs, without a file; a file of the name goes first. */
static void check_verbs(void **state)
{
	char *library = mem_printf("%s/stranger", (char *)*state);
	const struct library *found;
	struct catalogue catalogue;
	const struct test *test;
	struct err err;
	char **words;

	unlink_in(library, "a_test.py");
	unlink_in(library, "Upper.py");
	put(library, "library.toml",
	    PYTHON "protocol = 2\nverbs = [\"get_range\", \"get\"]\n");
	put(library, "_verbs.py", "");
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	assert_int_equal(catalogue_find(&catalogue, "stranger", "cog_header",
					&found, &test, &err), 0);
	assert_int_equal(found->protocol, 2);
	assert_int_equal(found->test_count, 4);
	assert_true(test->of_verbs && !test->hidden);
	words = catalogue_command(&catalogue, found, test);
	assert_string_equal(strrchr(words[2], '/'), "/_verbs.py");
	catalogue_free_words(words);
	assert_false(test_of(&catalogue, "fetch_range")->of_verbs);
	assert_true(test_of(&catalogue, "check_it")->hidden);
	find_refused(&catalogue, "stranger", "open_cog", ERR_USAGE,
		     "no test of stranger named 'open_cog'");
	catalogue_release(&catalogue);

	put(library, "library.toml", PYTHON "protocol = 2\nverbs = []\n");
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	assert_int_equal(catalogue.skipped_count, 1);
	assert_non_null(strstr(catalogue.skipped[0].why, "names no verbs"));
	catalogue_release(&catalogue);

	put(library, "library.toml",
	    PYTHON "protocol = 2\nverbs = [\"get_range\", \"get\"]\n");
	unlink_in(library, "_verbs.py");
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	assert_int_equal(catalogue_find(&catalogue, "stranger", NULL, &found,
					NULL, &err), 0);
	assert_int_equal(found->test_count, 1);
	assert_int_equal(catalogue.skipped_count, 1);
	assert_non_null(strstr(catalogue.skipped[0].why, "names verbs"));
	catalogue_release(&catalogue);
	free(library);
}

static void check_verbs_are_refused(void **state)
{
	static const char *const texts[][2] = {
		{ "protocol = 3", "from 1 to 2" },
		{ "protocol = 2\nverbs = [\"get_rage\"]",
		  "did you mean 'get_range'?" },
		{ "protocol = 2\nverbs = [\"head\"]", "lacks get_range" },
		{ "verbs = [\"get_range\"]", "need protocol = 2" },
		{ "protocol = 2\nverbs = [\"get_range\", \"get_range\"]",
		  "names get_range twice" },
	};
	char *library = mem_printf("%s/stranger", (char *)*state);

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		char *text = mem_printf(PYTHON "%s\n", texts[i][0]);
		struct catalogue catalogue;
		struct err err;

		put(library, "library.toml", text);
		assert_int_equal(catalogue_load(&catalogue, workloads, &err),
				 0);
		find_refused(&catalogue, "stranger", NULL, ERR_INVALID,
			     texts[i][1]);
		catalogue_release(&catalogue);
		free(text);
	}
	free(library);
}

static void check_bad_description(void **state)
{
	char *library = mem_printf("%s/stranger", (char *)*state);
	const struct library *found;
	struct catalogue catalogue;
	const struct test *test;
	struct err err;

	unlink_in(library, "Upper.py");
	put(library, "library.toml", "language = \"cobol\"\n");
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	assert_int_equal(catalogue_find(&catalogue, "stranger", NULL, &found,
					NULL, &err),
			 ERR_INVALID);
	assert_names(err, "stranger/library.toml: language must be");
	assert_int_equal(catalogue_find(&catalogue, "null", "fetch_range",
					&found, &test, &err),
			 0);
	catalogue_release(&catalogue);
	put(library, "library.toml",
	    "language = \"c\"\nkind = \"something\"\n");
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	assert_int_equal(catalogue.skipped_count, 1);
	assert_non_null(strstr(catalogue.skipped[0].why, "something"));
	catalogue_release(&catalogue);
	free(library);
}

static void check_names_of_one_rule(void **state)
{
	static const struct {
		enum name_kind kind;
		const char *name, *near; /* NULL: it is a name */
	} cases[] = {
		{ NAME_LIBRARY, "my-lib", NULL },
		{ NAME_LIBRARY, "a9_", NULL },
		{ NAME_TEST, "fetch_range", NULL },
		{ NAME_TEST, "fetch-range", "call it fetch_range" },
		{ NAME_LIBRARY, "My-Lib", "call it my-lib" },
		{ NAME_LIBRARY, "obstore@0.12", "call it obstore_0_12" },
		{ NAME_LIBRARY, "a+b", "call it a_b" },
		{ NAME_LIBRARY, "=1+1", "63 in all" },
		{ NAME_LIBRARY, "9lives", "call it lives" },
		{ NAME_LIBRARY, "a\"b,c", "call it a_b_c" },
		{ NAME_LIBRARY, "caf\xc3\xa9", "'caf\xc3\xa9'" },
		{ NAME_LIBRARY, "a\nb", "'a\\x0ab'" },
		{ NAME_LIBRARY, "a\x1b[2J", "'a\\x1b[2J'" },
		{ NAME_LIBRARY, "a\xc2\x9b", "'a\\xc2\\x9b'" },
		{ NAME_LIBRARY, "\xff", "'\\xff'" },
		{ NAME_LIBRARY, "", "'' is no name" },
	};
	char longest[65];
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int code = name_check(cases[i].kind, cases[i].name, &err);

		assert_int_equal(code, cases[i].near ? ERR_USAGE : 0);
		if (code < 0)
			assert_names(err, cases[i].near);
	}
	memset(longest, 'a', 64);
	longest[64] = '\0';
	assert_int_equal(name_check(NAME_TEST, longest, &err), ERR_USAGE);
	longest[63] = '\0';
	assert_int_equal(name_check(NAME_TEST, longest, &err), 0);
}

static void check_says_why(void **state)
{
	char *root = *state, *library = mem_printf("%s/Odd", root);
	struct catalogue catalogue;
	struct err err;

	assert_int_equal(file_make_dirs(library, 0700, &err), 0);
	put(library, "library.toml", "language = \"python\"\n");
	put(root, "fetch_range.py", "");
	free(library);
	library = mem_printf("%s/bare", root);
	assert_int_equal(file_make_dirs(library, 0700, &err), 0);
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	find_refused(&catalogue, "Odd", "x", ERR_USAGE, "call it odd");
	find_refused(&catalogue, "bare", "x", ERR_NOT_FOUND, "library.toml");
	find_refused(&catalogue, "stranger", "Upper", ERR_USAGE,
		     "stranger/Upper.py: 'Upper' is no name of a test");
	assert_int_equal(catalogue.skipped_count, 4);
	catalogue_release(&catalogue);
	free(library);
}

/* A pipe in the place of a file is waited for by nobody. */
static void check_pipes(void **state)
{
	char *root = *state, *folder = mem_printf("%s/piped", root);
	char *pipe = mem_printf("%s/library.toml", folder);
	struct catalogue catalogue;
	struct err err;

	assert_int_equal(file_make_dirs(folder, 0700, &err), 0);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	free(pipe);
	pipe = mem_printf("%s/stranger/piped.py", root);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	find_refused(&catalogue, "piped", "x", ERR_INVALID,
		     "library.toml: it is no file");
	find_refused(&catalogue, "stranger", "piped", ERR_INVALID,
		     "piped.py: it is no file");
	catalogue_release(&catalogue);
	unlink(pipe);
	free(folder);
	free(pipe);
}

static void refuse_tests(const char *folders, const char *why)
{
	struct catalogue catalogue;
	struct err err;

	setenv("GEOIO_TESTS", folders, 1);
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), ERR_USAGE);
	assert_names(err, why);
	catalogue_release(&catalogue);
}

static void check_folders_that_are_none(void **state)
{
	char *library = mem_printf("%s/stranger", (char *)*state);
	struct str many = STR_INIT;

	refuse_tests("/nope", "/nope");
	refuse_tests(library, "a library itself");
	for (int i = 0; i < 20; i++)
		str_addf(&many, "%s:", (char *)*state);
	refuse_tests(many.buf, "more than 15");
	str_release(&many);
	free(library);
}

/* A C library elsewhere: its program lies beside the source, once it is built. */
static void check_c_elsewhere(void **state)
{
	char *library = mem_printf("%s/stranger", (char *)*state);
	char *program = mem_printf("%s/fetch_range", library);
	const struct library *found;
	struct catalogue catalogue;
	const struct test *test;
	struct err err;
	char **words;

	put(library, "library.toml", "language = \"c\"\n");
	put(library, "fetch_range.c", "");
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	assert_int_equal(catalogue_find(&catalogue, "stranger", "fetch_range",
					&found, &test, &err),
			 0);
	assert_false(found->ready);
	assert_non_null(strstr(found->remedy, "cc -O2"));
	assert_non_null(strstr(found->remedy, program));
	assert_non_null(strstr(found->remedy, "libbenchmark-worker.a"));
	/* The tests in Python are now of the wrong language. */
	find_refused(&catalogue, "stranger", "a_test", ERR_INVALID,
		     "written in C: for TEST.py write language = \"python\"");
	catalogue_release(&catalogue);
	put(library, "fetch_range", "#!/bin/sh\n");
	assert_int_equal(chmod(program, 0700), 0);
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	assert_int_equal(catalogue_find(&catalogue, "stranger", "fetch_range",
					&found, &test, &err),
			 0);
	assert_true(found->ready);
	words = catalogue_command(&catalogue, found, test);
	assert_string_equal(words[0], program);
	catalogue_free_words(words);
	catalogue_release(&catalogue);
	free(program);
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
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
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

static void check_lock_holds(void **state)
{
	static const char lock[] = "aiohttp==3.14.5 \\\n    --hash=sha256:00\n"
				   "my-lib==1.0.0 ; python_version < '4' \\\n"
				   "early==2.0a1 \\\nlocal==1.2+cu12 \\\n";
	static char first[] = "aiohttp==3.14.5";
	static struct {
		char package[40];
		bool held;
	} cases[] = {
		{ "aiohttp==3.14.5", true },   { "aiohttp==3.14.6", false },
		{ "aiohttp==3.14", false },    { "aiohttp==3.14.50", false },
		{ "AIOHTTP[speedups] == 3.14.5", true },
		{ "aio==3.14.5", false },      { "My_.Lib==1.0", true },
		{ "my-lib==1.0.1", false },    { "my-lib==10", false },
		{ "early==2.0-alpha.1", true }, { "early==2.0a2", false },
		{ "early==2.0", false },       { "local==1.2", true },
		{ "other==1.0", false },       { "other>=1.0", true },
		{ "other==1.*", true },        { "other==1 ; x", true },
		{ "", true },		       { "a[", true },
	};

	(void)state;
	assert_true(lock_holds(lock, NULL));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *values[] = { first, cases[i].package };
		struct toml_entry packages = { .values = values, .count = 2 };

		if (lock_holds(lock, &packages) != cases[i].held)
			fail_msg("not as it should be: %s", cases[i].package);
	}
}

static void check_older_lock(void **state)
{
	char *library = mem_printf("%s/stranger", (char *)*state);
	const struct library *found;
	struct catalogue catalogue;
	struct err err;

	put(library, "requirements.lock", "other==1 \\\nstranger==2.4 \\\n");
	assert_int_equal(catalogue_load(&catalogue, workloads, &err), 0);
	assert_int_equal(catalogue_find(&catalogue, "stranger", NULL, &found,
					NULL, &err),
			 0);
	assert_true(found->unlocked);
	assert_false(found->ready);
	assert_non_null(strstr(found->remedy, "older than its library.toml"));
	assert_non_null(strstr(found->remedy, "tools/lock --tests"));
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
		cmocka_unit_test_setup_teardown(check_workloads, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(check_verbs, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(check_verbs_are_refused,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(check_bad_description,
						make_folder, remove_folder),
		cmocka_unit_test(check_names_of_one_rule),
		cmocka_unit_test_setup_teardown(check_says_why, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(check_pipes, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(check_folders_that_are_none,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(check_c_elsewhere, make_folder,
						remove_folder),
		cmocka_unit_test(check_lock_holds),
		cmocka_unit_test_setup_teardown(check_older_lock, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(check_missing_environment,
						make_folder, remove_folder),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
