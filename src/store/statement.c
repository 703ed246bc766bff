/*
 * Statements. To prepare one takes SQLite longer than to run it where a table has
 * many columns, as that of results. Who runs the same statements for each of many
 * trials keeps them prepared.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/database.h"

/* More than a trial of one replica needs; what finds no room is not kept. */
#define KEPT_MOST 32

struct kept_statements {
	struct kept {
		char *sql;
		sqlite3_stmt *handle;
		bool used;
	} list[KEPT_MOST];
	size_t count;
};

void statements_keep(struct store *store)
{
	store->kept = mem_new(sizeof(*store->kept));
}

void statements_forget(struct store *store)
{
	for (size_t i = 0; store->kept && i < store->kept->count; i++) {
		sqlite3_finalize(store->kept->list[i].handle);
		free(store->kept->list[i].sql);
	}
	free(store->kept);
	store->kept = NULL;
}

/* NULL: there is none, or it is being used. */
static struct kept *find_unused(struct kept_statements *kept, const char *sql)
{
	for (size_t i = 0; kept && i < kept->count; i++)
		if (!kept->list[i].used && !strcmp(kept->list[i].sql, sql))
			return &kept->list[i];
	return NULL;
}

static void keep(struct kept_statements *kept, const char *sql,
		 sqlite3_stmt *handle)
{
	if (kept && kept->count < KEPT_MOST)
		kept->list[kept->count++] =
			(struct kept){ mem_dup(sql), handle, true };
}

int statement_prepare(struct statement *s, const struct store *store,
		      const char *sql, struct err *err)
{
	struct kept *kept = find_unused(store->kept, sql);

	*s = (struct statement){ .store = store };
	if (kept) {
		kept->used = true;
		s->handle = kept->handle;
		return 0;
	}
	if (sqlite3_prepare_v2(store->db, sql, -1, &s->handle, NULL) !=
	    SQLITE_OK)
		return database_fail(store, "read", err);
	keep(store->kept, sql, s->handle);
	return 0;
}

void statement_null(struct statement *s)
{
	sqlite3_bind_null(s->handle, ++s->bound);
}

void statement_text(struct statement *s, const char *text)
{
	sqlite3_bind_text(s->handle, ++s->bound, text, -1, SQLITE_TRANSIENT);
}

void statement_signed(struct statement *s, int64_t value)
{
	sqlite3_bind_int64(s->handle, ++s->bound, value);
}

void statement_count(struct statement *s, uint64_t value)
{
	if (value == COUNT_UNKNOWN)
		statement_null(s);
	else
		statement_signed(s, (int64_t)value);
}

void statement_number(struct statement *s, double value)
{
	if (isfinite(value))
		sqlite3_bind_double(s->handle, ++s->bound, value);
	else
		statement_null(s);
}

void statement_blob(struct statement *s, const void *bytes, size_t n)
{
	sqlite3_bind_blob64(s->handle, ++s->bound, bytes, n, SQLITE_TRANSIENT);
}

int statement_step(struct statement *s, struct err *err)
{
	int code = sqlite3_step(s->handle);

	if (code == SQLITE_ROW)
		return 1;
	if (code == SQLITE_DONE)
		return 0;
	return database_fail(s->store, "read or write", err);
}

int statement_run(struct statement *s, struct err *err)
{
	int code = statement_step(s, err);

	statement_reset(s);
	return code < 0 ? code : 0;
}

int statement_copy(struct statement *from, struct statement *to,
		   struct err *err)
{
	int more, code = 0;

	while (code == 0 && (more = statement_step(from, err)) != 0) {
		if (more < 0)
			return more;
		for (int i = 0; i < sqlite3_column_count(from->handle); i++)
			sqlite3_bind_value(to->handle, i + 1,
					   sqlite3_column_value(from->handle,
								i));
		code = statement_run(to, err);
	}
	return code;
}

void statement_reset(struct statement *s)
{
	sqlite3_reset(s->handle);
	s->bound = 0;
}

/* False: it is not kept. */
static bool give_back(struct statement *s)
{
	struct kept_statements *kept = s->handle ? s->store->kept : NULL;

	for (size_t i = 0; kept && i < kept->count; i++) {
		if (kept->list[i].handle != s->handle)
			continue;
		sqlite3_reset(s->handle);
		sqlite3_clear_bindings(s->handle);
		kept->list[i].used = false;
		return true;
	}
	return false;
}

void statement_release(struct statement *s)
{
	if (!give_back(s))
		sqlite3_finalize(s->handle);
	s->handle = NULL;
}
