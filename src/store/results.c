/* The table `results`, whose columns are result_columns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/database.h"
#include "store/save.h"

static void add_names(struct str *sql)
{
	for (const struct column *c = result_columns; c->name; c++)
		str_addf(sql, "%s\"%s\"", c == result_columns ? "" : ", ",
			 c->name);
}

static void bind_column(struct statement *s, const struct column *column,
			const struct result_row *row)
{
	const void *value = result_value(row, column);

	switch (column->kind) {
	case COLUMN_TEXT:
		statement_text(s, *(char *const *)value);
		break;
	case COLUMN_COUNT:
		statement_count(s, *(const uint64_t *)value);
		break;
	case COLUMN_NUMBER:
		statement_number(s, *(const double *)value);
		break;
	case COLUMN_FLAG:
		statement_count(s, *(const bool *)value);
		break;
	}
}

static int save_row(struct statement *s, const struct trial *trial, int replica,
		    const struct result_row *row, struct err *err)
{
	statement_text(s, trial->id);
	if (replica < 0)
		statement_null(s);
	else
		statement_signed(s, replica);
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

	str_add(&sql, "INSERT INTO results (trial, replica, ");
	add_names(&sql);
	str_add(&sql, ") VALUES (?, ?");
	for (const struct column *c = result_columns; c->name; c++)
		str_add(&sql, ", ?");
	str_add(&sql, ")");
	code = statement_prepare(&s, store, sql.buf, err);
	if (code == 0)
		code = save_row(&s, trial, -1, &summary->total, err);
	for (unsigned i = 0; code == 0 && i < summary->replica_count; i++)
		code = save_row(&s, trial, (int)i, &summary->replica[i], err);
	statement_release(&s);
	str_release(&sql);
	return code;
}

/* Texts stay SQLite's own until the next step: rows are given out one by one
 * and never kept. A row of the store is therefore not released. */
static void read_column(sqlite3_stmt *handle, int at,
			const struct column *column, struct result_row *row)
{
	void *value = result_at(row, column);
	bool known = sqlite3_column_type(handle, at) != SQLITE_NULL;

	switch (column->kind) {
	case COLUMN_TEXT:
		*(const unsigned char **)value =
			sqlite3_column_text(handle, at);
		break;
	case COLUMN_COUNT:
		if (known)
			*(uint64_t *)value =
				(uint64_t)sqlite3_column_int64(handle, at);
		break;
	case COLUMN_NUMBER:
		if (known)
			*(double *)value = sqlite3_column_double(handle, at);
		break;
	case COLUMN_FLAG:
		*(bool *)value = sqlite3_column_int(handle, at) != 0;
		break;
	}
}

static void read_row(sqlite3_stmt *handle, struct result_row *row)
{
	int at = 0;

	result_row_init(row);
	for (const struct column *c = result_columns; c->name; c++)
		read_column(handle, at++, c, row);
}

static int give_rows(struct store *store, const char *order_sql,
		     int (*give)(void *context, const struct result_row *row),
		     void *context, struct err *err)
{
	struct str sql = STR_INIT;
	struct statement s;
	int code, more = 1;

	str_add(&sql, "SELECT ");
	add_names(&sql);
	str_addf(&sql, " FROM %s", order_sql);
	code = statement_prepare(&s, store, sql.buf, err);
	while (code == 0) {
		struct result_row row;

		more = statement_step(&s, err);
		if (more <= 0)
			break;
		read_row(s.handle, &row);
		code = give(context, &row);
	}
	statement_release(&s);
	str_release(&sql);
	if (more < 0)
		return more;
	return code ? code : readonly_check(store, err);
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
