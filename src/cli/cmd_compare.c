#include "cli/command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/database.h"
#include "cli/progress.h"
#include "report/changes.h"
#include "report/report.h"
#include "review/changes.h"
#include "store/store.h"

/* Something is worse than --fail-above allows. */
#define EXIT_WORSE 3

/* The runs of one database, the newest first. */
struct runs {
	char **ids;
	size_t count, capacity;
};

static int note_run(void *context, const struct run *run, const char *ended)
{
	struct runs *runs = context;

	(void)ended;
	MEM_ROOM(runs->ids, runs->count, runs->capacity);
	runs->ids[runs->count++] = mem_dup(run->id);
	return 0;
}

static void runs_release(struct runs *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		free(runs->ids[i]);
	free(runs->ids);
}

/* What one side of the comparison is. */
struct request {
	const char *database; /* a URL or a path */
	const char *run;      /* NULL: the newest that has a comparison */
	const char *before;   /* NULL, or a run: only older ones count */
	size_t skip;          /* so many of these are passed over */
	bool all;             /* and all older ones too */
};

/* A path is a database as well as a URL is. */
static char *url_of(const char *database)
{
	return strstr(database, "://") ? mem_dup(database)
				       : mem_printf("sqlite:///%s", database);
}

static int open_side(struct store **store, const struct request *request,
		     struct progress *progress, struct err *err)
{
	char *url = url_of(request->database);
	char *path = store_file(url);
	int code = 0;

	if (path && !file_exists(path))
		code = err_set(err, ERR_USAGE,
			       "there is no database %s: name one that "
			       "`benchmark run-all --db sqlite:///FILE` made",
			       path);
	if (code == 0)
		code = database_use(store, url, STORE_READ, progress, err);
	free(path);
	free(url);
	return code;
}

static int read_runs(struct side *side, struct store *store,
		     const struct request *request, struct err *err)
{
	size_t skip = request->skip, before, i = 0;
	struct runs runs = { 0 };
	int code = store_each_run(store, request->run, note_run, &runs, err);

	while (request->before && i < runs.count &&
	       strcmp(runs.ids[i++], request->before))
		;
	for (; code == 0 && i < runs.count; i++) {
		before = side->count;
		code = side_read(side, store, runs.ids[i], err);
		if (side->count == before)
			continue;
		if (skip) {
			skip--;
			side_release(side);
		} else if (!request->all) {
			break;
		}
	}
	runs_release(&runs);
	return code;
}

static int read_side(struct side *side, const struct request *request,
		     struct progress *progress, struct err *err)
{
	struct store *store = NULL;
	int code = open_side(&store, request, progress, err);

	if (code == 0)
		code = read_runs(side, store, request, err);
	store_close(store);
	return code;
}

static bool is_format(const char *word)
{
	return !strcmp(word, "text") || !strcmp(word, "json") ||
	       !strcmp(word, "md");
}

static int check_options(const struct options *options, struct err *err)
{
	if (options->format && !is_format(options->format))
		return err_set(err, ERR_USAGE,
			       "--format is '%s': a comparison is text, json or "
			       "md", options->format);
	if (!options->argument_count)
		return err_set(err, ERR_USAGE,
			       "compare needs a database, or two: compare OLD.db "
			       "NEW.db");
	if (options->runs.count > 2)
		return err_set(err, ERR_USAGE,
			       "--run is given %u times: two runs are compared, "
			       "the older one first", options->runs.count);
	if (options->library.count && options->argument_count == 2)
		return err_set(err, ERR_USAGE,
			       "--library names two of one run, and here are two "
			       "databases: give the one that has it");
	if (options->library.count && options->library.count != 2)
		return err_set(err, ERR_USAGE,
			       "compare takes --library twice, or not at all: "
			       "the two of one run that are compared, the older "
			       "one first");
	return 0;
}

static void make_requests(const struct options *options, struct request *from,
			  struct request *to)
{
	bool one = options->argument_count == 1;

	*from = (struct request){ .database = options->arguments[0],
				  .skip = one && !options->runs.count,
				  .all = options->all_runs };
	*to = (struct request){ .database = options->arguments[!one],
				.all = options->all_runs && !one };
	if (options->runs.count == 2) {
		from->run = options->runs.at[0];
		to->run = options->runs.at[1];
	} else if (options->runs.count) {
		to->run = options->runs.at[0];
		from->before = one ? to->run : NULL;
	}
}

static void show(const struct options *options, const json_t *changes)
{
	if (options->json || (options->format &&
			      !strcmp(options->format, "json"))) {
		report_json_write(stdout, changes, true);
		putchar('\n');
	} else if (options->format && !strcmp(options->format, "md")) {
		changes_markdown(stdout, changes);
	} else {
		changes_text(stdout, changes);
	}
}

/* Nothing was compared: who asks must not take it for good news. */
static int verdict_of(const json_t *changes, struct err *err)
{
	const char *why = json_string_value(json_object_get(changes,
							    "why_not"));

	if (json_is_true(json_object_get(changes, "failed")))
		return EXIT_WORSE;
	if (changes_told(changes))
		return 0;
	return err_set(err, ERR_FAILED, "nothing was compared: %s",
		       why ? why : "what keeps each from it stands above, or "
				   "the blocks are too few for any verdict");
}

static int compare(const struct options *options, const struct side *from,
		   const struct side *to, bool within, struct err *err)
{
	const struct changes_wish wish = {
		.fail_above = options->fail_above / 100,
		.from_name = options->arguments[0],
		.to_name = options->arguments[options->argument_count - 1],
		.from_library = options->library.count
					? options->library.at[0] : NULL,
		.to_library = options->library.count ? options->library.at[1]
						     : NULL,
	};
	json_t *changes = within ? changes_within(to, &wish)
				 : changes_between(from, to, &wish);
	int code;

	show(options, changes);
	fflush(stdout);
	code = verdict_of(changes, err);
	json_decref(changes);
	return code;
}

/* A run is no news of itself. */
static int check_apart(const struct side *from, const struct side *to,
		       struct err *err)
{
	for (size_t i = 0; i < from->count; i++)
		for (size_t k = 0; k < to->count; k++)
			if (!strcmp(from->entries[i].about.run_id,
				    to->entries[k].about.run_id))
				return err_set(err, ERR_USAGE,
					       "the run %s is on both sides: "
					       "name an older one and a newer "
					       "one with --run, twice",
					       from->entries[i].about.run_id);
	return 0;
}

/* One run with two versions of a library tells more than two runs do. */
static int compare_sides(const struct options *options,
			 struct progress *progress, struct err *err)
{
	struct side from = { 0 }, to = { 0 };
	struct request first, second;
	bool within = options->library.count > 0;
	int code;

	make_requests(options, &first, &second);
	code = read_side(&to, &second, progress, err);
	if (code == 0 && options->argument_count == 1 &&
	    options->runs.count < 2)
		within = within || changes_has_versions(&to);
	if (code == 0 && !within)
		code = read_side(&from, &first, progress, err);
	if (code == 0)
		code = check_apart(&from, &to, err);
	if (code == 0)
		code = compare(options, &from, &to, within, err);
	side_release(&from);
	side_release(&to);
	return code;
}

static int run(struct options *options, struct err *err)
{
	struct progress progress;
	int code = check_options(options, err);

	progress_init_plain(&progress);
	if (code == 0)
		code = progress_work_begin(&progress, err);
	if (code == 0)
		code = compare_sides(options, &progress, err);
	progress_work_end(&progress);
	return code;
}

const struct command command_compare = {
	.name = "compare",
	.arguments = "OLD.db [NEW.db]",
	.summary = "Say what has become faster or slower since another run.",
	.help = "Compares the newest run of each database, or the two newest runs "
		"of one, or with --run\ntwo others. Rates of different runs are "
		"not compared, but each library's ratio to\n`reference` within "
		"rounds, and what varies between runs is part of the interval.\n\n"
		"A run that has two versions of a library (run-all --library "
		"X@1.0,X@./) needs no other:\nwithin a run far smaller "
		"differences can be seen. --library OLD --library NEW names any "
		"two\nof a run.\n\n"
		"The exit status is 3 where something is proven worse and by more "
		"than --fail-above, 1 where\nnothing could be compared.",
	.max_arguments = 2,
	.groups = { options_compare, options_json, options_common },
	.run = run,
};
