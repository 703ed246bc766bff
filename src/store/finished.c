/* Trials as a run keeps them of what it made, made again of what is stored. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "record/finished.h"
#include "store/database.h"
#include "store/read.h"

struct giver {
	const struct store *store;
	int (*give)(void *context, struct finished *one,
		    const struct trial_rounds *about);
	void *context;
	struct err *err;
};

/* What the first replica that was ready said; of none it is worker.py's. */
static int read_worker(const struct store *store, const char *trial_id,
		       bool *other, struct err *err)
{
	struct statement s;
	int more = 0, code = statement_prepare(
		&s, store,
		"SELECT versions FROM replicas WHERE trial_id = ? AND versions "
		"IS NOT NULL ORDER BY replica LIMIT 1", err);

	*other = false;
	if (code == 0)
		statement_text(&s, trial_id);
	if (code == 0 && (more = statement_step(&s, err)) > 0)
		*other = !finished_is_worker_py(
			(const char *)sqlite3_column_text(s.handle, 0));
	statement_release(&s);
	return more < 0 ? more : code;
}

/* Damaged latencies are unknown ones: what stands in the row is known all the
 * same. */
static int read_latency(const struct store *store, const char *trial_id,
			struct summary *summary, struct err *err)
{
	struct err damage;
	int code;

	if (!count_or(summary->total.number_successes, 0))
		return 0;
	summary->latency = mem_new(sizeof(*summary->latency));
	code = read_merged_latency(store, trial_id, summary->latency, &damage);
	if (code == 0 && summary->latency->total)
		return 0;
	free(summary->latency);
	summary->latency = NULL;
	if (code < 0 && code != ERR_INVALID) {
		*err = damage;
		return code;
	}
	return 0;
}

/* A block that was made anew, or what cannot be true, is of no comparison. */
static void fill(struct finished *one, const struct trial_rounds *about)
{
	one->baseline = about->baseline;
	one->failed = about->failed;
	one->partial = about->partial;
	one->block = about->block;
	if (about->comparison && !about->dropped && !about->fault &&
	    !about->lost)
		snprintf(one->comparison, sizeof(one->comparison), "%s",
			 about->comparison);
	one->slice_count = about->slice_count;
	if (!about->slice_count)
		return;
	one->slices = mem_array(about->slice_count, sizeof(*one->slices));
	memcpy(one->slices, about->slices,
	       about->slice_count * sizeof(*one->slices));
}

/* What a database of an older schema, or a damaged one, has of a trial, and not in its
 * row. */
static void name(struct result_row *row, const struct trial_rounds *about)
{
	const struct {
		char **to;
		const char *from;
	} names[] = {
		{ &row->run_id, about->run_id },
		{ &row->trial_id, about->trial_id },
		{ &row->library_name, about->library },
		{ &row->test_name, about->test },
		{ &row->test_params, about->params },
		{ &row->config_hash, about->config_hash },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!*names[i].to)
			*names[i].to = mem_dup(names[i].from);
	result_row_clean(row);
}

static int give_one(void *context, const struct trial_rounds *about)
{
	struct giver *g = context;
	struct finished one = { 0 };
	int code = results_read(g->store, about->trial_id, &one.summary.total,
				g->err);

	if (code == ERR_NOT_FOUND)
		return 0; /* removed meanwhile, or never whole */
	if (code == 0)
		name(&one.summary.total, about);
	if (code == 0)
		code = read_latency(g->store, about->trial_id, &one.summary,
				    g->err);
	if (code == 0)
		code = read_worker(g->store, about->trial_id,
				   &one.other_worker, g->err);
	if (code < 0) {
		finished_release(&one);
		return code;
	}
	fill(&one, about);
	return g->give(g->context, &one, about);
}

int store_each_finished(struct store *store, const char *run_id,
			int (*give)(void *context, struct finished *one,
				    const struct trial_rounds *about),
			void *context, struct err *err)
{
	struct giver g = { store, give, context, err };
	int code;

	statements_keep(store);
	code = rounds_by_comparison(store, run_id, give_one, &g, err);
	statements_forget(store);
	return code;
}
