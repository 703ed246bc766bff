#include "cli/command.h"

#include <string.h>

#include "base/text.h"
#include "cli/database.h"
#include "cli/progress.h"
#include "store/store.h"

static int print_report(int code, struct str *report)
{
	if (code == 0) {
		text_clean(report->buf);
		fputs(report->buf, stdout);
	}
	if (code == 0 && report->len && report->buf[report->len - 1] != '\n')
		putchar('\n');
	str_release(report);
	return code;
}

static int recover(const char *url, struct err *err)
{
	struct recovered found;
	int code;

	if (!store_spooled(url)) {
		printf("nothing waits for this database\n");
		return 0;
	}
	code = store_recover(url, &found, err);
	printf("%u trial%s taken in", found.trials,
	       found.trials == 1 ? "" : "s");
	if (found.left)
		printf(", %u file%s left", found.left,
		       found.left == 1 ? "" : "s");
	putchar('\n');
	return code;
}

static int run_verb(struct options *options, struct err *err)
{
	const char *verb = options->arguments[0];
	const char *target = options->argument_count > 1 ? options->arguments[1]
							 : NULL;
	const char *url = database_url(options);
	struct str report = STR_INIT;

	if (!strcmp(verb, "recover") && !target)
		return recover(url, err);
	if (!strcmp(verb, "upgrade"))
		return print_report(store_migrate(url, STORE_UP,
						  target ? target : "head",
						  &report, err),
				    &report);
	if (!strcmp(verb, "downgrade") && !target)
		return err_set(err, ERR_USAGE,
			       "db downgrade needs a target: base, -1 or a "
			       "number of `benchmark db history`");
	if (!strcmp(verb, "downgrade"))
		return print_report(store_migrate(url, STORE_DOWN, target,
						  &report, err),
				    &report);
	if (!strcmp(verb, "current") && !target)
		return print_report(store_current(url, &report, err), &report);
	if (!strcmp(verb, "history") && !target)
		return print_report(store_history(url, &report, err), &report);
	return err_set(err, ERR_USAGE,
		       "there is no `db %s%s%s`: it is upgrade [TARGET], "
		       "downgrade TARGET, current, history or recover",
		       verb, target ? " " : "", target ? target : "");
}

/* A locked database is waited for. */
static int run(struct options *options, struct err *err)
{
	struct progress progress;
	int code;

	progress_init(&progress);
	code = progress_work_begin(&progress, err);
	if (code == 0)
		code = run_verb(options, err);
	progress_work_end(&progress);
	return code;
}

const struct command command_db = {
	.name = "db",
	.arguments = "upgrade|downgrade|current|history|recover [TARGET]",
	.summary = "Upgrade or show the database's schema; recover results.",
	.help = "upgrade [head]    to the newest schema, or to TARGET\n"
		"downgrade TARGET  base (empty), -1 (one step) or a number\n"
		"current           the schema that the database has\n"
		"history           all schemas\n"
		"recover           takes in the trials that a run could not "
		"store, because the\n"
		"                  database was locked or its disk full; run "
		"commands and\n"
		"                  get-results do so too",
	.min_arguments = 1,
	.max_arguments = 2,
	.groups = { options_database, options_common },
	.run = run,
};
