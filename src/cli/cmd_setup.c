#include "cli/command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/invoker.h"
#include "base/mem.h"
#include "catalogue/catalogue.h"
#include "cli/say.h"
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
		words[n++] = mem_dup(options->arguments[i]);
	return words;
}

static int run(struct options *options, struct err *err)
{
	struct catalogue catalogue;
	int code = catalogue_load(&catalogue, plan_workload, err);

	if (code == 0)
		code = check_locks(&catalogue, options, err);
	/* Environments belong to whose folder they are in, not to root. */
	if (code == 0)
		code = file_make_dirs(catalogue.layout.envs, 0777, err);
	if (code == 0 && invoker_become(catalogue.layout.envs) < 0)
		code = err_sys(err, "cannot become the user who asked");
	if (code == 0) {
		char **words = make_words(&catalogue, options);

		execv(words[0], words);
		code = err_sys(err, "cannot start %s", words[0]);
	}
	catalogue_release(&catalogue);
	return code;
}

const struct command command_setup = {
	.name = "setup",
	.arguments = "[LIBRARY…]",
	.summary = "Make the Python environments of all, or of some libraries.",
	.help = "Each library has a virtual environment of its own with the "
		"exact, hash-checked\nversions of its requirements.lock. One "
		"that is there already is kept.",
	.max_arguments = 8,
	.groups = { options_common },
	.run = run,
};
