#include "catalogue/scan.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalogue/keys.h"
#include "catalogue/lock.h"
#include "catalogue/name.h"
#include "catalogue/toml.h"
#include "catalogue/variant.h"

void catalogue_skip(struct catalogue *catalogue, const char *path,
		    const char *library, const char *test, int code,
		    const char *why)
{
	struct str shown = STR_INIT, reason = STR_INIT;
	size_t n = strlen(path);
	struct skipped *s;

	text_show(&shown, path);
	/* A sentence that names the file itself begins so. */
	if (!strncmp(why, path, n) && why[n] && strchr(":,", why[n]))
		why += n + 1 + (why[n + 1] == ' ');
	text_show(&reason, why);
	MEM_ROOM(catalogue->skipped, catalogue->skipped_count,
		 catalogue->skipped_capacity);
	s = &catalogue->skipped[catalogue->skipped_count++];
	*s = (struct skipped){ .path = str_detach(&shown),
			       .library = mem_dup(library),
			       .test = test ? mem_dup(test) : NULL,
			       .why = str_detach(&reason),
			       .code = code };
}

/* Ours, and the file system's own, are no libraries and no tests. */
static bool is_hidden(const char *name)
{
	return name[0] == '_' || name[0] == '.';
}

/* ".py" or ".c" at the end of a file's name; NULL where it has neither. */
static const char *source_extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (!strcmp(dot, ".py") || !strcmp(dot, ".c")) ? dot : NULL;
}

bool library_has_test(const struct library *library, const char *name)
{
	for (size_t i = 0; i < library->test_count; i++)
		if (!strcmp(library->tests[i].name, name))
			return true;
	return false;
}

static int check_test(const struct library *library, const char *name,
		      const char *extension, struct err *err)
{
	bool c = !strcmp(library->language, "c");

	if (name_check(NAME_TEST, name, err) < 0)
		return ERR_USAGE;
	if (c != !strcmp(extension, ".c"))
		return err_set(err, ERR_INVALID,
			       "library.toml says that the tests of %s are "
			       "written in %s: for TEST%s write language = "
			       "\"%s\", whatever it starts", library->name,
			       c ? "C" : "Python", extension,
			       c ? "python" : "c");
	if (library_has_test(library, name))
		return err_set(err, ERR_INVALID,
			       "%s has a test %s in an earlier folder",
			       library->name, name);
	return 0;
}

static void add_test(struct catalogue *catalogue, struct library *library,
		     const char *folder, const char *file)
{
	const char *extension = source_extension(file);
	const struct workload_about *workload = NULL;
	struct test test = { 0 };
	struct err err;
	int code;

	if (is_hidden(file) || !extension)
		return;
	test.name = mem_dup_n(file, (size_t)(extension - file));
	test.path = mem_printf("%s/%s", folder, file);
	code = check_test(library, test.name, extension, &err);
	if (code == 0 && !file_is_regular(test.path))
		code = err_set(&err, ERR_INVALID, "it is no file");
	if (code == 0)
		code = verbs_find_workload(catalogue, library, test.name,
					   &workload, &err);
	if (code == 0) {
		test.workload = workload->name;
		test.hidden = workload->hidden;
		MEM_ROOM(library->tests, library->test_count,
			 library->test_capacity);
		library->tests[library->test_count++] = test;
		return;
	}
	catalogue_skip(catalogue, test.path, library->name, test.name, code,
		       err.text);
	free(test.name);
	free(test.path);
}

static void free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	if (count >= 0)
		free(names);
}

static void find_tests(struct catalogue *catalogue, struct library *library,
		       const char *folder)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, alphasort);

	if (count < 0)
		catalogue_skip(catalogue, folder, library->name, NULL,
			       ERR_SYSTEM, "the folder cannot be read");
	for (int i = 0; i < count; i++)
		add_test(catalogue, library, folder, names[i]->d_name);
	free_names(names, count);
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

/* The package that it is named for: what library.toml says, or one that it pins
 * under the library's own name. */
static void fill_packages(struct library *library, const struct toml *toml)
{
	const struct toml_entry *packages = toml_find(toml, "packages");
	const char *version_of = toml_text(toml, "version_of");
	const char *name = version_of ? version_of : library->name;

	library->packaged = packages && packages->count;
	library->version = pinned_version(toml, name);
	if (version_of || library->version)
		library->package = mem_dup(name);
	library->packages = mem_array((packages ? packages->count : 0) + 1,
				      sizeof(*library->packages));
	for (size_t i = 0; packages && i < packages->count; i++)
		library->packages[i] = mem_dup(packages->values[i]);
}

static int fill(const struct catalogue *catalogue, struct library *library,
		const struct toml *toml, const char *path, struct err *err)
{
	const char *language = toml_text(toml, "language");
	char *lock;

	if (!language || (strcmp(language, "python") && strcmp(language, "c")))
		return err_set(err, ERR_INVALID,
			       "%s: language must be \"python\" (tests are "
			       "TEST.py) or \"c\" (TEST.c): a TEST.py can "
			       "start a program in any other language", path);
	library->language = mem_dup(language);
	library->home_page = mem_dup(toml_text(toml, "home_page"));
	fill_packages(library, toml);
	lock = mem_printf("%s/requirements.lock", library->folder);
	library->lock_older =
		!lock_file_holds(lock, toml_find(toml, "packages"));
	free(lock);
	if (kind_of(toml_text(toml, "kind"), path, &library->kind, err) < 0)
		return ERR_INVALID;
	return verbs_read(catalogue, library, toml, path, err);
}

static int read_description(const struct catalogue *catalogue,
			    struct library *library, const char *path,
			    struct err *err)
{
	struct str text = STR_INIT;
	struct toml toml = { 0 };
	int code = file_read_regular(path, 1 << 20, &text, err);

	if (code == 0 && strlen(text.buf) != text.len)
		code = err_set(err, ERR_INVALID, "%s: holds a zero byte", path);
	if (code == 0)
		code = toml_parse(&toml, text.buf, path, err);
	if (code == 0)
		code = keys_check(&toml, library->name, path, err);
	if (code == 0)
		code = fill(catalogue, library, &toml, path, err);
	toml_release(&toml);
	str_release(&text);
	return code;
}

void library_release(struct library *library)
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
	free(library->package);
	free(library->version);
	catalogue_free_words(library->packages);
	free(library->workload);
	free(library->environment);
	free(library->remedy);
	if (library->variant)
		variant_release(library->variant);
	free(library->variant);
	if (library->in_use_fd >= 0)
		close(library->in_use_fd);
}

static struct library *known(struct catalogue *catalogue, const char *name)
{
	for (size_t i = 0; i < catalogue->count; i++) {
		if (!strcmp(catalogue->libraries[i].name, name))
			return &catalogue->libraries[i];
	}
	return NULL;
}

/* Leaves out a library that cannot be understood; the others work. */
static void add_library(struct catalogue *catalogue, const char *folder,
			const char *name, const char *description)
{
	struct library library = { .name = mem_dup(name),
				   .folder = mem_dup(folder),
				   .in_use_fd = -1 };
	struct err err;
	int code = read_description(catalogue, &library, description, &err);

	if (code < 0) {
		catalogue_skip(catalogue, description, name, NULL, code,
			       err.text);
		library_release(&library);
		return;
	}
	MEM_ROOM(catalogue->libraries, catalogue->count, catalogue->capacity);
	catalogue->libraries[catalogue->count] = library;
	find_tests(catalogue, &catalogue->libraries[catalogue->count++],
		   folder);
}

/* A folder with the name of an earlier library adds its tests to that. */
static void add_to_known(struct catalogue *catalogue, struct library *library,
			 const char *folder, const char *description)
{
	if (file_exists(description)) {
		char *why = mem_printf("%s is described by %s/library.toml "
				       "already: only the tests beside this one "
				       "are added", library->name,
				       library->folder);

		catalogue_skip(catalogue, description, library->name, NULL,
			       ERR_INVALID, why);
		free(why);
	}
	find_tests(catalogue, library, folder);
}

static void add_folder(struct catalogue *catalogue, const char *folder,
		       const char *name)
{
	char *description = mem_printf("%s/library.toml", folder);
	struct library *before = known(catalogue, name);
	struct err err;
	int code = name_check(NAME_LIBRARY, name, &err);

	if (code == 0 && !before && !file_exists(description))
		code = err_set(&err, ERR_NOT_FOUND,
			       "the folder has no library.toml, so it is no "
			       "library: tools/new-test writes one");
	if (code < 0)
		catalogue_skip(catalogue, folder, name, NULL, code, err.text);
	else if (before)
		add_to_known(catalogue, before, folder, description);
	else
		add_library(catalogue, folder, name, description);
	free(description);
}

static void add_entry(struct catalogue *catalogue, const char *root,
		      const char *name)
{
	char *path;

	if (is_hidden(name))
		return;
	path = mem_printf("%s/%s", root, name);
	if (file_is_dir(path))
		add_folder(catalogue, path, name);
	else if (source_extension(name))
		catalogue_skip(catalogue, path, name, NULL, ERR_INVALID,
			       "a test lies in the folder of its library, "
			       "LIBRARY/TEST");
	free(path);
}

int scan_root(struct catalogue *catalogue, const char *root, struct err *err)
{
	struct dirent **names;
	int count = scandir(root, &names, NULL, alphasort);

	if (count < 0)
		return err_sys(err, "cannot read the folder %s", root);
	for (int i = 0; i < count; i++)
		add_entry(catalogue, root, names[i]->d_name);
	free_names(names, count);
	return 0;
}
