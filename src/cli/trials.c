#include "cli/settings.h"
#include "cli/trials.h"

#include <stdio.h>

#include "cli/database.h"
#include "cli/interrupt.h"
#include "cli/out_file.h"
#include "cli/progress.h"
#include "cli/same_command.h"
#include "cli/say.h"
#include "cli/show.h"
#include "cli/variants.h"

/* The context of the hooks. */
struct shown {
	struct progress progress;
	const struct options *options;
};

static void trial_begin(void *context, const struct schedule *schedule)
{
	struct shown *shown = context;

	progress_begin(&shown->progress, schedule);
}

static void trial_show(void *context, const struct live *live)
{
	struct shown *shown = context;

	progress_show(&shown->progress, live);
}

static void trial_end(void *context, const struct schedule *schedule,
		      const char *outcome)
{
	struct shown *shown = context;

	progress_end(&shown->progress, schedule, outcome);
}

static void say_sentence(void *context, const char *sentence)
{
	struct shown *shown = context;

	progress_say(&shown->progress, "benchmark: %s", sentence);
}

static void monitor(void *context, const char *url, bool is_public)
{
	(void)context;
	say_monitor(stderr, url, is_public);
}

static int work_begin_shown(void *context, struct err *err)
{
	struct shown *shown = context;

	return progress_work_begin(&shown->progress, err);
}

static void work_end_shown(void *context)
{
	struct shown *shown = context;

	progress_work_end(&shown->progress);
}

static int open_database(void *context, struct store **out, struct err *err)
{
	struct shown *shown = context;

	return database_use(out, database_url(shown->options), STORE_WRITE,
			    &shown->progress, err);
}

static int write_file(void *context, const char *path, const char *text,
		      struct err *err)
{
	struct out_file out;
	struct err ignored;
	int code = out_file_open(&out, path, err);

	(void)context;
	if (code < 0)
		return code;
	if (text) {
		fputs(text, out.file);
		return out_file_close(&out, 0, err);
	}
	/* A file that was there stays as it was. */
	out_file_close(&out, ERR_INTERRUPTED, &ignored);
	return 0;
}

static bool is_same_command(void *context, const char *one, const char *other)
{
	(void)context;
	return same_command(one, other);
}

static void report(void *context, const struct experiment *experiment)
{
	(void)context;
	show_summaries(experiment);
}

static const struct experiment_hooks hooks_shown = {
	.trial_begin = trial_begin,
	.trial_show = trial_show,
	.trial_end = trial_end,
	.say = say_sentence,
	.monitor = monitor,
	.work_begin = work_begin_shown,
	.work_end = work_end_shown,
	.open_database = open_database,
	.write_file = write_file,
	.same_command = is_same_command,
	.report = report,
};

int trials_run(const struct options *options,
	       int (*add)(struct experiment *experiment,
			  const struct options *options, void *context,
			  struct err *err),
	       void *context, struct err *err)
{
	struct shown shown = { .options = options };
	struct experiment_hooks hooks = hooks_shown;
	struct experiment_settings settings;
	struct experiment experiment;
	int code;

	progress_init(&shown.progress);
	hooks.context = &shown;
	hooks.interrupt_fd = interrupt_open(err);
	if (hooks.interrupt_fd < 0)
		return hooks.interrupt_fd;
	settings_init(&settings, options);
	code = experiment_open(&experiment, &settings, &hooks, err);
	if (code == 0) {
		say_whose_tests(&experiment.catalogue.layout);
		code = add(&experiment, options, context, err);
	}
	if (code == 0)
		code = variants_make(&experiment.catalogue, settings.database,
				     &shown.progress, err);
	if (code == 0)
		code = experiment_run(&experiment, err);
	experiment_close(&experiment);
	settings_release(&settings);
	return code;
}
