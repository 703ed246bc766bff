/*
 * Results that an older analysis made are made again from what is stored. A
 * transaction has as many trials as can be renewed while a run beside it may
 * wait, and what a kill leaves is found the next time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/work.h"
#include "store/database.h"
#include "store/read.h"
#include "store/save.h"

/* A lock is held for so long. With a transaction of its own for each trial, all of
 * it takes half as long again. */
#define LOCKED_NS (50 * NS_PER_MS)

struct ids {
	char **id;
	size_t count, capacity;
};

/* What results cannot be made of keeps those that it has: somebody may have
 * removed samples, which are most of a database. */
static const char older_sql[] =
	"WITH older(id) AS (SELECT trial FROM results WHERE ifnull(analysis, 0) "
	"< ? UNION SELECT id FROM trials WHERE NOT EXISTS (SELECT 1 FROM "
	"results WHERE trial = trials.id)) "
	"SELECT id FROM older LEFT JOIN results r ON r.trial = older.id AND "
	"ifnull(r.replica, -1) = -1 WHERE "
	"ifnull(r.\"recv_bytes_per_second_count\", 0) = 0 OR EXISTS (SELECT 1 "
	"FROM samples WHERE trial_id = older.id)";

static void ids_release(struct ids *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		free(ids->id[i]);
	free(ids->id);
}

static int find_older(const struct store *store, unsigned number,
		      struct ids *ids, struct err *err)
{
	struct statement s;
	int more = 0, code = statement_prepare(&s, store, older_sql, err);

	if (code == 0)
		statement_count(&s, number);
	while (code == 0 && (more = statement_step(&s, err)) > 0) {
		MEM_ROOM(ids->id, ids->count, ids->capacity);
		ids->id[ids->count++] = mem_dup(
			(const char *)sqlite3_column_text(s.handle, 0));
	}
	statement_release(&s);
	return more < 0 ? more : code;
}

static int remove_from(const struct store *store, const char *sql,
		       const char *id, struct err *err)
{
	struct statement s;
	int code = statement_prepare(&s, store, sql, err);

	if (code == 0) {
		statement_text(&s, id);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}

static int replace(const struct store *store, const struct trial *trial,
		   const struct summary *summary, struct err *err)
{
	int code = remove_from(store, "DELETE FROM results WHERE trial = ?",
			       trial->id, err);

	if (code == 0)
		code = remove_from(store,
				   "DELETE FROM findings WHERE trial_id = ?",
				   trial->id, err);
	if (code == 0)
		code = save_findings(store, trial, summary, err);
	return code < 0 ? code : save_results(store, trial, summary, err);
}

static int renew(const struct store *store,
		 const struct store_analysis *analysis, const char *id,
		 struct err *err)
{
	struct summary summary = { 0 };
	struct trial trial;
	struct run run;
	int code = read_trial(store, id, &trial, &run, NULL, err);

	if (code < 0)
		return code;
	analysis->make(&trial, &run, &summary);
	code = replace(store, &trial, &summary, err);
	summary_release(&summary);
	trial_release(&trial);
	run_release(&run);
	return code;
}

/* 1: it is damaged, and keeps what it has. So does what was removed meanwhile. */
static int renew_one(const struct store *store,
		     const struct store_analysis *analysis, const char *id,
		     struct err *err)
{
	int code = database_run(store, "SAVEPOINT trial", err);

	if (code < 0)
		return code;
	code = renew(store, analysis, id, err);
	if (code < 0)
		database_run(store, "ROLLBACK TO trial", NULL);
	else
		code = database_run(store, "RELEASE trial", err);
	return code == ERR_INVALID ? 1 : code == ERR_NOT_FOUND ? 0 : code;
}

/* What is being renewed. */
struct renewal {
	const struct store *store;
	const struct store_analysis *analysis;
	const struct ids *ids;
	size_t at;
	int damaged;
};

/* Takes one after the other until the lock was held for long enough, in one
 * transaction, which also keeps what was renewed before a failure. */
static int renew_some(struct renewal *r, struct err *err)
{
	uint64_t begin_ns = clock_now_ns();
	int code = database_begin(r->store, err), ended;
	struct err one;

	if (code < 0)
		return code;
	while (code == 0 && r->at < r->ids->count &&
	       clock_now_ns() - begin_ns < LOCKED_NS) {
		code = renew_one(r->store, r->analysis, r->ids->id[r->at],
				 &one);
		if (code < 0 || (code > 0 && !r->damaged))
			*err = one;
		r->damaged += code > 0;
		r->at += code >= 0;
		code = code < 0 ? code : work_done(1, 0, &one);
		if (code == ERR_INTERRUPTED)
			*err = one;
	}
	ended = database_end(r->store, 0, &one);
	if (code == 0 && ended < 0)
		*err = one;
	return code < 0 ? code : ended;
}

static int renew_all(struct store *store,
		     const struct store_analysis *analysis,
		     const struct ids *ids, struct err *err)
{
	struct renewal r = { store, analysis, ids, 0, 0 };
	int code = 0;

	work_begin(ids->count, "trials", "computing results of %s again",
		   store->path);
	statements_keep(store);
	while (code == 0 && r.at < ids->count)
		code = renew_some(&r, err);
	statements_forget(store);
	work_end();
	return code < 0 ? code : r.damaged;
}

static bool is_readonly(const struct store *store)
{
	return store->reading && sqlite3_db_readonly(store->db, "main") == 1;
}

/* Where nothing can be written who reads makes them in memory. */
int store_renew(struct store *store, const struct store_analysis *analysis,
		struct err *err)
{
	struct ids ids = { 0 };
	int code = find_older(store, analysis->number, &ids, err);

	if (code == 0 && ids.count && is_readonly(store))
		code = readonly_copy(store, err);
	if (code == 0 && ids.count)
		code = renew_all(store, analysis, &ids, err);
	if (ids.count && store->reading &&
	    (code == ERR_SYSTEM || code == ERR_CONFLICT)) {
		code = readonly_copy(store, err);
		if (code == 0)
			code = renew_all(store, analysis, &ids, err);
	}
	ids_release(&ids);
	return code;
}
