#include "cli/command.h"

#include <string.h>

#include "cli/database.h"
#include "report/report.h"
#include "store/store.h"

struct writer {
	FILE *file;
	bool per_replica, json;
	struct price price;
	unsigned long long rows;
};

static int put_row(void *context, const struct result_row *row)
{
	struct writer *w = context;
	struct result_row priced = *row; /* its texts stay the store's */

	report_price(&priced, &w->price);
	if (w->json) {
		json_t *object = report_json(&priced, w->per_replica);

		fputs(w->rows ? ",\n" : "\n", w->file);
		json_dumpf(object, w->file, 0);
		json_decref(object);
	} else {
		report_csv_row(w->file, &priced, w->per_replica);
	}
	w->rows++;
	return 0;
}

static int write_rows(struct writer *w, struct store *store, struct err *err)
{
	int code;

	if (w->json)
		fputs("{\"results\": [", w->file);
	else
		report_csv_header(w->file, w->per_replica);
	code = store_each_result(store, w->per_replica, put_row, w, err);
	if (w->json)
		fputs("\n]}\n", w->file);
	return code;
}

static int run(struct options *options, struct err *err)
{
	const char *path = options->argument_count ? options->arguments[0]
						   : "-";
	struct writer w = {
		.per_replica = options->per_replica,
		.json = options->json,
		.price = { options->price_per_hour,
			   options->price_per_million_requests },
	};
	struct store *store = NULL;
	struct output output;
	int code;

	if (!options->argument_count && !options->json)
		return err_set(err, ERR_USAGE,
			       "get-results needs the path of the CSV file, or "
			       "- for the standard output");
	code = store_open(&store, database_url(options), STORE_READ, err);
	if (code == 0)
		code = output_open(&output, path, err);
	if (code == 0) {
		w.file = output.file;
		code = write_rows(&w, store, err);
		code = output_close(&output, code, err);
	}
	store_close(store);
	if (code == 0 && strcmp(path, "-"))
		printf("%llu rows written to %s\n", w.rows, path);
	return code;
}

const struct command command_get_results = {
	.name = "get-results",
	.arguments = "PATH.csv",
	.summary = "Write all results of the database to a CSV file.",
	.help = "A row for each trial: library, test, parameters, replica "
		"count; docs/metrics.md defines\nthe columns. - is the "
		"standard output; with --json it is the default.",
	.max_arguments = 1,
	.groups = { options_results, options_database, options_json,
		    options_common },
	.run = run,
};
