/* Runs: what is known of one, and those that do not have all of their trials. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/database.h"
#include "store/read.h"
#include "store/stored.h"

static int fail_unknown(const struct store *store, const char *id,
			struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "%s has no run%s%s: `benchmark "
		       "get-results -` names those that it has in run_id",
		       store->path, id ? " " : "", id ? id : "");
}

int run_check(const struct store *store, struct run *run, const char *column,
	      struct err *err)
{
	if (!column)
		return 0;
	run_release(run);
	return err_set(err, ERR_INVALID,
		       "%s: the run %s is damaged (its %s cannot be right): "
		       "keep a copy, and mend it with `UPDATE runs SET %s = … "
		       "WHERE id = '%s'`", store->path, run->id, column, column,
		       run->id);
}

int store_read_run(struct store *store, const char *id, struct run *out,
		   struct err *err)
{
	struct statement s;
	int more = 0, code = stored_select(&s, store, stored_run,
					   "runs WHERE ?1 IS NULL OR id = ?1 "
					   "ORDER BY start_time DESC, rowid DESC "
					   "LIMIT 1", err);

	memset(out, 0, sizeof(*out));
	if (code == 0) {
		statement_text(&s, id);
		more = statement_step(&s, err);
	}
	if (more > 0)
		code = run_check(store, out, stored_read(&s, stored_run, out),
				 err);
	else if (code == 0)
		code = more < 0 ? more : fail_unknown(store, id, err);
	statement_release(&s);
	return code;
}

int store_resume_run(struct store *store, const char *id, struct err *err)
{
	struct statement s;
	int code = statement_prepare(&s, store,
				     "UPDATE runs SET end_time = NULL, ended = "
				     "NULL WHERE id = ?", err);

	if (code == 0) {
		statement_text(&s, id);
		code = statement_run(&s, err);
	}
	if (code == 0 && !sqlite3_changes(store->db))
		code = fail_unknown(store, id, err);
	statement_release(&s);
	return code;
}

/* A database of an older schema, which may be read too, does not say how runs
 * ended. 1, 0, or negative. */
static int says_how(const struct store *store, struct err *err)
{
	struct statement s;
	int code = statement_prepare(
		&s, store,
		"SELECT 1 FROM pragma_table_info('runs') WHERE name = 'ended'",
		err);

	if (code < 0)
		return code;
	code = statement_step(&s, err);
	statement_release(&s);
	return code;
}

static const char *text_at(const struct statement *s, int column)
{
	return (const char *)sqlite3_column_text(s->handle, column);
}

int store_each_environment(struct store *store,
			   int (*give)(void *context, const char *run_id,
				       const char *json),
			   void *context, struct err *err)
{
	struct statement s;
	int more = 1, code = statement_prepare(
		&s, store,
		"SELECT id, environment FROM runs WHERE environment IS NOT NULL "
		"AND id IN (SELECT run_id FROM trials) ORDER BY start_time, id",
		err);

	while (code == 0 && (more = statement_step(&s, err)) > 0)
		code = give(context, text_at(&s, 0), text_at(&s, 1));
	statement_release(&s);
	return more < 0 ? more : code;
}

/* Of the first of them; a run goes on with no others. */
int store_each_versions(struct store *store,
			int (*give)(void *context, const char *run_id,
				    const char *library, const char *json),
			void *context, struct err *err)
{
	struct statement s;
	int more = 1, code = statement_prepare(
		&s, store,
		"SELECT run_id, library, versions, min(start_time) AS first "
		"FROM trials JOIN replicas ON trial_id = id WHERE versions IS "
		"NOT NULL GROUP BY run_id, library ORDER BY first, library",
		err);

	while (code == 0 && (more = statement_step(&s, err)) > 0)
		code = give(context, text_at(&s, 0), text_at(&s, 1),
			    text_at(&s, 2));
	statement_release(&s);
	return more < 0 ? more : code;
}

int store_each_cut_run(struct store *store,
		       int (*give)(void *context, const struct cut_run *run),
		       void *context, struct err *err)
{
	static const char by_end[] =
		"SELECT id, start_time, ended, (SELECT count(*) FROM trials "
		"WHERE run_id = runs.id) AS n FROM runs WHERE "
		"(ended <> 'finished' OR end_time IS NULL) AND (n > 0 OR "
		"(ended IS NOT 'failed' AND rowid = (SELECT max(rowid) FROM "
		"runs))) ORDER BY start_time";
	static const char by_time[] =
		"SELECT id, start_time, NULL, (SELECT count(*) FROM trials "
		"WHERE run_id = runs.id) AS n FROM runs WHERE n > 0 AND "
		"end_time IS NULL ORDER BY start_time";
	struct statement s;
	int says = says_how(store, err), more = 1, code = 0;

	if (says < 0)
		return says;
	code = statement_prepare(&s, store, says ? by_end : by_time, err);
	while (code == 0 && (more = statement_step(&s, err)) > 0) {
		struct cut_run run = {
			.id = text_at(&s, 0), .start_time = text_at(&s, 1),
			.ended = text_at(&s, 2),
			.trials = (uint64_t)sqlite3_column_int64(s.handle, 3),
		};

		code = give(context, &run);
	}
	statement_release(&s);
	return more < 0 ? more : code;
}

/* An id and how it ended. */
struct run_name {
	char *id, *ended;
};

static int list_runs(const struct store *store, const char *run_id,
		     struct run_name **names, size_t *count, struct err *err)
{
	struct statement s;
	size_t capacity = 0;
	int says = says_how(store, err), more = 0, code;

	if (says < 0)
		return says;
	code = statement_prepare(
		&s, store,
		says ? "SELECT id, ended FROM runs WHERE ?1 IS NULL OR id = ?1 "
		       "ORDER BY start_time DESC, rowid DESC"
		     : "SELECT id, NULL FROM runs WHERE ?1 IS NULL OR id = ?1 "
		       "ORDER BY start_time DESC, rowid DESC", err);
	if (code == 0)
		statement_text(&s, run_id);
	while (code == 0 && (more = statement_step(&s, err)) > 0) {
		MEM_ROOM(*names, *count, capacity);
		(*names)[(*count)++] = (struct run_name){
			mem_dup(text_at(&s, 0)), mem_dup(text_at(&s, 1))
		};
	}
	statement_release(&s);
	return code < 0 ? code : more;
}

int store_each_run(struct store *store, const char *run_id,
		   int (*give)(void *context, const struct run *run,
			       const char *ended),
		   void *context, struct err *err)
{
	struct run_name *names = NULL;
	size_t count = 0;
	int code = list_runs(store, run_id, &names, &count, err);

	if (code == 0 && run_id && !count)
		code = fail_unknown(store, run_id, err);
	for (size_t i = 0; i < count; i++) {
		struct run run = { 0 };

		if (code == 0)
			code = store_read_run(store, names[i].id, &run, err);
		if (code == 0)
			code = give(context, &run, names[i].ended);
		run_release(&run);
		free(names[i].id);
		free(names[i].ended);
	}
	free(names);
	return code;
}

int store_each_setting(struct store *store, const char *run_id,
		       int (*give)(void *context, const char *run_id,
				   const char *library, const char *not_applied,
				   const char *notes),
		       void *context, struct err *err)
{
	struct statement s;
	int more = 0, code = statement_prepare(
		&s, store,
		"SELECT run_id, library, not_applied, notes, min(start_time) AS "
		"first FROM trials JOIN replicas ON trial_id = id WHERE "
		"(?1 IS NULL OR run_id = ?1) AND ready_seconds > 0 "
		"GROUP BY run_id, library, not_applied, notes "
		"ORDER BY first DESC, library", err);

	if (code == 0)
		statement_text(&s, run_id);
	while (code == 0 && (more = statement_step(&s, err)) > 0)
		code = give(context, text_at(&s, 0), text_at(&s, 1),
			    text_at(&s, 2), text_at(&s, 3));
	statement_release(&s);
	return more < 0 ? more : code;
}
