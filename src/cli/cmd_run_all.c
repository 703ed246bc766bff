#include "cli/command.h"
#include "experiment/dataset.h"
#include "cli/say.h"
#include "cli/trials.h"
#include "cli/variants.h"

#include <string.h>

static bool wanted(const struct text_list *list, const char *name)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (!strcmp(list->at[i], name))
			return true;
	}
	return !list->count;
}

/* Names that are no library or test are mistakes, not empty selections. */
static int check_names(struct experiment *experiment,
		       const struct options *options, struct err *err)
{
	const struct library *library;
	int code = variants_add(&experiment->catalogue, options->library.at,
				options->library.count, err);

	for (unsigned i = 0; code == 0 && i < options->library.count; i++)
		code = catalogue_find(&experiment->catalogue,
				      options->library.at[i], NULL, &library,
				      NULL, err);
	for (unsigned i = 0; code == 0 && i < options->test.count; i++)
		code = catalogue_has_test(&experiment->catalogue,
					  options->test.at[i], err);
	return code;
}

static int add_tests(struct experiment *experiment,
		     const struct library *library,
		     const struct options *options, struct err *err)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < library->test_count; i++) {
		const char *test = library->tests[i].name;

		if (library->tests[i].hidden && !options->test.count)
			continue;
		if (wanted(&options->test, test))
			code = experiment_add(experiment, library->name, test,
					      &options->spec, err);
	}
	return code;
}

/* Libraries for the harness's own checks run only when they are named. */
static int add_library(struct experiment *experiment,
		       const struct library *library,
		       const struct options *options, struct err *err)
{
	if (!wanted(&options->library, library->name) ||
	    (!options->library.count && library->kind == LIBRARY_CHECK))
		return 0;
	return add_tests(experiment, library, options, err);
}

/* What the store needs that `reference` does not do, or NULL. */
static const char *beyond_reference(const struct trial_spec *spec)
{
	const struct credentials *keys;
	struct err ignored;

	if (!spec->endpoint)
		return NULL;
	if (!strncasecmp(spec->endpoint, "https://", 8))
		return "it speaks plain HTTP only: give an http:// endpoint "
		       "where there is one";
	if (dataset_credentials(spec, &keys, &ignored) == 0 && keys)
		return "it does not sign requests: give --anonymous where the "
		       "bucket is public";
	return NULL;
}

/* reference would fail each time. That is of no use if nobody asked for it by
 * name. */
static bool leave_out_reference(const struct options *options)
{
	const char *why = beyond_reference(&options->spec);

	if (why)
		say(stderr, "benchmark: left out: reference, so that no row has "
			    "a share of it: %s", why);
	return why != NULL;
}

/* Says what "all" leaves out of the folders. A person who names a library hears
 * of it by that name. */
static void tell_skipped(const struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->skipped_count; i++)
		say(stderr, "benchmark: left out: %s: %s",
		    catalogue->skipped[i].path, catalogue->skipped[i].why);
}

static int add_all(struct experiment *experiment, const struct options *options,
		   void *context, struct err *err)
{
	int code = check_names(experiment, options, err);
	bool no_reference = false;

	(void)context;
	if (code == 0 && !options->library.count) {
		tell_skipped(&experiment->catalogue);
		no_reference = leave_out_reference(options);
	}
	for (size_t i = 0; code == 0 && i < experiment->catalogue.count; i++) {
		const struct library *library = &experiment->catalogue.libraries[i];

		if (!no_reference || strcmp(library->name, "reference") != 0)
			code = add_library(experiment, library, options, err);
	}
	for (size_t i = 0; code == 0 && i < experiment->catalogue.variant_count;
	     i++)
		code = add_tests(experiment, experiment->catalogue.variants[i],
				 options, err);
	if (code == 0 && !experiment->job_count)
		code = err_set(err, ERR_USAGE,
			       "no test is left by --library and --test: "
			       "`benchmark list` shows which library has which");
	return code;
}

static int run(struct options *options, struct err *err)
{
	return trials_run(options, add_all, NULL, err);
}

const struct command command_run_all = {
	.name = "run-all",
	.arguments = "",
	.summary = "Run all available tests of all libraries.",
	.help = "Libraries are compared: they take turns, for some tenths of a "
		"second each, and\nall start anew in each block. With them the "
		"baselines, unless --library leaves\nthem out: `reference` shows "
		"what the machine can do, `null` what the harness\ncosts. "
		"docs/method.md says how.",
	.groups = { options_select, options_trial, options_limits,
		    options_isolation, options_comparison,
		    options_monitor, options_outside,
		    options_database, options_json, options_common },
	.run = run,
};
