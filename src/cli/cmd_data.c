#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/dataset.h"
#include "cli/progress.h"
#include "data/data.h"
#include "plan/plan.h"

static int data_list(const struct options *options,
		     const struct catalogue *catalogue, struct err *err)
{
	(void)err;
	printf("%-6s %s\n", "NAME", "OBJECTS");
	printf("%-6s %llu twins of a Sentinel-2 band of 218,693,282 bytes, "
	       "made on the fly\n",
	       "s2", (unsigned long long)options->keys);
	printf("%-6s real COGs, 2048 x 2048 uint16, made once by GDAL in "
	       "%s/cog\n",
	       "cog", catalogue->places.cache);
	return 0;
}

static int data_make(const struct options *options,
		     const struct catalogue *catalogue, struct err *err)
{
	char *folder;
	int code = dataset_make_cogs(&catalogue->places, &folder, err);

	(void)options;
	if (code < 0)
		return code;
	printf("cog: ready in %s\n", folder);
	free(folder);
	return 0;
}

static int data_manifest(const struct options *options,
			 const struct catalogue *catalogue, struct err *err)
{
	struct object_source *source;
	int code = dataset_open(&source, options, &catalogue->places, err);

	if (code < 0)
		return code;
	code = data_manifest_write(source, stdout, options->limit, err);
	object_source_free(source);
	return code;
}

static void print_plan(const struct plan *plan, uint64_t limit)
{
	struct str line = STR_INIT;

	for (size_t i = 0; i < plan->op_count && (!limit || i < limit); i++) {
		str_reset(&line);
		plan_format_op(plan, i, &line);
		printf("%s%s", line.buf,
		       line.len && line.buf[line.len - 1] == '\n' ? "" : "\n");
	}
	str_release(&line);
}

static int data_plan(const struct options *options,
		     const struct catalogue *catalogue, struct err *err)
{
	const char *test = options->argument_count > 1 ? options->arguments[1]
						       : "fetch_range";
	struct workload workload = {
		.request_size = options->request_size,
		.hot_key = options->hot_key,
		.replicas = (unsigned)options->replicas,
		.concurrency = (unsigned)options->concurrency,
		.seed = options->seed,
	};
	struct object_source *source;
	struct plan plan = { 0 };
	int code = catalogue_has_test(catalogue, test, err);

	if (code == 0)
		code = dataset_open(&source, options, &catalogue->places, err);
	if (code < 0)
		return code;
	snprintf(workload.test, sizeof(workload.test), "%s",
		 plan_workload_of(test));
	code = plan_make(&plan, &workload, source, options->keys, err);
	if (code == 0) {
		print_plan(&plan, options->limit);
		if (plan.left_out)
			fprintf(stderr, "%s: %s\n", source->name,
				plan.left_out);
	}
	plan_release(&plan);
	object_source_free(source);
	return code;
}

static const struct {
	const char *name;
	unsigned max_arguments;
	int (*run)(const struct options *options,
		   const struct catalogue *catalogue, struct err *err);
} verbs[] = {
	{ "list", 1, data_list },
	{ "make", 1, data_make },
	{ "manifest", 1, data_manifest },
	{ "plan", 2, data_plan },
};

static int run(struct options *options, struct err *err)
{
	const char *verb = options->argument_count ? options->arguments[0]
						   : "list";
	struct catalogue catalogue;
	struct progress progress;
	int code = catalogue_load(&catalogue, err);

	progress_init_plain(&progress);
	if (code == 0)
		code = progress_work_begin(&progress, err);

	for (size_t i = 0; code == 0 && i < sizeof(verbs) / sizeof(*verbs);
	     i++) {
		if (strcmp(verbs[i].name, verb))
			continue;
		if (options->argument_count > verbs[i].max_arguments)
			code = err_set(err, ERR_USAGE,
				       "data %s takes no '%s'", verb,
				       options->arguments[verbs[i].max_arguments]);
		else
			code = verbs[i].run(options, &catalogue, err);
		goto out;
	}
	if (code == 0)
		code = err_set(err, ERR_USAGE,
			       "there is no `data %s`: it is list, make, "
			       "manifest or plan",
			       verb);
out:
	progress_work_end(&progress);
	catalogue_release(&catalogue);
	return code;
}

const struct command command_data = {
	.name = "data",
	.arguments = "[list|make|manifest|plan [TEST]]",
	.summary = "Show the datasets, their manifest, a plan; make the COGs.",
	.help = "list      the datasets (the default)\n"
		"make      the real COGs, where they are not made yet\n"
		"manifest  the objects of --dataset, JSON lines\n"
		"plan      the operations of a test (fetch_range), JSON lines: "
		"the same for the\n          same options on every machine",
	.max_arguments = 2,
	.groups = { options_trial, options_outside, options_data,
		    options_common },
	.run = run,
};
