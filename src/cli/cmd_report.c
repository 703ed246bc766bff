#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/analyse.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/chosen_prices.h"
#include "cli/database.h"
#include "cli/out_file.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "measure/environment_more.h"
#include "report/document.h"
#include "report/formats.h"
#include "review/fill.h"
#include "store/store.h"

/* As the name of the file ends, where nothing is said. */
static int find_format(const struct options *options, enum report_format *out,
		       struct err *err)
{
	const char *path = options->arguments[0];
	const char *dot = strrchr(file_name(path), '.');
	const char *word = options->format ? options->format
			   : dot	   ? dot + 1
					   : "";

	if (report_format_parse(word, out))
		return 0;
	if (options->format)
		return err_set(err, ERR_USAGE,
			       "--format is '%s': a report is html, json, md or "
			       "csv", word);
	return err_set(err, ERR_USAGE,
		       "report: the name %s tells no format: end it with .html, "
		       ".json, .md or .csv, or give --format", path);
}

static int check_apart(const struct options *options, struct store *store,
		       struct err *err)
{
	const char *path = options->arguments[0];

	if (!store_has_file(store, path))
		return 0;
	return err_set(err, ERR_USAGE,
		       "%s belongs to the database that is read: give another "
		       "path for the report", path);
}

static int check_any(const struct document *document,
		     const struct options *options, struct err *err)
{
	char *path;
	int code;

	if (document_rows(document))
		return 0;
	path = store_file(database_url(options));
	code = err_set(err, ERR_NOT_FOUND,
		       "%s has no trial%s%s: there is nothing to report, until "
		       "`benchmark run-all` made some", path ? path : "the database",
		       options->run ? " of the run " : "",
		       options->run ? options->run : "");
	free(path);
	return code;
}

static void tell(const struct options *options,
		 const struct document *document, enum report_format format)
{
	const char *path = options->arguments[0];
	size_t n = document_rows(document);

	if (strcmp(path, "-") && format == REPORT_CSV)
		say(stdout, "lines of %zu comparison%s written to %s: "
			    "`benchmark get-results` has all trials",
		    document_count(document, "comparisons"),
		    document_count(document, "comparisons") == 1 ? "" : "s",
		    path);
	else if (strcmp(path, "-"))
		say(stdout, "%s of %zu trial%s written to %s",
		    report_format_words(format), n, n == 1 ? "" : "s", path);
}

static int write_report(const struct options *options,
			const struct document *document,
			enum report_format format, struct err *err)
{
	struct out_file out;
	int code = out_file_open(&out, options->arguments[0], err);

	if (code < 0)
		return code;
	code = report_write(out.file, document, format, err);
	return out_file_close(&out, code, err);
}

/* Which program made it, and when, and by which prices costs are. */
static void set_about(struct document *document,
		      const struct chosen_prices *prices)
{
	char made[CLOCK_TEXT_BYTES];
	struct str words = STR_INIT;

	document_set(document, "made", json_string(clock_format(
					       clock_wall_ns(), made)));
	document_set(document, "program",
		     json_pack("{s:s, s:s, s:i}", "version", BENCHMARK_VERSION,
			       "commit", environment_commit, "analysis",
			       ANALYSIS_NUMBER));
	if (!prices->is_chosen)
		return;
	prices_describe(&prices->choice, &words);
	document_set(document, "prices",
		     json_pack("{s:s, s:s, s:s, s:s, s:s}", "table",
			       prices->table.name, "date", prices->table.date,
			       "source", prices->table.source, "region",
			       prices->choice.region, "words", words.buf));
	str_release(&words);
}

static int make(const struct options *options,
		const struct chosen_prices *prices, struct store *store,
		struct err *err)
{
	struct document *document = document_new();
	enum report_format format;
	int code = find_format(options, &format, err);

	if (code == 0)
		code = check_apart(options, store, err);
	if (code == 0)
		code = review_fill(document, store, options->run,
				   prices->is_chosen ? &prices->choice.unit
						     : NULL, err);
	if (code == 0)
		code = check_any(document, options, err);
	if (code == 0)
		set_about(document, prices);
	if (code == 0)
		code = write_report(options, document, format, err);
	if (code == 0)
		tell(options, document, format);
	document_free(document);
	return code;
}

static int run(struct options *options, struct err *err)
{
	struct store *store = NULL;
	struct chosen_prices prices = { 0 };
	struct progress progress;
	enum report_format format;
	int code;

	if (!options->argument_count)
		return err_set(err, ERR_USAGE,
			       "report needs the path of the file to write: "
			       "report.html, or .json, .md, .csv");
	code = find_format(options, &format, err);
	if (code == 0)
		code = chosen_prices_read(&prices, options, err);
	progress_init_plain(&progress);
	if (code == 0)
		code = progress_work_begin(&progress, err);
	if (code == 0)
		code = database_use(&store, database_url(options), STORE_READ,
				    &progress, err);
	if (code == 0)
		code = make(options, &prices, store, err);
	store_close(store);
	chosen_prices_release(&prices);
	progress_work_end(&progress);
	return code;
}

const struct command command_report = {
	.name = "report",
	.arguments = "PATH",
	.summary = "Write what was measured as one file that people can look at.",
	.help = "PATH.html is a page for any browser, whole in one file: verdicts, "
		"charts, tables and\nthe data themselves. It fetches nothing, and "
		"can be sent, published or kept.\n\n"
		"PATH.json has the same data (docs/report.md), PATH.md the tables "
		"in Markdown, PATH.csv a\nline for each library of each "
		"comparison. - is the standard output, with --format.",
	.max_arguments = 1,
	.groups = { options_report, options_prices, options_database,
		    options_common },
	.run = run,
};
