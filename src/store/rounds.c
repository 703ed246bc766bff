/* Trials with their slices and totals, one at a time. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "record/rounds.h"
#include "store/database.h"
#include "store/read.h"
#include "store/stored.h"

/*
 * Of one trial its sums, by the keys of the tables that they are in. Of its block
 * whether a later one of the comparison has trials of more libraries: then the
 * run was killed in it, and --resume made the later one in its place. What is of
 * many trials are sets, which are made once and searched: a join would go through
 * all blocks for each trial, and a window would sort whole rows.
 */
#define TRIALS_SQL                                                             \
	"WITH parts AS (SELECT comparison, ifnull(block, 0) AS block, library, " \
	"count(*) AS trials FROM trials WHERE comparison IS NOT NULL GROUP BY " \
	"1, 2, 3), "                                                           \
	"blocks AS (SELECT comparison, block, count(*) AS made FROM parts "    \
	"GROUP BY 1, 2), "                                                     \
	"halves AS (SELECT comparison, block, made < max(made) OVER (PARTITION " \
	"BY comparison ORDER BY block DESC) AS half FROM blocks) "             \
	"SELECT run_id, id, comparison, ifnull(block, 0), library, "           \
	"test, params, config_hash, failed, max(window_end_ns - go_ns, 0), "   \
	"(SELECT sum(operations) FROM latency WHERE trial_id = t.id), "        \
	"(SELECT sum(operations) FROM failures WHERE trial_id = t.id), "       \
	"(SELECT sum(cpu_ns) FROM replicas WHERE trial_id = t.id), "           \
	"(SELECT sum(bytes_ok) FROM replicas WHERE trial_id = t.id), "         \
	"origin_cpu_ns, steal_ns, others_cpu_ns, go_ns, "                      \
	STORED_SLICES_LOST("t.id") ", "                                        \
	"(comparison, ifnull(block, 0)) IN (SELECT comparison, block FROM "    \
	"halves WHERE half), "                                                 \
	"EXISTS (SELECT * FROM replicas WHERE trial_id = t.id AND state <> "   \
	"'finished'), "                                                        \
	"(comparison, ifnull(block, 0), library) IN (SELECT comparison, block, " \
	"library FROM parts WHERE trials > 1), baseline "                      \
	"FROM trials t WHERE ?1 IS NULL OR run_id = ?1 "

static const char by_time[] = TRIALS_SQL
	"ORDER BY start_time, comparison, block, library, id";
static const char by_comparison[] = TRIALS_SQL
	"ORDER BY (SELECT start_time FROM runs WHERE id = run_id) DESC, run_id, "
	"comparison, block, library, start_time, id";

struct reader {
	struct statement trials, slices;
	struct slice *slice; /* of the present trial */
	size_t count, capacity;
	const char *wrong; /* a column of these; NULL: none */
	char fault[80];
};

static const char *text_at(const struct statement *s, int column)
{
	return (const char *)sqlite3_column_text(s->handle, column);
}

static uint64_t count_at(const struct statement *s, int column,
			 uint64_t unknown)
{
	return sqlite3_column_type(s->handle, column) == SQLITE_NULL
		       ? unknown
		       : (uint64_t)sqlite3_column_int64(s->handle, column);
}

static int read_slices(struct reader *r, const char *trial_id, uint64_t go_ns,
		       struct err *err)
{
	int more;

	r->count = 0;
	r->wrong = NULL;
	statement_text(&r->slices, trial_id);
	while ((more = statement_step(&r->slices, err)) > 0) {
		const char *wrong;

		MEM_ROOM(r->slice, r->count, r->capacity);
		wrong = stored_read_slice(&r->slices, go_ns,
					  &r->slice[r->count++]);
		r->wrong = r->wrong ? r->wrong : wrong;
	}
	statement_reset(&r->slices);
	return more;
}

/* A window that was not closed is none. */
static double seconds_of(const struct reader *r, uint64_t whole_ns)
{
	double seconds = 0;

	for (size_t i = 0; i < r->count; i++)
		seconds += slice_seconds(&r->slice[i]);
	return r->count ? seconds : clock_seconds(whole_ns);
}

/* Sums of what are no counts are none. */
static const char *wrong_total(const struct reader *r)
{
	static const struct {
		int at;
		const char *name;
	} totals[] = { { 10, "operations" },
		       { 11, "failures" }, { 12, "cpu_ns" },
		       { 13, "bytes_ok" }, { 14, "origin_cpu_ns" },
		       { 15, "steal_ns" }, { 16, "others_cpu_ns" },
		       { 17, "go_ns" } };
	sqlite3_stmt *handle = r->trials.handle;

	if (!stored_is_block(handle, 3))
		return "block";
	for (size_t i = 0; i < sizeof(totals) / sizeof(*totals); i++)
		if (sqlite3_column_type(handle, totals[i].at) != SQLITE_NULL &&
		    !stored_is_count(handle, totals[i].at))
			return totals[i].name;
	return NULL;
}

/* Sums that are counts. */
static const char *slices_fault_of(const struct reader *r)
{
	const struct slices_within within = {
		.end_ns = count_at(&r->trials, 17, 0) +
			  count_at(&r->trials, 9, 0),
		.operations = count_at(&r->trials, 10, 0),
		.failures = count_at(&r->trials, 11, 0),
		.bytes_ok = count_at(&r->trials, 13, 0),
	};

	return slices_fault(r->slice, r->count, &within);
}

static const char *fault_of(struct reader *r)
{
	const char *wrong = r->wrong ? r->wrong : wrong_total(r);

	if (count_at(&r->trials, 21, 0))
		return "another trial is of the same library and block";
	if (r->count && sqlite3_column_type(r->trials.handle, 10) == SQLITE_NULL)
		return "its latencies are lost";
	if (!wrong)
		return slices_fault_of(r);
	snprintf(r->fault, sizeof(r->fault), "its %s cannot be right", wrong);
	return r->fault;
}

static void fill(struct reader *r, struct trial_rounds *out)
{
	const struct statement *s = &r->trials;

	*out = (struct trial_rounds){
		.run_id = text_at(s, 0), .trial_id = text_at(s, 1),
		.comparison = text_at(s, 2), .test = text_at(s, 5),
		.params = text_at(s, 6), .config_hash = text_at(s, 7),
		.library = text_at(s, 4),
		.block = (unsigned)count_at(s, 3, 0),
		.failed = count_at(s, 8, 0) != 0,
		.slices = r->count ? r->slice : NULL,
		.slice_count = r->count,
		.seconds = seconds_of(r, count_at(s, 9, 0)),
		.operations = count_at(s, 10, 0),
		.cpu_seconds = clock_seconds(count_at(s, 12, 0)),
		.failures = count_at(s, 11, 0),
		.bytes_ok = count_at(s, 13, 0),
		.origin_cpu_ns = count_at(s, 14, COUNT_UNKNOWN),
		.steal_ns = count_at(s, 15, COUNT_UNKNOWN),
		.others_ns = count_at(s, 16, COUNT_UNKNOWN),
		.fault = fault_of(r),
		.lost = count_at(s, 18, 0),
		.dropped = count_at(s, 19, 0) != 0,
		.baseline = count_at(s, 22, 0) != 0,
		.partial = count_at(s, 20, 0) && !count_at(s, 8, 0) && !r->count,
	};
}

static int prepare(struct reader *r, const struct store *store,
		   const char *sql, const char *run_id, struct err *err)
{
	int code = statement_prepare(&r->trials, store, sql, err);

	if (code == 0)
		code = stored_select(&r->slices, store, stored_slice,
				     "slices WHERE trial_id = ? ORDER BY number",
				     err);
	if (code == 0)
		statement_text(&r->trials, run_id);
	return code;
}

static int next(struct reader *r, struct trial_rounds *out, struct err *err)
{
	int more = statement_step(&r->trials, err), code;

	if (more <= 0)
		return more;
	code = read_slices(r, text_at(&r->trials, 1),
			   count_at(&r->trials, 17, 0), err);
	if (code < 0)
		return code;
	fill(r, out);
	return more;
}

static int each_rounds(struct store *store, const char *sql, const char *run_id,
		       int (*give)(void *context,
				   const struct trial_rounds *trial),
		       void *context, struct err *err)
{
	struct reader reader = { 0 };
	struct trial_rounds trial;
	int more = 0, code = prepare(&reader, store, sql, run_id, err);

	while (code == 0 && (more = next(&reader, &trial, err)) > 0)
		code = give(context, &trial);
	statement_release(&reader.trials);
	statement_release(&reader.slices);
	free(reader.slice);
	if (more < 0)
		return more;
	return code ? code : readonly_check(store, err);
}

int store_each_rounds(struct store *store, const char *run_id,
		      int (*give)(void *context,
				  const struct trial_rounds *trial),
		      void *context, struct err *err)
{
	return each_rounds(store, by_time, run_id, give, context, err);
}

int rounds_by_comparison(struct store *store, const char *run_id,
			 int (*give)(void *context,
				     const struct trial_rounds *trial),
			 void *context, struct err *err)
{
	return each_rounds(store, by_comparison, run_id, give, context, err);
}
