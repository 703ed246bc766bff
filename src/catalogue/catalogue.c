#include "catalogue/catalogue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/near.h"
#include "catalogue/python.h"
#include "catalogue/scan.h"
#include "catalogue/variant.h"
#include "catalogue/vary.h"

static char *python_remedy(const struct library *library)
{
	const char *name = library->name;

	if (library->unlocked)
		return mem_printf("%s: run `tools/lock --tests %.*s %s`, then "
				  "`benchmark setup %s`",
				  library->lock_older && library->environment
					  ? "its lock is older than its "
					    "library.toml"
					  : "its packages have no lock",
				  (int)(strrchr(library->folder, '/') -
					library->folder),
				  library->folder, name, name);
	if (library->environment)
		return mem_printf("run `benchmark setup %s`", name);
	return mem_dup("install Python 3.11 or later, or name one in "
		       "BENCHMARK_PYTHON");
}

static void check_python(const struct catalogue *catalogue,
			 struct library *library)
{
	char *lock = mem_printf("%s/requirements.lock", library->folder);
	struct err err;
	int code = 0;

	if (file_exists(lock))
		code = python_environment(catalogue->layout.envs, library->name,
					  lock, &library->environment, &err);
	free(lock);
	library->unlocked = library->environment ? library->lock_older
						 : library->packaged;
	if (library->environment)
		library->ready = !library->unlocked &&
				 python_ready(library->environment);
	else
		library->ready = code == 0 && catalogue->python &&
				 !library->packaged;
	if (code < 0)
		library->remedy = mem_dup(err.text);
	else if (!library->ready)
		library->remedy = python_remedy(library);
}

static bool is_ours(const struct catalogue *catalogue, const char *path)
{
	const char *root = catalogue->layout.tests[0];
	size_t n = strlen(root);

	return !strncmp(path, root, n) && path[n] == '/';
}

/* The programs of tests of the checkout are in its build folder. Those of
 * another folder may be there too (check/libraries), or else beside their
 * source. */
static char *program_of(const struct catalogue *catalogue,
			const struct library *library, const struct test *test)
{
	char *built = mem_printf("%s/%s/%s", catalogue->layout.programs,
				 library->name,
				 test->of_verbs ? "_verbs" : test->name);

	if (is_ours(catalogue, test->path) || access(built, X_OK) == 0)
		return built;
	free(built);
	return mem_dup_n(test->path, strlen(test->path) - strlen(".c"));
}

static char *program_remedy(const struct catalogue *catalogue,
			    const struct test *test, const char *program)
{
	const struct layout *layout = &catalogue->layout;

	if (is_ours(catalogue, test->path))
		return mem_dup("build its tests with `make`");
	return mem_printf("build %s: `cc -O2 -pthread -I%s -o %s %s %s "
			  "-ljansson -lcurl -lz -lm`", test->name,
			  layout->include, program, test->path,
			  layout->worker_library);
}

static void check_programs(const struct catalogue *catalogue,
			   struct library *library)
{
	library->ready = true;
	for (size_t i = 0; i < library->test_count && library->ready; i++) {
		const struct test *test = &library->tests[i];
		char *program = program_of(catalogue, library, test);

		library->ready = access(program, X_OK) == 0;
		if (!library->ready)
			library->remedy = program_remedy(catalogue, test,
							 program);
		free(program);
	}
}

static int by_library_name(const void *a, const void *b)
{
	return strcmp(((const struct library *)a)->name,
		      ((const struct library *)b)->name);
}

static void check_ready(struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->count; i++) {
		struct library *library = &catalogue->libraries[i];

		if (strcmp(library->language, "c"))
			check_python(catalogue, library);
		else
			check_programs(catalogue, library);
	}
}

int catalogue_load(struct catalogue *catalogue, workload_lister *workload,
		   struct err *err)
{
	int code;

	memset(catalogue, 0, sizeof(*catalogue));
	catalogue->workload = workload;
	code = layout_find(&catalogue->layout, err);
	catalogue->python = python_find();
	for (size_t i = 0; code == 0 && i < catalogue->layout.test_count; i++)
		code = scan_root(catalogue, catalogue->layout.tests[i], err);
	for (size_t i = 0; i < catalogue->count; i++)
		verbs_add_tests(catalogue, &catalogue->libraries[i]);
	check_ready(catalogue);
	if (catalogue->count)
		qsort(catalogue->libraries, catalogue->count,
		      sizeof(*catalogue->libraries), by_library_name);
	return code;
}

static void skipped_release(struct skipped *skipped)
{
	free(skipped->path);
	free(skipped->library);
	free(skipped->test);
	free(skipped->why);
}

void catalogue_release(struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->count; i++)
		library_release(&catalogue->libraries[i]);
	for (size_t i = 0; i < catalogue->variant_count; i++) {
		library_release(catalogue->variants[i]);
		free(catalogue->variants[i]);
	}
	for (size_t i = 0; i < catalogue->skipped_count; i++)
		skipped_release(&catalogue->skipped[i]);
	free(catalogue->libraries);
	free(catalogue->variants);
	free(catalogue->skipped);
	free(catalogue->python);
	layout_release(&catalogue->layout);
	memset(catalogue, 0, sizeof(*catalogue));
}

/* Names of pyasyncio-benchmark's libraries, and what to write instead. */
static const char *instead_of(const char *library)
{
	static const struct {
		const char *theirs, *instead;
	} names[] = {
		{ "fsspec_async", "did you mean 'fsspec'?" },
		{ "asynctiff", "`tools/new-test asynctiff cog_header` writes "
			       "one" },
		{ "rasterio", "`tools/new-test rasterio cog_header` writes "
			      "one" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(library, names[i].theirs))
			return names[i].instead;
	return NULL;
}

/* "there is no library 'x': did you mean 'y'?", or where to see the names. */
static int unknown(const char *what, const char *word, const char *const *names,
		   size_t count, struct err *err)
{
	const char *near = near_name(word, names, count);
	const char *instead = strcmp(what, "library") ? NULL : instead_of(word);

	if (strchr(word, ','))
		instead = "give one name at a time";
	if (strstr(word, "=="))
		instead = "a version stands behind an @, LIBRARY@VERSION";
	if (instead)
		return err_set(err, ERR_USAGE, "there is no %s '%s': %s", what,
			       word, instead);
	if (near)
		return err_set(err, ERR_USAGE,
			       "there is no %s '%s': did you mean '%s'?", what,
			       word, near);
	return err_set(err, ERR_USAGE,
		       "there is no %s '%s': `benchmark list` shows those "
		       "there are",
		       what, word);
}

/* NULL matches any name. Without `test`, the tests do not matter. */
static const struct skipped *find_skipped(const struct catalogue *catalogue,
					  const char *library, const char *test)
{
	for (size_t i = 0; i < catalogue->skipped_count; i++) {
		const struct skipped *s = &catalogue->skipped[i];

		if ((library && strcmp(library, s->library) != 0) ||
		    !test != !s->test || (test && strcmp(test, s->test) != 0))
			continue;
		return s;
	}
	return NULL;
}

static int tell_skipped(const struct skipped *skipped, const char *what,
			const char *name, struct err *err)
{
	return err_set(err, skipped->code, "the %s '%s' is left out: %s: %s",
		       what, name, skipped->path, skipped->why);
}

static int find_test(const struct catalogue *catalogue,
		     const struct library *library, const char *name,
		     const struct test **out, struct err *err)
{
	const struct skipped *skipped = find_skipped(
		catalogue,
		library->variant ? library->variant->library : library->name,
		name);
	const char **names = mem_array(library->test_count, sizeof(*names));
	char *what = mem_printf("test of %s named", library->name);
	int code = ERR_USAGE;

	for (size_t i = 0; i < library->test_count; i++) {
		names[i] = library->tests[i].name;
		if (!strcmp(names[i], name)) {
			*out = &library->tests[i];
			code = 0;
		}
	}
	if (code < 0 && skipped)
		code = tell_skipped(skipped, "test", name, err);
	else if (code < 0)
		unknown(what, name, names, library->test_count, err);
	free(what);
	free(names);
	return code;
}

int catalogue_find(const struct catalogue *catalogue, const char *library_name,
		   const char *test_name, const struct library **library,
		   const struct test **test, struct err *err)
{
	const char **names = mem_array(catalogue->count, sizeof(*names));
	const struct library *found = NULL;
	const struct skipped *skipped =
		find_skipped(catalogue, library_name, NULL);
	int code;

	for (size_t i = 0; i < catalogue->count; i++) {
		names[i] = catalogue->libraries[i].name;
		if (!strcmp(names[i], library_name))
			found = &catalogue->libraries[i];
	}
	if (!found)
		found = vary_find(catalogue, library_name);
	if (!found && skipped)
		code = tell_skipped(skipped, "library", library_name, err);
	else if (!found)
		code = unknown("library", library_name, names, catalogue->count,
			       err);
	else
		code = test_name ? find_test(catalogue, found, test_name, test,
					     err)
				 : 0;
	*library = found;
	free(names);
	return code;
}

int catalogue_has_test(const struct catalogue *catalogue, const char *test_name,
		       struct err *err)
{
	const struct skipped *skipped = find_skipped(catalogue, NULL, test_name);
	const char **names = NULL;
	size_t count = 0, capacity = 0;
	int code = 0;

	for (size_t i = 0; i < catalogue->count; i++) {
		const struct library *library = &catalogue->libraries[i];

		if (library_has_test(library, test_name))
			goto out;
		for (size_t j = 0; j < library->test_count; j++) {
			MEM_ROOM(names, count, capacity);
			names[count++] = library->tests[j].name;
		}
	}
	if (skipped)
		code = tell_skipped(skipped, "test", test_name, err);
	else
		code = unknown("test", test_name, names, count, err);
out:
	free(names);
	return code;
}

char **catalogue_command(const struct catalogue *catalogue,
			 const struct library *library,
			 const struct test *test)
{
	char **words = mem_array(4, sizeof(*words));

	if (!strcmp(library->language, "c")) {
		words[0] = program_of(catalogue, library, test);
		return words;
	}
	words[0] = library->environment
			   ? mem_printf("%s/bin/python", library->environment)
			   : mem_dup(catalogue->python);
	words[1] = mem_dup("-s"); /* no packages of the user's own */
	words[2] = mem_dup(test->path);
	return words;
}

char **catalogue_environment(const struct catalogue *catalogue)
{
	char **words = mem_array(8, sizeof(*words));
	size_t n = 0;

	words[n++] = mem_dup("PATH=/usr/bin:/bin");
	words[n++] = mem_dup("LANG=C.UTF-8");
	words[n++] = mem_printf("PYTHONPATH=%s",
				catalogue->layout.python_root);
	words[n++] = mem_printf("GEOIO_FORMATS=%s", catalogue->layout.formats);
	/* Nothing of a run is written beside the sources. */
	words[n++] = mem_dup("PYTHONDONTWRITEBYTECODE=1");
	return words;
}

void catalogue_free_words(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}
