#include "catalogue/vary.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "catalogue/lock.h"
#include "catalogue/variant.h"

static struct library *find_named(const struct catalogue *catalogue,
				  const char *name)
{
	for (size_t i = 0; i < catalogue->variant_count; i++)
		if (!strcmp(catalogue->variants[i]->name, name))
			return catalogue->variants[i];
	return NULL;
}

const struct library *vary_find(const struct catalogue *catalogue,
				const char *word)
{
	struct library *found = find_named(catalogue, word);
	struct variant variant;

	if (found || !variant_is(word))
		return found;
	if (variant_parse(&variant, word, NULL) == 0)
		found = find_named(catalogue, variant.name);
	variant_release(&variant);
	return found;
}

/* ------------------------------------------------------- can it be one? --- */

/* The test imports from its own folder first, whatever is installed. */
static bool has_own_package(const struct library *library)
{
	const char *end;
	char *module = lock_name(library->package, &end);
	char *folder, *file;
	bool has;

	for (char *c = module; *c; c++)
		*c = *c == '-' ? '_' : *c;
	folder = mem_printf("%s/%s", library->folder, module);
	file = mem_printf("%s.py", folder);
	has = file_is_dir(folder) || file_is_regular(file);
	free(folder);
	free(file);
	free(module);
	return has;
}

static int check_library(const struct library *library,
			 const struct variant *variant, struct err *err)
{
	if (strcmp(library->language, "python") != 0)
		return err_set(err, ERR_USAGE,
			       "%s: %s is written in C and has no versions to "
			       "choose from: only a library in Python has",
			       variant->name, library->name);
	if (!library->package)
		return err_set(err, ERR_USAGE,
			       "%s: %s is no package of the index, so there is "
			       "no version of it to choose: version_of of its "
			       "library.toml names one", variant->name,
			       library->name);
	if (has_own_package(library))
		return err_set(err, ERR_USAGE,
			       "%s: %s has the package %s in it, which its tests "
			       "import whatever is installed: move that out of "
			       "the folder", variant->name, library->folder,
			       library->package);
	return 0;
}

static int check_wheel(const struct library *library,
		       const struct variant *variant, struct err *err)
{
	const char *end;
	char *wanted = lock_name(library->package, &end);
	bool same = !variant->package || !strcmp(variant->package, wanted);

	free(wanted);
	return same ? 0
		    : err_set(err, ERR_USAGE,
			      "%s: that is a wheel of the package %s, and what "
			      "%s measures is %s", variant->name,
			      variant->package, library->name,
			      library->package);
}

/* ---------------------------------------------------------- add, or find --- */

static char **copy_words(char *const *words)
{
	size_t count = 0;
	char **copy;

	while (words[count])
		count++;
	copy = mem_array(count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = mem_dup(words[i]);
	return copy;
}

static void copy_tests(struct library *copy, const struct library *library)
{
	copy->test_capacity = library->test_count;
	copy->tests = mem_array(library->test_count + 1, sizeof(*copy->tests));
	for (size_t i = 0; i < library->test_count; i++) {
		copy->tests[i] = library->tests[i];
		copy->tests[i].name = mem_dup(library->tests[i].name);
		copy->tests[i].path = mem_dup(library->tests[i].path);
	}
}

/* Takes over the variant. */
static struct library *make_library(const struct library *library,
				    const struct variant *variant)
{
	struct library *copy = mem_new(sizeof(*copy));

	*copy = *library;
	copy->name = mem_dup(variant->name);
	copy->folder = mem_dup(library->folder);
	copy->language = mem_dup(library->language);
	copy->home_page = mem_dup(library->home_page);
	copy->package = mem_dup(library->package);
	copy->packages = copy_words(library->packages);
	copy->workload = mem_dup(library->workload);
	copy_tests(copy, library);
	copy->version = copy->environment = NULL;
	copy->ready = copy->unlocked = false;
	copy->remedy = mem_printf("run `benchmark setup %s`", variant->name);
	copy->variant = mem_new(sizeof(*variant));
	*copy->variant = *variant;
	return copy;
}

static int refuse_other(const struct library *before,
			const struct variant *variant, struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "%s and %s would both have the name %s: write one of the "
		       "paths otherwise, a path from here keeps all its parts",
		       before->variant->what, variant->what, variant->name);
}

/* Takes over the variant, or releases it. */
static int add(struct catalogue *catalogue, const struct library *library,
	       struct variant *variant)
{
	MEM_ROOM(catalogue->variants, catalogue->variant_count,
		 catalogue->variant_capacity);
	catalogue->variants[catalogue->variant_count++] =
		make_library(library, variant);
	return 0;
}

int vary_add(struct catalogue *catalogue, const char *word, struct err *err)
{
	const struct library *library = NULL, *before = NULL;
	struct variant variant;
	int code;

	if (!variant_is(word) || find_named(catalogue, word))
		return 0;
	code = variant_parse(&variant, word, err);
	if (code == 0)
		code = catalogue_find(catalogue, variant.library, NULL,
				      &library, NULL, err);
	if (code == 0)
		code = check_library(library, &variant, err);
	if (code == 0)
		code = variant_find(&variant, err);
	if (code == 0)
		code = check_wheel(library, &variant, err);
	if (code == 0)
		before = find_named(catalogue, variant.name);
	if (code == 0 && !before)
		return add(catalogue, library, &variant);
	if (code == 0 && strcmp(before->variant->what, variant.what) != 0)
		code = refuse_other(before, &variant, err);
	variant_release(&variant);
	return code;
}
