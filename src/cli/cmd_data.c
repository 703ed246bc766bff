#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "experiment/dataset.h"
#include "cli/progress.h"
#include "cli/stream.h"
#include "data/data.h"
#include "plan/plan.h"

#define OF_STORE "endpoint bucket region prefix anonymous ca-file " \
		 "operation-timeout "

static int data_list(const struct options *options,
		     const struct catalogue *catalogue, struct err *err)
{
	(void)err;
	printf("%-6s %s\n", "NAME", "OBJECTS");
	printf("%-6s %llu twins of a Sentinel-2 band of 218,693,282 bytes, "
	       "made on the fly\n",
	       "s2", (unsigned long long)options->spec.keys);
	printf("%-6s real COGs, 2048 x 2048 uint16, made once by GDAL in "
	       "%s/cog\n",
	       "cog", catalogue->layout.cache);
	return 0;
}

static int data_make(const struct options *options,
		     const struct catalogue *catalogue, struct err *err)
{
	char *folder;
	int code = dataset_make_cogs(&catalogue->layout, &folder, err);

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
	int code = dataset_open(&source, &options->spec, &catalogue->layout, err);

	if (code < 0)
		return code;
	code = data_manifest_write(source, stdout, options->limit, err);
	object_source_free(source);
	return stream_reader_gone() ? 0 : code;
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
		.request_size = options->spec.request_size,
		.hot_key = options->spec.hot_key,
		.replicas = (unsigned)options->spec.replicas,
		.concurrency = (unsigned)options->spec.concurrency,
		.seed = options->spec.seed,
	};
	struct object_source *source;
	struct plan plan = { 0 };
	const struct workload_about *does = catalogue_workload(catalogue, test,
							       err);
	int code = does ? 0 : ERR_USAGE;

	if (does && strcmp(does->name, test))
		code = catalogue_has_test(catalogue, test, err);
	if (code == 0)
		code = dataset_open(&source, &options->spec, &catalogue->layout, err);
	if (code < 0)
		return code;
	snprintf(workload.test, sizeof(workload.test), "%s",
		 does->name);
	code = plan_make(&plan, &workload, source, options->spec.keys, err);
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

static const struct verb {
	const char *name;
	unsigned max_arguments;
	const char *takes; /* of the options below, each between blanks */
	int (*run)(const struct options *options,
		   const struct catalogue *catalogue, struct err *err);
} verbs[] = {
	{ "list", 1, " keys ", data_list },
	{ "make", 1, " ", data_make },
	{ "manifest", 1, " dataset keys limit " OF_STORE, data_manifest },
	{ "plan", 2, " dataset keys limit seed request-size hot-key replicas "
		     "concurrency " OF_STORE, data_plan },
};

static int check_options(const struct verb *verb, const struct options *options,
			 struct err *err)
{
	const struct option_spec *const groups[] = { options_work, options_data,
						     options_outside };
	char word[40];

	for (size_t i = 0; i < 3; i++) {
		for (const struct option_spec *o = groups[i]; o->name; o++) {
			snprintf(word, sizeof(word), " %s ", o->name);
			if (option_is_given(options, o) &&
			    !strstr(verb->takes, word))
				return err_set(err, ERR_USAGE,
					       "--%s means nothing for `data "
					       "%s`: leave it out", o->name,
					       verb->name);
		}
	}
	return 0;
}

static const struct verb *find_verb(const struct options *options,
				    struct err *err)
{
	const char *name = options->argument_count ? options->arguments[0]
						   : "list";

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (strcmp(verbs[i].name, name))
			continue;
		if (options->argument_count <= verbs[i].max_arguments)
			return &verbs[i];
		err_set(err, ERR_USAGE, "data %s takes no '%s'", name,
			options->arguments[verbs[i].max_arguments]);
		return NULL;
	}
	err_set(err, ERR_USAGE,
		"there is no `data %s`: it is list, make, manifest or plan",
		name);
	return NULL;
}

static int run(struct options *options, struct err *err)
{
	const struct verb *verb = find_verb(options, err);
	struct catalogue catalogue;
	struct progress progress;
	int code = verb ? check_options(verb, options, err) : ERR_USAGE;

	if (code < 0)
		return code;
	code = catalogue_load(&catalogue, plan_workload, err);
	progress_init_plain(&progress);
	if (code == 0)
		code = progress_work_begin(&progress, err);
	if (code == 0)
		code = verb->run(options, &catalogue, err);
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
	.groups = { options_work, options_data, options_outside,
		    options_common },
	.run = run,
};
