/* The table `results`, whose columns are result_columns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/database.h"
#include "store/read.h"
#include "store/save.h"
#include "store/stored.h"

static void add_names(struct str *sql)
{
	for (const struct column *c = result_columns; c->name; c++) {
		str_add(sql, c == result_columns ? "\"" : ", \"");
		str_add(sql, c->name);
		str_add_char(sql, '"');
	}
}

static void bind_column(struct statement *s, const struct column *column,
			const struct result_row *row)
{
	const void *value = result_value(row, column);

	char *text;

	switch (column->kind) {
	case COLUMN_TEXT:
	case COLUMN_FINDINGS:
	case COLUMN_NAMES:
		text = result_text(row, column);
		statement_text(s, text);
		free(text);
		break;
	case COLUMN_COUNT:
		statement_count(s, *(const uint64_t *)value);
		break;
	case COLUMN_NUMBER:
		statement_number(s, *(const double *)value);
		break;
	case COLUMN_FLAG:
		if (*(const int8_t *)value == FLAG_UNKNOWN)
			statement_null(s);
		else
			statement_signed(s, *(const int8_t *)value);
		break;
	}
}

static int save_row(struct statement *s, const struct trial *trial, int replica,
		    unsigned analysis, const struct result_row *row,
		    struct err *err)
{
	statement_text(s, trial->id);
	if (replica < 0)
		statement_null(s);
	else
		statement_signed(s, replica);
	statement_count(s, analysis);
	for (const struct column *c = result_columns; c->name; c++)
		bind_column(s, c, row);
	return statement_run(s, err);
}

int save_results(const struct store *store, const struct trial *trial,
		 const struct summary *summary, struct err *err)
{
	struct str sql = STR_INIT;
	struct statement s;
	int code;

	str_add(&sql, "INSERT INTO results (trial, replica, analysis, ");
	add_names(&sql);
	str_add(&sql, ") VALUES (?, ?, ?");
	for (const struct column *c = result_columns; c->name; c++)
		str_add(&sql, ", ?");
	str_add(&sql, ")");
	code = statement_prepare(&s, store, sql.buf, err);
	if (code == 0)
		code = save_row(&s, trial, -1, summary->analysis,
				&summary->total, err);
	for (unsigned i = 0; code == 0 && i < summary->replica_count; i++)
		code = save_row(&s, trial, (int)i, summary->analysis,
				&summary->replica[i], err);
	statement_release(&s);
	str_release(&sql);
	return code;
}

/* Texts stay SQLite's own until the next step: rows are given out one by one
 * and never kept. A row of the store is therefore not released. False: it has no
 * value of its kind. */
static bool read_column(sqlite3_stmt *handle, int at,
			const struct column *column, struct result_row *row)
{
	void *value = result_at(row, column);

	if (sqlite3_column_type(handle, at) == SQLITE_NULL)
		return true;
	switch (column->kind) {
	case COLUMN_TEXT:
		*(const unsigned char **)value =
			sqlite3_column_text(handle, at);
		return true;
	case COLUMN_COUNT:
		*(uint64_t *)value = (uint64_t)sqlite3_column_int64(handle, at);
		return stored_is_count(handle, at);
	case COLUMN_NUMBER:
		*(double *)value = sqlite3_column_double(handle, at);
		return stored_is_number(handle, at);
	case COLUMN_FLAG:
		*(int8_t *)value = sqlite3_column_int(handle, at) != 0;
		return stored_is_flag(handle, at);
	case COLUMN_FINDINGS: /* from their own table */
	case COLUMN_NAMES:
		break;
	}
	return true;
}

/* Returns the first column without a value of its kind; NULL: there is none. */
static const char *read_row(sqlite3_stmt *handle, struct result_row *row)
{
	const char *wrong = NULL;
	int at = 0;

	result_row_init(row);
	for (const struct column *c = result_columns; c->name; c++, at++)
		if (!read_column(handle, at, c, row) && !wrong)
			wrong = c->name;
	return wrong;
}

/* Rows as they are given out, each with its findings, which are joined in the row
 * and a list in a table of their own. */
struct rows {
	struct statement results, findings;
	struct result_row row;
	struct damage {
		unsigned trials;
		char *last;          /* of these */
		struct str list;     /* "'a', 'b'" */
		const char *column; /* of the first */
	} damage;
};

/* What one sentence holds. */
#define DAMAGED_NAMED 8

/* Rows of one trial come one behind the other. */
static void note_damage(struct damage *damage, const char *trial,
			const char *column)
{
	if (damage->last && !strcmp(damage->last, trial))
		return;
	if (!damage->trials++)
		damage->column = column;
	if (damage->trials <= DAMAGED_NAMED)
		str_addf(&damage->list, "%s'%s'", damage->last ? ", " : "",
			 trial);
	free(damage->last);
	damage->last = mem_dup(trial);
}

/* They are made again where there are none. */
static int fail_damaged(const struct store *store, const struct damage *damage,
			struct err *err)
{
	bool one = damage->trials == 1;
	char rest[60] = "";

	if (damage->trials > DAMAGED_NAMED)
		snprintf(rest, sizeof(rest), ", which is %d of them, and again "
					     "for the rest", DAMAGED_NAMED);
	return err_set(err, ERR_INVALID,
		       "%s: the results of %u trial%s are damaged (%s %s cannot "
		       "be right): keep a copy, and have them made again with "
		       "`DELETE FROM results WHERE trial IN (%s)`%s",
		       store->path, damage->trials, one ? "" : "s",
		       one ? "its" : "of the first, its", damage->column,
		       damage->list.buf, rest);
}

static int rows_prepare(struct rows *rows, const struct store *store,
			const char *from_sql, struct err *err)
{
	struct str sql = STR_INIT;
	int code;

	memset(rows, 0, sizeof(*rows));
	rows->damage.list = (struct str)STR_INIT;
	str_add(&sql, "SELECT ");
	add_names(&sql);
	str_addf(&sql, ", trial, replica IS NULL FROM %s", from_sql);
	code = statement_prepare(&rows->results, store, sql.buf, err);
	str_release(&sql);
	return code < 0 ? code
			: statement_prepare(&rows->findings, store,
					    "SELECT name, text FROM findings "
					    "WHERE trial_id = ? ORDER BY "
					    "position", err);
}

static void rows_release(struct rows *rows)
{
	findings_release(&rows->row.findings);
	statement_release(&rows->results);
	statement_release(&rows->findings);
	str_release(&rows->damage.list);
	free(rows->damage.last);
}

static int read_findings(struct statement *s, const char *trial,
			 struct findings *out, struct err *err)
{
	int more;

	statement_text(s, trial);
	while ((more = statement_step(s, err)) > 0)
		findings_add(out,
			     (const char *)sqlite3_column_text(s->handle, 0),
			     (const char *)sqlite3_column_text(s->handle, 1));
	statement_reset(s);
	return more;
}

/* 1: a row is there, 0: no more, or negative. */
static int rows_next(struct rows *rows, struct err *err)
{
	sqlite3_stmt *handle = rows->results.handle;
	int more = statement_step(&rows->results, err), code = 0;
	const char *trial, *wrong;

	findings_release(&rows->row.findings);
	if (more <= 0)
		return more;
	wrong = read_row(handle, &rows->row);
	trial = (const char *)sqlite3_column_text(
		handle, sqlite3_column_count(handle) - 2);
	if (wrong)
		note_damage(&rows->damage, trial, wrong);
	else if (sqlite3_column_int(handle, sqlite3_column_count(handle) - 1))
		code = read_findings(&rows->findings, trial,
				     &rows->row.findings, err);
	return code < 0 ? code : more;
}

static int give_rows(struct store *store, const char *from_sql,
		     int (*give)(void *context, const struct result_row *row),
		     void *context, struct err *err)
{
	struct rows rows;
	int more = 0, code = rows_prepare(&rows, store, from_sql, err);

	while (code == 0 && (more = rows_next(&rows, err)) > 0)
		code = rows.damage.trials ? 0 : give(context, &rows.row);
	if (code == 0 && more == 0 && rows.damage.trials)
		code = fail_damaged(store, &rows.damage, err);
	rows_release(&rows);
	if (more < 0)
		return more;
	return code ? code : readonly_check(store, err);
}

int results_read(const struct store *store, const char *trial_id,
		 struct result_row *out, struct err *err)
{
	struct rows rows;
	int more = 0, code = rows_prepare(&rows, store,
					  "results WHERE trial = ? AND replica "
					  "IS NULL", err);

	if (code == 0) {
		statement_text(&rows.results, trial_id);
		more = rows_next(&rows, err);
	}
	if (more > 0 && rows.damage.trials)
		code = fail_damaged(store, &rows.damage, err);
	else if (more > 0)
		result_row_copy(out, &rows.row);
	else if (code == 0)
		code = more < 0 ? more
				: err_set(err, ERR_NOT_FOUND,
					  "%s has no results of the trial %s",
					  store->path, trial_id);
	rows_release(&rows);
	return code;
}

int store_each_result(struct store *store, bool per_replica,
		      int (*give)(void *context, const struct result_row *row),
		      void *context, struct err *err)
{
	return give_rows(store,
			 per_replica ? "results WHERE replica IS NOT NULL ORDER "
				       "BY start_time, library_name, trial, "
				       "replica"
				     : "results WHERE replica IS NULL ORDER BY "
				       "start_time, library_name, trial, replica",
			 give, context, err);
}

int store_recent_results(struct store *store, unsigned most,
			 int (*give)(void *context,
				     const struct result_row *row),
			 void *context, struct err *err)
{
	char from[160];

	snprintf(from, sizeof(from),
		 "(SELECT * FROM results WHERE replica IS NULL ORDER BY "
		 "start_time DESC, rowid DESC LIMIT %u) ORDER BY start_time",
		 most);
	return give_rows(store, from, give, context, err);
}
