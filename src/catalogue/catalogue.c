#include "catalogue/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/near.h"
#include "catalogue/python.h"
#include "catalogue/toml.h"

static bool plain_name(const char *name, size_t n)
{
	return n > 0 && n < 64 && name[0] != '_' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") >= n;
}

static const char *extension_of(const struct library *library)
{
	return strcmp(library->language, "c") ? ".py" : ".c";
}

static bool has_test(const struct library *library, const char *name)
{
	for (size_t i = 0; i < library->test_count; i++) {
		if (!strcmp(library->tests[i].name, name))
			return true;
	}
	return false;
}

static void add_test(struct library *library, const char *folder,
		     const char *file)
{
	size_t n = strcspn(file, ".");
	struct test test;

	if (!plain_name(file, n) || strcmp(file + n, extension_of(library)))
		return;
	test.name = mem_dup_n(file, n);
	if (has_test(library, test.name)) {
		free(test.name);
		return;
	}
	test.path = mem_printf("%s/%s", folder, file);
	MEM_ROOM(library->tests, library->test_count, library->test_capacity);
	library->tests[library->test_count++] = test;
}

static int by_test_name(const void *a, const void *b)
{
	return strcmp(((const struct test *)a)->name,
		      ((const struct test *)b)->name);
}

static void find_tests(struct library *library, const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		add_test(library, folder, entry->d_name);
	closedir(dir);
	if (library->test_count)
		qsort(library->tests, library->test_count,
		      sizeof(*library->tests), by_test_name);
}

/* "aiohttp==3.14.5" gives 3.14.5 for aiohttp; extras in [] are passed over. */
static char *pinned_version(const struct toml *toml, const char *package)
{
	const struct toml_entry *packages = toml_find(toml, "packages");
	size_t n = strlen(package);

	for (size_t i = 0; packages && i < packages->count; i++) {
		const char *pin = packages->values[i];
		const char *equals = strstr(pin, "==");

		if (equals && !strncmp(pin, package, n) &&
		    (pin[n] == '=' || pin[n] == '['))
			return mem_dup(equals + 2);
	}
	return NULL;
}

static int kind_of(const char *word, const char *path, enum library_kind *out,
		   struct err *err)
{
	static const char *const words[] = { "library", "baseline", "check" };

	*out = LIBRARY_MEASURED;
	if (!word)
		return 0;
	for (unsigned i = 0; i < 3; i++) {
		if (!strcmp(word, words[i])) {
			*out = (enum library_kind)i;
			return 0;
		}
	}
	return err_set(err, ERR_INVALID,
		       "%s: kind is '%s', not library, baseline or check", path,
		       word);
}

static int fill(struct library *library, const struct toml *toml,
		const char *path, struct err *err)
{
	const char *version_of = toml_text(toml, "version_of");
	const char *language = toml_text(toml, "language");

	if (!language || (strcmp(language, "python") && strcmp(language, "c")))
		return err_set(err, ERR_INVALID,
			       "%s: language must be \"python\" or \"c\"", path);
	library->language = mem_dup(language);
	library->home_page = mem_dup(toml_text(toml, "home_page"));
	library->notes = mem_dup(toml_text(toml, "notes"));
	library->packaged = toml_find(toml, "packages") &&
			    toml_find(toml, "packages")->count;
	library->version = pinned_version(
		toml, version_of ? version_of : library->name);
	return kind_of(toml_text(toml, "kind"), path, &library->kind, err);
}

static int read_description(struct library *library, struct err *err)
{
	char *path = mem_printf("%s/library.toml", library->folder);
	struct str text = STR_INIT;
	struct toml toml = { 0 };
	int code = file_read(path, 1 << 20, &text, err);

	if (code == 0)
		code = toml_parse(&toml, text.buf, path, err);
	if (code == 0)
		code = fill(library, &toml, path, err);
	toml_release(&toml);
	str_release(&text);
	free(path);
	return code;
}

static char *python_remedy(const struct library *library)
{
	const char *name = library->name;

	if (library->environment)
		return mem_printf("run `benchmark setup %s`", name);
	if (library->packaged)
		return mem_printf("its packages have no lock: run `tools/lock "
				  "--tests %.*s %s`, then `benchmark setup %s`",
				  (int)(strrchr(library->folder, '/') -
					library->folder),
				  library->folder, name, name);
	return mem_dup("install Python 3.11 or later, or name one in "
		       "BENCHMARK_PYTHON");
}

static int check_python(const struct catalogue *catalogue,
			struct library *library, struct err *err)
{
	char *lock = mem_printf("%s/requirements.lock", library->folder);
	int code = 0;

	if (file_exists(lock))
		code = python_environment(catalogue->places.envs, library->name,
					  lock, &library->environment, err);
	free(lock);
	if (code < 0)
		return code;
	if (library->environment)
		library->ready = python_ready(library->environment);
	else
		library->ready = catalogue->python && !library->packaged;
	if (!library->ready)
		library->remedy = python_remedy(library);
	return 0;
}

static char *program_of(const struct catalogue *catalogue,
			const struct library *library, const struct test *test)
{
	return mem_printf("%s/%s/%s", catalogue->places.programs, library->name,
			  test->name);
}

static void check_programs(const struct catalogue *catalogue,
			   struct library *library)
{
	library->ready = true;
	for (size_t i = 0; i < library->test_count && library->ready; i++) {
		char *program =
			program_of(catalogue, library, &library->tests[i]);

		library->ready = access(program, X_OK) == 0;
		free(program);
	}
	if (!library->ready)
		library->remedy = mem_dup("build its tests with `make`");
}

static struct library *known(struct catalogue *catalogue, const char *name)
{
	for (size_t i = 0; i < catalogue->count; i++) {
		if (!strcmp(catalogue->libraries[i].name, name))
			return &catalogue->libraries[i];
	}
	return NULL;
}

static int add_library(struct catalogue *catalogue, const char *root,
		       const char *name, struct err *err)
{
	struct library *library = known(catalogue, name);
	char *folder = mem_printf("%s/%s", root, name);
	int code;

	if (library) {
		find_tests(library, folder);
		free(folder);
		return 0;
	}
	MEM_ROOM(catalogue->libraries, catalogue->count, catalogue->capacity);
	library = &catalogue->libraries[catalogue->count++];
	memset(library, 0, sizeof(*library));
	library->name = mem_dup(name);
	library->folder = folder;
	code = read_description(library, err);
	if (code < 0)
		return code;
	find_tests(library, folder);
	return 0;
}

static int scan(struct catalogue *catalogue, const char *root, struct err *err)
{
	DIR *dir = opendir(root);
	const struct dirent *entry;
	int code = 0;

	if (!dir)
		return err_sys(err, "cannot read the folder %s", root);
	while (code == 0 && (entry = readdir(dir))) {
		size_t n = strlen(entry->d_name);
		char *mark = mem_printf("%s/%s/library.toml", root,
					entry->d_name);
		struct library *before = known(catalogue, entry->d_name);

		if (plain_name(entry->d_name, n) &&
		    (file_exists(mark) || before))
			code = add_library(catalogue, root, entry->d_name, err);
		free(mark);
	}
	closedir(dir);
	return code;
}

static int by_library_name(const void *a, const void *b)
{
	return strcmp(((const struct library *)a)->name,
		      ((const struct library *)b)->name);
}

int catalogue_load(struct catalogue *catalogue, struct err *err)
{
	int code;

	memset(catalogue, 0, sizeof(*catalogue));
	code = places_find(&catalogue->places, err);
	catalogue->python = python_find();
	for (size_t i = 0; code == 0 && i < catalogue->places.test_count; i++)
		code = scan(catalogue, catalogue->places.tests[i], err);
	for (size_t i = 0; code == 0 && i < catalogue->count; i++) {
		struct library *library = &catalogue->libraries[i];

		if (strcmp(library->language, "c"))
			code = check_python(catalogue, library, err);
		else
			check_programs(catalogue, library);
	}
	if (code == 0 && catalogue->count)
		qsort(catalogue->libraries, catalogue->count,
		      sizeof(*catalogue->libraries), by_library_name);
	return code;
}

static void library_release(struct library *library)
{
	for (size_t i = 0; i < library->test_count; i++) {
		free(library->tests[i].name);
		free(library->tests[i].path);
	}
	free(library->tests);
	free(library->name);
	free(library->folder);
	free(library->language);
	free(library->home_page);
	free(library->version);
	free(library->notes);
	free(library->environment);
	free(library->remedy);
}

void catalogue_release(struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->count; i++)
		library_release(&catalogue->libraries[i]);
	free(catalogue->libraries);
	free(catalogue->python);
	places_release(&catalogue->places);
	memset(catalogue, 0, sizeof(*catalogue));
}

/* "there is no library 'x': did you mean 'y'?", or where to see the names. */
static int unknown(const char *what, const char *word, const char *const *names,
		   size_t count, struct err *err)
{
	const char *near = near_name(word, names, count);

	if (near)
		return err_set(err, ERR_USAGE,
			       "there is no %s '%s': did you mean '%s'?", what,
			       word, near);
	return err_set(err, ERR_USAGE,
		       "there is no %s '%s': `benchmark list` shows those "
		       "there are",
		       what, word);
}

static int find_test(const struct library *library, const char *name,
		     const struct test **out, struct err *err)
{
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
	if (code < 0)
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
	int code;

	for (size_t i = 0; i < catalogue->count; i++) {
		names[i] = catalogue->libraries[i].name;
		if (!strcmp(names[i], library_name))
			found = &catalogue->libraries[i];
	}
	if (!found)
		code = unknown("library", library_name, names, catalogue->count,
			       err);
	else
		code = test_name ? find_test(found, test_name, test, err) : 0;
	*library = found;
	free(names);
	return code;
}

int catalogue_has_test(const struct catalogue *catalogue, const char *test_name,
		       struct err *err)
{
	const char **names = NULL;
	size_t count = 0, capacity = 0;
	int code = 0;

	for (size_t i = 0; i < catalogue->count; i++) {
		const struct library *library = &catalogue->libraries[i];

		if (has_test(library, test_name))
			goto out;
		for (size_t j = 0; j < library->test_count; j++) {
			MEM_ROOM(names, count, capacity);
			names[count++] = library->tests[j].name;
		}
	}
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

char **catalogue_environment(const struct catalogue *catalogue,
			     const char *home)
{
	char **words = mem_array(8, sizeof(*words));
	size_t n = 0;

	words[n++] = mem_dup("PATH=/usr/bin:/bin");
	words[n++] = mem_dup("LANG=C.UTF-8");
	words[n++] = mem_printf("HOME=%s", home);
	words[n++] = mem_printf("TMPDIR=%s", home);
	words[n++] = mem_printf("PYTHONPATH=%s",
				catalogue->places.python_root);
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
