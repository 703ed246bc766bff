/* What says that a library is still the same. */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "catalogue/catalogue.h"
#include "experiment/same.h"

#include "says.h"

static const char *folder;

/* The run's own database, and its log. */
static bool is_apart(const void *context, const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	return !strcmp(name, context) || !strcmp(name, "runs.db-wal");
}

/* The library stands in the folder itself. */
static const char *digest(void)
{
	static char out[CATALOGUE_DIGEST_BYTES];
	char *own = mem_dup(folder), *python = mem_dup("python");
	struct library library = { .folder = own, .language = python };
	struct catalogue_apart apart = { is_apart, "runs.db" };
	struct catalogue catalogue = { 0 };

	catalogue_digest(&catalogue, &library, &apart, out);
	free(own);
	free(python);
	assert_int_equal(strlen(out), sizeof(out) - 1);
	return out;
}

static void put(const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", folder, name);
	struct err err;

	assert_int_equal(file_write(path, text, strlen(text), &err), 0);
	free(path);
}

static void make(const char *name)
{
	char *path = mem_printf("%s/%s", folder, name);

	assert_int_equal(mkdir(path, 0700), 0);
	free(path);
}

/* Puts the text into the file and says whether the digest is another then. */
static bool tells(const char *name, const char *text)
{
	char *before = mem_dup(digest());
	bool other;

	put(name, text);
	other = strcmp(before, digest()) != 0;
	free(before);
	return other;
}

static void what_it_is_made_of(void **state)
{
	(void)state;
	put("_verbs.py", "one");
	make("mine");
	put("mine/__init__.py", "one");
	assert_false(tells("_verbs.py", "one"));
	assert_true(tells("_verbs.py", "two"));
	assert_true(tells("mine/__init__.py", "two"));
	assert_true(tells("fetch_range.py", ""));
	assert_true(tells("library.toml", "name = \"mine\""));
	/* Nor the run's own database, which it is told of. */
	assert_false(tells("runs.db", "one"));
	assert_false(tells("runs.db-wal", "one"));
	assert_true(tells("runs.dbx", "one"));
}

/* The bytes of two files together are the same, and each is not. */
static void where_it_stands(void **state)
{
	char *before;

	(void)state;
	put("a.py", "xy");
	put("b.py", "z");
	before = mem_dup(digest());
	put("a.py", "x");
	put("b.py", "yz");
	assert_string_not_equal(before, digest());
	free(before);
}

static void what_does_not_count(void **state)
{
	(void)state;
	put("_verbs.py", "one");
	make("__pycache__");
	make(".git");
	make("mine");
	assert_false(tells("__pycache__/_verbs.cpython-311.pyc", "code"));
	assert_false(tells(".git/HEAD", "ref"));
	assert_false(tells("._verbs.py.swp", "vi's"));
	assert_false(tells("_verbs.py~", "an older one"));
	assert_false(tells("#_verbs.py#", "emacs'"));
	assert_false(tells("mine/.hidden", "nor there"));
	assert_true(tells("mine/_verbs.py", "one"));
}

/* A pipe without a writer is not waited for, a loop ends. */
static void odd_ones(void **state)
{
	char *pipe = mem_printf("%s/pipe", folder);
	char *loop = mem_printf("%s/loop", folder);

	(void)state;
	put("_verbs.py", "one");
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(symlink(".", loop), 0);
	assert_true(tells("_verbs.py", "two"));
	free(pipe);
	free(loop);
}

/* Whether a run that began with trials of `then` goes on with one of `now`. */
static int resumed(const char *then, const char *now, struct err *err)
{
	struct versions versions = { 0 };
	struct trial trial;
	struct trial_spec spec;
	int code;

	spec_init(&spec);
	spec.library = "mine";
	trial_init(&trial, &spec);
	trial.replica[0].versions_json = mem_dup(then);
	assert_int_equal(same_versions(&versions, &trial, "R", err), 0);
	free(trial.replica[0].versions_json);
	trial.replica[0].versions_json = mem_dup(now);
	code = same_versions(&versions, &trial, "R", err);
	trial_release(&trial);
	versions_release(&versions);
	return code;
}

#define WITHOUT "{\"library\": \"1\"}"
#define ONE "{\"library\": \"1\", \"tests\": \"00ff\"}"
#define OTHER "{\"library\": \"1\", \"tests\": \"00fe\"}"

/* Of a run that is older than the digest nobody knows with what it was made. */
static void is_held(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(resumed(ONE, ONE, &err), 0);
	assert_int_equal(resumed(ONE, OTHER, &err), ERR_USAGE);
	assert_says(err.text, "began with mine's tests '00ff' and would go "
				  "on with '00fe'");
	assert_int_equal(resumed(WITHOUT, ONE, &err), ERR_USAGE);
	assert_says(err.text, "began with mine's tests 'unknown' and would");
}

static int make_folder(void **state)
{
	static char path[64];

	(void)state;
	strcpy(path, "digest-XXXXXX");
	folder = mkdtemp(path);
	return folder ? 0 : -1;
}

static int remove_folder(void **state)
{
	struct err err;

	(void)state;
	return file_remove_tree(folder, &err);
}

#define IN_FOLDER(check)                                                       \
	cmocka_unit_test_setup_teardown(check, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest checks[] = {
		IN_FOLDER(what_it_is_made_of),
		IN_FOLDER(where_it_stands),
		IN_FOLDER(what_does_not_count),
		IN_FOLDER(odd_ones),
		cmocka_unit_test(is_held),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
