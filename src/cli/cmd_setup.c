#include "cli/command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/invoker.h"
#include "base/mem.h"
#include "catalogue/catalogue.h"
#include "catalogue/variant.h"
#include "cli/database.h"
#include "cli/say.h"
#include "cli/variants.h"
#include "plan/plan.h"

/* Without a lock there is nothing to make. That is an error if the library was
 * named. */
static int check_locks(const struct catalogue *catalogue,
		       const struct options *options, struct err *err)
{
	const struct library *library;
	int code = 0;

	for (unsigned i = 0; code == 0 && i < options->argument_count; i++) {
		code = catalogue_find(catalogue, options->arguments[i], NULL,
				      &library, NULL, err);
		if (code == 0 && library->unlocked)
			code = err_set(err, ERR_NOT_FOUND, "%s: %s",
				       library->name, library->remedy);
	}
	for (size_t i = 0; !options->argument_count && i < catalogue->count;
	     i++) {
		library = &catalogue->libraries[i];
		if (library->unlocked)
			say(stderr, "benchmark: %s: %s", library->name,
			    library->remedy);
	}
	return code;
}

/* Who names only libraries in other versions means no others. */
static bool has_others(const struct catalogue *catalogue,
		       const struct options *options)
{
	return !options->argument_count ||
	       options->argument_count > catalogue->variant_count;
}

/* setup-envs --envs DIR --tests DIR … [LIBRARY …] */
static char **make_words(const struct catalogue *catalogue,
			 const struct options *options)
{
	const struct layout *layout = &catalogue->layout;
	char **words = mem_array(2 * layout->test_count +
					 options->argument_count + 4,
				 sizeof(*words));
	size_t n = 0;

	words[n++] = layout->setup_envs;
	words[n++] = mem_dup("--envs");
	words[n++] = layout->envs;
	for (size_t i = 0; i < layout->test_count; i++) {
		words[n++] = mem_dup("--tests");
		words[n++] = layout->tests[i];
	}
	for (unsigned i = 0; i < options->argument_count; i++)
		if (!variant_is(options->arguments[i]))
			words[n++] = mem_dup(options->arguments[i]);
	return words;
}

static int make_variants(struct catalogue *catalogue,
			 const struct options *options, struct err *err)
{
	int code = variants_make(catalogue, database_url(options), NULL, err);

	for (size_t i = 0; code == 0 && i < catalogue->variant_count; i++)
		say(stdout, "%s: ready, version %s in %s",
		    catalogue->variants[i]->name,
		    catalogue->variants[i]->version,
		    catalogue->variants[i]->environment);
	fflush(stdout);
	return code;
}

/* Becomes the program that makes the others. */
static int make_others(const struct catalogue *catalogue,
		       const struct options *options, struct err *err)
{
	/* Environments belong to whose folder they are in, not to root. */
	int code = file_make_dirs(catalogue->layout.envs, 0777, err);
	char **words;

	if (code == 0 && invoker_become(catalogue->layout.envs) < 0)
		code = err_sys(err, "cannot become the user who asked");
	if (code < 0)
		return code;
	words = make_words(catalogue, options);
	execv(words[0], words);
	return err_sys(err, "cannot start %s", words[0]);
}

static int run(struct options *options, struct err *err)
{
	struct catalogue catalogue;
	int code = catalogue_load(&catalogue, plan_workload, err);

	if (code == 0)
		code = variants_add(&catalogue, options->arguments,
				    options->argument_count, err);
	if (code == 0)
		code = check_locks(&catalogue, options, err);
	if (code == 0)
		code = make_variants(&catalogue, options, err);
	if (code == 0 && has_others(&catalogue, options))
		code = make_others(&catalogue, options, err);
	catalogue_release(&catalogue);
	return code;
}

const struct command command_setup = {
	.name = "setup",
	.arguments = "[LIBRARY…]",
	.summary = "Make the Python environments of all, or of some libraries.",
	.help = "Each library has a virtual environment of its own with the "
		"exact, hash-checked\nversions of its requirements.lock. One "
		"that is there already is kept.\n\nLIBRARY@1.2.0 is a library "
		"in another version, LIBRARY@PATH.whl a wheel,\n"
		"LIBRARY@FOLDER/ a Python project, which is built. A run makes "
		"those that it needs\nby itself.",
	.max_arguments = 8,
	.groups = { options_common },
	.run = run,
};
