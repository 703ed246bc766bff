#include "cli/command.h"

#include <string.h>

#include "base/text.h"
#include "cli/database.h"
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

static int run(struct options *options, struct err *err)
{
	const char *verb = options->arguments[0];
	const char *target = options->argument_count > 1 ? options->arguments[1]
							 : NULL;
	const char *url = database_url(options);
	struct str report = STR_INIT;

	if (!strcmp(verb, "upgrade"))
		return print_report(store_migrate(url, target ? target : "head",
						  &report, err),
				    &report);
	if (!strcmp(verb, "downgrade") && !target)
		return err_set(err, ERR_USAGE,
			       "db downgrade needs a target: base, -1 or a "
			       "number of `benchmark db history`");
	if (!strcmp(verb, "downgrade"))
		return print_report(store_migrate(url, target, &report, err),
				    &report);
	if (!strcmp(verb, "current") && !target)
		return print_report(store_current(url, &report, err), &report);
	if (!strcmp(verb, "history") && !target)
		return print_report(store_history(url, &report, err), &report);
	return err_set(err, ERR_USAGE,
		       "there is no `db %s%s%s`: it is upgrade [TARGET], "
		       "downgrade TARGET, current or history",
		       verb, target ? " " : "", target ? target : "");
}

const struct command command_db = {
	.name = "db",
	.arguments = "upgrade|downgrade|current|history [TARGET]",
	.summary = "Upgrade, downgrade or show the database's schema.",
	.help = "upgrade [head]    to the newest schema, or to TARGET\n"
		"downgrade TARGET  base (empty), -1 (one step) or a number\n"
		"current           the schema that the database has\n"
		"history           all schemas",
	.min_arguments = 1,
	.max_arguments = 2,
	.groups = { options_database, options_common },
	.run = run,
};
