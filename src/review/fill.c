#include "review/fill.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/timeline.h"
#include "base/mem.h"
#include "base/work.h"
#include "review/described.h"
#include "review/groups.h"
#include "store/store.h"

/* A page of these is read in a moment: docs/report.md. */
#define TIMELINES_MOST 240
#define TIMELINE_POINTS 120

struct filling {
	struct document *document;
	struct store *store;
	const char *run_id;
	struct described_room room;
	json_t *versions; /* by run and library */
	char **drawn;     /* trials whose time line is wanted */
	size_t drawn_count, drawn_capacity;
	size_t undrawn;
	struct err *err;
};

/* ------------------------------------------------------------------- runs --- */

static int note_versions(void *context, const char *run_id,
			 const char *library, const char *json)
{
	json_t *all = context, *of_run = json_object_get(all, run_id);

	if (!of_run) {
		of_run = json_object();
		json_object_set_new(all, run_id, of_run);
	}
	json_object_set_new(of_run, library, report_json_object(json));
	return 0;
}

static int add_run(void *context, const struct run *run, const char *ended)
{
	struct filling *f = context;
	json_t *versions = json_object_get(f->versions, run->id);
	json_t *about = described_run(run, ended);

	json_object_set(about, "versions", versions ? versions : json_null());
	document_add(f->document, "runs", about);
	if (ended && strcmp(ended, run_end_name(RUN_FINISHED)))
		document_add(f->document, "doubts", json_sprintf(
			"the run %s was %s: not all of its trials are here",
			run->id, strcmp(ended, run_end_name(RUN_FAILED))
					 ? ended
					 : "kept from making them all"));
	else if (!ended && !run->end_wall_ns)
		document_add(f->document, "doubts", json_sprintf(
			"the run %s has not ended, or was killed: not all of "
			"its trials are here", run->id));
	return 0;
}

static int add_setting(void *context, const char *run_id, const char *library,
		       const char *not_applied, const char *notes)
{
	struct filling *f = context;

	document_add(f->document, "settings",
		     described_setting(run_id, library, not_applied, notes));
	return 0;
}

static int add_runs(struct filling *f, struct err *err)
{
	int code;

	f->versions = json_object();
	code = store_each_versions(f->store, note_versions, f->versions, err);
	if (code == 0)
		code = store_each_run(f->store, f->run_id, add_run, f, err);
	if (code == 0)
		code = store_each_setting(f->store, f->run_id, add_setting, f,
					  err);
	json_decref(f->versions);
	return code;
}

/* ----------------------------------------------------------------- groups --- */

static void want_timeline(struct filling *f, const struct finished *one)
{
	if (f->drawn_count >= TIMELINES_MOST) {
		f->undrawn++;
		return;
	}
	MEM_ROOM(f->drawn, f->drawn_count, f->drawn_capacity);
	f->drawn[f->drawn_count++] = mem_dup(one->summary.total.trial_id);
}

static int add_group(void *context, const struct review_group *group)
{
	struct filling *f = context;

	if (group->comparison)
		document_add(f->document, "comparisons",
			     described_comparison(group, &f->room));
	else
		document_add(f->document, "singles",
			     described_single(&group->trials[0]));
	for (size_t i = 0; i < group->count; i++)
		if (!group->trials[i].failed)
			want_timeline(f, &group->trials[i]);
	return work_done(group->count, 0, f->err);
}

/* ------------------------------------------------------------ time lines --- */

static int add_timeline(struct filling *f, const char *trial_id,
			struct err *err)
{
	struct trial trial;
	struct run run;
	struct timeline timeline;
	unsigned damaged = 0;
	int code = store_read_trial(f->store, trial_id, &trial, &run, &damaged,
				    err);

	/* Who reads results need not hear of what is not whole: it was said
	 * when they were renewed. */
	if (code == ERR_INVALID || code == ERR_NOT_FOUND)
		return 0;
	if (code < 0)
		return code;
	timeline_make(&trial, TIMELINE_POINTS, &timeline);
	if (timeline.count)
		document_add(f->document, "timelines",
			     described_timeline(trial_id, &timeline));
	timeline_release(&timeline);
	trial_release(&trial);
	run_release(&run);
	return 0;
}

/* With `code` < 0 there are none, and what was wanted is given up. */
static int add_timelines(struct filling *f, int code, struct err *err)
{
	for (size_t i = 0; i < f->drawn_count; i++) {
		if (code == 0)
			code = add_timeline(f, f->drawn[i], err);
		free(f->drawn[i]);
	}
	free(f->drawn);
	return code;
}

/* ------------------------------------------------------------------- rows --- */

static int add_row(void *context, const struct result_row *row)
{
	struct filling *f = context;

	if (!f->run_id || (row->run_id && !strcmp(row->run_id, f->run_id)))
		document_add_row(f->document, row);
	return 0;
}

/* What a report of one run has room for may be more of that run. */
static void doubt_room(struct filling *f, const char *what, const char *of,
		       size_t n)
{
	char *sentence;

	if (!n)
		return;
	sentence = mem_printf("the %s of %zu %s%s are not drawn here, for want of "
			      "room%s", what, n, of, n == 1 ? "" : "s",
			      f->run_id ? ""
					: ": a report of one run, with --run, "
					  "has more of it");
	document_add(f->document, "doubts", json_string(sentence));
	free(sentence);
}

/* What a reader would miss. */
static void add_doubts(struct filling *f, size_t left_out)
{
	if (left_out)
		document_add(f->document, "doubts", described_count(
			left_out, "trial is of a block that was cut and made "
			"anew, or is damaged: it stands among all trials, and "
			"counts in no comparison",
			"trials are of blocks that were cut and made anew, or "
			"are damaged: they stand among all trials, and count in "
			"no comparison"));
	doubt_room(f, "rounds", "comparison", f->room.left_out);
	doubt_room(f, "time lines", "trial", f->undrawn);
}

int review_fill(struct document *document, struct store *store,
		const char *run_id, const struct unit_prices *prices,
		struct err *err)
{
	struct filling f = { .document = document, .store = store,
			     .run_id = run_id, .err = err,
			     .room = { .slices = DESCRIBED_SLICES_MOST,
				       .prices = prices } };
	size_t left_out = 0;
	int code = add_runs(&f, err);

	work_begin(0, "trials", "reading the database");
	if (code == 0)
		code = review_each_group(store, run_id, add_group, &f,
					 &left_out, err);
	if (code == 0)
		code = store_each_result(store, false, add_row, &f, err);
	if (code == 0)
		add_doubts(&f, left_out);
	code = add_timelines(&f, code, err);
	work_end();
	return code;
}
