#include "store/results_columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/tables.h"

/* The columns that the table has. */
struct columns {
	char **name, **type;
	size_t count, name_capacity, type_capacity;
};

static void columns_add(struct columns *columns, const unsigned char *name,
			const unsigned char *type)
{
	MEM_ROOM(columns->name, columns->count, columns->name_capacity);
	MEM_ROOM(columns->type, columns->count, columns->type_capacity);
	columns->name[columns->count] = mem_dup((const char *)name);
	columns->type[columns->count++] = mem_dup((const char *)type);
}

static void columns_release(struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++) {
		free(columns->name[i]);
		free(columns->type[i]);
	}
	free(columns->name);
	free(columns->type);
}

static int columns_read(struct columns *columns, const struct store *store,
			struct err *err)
{
	struct statement s;
	/* Of a table like pragma_table_info() SQLite keeps a schema that a
	 * database loaded later has not. */
	int more, code = statement_prepare(&s, store,
					   "PRAGMA table_info(results)", err);

	memset(columns, 0, sizeof(*columns));
	while (code == 0 && (more = statement_step(&s, err)) != 0) {
		if (more < 0)
			code = more;
		else
			columns_add(columns, sqlite3_column_text(s.handle, 1),
				    sqlite3_column_text(s.handle, 2));
	}
	statement_release(&s);
	return code;
}

static bool columns_have(const struct columns *columns, const char *name)
{
	for (size_t i = 0; i < columns->count; i++)
		if (!strcmp(columns->name[i], name))
			return true;
	return false;
}

static int add(const struct store *store, const char *name, const char *type,
	       struct err *err)
{
	char *sql = mem_printf("ALTER TABLE results ADD COLUMN \"%s\" %s", name,
			       type);
	int code = database_run(store, sql, err);

	free(sql);
	return code;
}

static const char *type_of(const struct column *column)
{
	switch (column->kind) {
	case COLUMN_NUMBER: return "REAL";
	case COLUMN_COUNT:
	case COLUMN_FLAG: return "INTEGER";
	default: return "TEXT";
	}
}

int results_lack_columns(const struct store *store, struct err *err)
{
	struct columns columns;
	int code = columns_read(&columns, store, err);

	for (const struct column *c = result_columns; code == 0 && c->name; c++)
		code = !columns_have(&columns, c->name);
	columns_release(&columns);
	return code;
}

static int add_missing(const struct store *store, struct err *err)
{
	struct columns columns;
	int code = columns_read(&columns, store, err);

	for (const struct column *c = result_columns; code == 0 && c->name; c++)
		if (!columns_have(&columns, c->name))
			code = add(store, c->name, type_of(c), err);
	columns_release(&columns);
	return code;
}

/* Another program may add them at the same time. */
int results_complete(const struct store *store, struct err *err)
{
	int code = results_lack_columns(store, err);

	if (code <= 0)
		return code;
	code = tables_check_one(store, "results", err);
	if (code == 0)
		code = database_begin(store, err);
	if (code < 0)
		return code;
	return database_end(store, add_missing(store, err), err);
}

int results_take_columns(const struct store *to, const struct store *from,
			 struct err *err)
{
	struct columns theirs, ours = { 0 };
	int code = columns_read(&theirs, from, err);

	if (code == 0)
		code = columns_read(&ours, to, err);
	for (size_t i = 0; code == 0 && i < theirs.count; i++)
		if (!columns_have(&ours, theirs.name[i]))
			code = add(to, theirs.name[i], theirs.type[i], err);
	columns_release(&theirs);
	columns_release(&ours);
	return code;
}
