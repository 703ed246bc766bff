#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/cost.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/chosen_prices.h"
#include "cli/database.h"
#include "cli/from_prometheus.h"
#include "cli/out_file.h"
#include "cli/progress.h"
#include "cli/rounds_file.h"
#include "cli/say.h"
#include "prometheus/prometheus.h"
#include "report/report.h"
#include "store/store.h"

struct writer {
	FILE *file;
	FILE *teller; /* where to say what was written */
	enum report_table table;
	bool json;
	struct price price;
	struct chosen_prices prices;  /* in place of `price` */
	struct from_prometheus *from; /* NULL: all is the database's */
	struct err *err;
	unsigned long long rows;
};

static void fill_cost(const struct writer *w, struct result_row *row)
{
	const struct price_choice *choice = &w->prices.choice;

	if (w->prices.is_chosen)
		cost_fill_by_table(row, &choice->unit, choice->egress != NULL);
	else
		cost_fill(row, &w->price);
}

static int put_row(void *context, const struct result_row *row)
{
	struct writer *w = context;
	struct result_row priced = *row; /* its texts stay the store's */
	bool per_replica = report_is_per_replica(w->table);
	int code = 0;

	if (w->from)
		code = from_prometheus_fill(w->from, per_replica, &priced,
					    w->err);
	if (code < 0)
		return code;
	fill_cost(w, &priced);
	if (w->json) {
		json_t *object = report_json(&priced, per_replica);

		fputs(w->rows ? ",\n" : "\n", w->file);
		report_json_write(w->file, object, false);
		json_decref(object);
	} else {
		report_csv_row(w->file, &priced, w->table);
	}
	w->rows++;
	return work_done(1, 0, w->err);
}

static int add_environment(void *context, const char *run_id, const char *json)
{
	json_object_set_new(context, run_id, report_json_object(json));
	return 0;
}

static int add_versions(void *context, const char *run_id,
			const char *library, const char *json)
{
	json_t *of_run = json_object_get(context, run_id);

	if (!of_run) {
		of_run = json_object();
		json_object_set_new(context, run_id, of_run);
	}
	json_object_set_new(of_run, library, report_json_object(json));
	return 0;
}

static void put_member(struct writer *w, const char *before, json_t *value)
{
	fputs(before, w->file);
	report_json_write(w->file, value, false);
	json_decref(value);
}

static int end_document(struct writer *w, struct store *store, struct err *err)
{
	json_t *environments = json_object(), *versions = json_object();
	int code = store_each_environment(store, add_environment, environments,
					  err);

	if (code == 0)
		code = store_each_versions(store, add_versions, versions, err);
	put_member(w, "\n], \"environments\": ", environments);
	put_member(w, ", \"versions\": ", versions);
	fputs("}\n", w->file);
	return code;
}

static int write_rows(struct writer *w, struct store *store, struct err *err)
{
	int code;

	if (w->json)
		fputs("{\"results\": [", w->file);
	else
		report_csv_header(w->file, w->table);
	work_begin(0, "rows", "%s", w->from ? "asking the Prometheus"
					   : "reading the database");
	code = store_each_result(store, report_is_per_replica(w->table),
				 put_row, w, err);
	work_end();
	if (code == 0 && w->json)
		code = end_document(w, store, err);
	return code;
}

/* What a standard output or a pipe got cannot be taken back. So it gets all
 * rows at once, when all are there. A file is renamed at the end:
 * out_file_close(). */
static int write_at_once(struct writer *w, FILE *file, struct store *store,
			 struct err *err)
{
	char *text = NULL;
	size_t n = 0;
	int code;

	w->file = open_memstream(&text, &n);
	if (!w->file)
		return err_sys(err, "cannot keep the rows in memory");
	code = write_rows(w, store, err);
	if (fclose(w->file) && code == 0)
		code = err_sys(err, "cannot keep the rows in memory");
	if (code == 0)
		fwrite(text, 1, n, file);
	free(text);
	return code;
}

static int write_output(struct writer *w, const char *path,
			struct store *store, struct err *err)
{
	struct out_file out;
	int code = out_file_open(&out, path, err);

	if (code < 0)
		return code;
	w->file = out.file;
	if (w->from && !out.replaces)
		code = write_at_once(w, out.file, store, err);
	else
		code = write_rows(w, store, err);
	return out_file_close(&out, code, err);
}

/* What tells a person where the rows are. */
static void tell(const struct writer *w, const char *path)
{
	unsigned long long empty = w->from ? from_prometheus_empty(w->from) : 0;
	unsigned long long absent =
		w->from ? from_prometheus_absent(w->from) : 0;

	if (strcmp(path, "-"))
		say(w->teller, "%llu row%s written to %s", w->rows,
		    w->rows == 1 ? "" : "s", path);
	if (empty > absent)
		fprintf(stderr, "benchmark: %llu of %llu rows are without "
				"figures: Prometheus has too few samples of "
				"them\n", empty - absent, w->rows);
	if (absent)
		fprintf(stderr, "benchmark: %llu of %llu rows are without "
				"figures: Prometheus has no series with their "
				"labels\n", absent, w->rows);
}

#define CUT_RUNS_TOLD 5

/* What is not in a table nobody sees there. */
static int tell_cut_run(void *context, const struct cut_run *run)
{
	unsigned *told = context;
	char trials[24] = "none";

	if (++*told > CUT_RUNS_TOLD)
		return 0;
	if (run->trials)
		snprintf(trials, sizeof(trials), "%llu",
			 (unsigned long long)run->trials);
	say(stderr, "benchmark: the run %s of %.19s %s: %s of its trials %s "
		    "here", run->id, run->start_time,
	    !run->ended ? "has not ended, or was killed"
	    : !strcmp(run->ended, "failed") ? "could not make all its trials"
	    : !strcmp(run->ended, "killed") ? "was killed"
					    : "was interrupted", trials,
	    run->trials > 1 ? "are" : "is");
	return 0;
}

static int tell_cut_runs(struct store *store, struct err *err)
{
	unsigned told = 0;
	int code = store_each_cut_run(store, tell_cut_run, &told, err);

	if (told > CUT_RUNS_TOLD)
		fprintf(stderr, "benchmark: and %u more runs are without some "
				"of their trials\n", told - CUT_RUNS_TOLD);
	return code;
}

static int write_table(struct writer *w, const char *path, struct store *store,
		       struct err *err)
{
	int code;

	w->rows = 0;
	code = write_output(w, path, store, err);
	if (code == 0)
		tell(w, path);
	return code;
}

/* The files of pyasyncio-benchmark. Replicas come first: a Prometheus is asked for
 * their trial once, and the answer is still known for the second file. */
static const struct {
	enum report_table table;
	const char *name;
} folder_files[] = { { REPORT_CONTAINERS, "container_results.csv" },
		     { REPORT_AGGREGATED, "aggregated_results.csv" } };
#define FOLDER_FILES (sizeof(folder_files) / sizeof(*folder_files))

static char *path_in(const char *folder, unsigned file)
{
	size_t n = strlen(folder);

	while (n > 1 && folder[n - 1] == '/')
		n--;
	return mem_printf("%.*s/%s", (int)n, folder, folder_files[file].name);
}

static int write_folder(struct writer *w, const char *folder,
			struct store *store, struct err *err)
{
	int code = 0;

	for (unsigned i = 0; code == 0 && i < FOLDER_FILES; i++) {
		char *path = path_in(folder, i);

		w->table = folder_files[i].table;
		code = write_table(w, path, store, err);
		free(path);
	}
	return code;
}

/* Calls `check` for each file of results that `path` stands for; NULL: none. */
static int each_file(const char *path,
		     int (*check)(void *context, const char *file,
				  struct err *err),
		     void *context, struct err *err)
{
	int code = 0;

	if (!path)
		return 0;
	if (!file_is_dir(path))
		return check(context, path, err);
	for (unsigned i = 0; code == 0 && i < FOLDER_FILES; i++) {
		char *file = path_in(path, i);

		code = check(context, file, err);
		free(file);
	}
	return code;
}

/* Path and URL come in either order: a URL is known by its beginning. */
struct request {
	bool prometheus;
	const char *path, *url;
};

static int read_argument(struct request *request, const char *text,
			 struct err *err)
{
	bool is_url = prometheus_is_url(text);

	if (is_url && !request->prometheus)
		return err_set(err, ERR_USAGE,
			       "'%s' is an address: write --from prometheus "
			       "with it", text);
	if (!is_url && !request->path)
		request->path = text;
	else if (request->prometheus && !request->url)
		request->url = text; /* who asks says what is wrong with it */
	else
		return err_set(err, ERR_USAGE,
			       "get-results takes PATH.csv%s, and '%s' is one "
			       "too many", request->prometheus
					   ? " and the URL of a Prometheus"
					   : "", text);
	return 0;
}

static int read_from(struct request *request, const char *from,
		     struct err *err)
{
	request->prometheus = from && !strcmp(from, "prometheus");
	if (!from || request->prometheus || !strcmp(from, "database"))
		return 0;
	return err_set(err, ERR_USAGE,
		       "--from is '%s': it is database, or prometheus with the "
		       "URL of one", from);
}

static int read_request(struct request *request, struct options *options,
			struct err *err)
{
	int code = read_from(request, options->from, err);

	for (unsigned i = 0; code == 0 && i < options->argument_count; i++)
		code = read_argument(request, options->arguments[i], err);
	if (code < 0)
		return code;
	if (request->prometheus && !request->url)
		return err_set(err, ERR_USAGE,
			       "--from prometheus needs the URL of one: "
			       "get-results PATH.csv --from prometheus "
			       "http://127.0.0.1:9090");
	if (options->per_round)
		code = rounds_file_check(options, request->path, err);
	if (code == 0 && options->per_round)
		code = each_file(request->path, rounds_file_apart, options,
				 err);
	if (code < 0 || (options->per_round && !request->path))
		return code;
	if (!request->path && options->json)
		request->path = "-";
	if (!request->path || !*request->path)
		return err_set(err, ERR_USAGE,
			       "get-results needs the path of the CSV file, a "
			       "folder for two, or - for the standard output");
	return 0;
}

/* The person may have meant a folder that does not exist. It would become a
 * file of that name. */
static int check_new_name(const char *path, const struct options *options,
			  struct err *err)
{
	if (options->json || file_exists(path) || !strcmp(path, "-") ||
	    strchr(file_name(path), '.'))
		return 0;
	return err_set(err, ERR_USAGE,
		       "there is no folder %s: %sgive a name that ends with "
		       ".csv", path, options->per_replica ? ""
				     : "make it first, or for one file ");
}

/* A script may name its files as it likes. */
static void tell_format(const char *path, const struct options *options)
{
	const char *dot = strrchr(file_name(path), '.');

	if (dot && !strcmp(dot, ".json") && !options->json)
		say(stderr, "benchmark: %s gets CSV: write --json for JSON",
		    path);
	if (dot && !strcmp(dot, ".csv") && options->json)
		say(stderr, "benchmark: %s gets JSON: leave --json out for CSV",
		    path);
}

static int check_request(const struct request *request,
			 const struct options *options, struct err *err)
{
	if (!request->path)
		return 0;
	if (options->sampling_interval > 0 && !request->prometheus)
		fputs("benchmark: --sampling-interval counts only with --from "
		      "prometheus: the database's samples are 0.1 s apart\n",
		      stderr);
	if (request->path[strlen(request->path) - 1] == '/' &&
	    !file_is_dir(request->path))
		return err_set(err, ERR_USAGE,
			       "there is no folder %s: make it first, or give a "
			       "file's path", request->path);
	tell_format(request->path, options);
	if (!file_is_dir(request->path))
		return check_new_name(request->path, options, err);
	if (!options->json && !options->per_replica)
		return 0;
	return err_set(err, ERR_USAGE,
		       "%s is a folder, which gets container_results.csv and "
		       "aggregated_results.csv: leave --%s out, or give a "
		       "file's path", request->path,
		       options->json ? "json" : "per-replica");
}

/* None of the files that are written is one of those that are read. */
static int check_apart(void *store, const char *path, struct err *err)
{
	if (!path || !store_has_file(store, path))
		return 0;
	return err_set(err, ERR_USAGE,
		       "%s belongs to the database that is read: give another "
		       "path for the results", path);
}

static int write_all(struct writer *w, const struct request *request,
		     const char *per_round, struct store *store,
		     struct err *err)
{
	int code = each_file(request->path, check_apart, store, err), left = 0;

	if (code == 0)
		code = check_apart(store, per_round, err);
	if (code == 0 && request->path)
		code = file_is_dir(request->path)
			       ? write_folder(w, request->path, store, err)
			       : write_table(w, request->path, store, err);
	if (code == 0 && per_round)
		code = left = rounds_file_write(per_round, w->teller, store,
						err);
	if (code >= 0)
		code = tell_cut_runs(store, err);
	return code == 0 && left ? ERR_INVALID : code;
}

static int run(struct options *options, struct err *err)
{
	struct writer w = {
		.table = options->per_replica ? REPORT_REPLICAS
					      : REPORT_TRIALS,
		.json = options->json,
		.teller = stdout,
		.price = { options->price_per_hour,
			   options->price_per_million_requests },
		.err = err,
	};
	struct request request = { 0 };
	struct store *store = NULL;
	struct progress progress;
	int code = read_request(&request, options, err);

	if (code == 0)
		code = check_request(&request, options, err);
	if (code == 0)
		code = chosen_prices_read(&w.prices, options, err);
	if (code == 0)
		w.teller = out_file_teller(request.path, options->per_round);
	progress_init_plain(&progress);
	if (code == 0)
		code = progress_work_begin(&progress, err);
	if (code == 0 && request.url)
		code = from_prometheus_new(&w.from, request.url, options, err);
	if (code == 0)
		code = database_use(&store, database_url(options), STORE_READ,
				    &progress, err);
	if (code == 0)
		code = write_all(&w, &request, options->per_round, store, err);
	if (code == 0 && request.path)
		chosen_prices_tell(&w.prices, w.teller);
	store_close(store);
	progress_work_end(&progress);
	from_prometheus_free(w.from);
	chosen_prices_release(&w.prices);
	return code;
}

const struct command command_get_results = {
	.name = "get-results",
	.arguments = "PATH.csv|FOLDER",
	.summary = "Write all results of the database to a CSV file.",
	.help = "A row for each trial: library, test, parameters, replica "
		"count; docs/metrics.md defines\nthe columns. - is the "
		"standard output; with --json it is the default.\n\n"
		"A folder gets the two files of pyasyncio-benchmark, "
		"container_results.csv with a row for\neach replica and "
		"aggregated_results.csv: its columns first and in its order, "
		"then ours.\n\n"
		"    benchmark get-results PATH.csv --from prometheus "
		"http://127.0.0.1:9090\n\n"
		"takes bytes a second, CPU and memory from what a Prometheus "
		"scraped while the trials\nran, and all else from the "
		"database.\n\n"
		"    benchmark get-results --per-round PATH.csv\n\n"
		"writes a row for each slice of a trial, and one for each "
		"trial that was made in one piece.\nA trial that is damaged "
		"is left out of it; the exit status is 1 then.",
	.max_arguments = 2,
	.groups = { options_results, options_prices, options_database,
		    options_json, options_common },
	.run = run,
};
