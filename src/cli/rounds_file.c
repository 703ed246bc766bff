#include "cli/rounds_file.h"

#include <string.h>

#include "base/file.h"
#include "base/work.h"
#include "cli/out_file.h"
#include "cli/say.h"
#include "record/rounds.h"
#include "report/report.h"
#include "store/store.h"

/* What only the other table has. */
static int check_alone(const struct options *options, struct err *err)
{
	if (!options->per_replica && !options->from)
		return 0;
	return err_set(err, ERR_USAGE,
		       "--%s is for the table of results, and --per-round "
		       "writes none: give PATH.csv too, or leave --%s out",
		       options->per_replica ? "per-replica" : "from",
		       options->per_replica ? "per-replica" : "from");
}

int rounds_file_check(const struct options *options, const char *path,
		      struct err *err)
{
	const char *rounds = options->per_round;

	if (options->json)
		return err_set(err, ERR_USAGE,
			       "--per-round writes CSV, and no JSON: leave "
			       "--json or --per-round out");
	if (rounds[strlen(rounds) - 1] == '/' || file_is_dir(rounds))
		return err_set(err, ERR_USAGE,
			       "--per-round is %s, a folder: give a file's "
			       "path", rounds);
	return path ? 0 : check_alone(options, err);
}

int rounds_file_apart(void *context, const char *path, struct err *err)
{
	const struct options *options = context;

	if (!out_file_is_same(path, options->per_round))
		return 0;
	return err_set(err, ERR_USAGE,
		       "results and rounds cannot both go to %s: give each a "
		       "path of its own",
		       strcmp(path, "-") ? path : "the standard output");
}

struct rounds_writer {
	FILE *file;
	struct err *err;
	unsigned long long rows;
	unsigned long long separate; /* of these: a trial in one piece */
	unsigned long long damaged; /* trials that are left out */
	char first[37], fault[80];  /* of the first of them */
};

/* Lost rows are a fault as well. */
static const char *fault_of(const struct trial_rounds *trial)
{
	return trial->lost ? "some of its slices are lost" : trial->fault;
}

static int put(void *context, const struct trial_rounds *trial)
{
	struct rounds_writer *w = context;
	const char *fault = fault_of(trial);
	size_t rows = 0;

	if (!fault) {
		rows = report_rounds(w->file, trial);
	} else if (!w->damaged++) {
		snprintf(w->first, sizeof(w->first), "%s", trial->trial_id);
		snprintf(w->fault, sizeof(w->fault), "%s", fault);
	}
	w->rows += rows;
	w->separate += trial->slice_count ? 0 : rows;
	return work_done(rows, 0, w->err);
}

static const char *what_a_row_is(const struct rounds_writer *w)
{
	if (!w->separate)
		return w->rows ? ", one a slice" : "";
	return w->separate == w->rows
		       ? ", one a trial: each was made in one piece"
		       : ", one a slice, and one a trial that was made in one "
			 "piece";
}

static void say_damaged(const struct rounds_writer *w, struct err *err)
{
	bool one = w->damaged == 1;

	err_set(err, ERR_INVALID,
		"%llu trial%s damaged and left out%s %s (%s): keep a copy, and "
		"remove it with " STORE_REMOVE, w->damaged,
		one ? " is" : "s are", one ? ":" : ", the first is", w->first,
		w->fault, w->first);
}

static void tell(const struct rounds_writer *w, const char *path, FILE *teller)
{
	if (strcmp(path, "-"))
		say(teller, "%llu row%s written to %s%s", w->rows,
		    w->rows == 1 ? "" : "s", path, what_a_row_is(w));
}

int rounds_file_write(const char *path, FILE *teller, struct store *store,
		      struct err *err)
{
	struct rounds_writer w = { .err = err };
	struct out_file out;
	int code = out_file_open(&out, path, err);

	if (code < 0)
		return code;
	w.file = out.file;
	work_begin(0, "rows", "reading the database");
	report_rounds_header(w.file);
	code = store_each_rounds(store, NULL, put, &w, err);
	work_end();
	code = out_file_close(&out, code, err);
	if (code < 0)
		return code;
	tell(&w, path, teller);
	if (w.damaged)
		say_damaged(&w, err);
	return w.damaged ? 1 : 0;
}
