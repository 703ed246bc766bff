/* LIBRARY@WHAT: how it is read, what it is called, and what is refused. */
#include "check.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "catalogue/name.h"
#include "catalogue/variant.h"
#include "catalogue/vary.h"
#include "plan/plan.h"

/* ------------------------------------------------------------- by the word --- */

static void names(void **state)
{
	static const struct {
		const char *word, *name;
		enum variant_kind kind;
	} all[] = {
		{ "obstore@0.11.0", "obstore@0.11.0", VARIANT_VERSION },
		{ "a@1!2.0rc1.post2+cpu", "a@1!2.0rc1.post2+cpu",
		  VARIANT_VERSION },
		{ "a@.", "a@./", VARIANT_FOLDER },
		{ "a@./", "a@./", VARIANT_FOLDER },
		{ "a@.//./", "a@./", VARIANT_FOLDER },
		{ "a@..", "a@../", VARIANT_FOLDER },
		{ "a@./src//lib", "a@src/lib/", VARIANT_FOLDER },
		{ "a@1.0/", "a@1.0/", VARIANT_FOLDER },
		{ "a@/some/where/lib-1.0/", "a@lib-1.0/", VARIANT_FOLDER },
		{ "a@/", "a@/", VARIANT_FOLDER },
		{ "a@./b c/d\"\n\xc3\xa9", "a@b_c/d____/", VARIANT_FOLDER },
		{ "a@a-1.2-py3-none-any.whl", "a@1.2.whl", VARIANT_WHEEL },
		{ "a@./dist/a-1.2-py3-none-any.whl", "a@dist/1.2.whl",
		  VARIANT_WHEEL },
		{ "a@../a-1.2+cpu-7b-cp311-cp311-linux_x86_64.whl",
		  "a@../1.2+cpu-7b.whl", VARIANT_WHEEL },
		{ "a@/some/where/a-1.2-py3-none-any.whl", "a@1.2.whl",
		  VARIANT_WHEEL },
	};
	struct variant variant;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (variant_parse(&variant, all[i].word, &err) < 0)
			fail_msg("%s: %s", all[i].word, err.text);
		assert_string_equal(variant.name, all[i].name);
		assert_int_equal(variant.kind, all[i].kind);
		variant_release(&variant);
	}
}

/* Each is refused, and no word breaks anything. */
static void refused_by_the_word(void **state)
{
	static const char *const all[][2] = {
		{ "obstore@", "nothing behind its @: write obstore@VERSION" },
		{ "@1.0", "no library in front of its @" },
		{ "@", "no library in front of its @" },
		{ "a@1.0@2.0", "has two @" },
		{ "a@./b@c/", "has two @" },
		{ "a@latest", "'latest' of 'a@latest' is no exact version" },
		{ "a@>=1.0", "no exact version" },
		{ "a@1.0 ", "no exact version" },
		{ "a@v1.0", "no exact version" },
		{ "a@b.whl", "is no name of a wheel" },
		{ "a@.whl", "is no name of a wheel" },
		{ "a@./a-1.0.whl", "is no name of a wheel" },
		{ "a@a-1.0-x-py3-none-any.whl", "is no name of a wheel" },
		{ "a@a-1.0-1-2-py3-none-any.whl", "is no name of a wheel" },
	};
	struct variant variant;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		assert_int_equal(variant_parse(&variant, all[i][0], &err),
				 ERR_USAGE);
		assert_names(err, all[i][1]);
		variant_release(&variant);
	}
}

/* The end of a path fits, and a version is not cut. */
static void long_ones(void **state)
{
	char *part = mem_printf("%050d", 7);
	char *two = mem_printf("a@%s/%s", part, part);
	char *one = mem_printf("a@%s%s/", part, part);
	char *version = mem_printf("a@1%s%s", part, part);
	struct variant variant;
	struct err err;

	(void)state;
	assert_int_equal(variant_parse(&variant, two, &err), 0);
	assert_int_equal(strlen(variant.name), 2 + 50 + 1);
	assert_memory_equal(variant.name + 2, part, 50);
	variant_release(&variant);
	assert_int_equal(variant_parse(&variant, one, &err), 0);
	assert_int_equal(strlen(variant.name), NAME_BYTES_MAX);
	assert_string_equal(variant.name + NAME_BYTES_MAX - 2, "7/");
	variant_release(&variant);
	assert_int_equal(variant_parse(&variant, version, &err), ERR_USAGE);
	assert_names(err, "longer than the 63 bytes");
	variant_release(&variant);
	free(part);
	free(two);
	free(one);
	free(version);
}

static void from_home(void **state)
{
	struct variant variant;
	struct err err;

	(void)state;
	setenv("HOME", "/home-of-nobody", 1);
	assert_int_equal(variant_parse(&variant, "a@~/src/lib/", &err), 0);
	assert_string_equal(variant.what, "/home-of-nobody/src/lib/");
	assert_string_equal(variant.name, "a@lib/");
	variant_release(&variant);
}

/* ---------------------------------------------------------- by what is there --- */

static void put(const char *name, const char *text)
{
	struct err err;
	char *folder = file_folder(name);

	assert_int_equal(file_make_dirs(folder, 0700, &err), 0);
	assert_int_equal(file_write(name, text, strlen(text), &err), 0);
	free(folder);
}

#define PYTHON "language = \"python\"\n"

/* Tests and projects, in a folder where the check runs. */
static int make_folders(void **state)
{
	char folder[] = "/tmp/geoio-check-XXXXXX";

	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	*state = mem_dup(folder);
	put("tests/mine/library.toml",
	    PYTHON "version_of = \"Mine_Lib\"\npackages = [\"other==1.0\", "
		   "\"mine-lib[x]==2.0\"]\n");
	put("tests/mine/fetch_range.py", "");
	put("tests/bare/library.toml", PYTHON);
	put("tests/bare/fetch_range.py", "");
	put("tests/own/library.toml", PYTHON "version_of = \"own-lib\"\n");
	put("tests/own/fetch_range.py", "");
	put("tests/own/own_lib/__init__.py", "");
	put("project/pyproject.toml", "");
	put("old/project/setup.py", "");
	put("empty/readme", "");
	put("mine_lib-3.0-py3-none-any.whl", "");
	put("other-3.0-py3-none-any.whl", "");
	setenv("GEOIO_TESTS", "tests", 1);
	return 0;
}

static int remove_folders(void **state)
{
	struct err err;

	unsetenv("GEOIO_TESTS");
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(file_remove_tree(*state, &err), 0);
	free(*state);
	return 0;
}

static void load(struct catalogue *catalogue)
{
	struct err err;

	if (catalogue_load(catalogue, plan_workload, &err) < 0)
		fail_msg("%s", err.text);
}

static void refused(struct catalogue *catalogue, const char *word,
		    const char *why)
{
	struct err err;

	if (vary_add(catalogue, word, &err) != ERR_USAGE)
		fail_msg("%s is not refused", word);
	assert_names(err, why);
	assert_int_equal(catalogue->variant_count, 0);
}

static void refused_by_what_is_there(void **state)
{
	struct catalogue catalogue;

	(void)state;
	load(&catalogue);
	refused(&catalogue, "mien@1.0", "did you mean 'mine'?");
	refused(&catalogue, "reference@1.0", "is written in C");
	refused(&catalogue, "null@1.0", "null is no package of the index");
	refused(&catalogue, "bare@1.0", "bare is no package of the index");
	refused(&catalogue, "own@1.0", "has the package own-lib in it");
	refused(&catalogue, "mine@./none/", "./none/ is not there");
	refused(&catalogue, "mine@./mine_lib-9-py3-none-any.whl",
		"is not there");
	refused(&catalogue, "mine@./empty/", "./empty/ is no Python project");
	refused(&catalogue, "mine@empty/readme", "is no folder");
	refused(&catalogue, "mine@other-3.0-py3-none-any.whl",
		"a wheel of the package other, and what mine measures is "
		"Mine_Lib");
	catalogue_release(&catalogue);
}

static void are_libraries(void **state)
{
	const struct library *library;
	struct catalogue catalogue;
	const struct test *test;
	struct err err;
	char real[PATH_MAX];

	(void)state;
	load(&catalogue);
	for (const char *const *word = (const char *const[]){
		     "mine", "mine@1.0", "mine@./project",
		     "mine@mine_lib-3.0-py3-none-any.whl", "mine@project/",
		     "mine@3.0.whl", NULL }; *word; word++)
		assert_int_equal(vary_add(&catalogue, *word, &err), 0);
	assert_int_equal(catalogue.variant_count, 3);
	assert_int_equal(catalogue_find(&catalogue, "mine@./project/",
					"fetch_range", &library, &test, &err),
			 0);
	assert_string_equal(library->name, "mine@project/");
	assert_string_equal(library->package, "Mine_Lib");
	assert_string_equal(library->packages[1], "mine-lib[x]==2.0");
	assert_non_null(realpath("project", real));
	assert_string_equal(library->variant->what, real);
	assert_int_equal(library->kind, LIBRARY_MEASURED);
	assert_false(library->ready);
	assert_int_equal(catalogue_find(&catalogue, "mine@2.0", NULL, &library,
					NULL, &err), ERR_USAGE);
	assert_int_equal(catalogue_find(&catalogue, "mine@1.0", "cog_header",
					&library, &test, &err), ERR_USAGE);
	assert_names(err, "no test of mine@1.0 named 'cog_header'");
	catalogue_release(&catalogue);
}

/* Of two paths with one name the second is refused: a name is one thing. */
static void one_name(void **state)
{
	char *elsewhere = mem_printf("mine@%s/old/project", (char *)*state);
	struct catalogue catalogue;
	struct err err;

	load(&catalogue);
	assert_int_equal(vary_add(&catalogue, "mine@project/", &err), 0);
	assert_int_equal(vary_add(&catalogue, elsewhere, &err), ERR_USAGE);
	assert_names(err, "would both have the name mine@project/");
	assert_int_equal(vary_add(&catalogue, "mine@old/project/", &err), 0);
	assert_int_equal(catalogue.variant_count, 2);
	catalogue_release(&catalogue);
	free(elsewhere);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(refused_by_the_word),
		cmocka_unit_test(long_ones),
		cmocka_unit_test(from_home),
		cmocka_unit_test_setup_teardown(refused_by_what_is_there,
						make_folders, remove_folders),
		cmocka_unit_test_setup_teardown(are_libraries, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(one_name, make_folders,
						remove_folders),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
