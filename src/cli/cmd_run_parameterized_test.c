#include "cli/command.h"
#include "cli/sweep.h"
#include "cli/trials.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdlib.h>

/* Of what is wrong with a job. */
static size_t line_of(const struct experiment *experiment,
		      const struct options *job,
		      const struct sweep_lines *lines)
{
	const struct library *library;
	const struct test *test;
	struct err err;

	if (catalogue_find(&experiment->catalogue, job->library.at[0], NULL,
			   &library, &test, &err) < 0)
		return lines->library;
	if (catalogue_find(&experiment->catalogue, job->library.at[0],
			   job->test.at[0], &library, &test, &err) < 0)
		return lines->test;
	return lines->mapping;
}

static int add_job(struct experiment *experiment, const struct options *job,
		   struct err *err)
{
	const struct option_spec *const groups[] = {
		options_trial, options_limits, options_outside, NULL
	};
	int code = options_check_pairs(job, groups, err);

	return code < 0 ? code : experiment_add(experiment, job->library.at[0],
						job->test.at[0], &job->spec,
						err);
}

static int add_jobs(struct experiment *experiment,
		    const struct options *options, void *context,
		    struct err *err)
{
	const char *path = options->arguments[0];
	const struct sweep *sweep = context;
	int code = 0;

	for (size_t i = 0; code == 0 && i < sweep->count; i++) {
		const struct options *job = &sweep->jobs[i];

		code = add_job(experiment, job, err);
		if (code < 0)
			err_wrap(err, code, "%s, line %zu", path,
				 line_of(experiment, job, &sweep->lines[i]));
	}
	return code;
}

static int run(struct options *options, struct err *err)
{
	const char *path = options->arguments[0];
	struct sweep sweep;
	int code = sweep_read(&sweep, path, options, err);

	if (code == 0 && sweep.debug)
		code = log_enable("all", err);
	if (code == 0)
		code = trials_run(options, add_jobs, &sweep, err);
	sweep_release(&sweep);
	return code;
}

const struct command command_run_parameterized_test = {
	.name = "run-parameterized-test",
	.arguments = "CONFIG.yaml",
	.summary = "Run a sweep: the product of the parameters in a file.",
	.help = "The file is one YAML mapping; its keys are `library`, `test` "
		"and the options below\nfrom --replicas to --congestion and "
		"from --endpoint to --ca-file, its values\nwords or lists of "
		"words:\n\n"
		"    library: [aiohttp, obstore]\n"
		"    test: fetch_range\n"
		"    request_size: [16KiB, 1MiB]\n"
		"    concurrency: [10, 50]\n\n"
		"A file of pyasyncio-benchmark's, with `tests:`, "
		"`library_name`, `client_config` and\n`params`, is understood "
		"too, but for `expression`: nothing is evaluated.\n\n"
		"Options on the command line are the defaults for what the "
		"file leaves open.",
	.min_arguments = 1,
	.max_arguments = 1,
	.groups = { options_trial, options_limits, options_isolation,
		    options_comparison,
		    options_monitor, options_outside, options_database,
		    options_json, options_common },
	.run = run,
};
