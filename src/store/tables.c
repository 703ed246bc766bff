#include "store/tables.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/work.h"
#include "store/migrate.h"

const char *const tables_written[] = {
	"runs",    "trials",   "replicas", "samples", "machine_samples",
	"slices",  "latency", "failures", "ledger",   "findings", "results", NULL,
};

static void add_insert(struct str *sql, const char *table, sqlite3_stmt *from)
{
	int count = sqlite3_column_count(from);

	str_addf(sql, "INSERT OR IGNORE INTO \"%s\" (", table);
	for (int i = 0; i < count; i++)
		str_addf(sql, "%s\"%s\"", i ? ", " : "",
			 sqlite3_column_name(from, i));
	str_add(sql, ") VALUES (?");
	for (int i = 1; i < count; i++)
		str_add(sql, ", ?");
	str_add(sql, ")");
}

/* The column that names a row's trial. */
static const char *key_of(const char *table)
{
	if (!strcmp(table, "trials"))
		return "id";
	return strcmp(table, "results") ? "trial_id" : "trial";
}

static char *select_from(const char *table, const char *trial_id)
{
	return trial_id ? mem_printf("SELECT * FROM \"%s\" WHERE %s = ?", table,
				     key_of(table))
			: mem_printf("SELECT * FROM \"%s\"", table);
}

/* Prepares to select from a table of `from`, and to insert such rows into that of
 * `to`. Both statements are to be released, also after an error. */
static int prepare(const struct store *from, const struct store *to,
		   const char *table, const char *trial_id,
		   struct statement *select, struct statement *insert,
		   struct err *err)
{
	char *rows = select_from(table, trial_id);
	struct str sql = STR_INIT;
	int code = statement_prepare(select, from, rows, err);

	*insert = (struct statement){ 0 };
	if (code == 0 && trial_id)
		statement_text(select, trial_id);
	if (code == 0) {
		add_insert(&sql, table, select->handle);
		code = statement_prepare(insert, to, sql.buf, err);
	}
	str_release(&sql);
	free(rows);
	return code;
}

int tables_copy(const struct store *from, const struct store *to,
		const char *table, const char *trial_id, struct err *err)
{
	struct statement rows, insert;
	int code = prepare(from, to, table, trial_id, &rows, &insert, err);

	if (code == 0)
		code = statement_copy(&rows, &insert, err);
	statement_release(&rows);
	statement_release(&insert);
	return code;
}

/* SQLite looks for all names, also of what a row refers to, as it prepares. */
static int check_table(const struct store *store, const struct store *model,
		       const char *table, struct err *err)
{
	struct statement like, insert;
	int code = prepare(model, store, table, NULL, &like, &insert, err);

	statement_release(&like);
	statement_release(&insert);
	return code;
}

static int check_tables(const struct store *store, const char *const *tables,
			struct err *err)
{
	struct store model = { .path = mem_dup("a new database in memory") };
	int code = database_attach(&model, ":memory:", SQLITE_OPEN_READWRITE,
				   err);

	if (code == 0)
		code = migrate_upgrade(&model, err);
	for (; code == 0 && *tables; tables++)
		code = check_table(store, &model, *tables, err);
	database_close(&model);
	return code;
}

int tables_check(const struct store *store, struct err *err)
{
	return check_tables(store, tables_written, err);
}

int tables_check_one(const struct store *store, const char *table,
		     struct err *err)
{
	const char *const tables[] = { table, NULL };

	return check_tables(store, tables, err);
}

#define STEPS_BETWEEN 100000 /* of SQLite's machine: some milliseconds */

static int go_on(void *context)
{
	const struct store *store = context;

	return work_wait(NULL, "checking the database %s", store->path) < 0;
}

/* Each page is read. */
static int check_pages(struct store *store, struct err *err)
{
	struct statement s;
	int code = statement_prepare(&s, store, "PRAGMA quick_check(1)", err);

	sqlite3_progress_handler(store->db, STEPS_BETWEEN, go_on, store);
	if (code == 0)
		code = statement_step(&s, err);
	if (code > 0)
		code = strcmp((const char *)sqlite3_column_text(s.handle, 0),
			      "ok") ? database_damaged(store, err) : 0;
	statement_release(&s);
	sqlite3_progress_handler(store->db, 0, NULL, NULL);
	if (code < 0 && work_done(0, 0, NULL) < 0)
		return err_set(err, ERR_INTERRUPTED,
			       "interrupted while checking the database %s",
			       store->path);
	return code;
}

int store_check_whole(const char *url, struct err *err)
{
	struct store *store = NULL;
	int code = store_open(&store, url, STORE_READ, err);

	if (code == ERR_NOT_FOUND)
		return 0;
	if (code == 0)
		code = tables_check(store, err);
	if (code == 0)
		code = check_pages(store, err);
	store_close(store);
	return code;
}
