/* Inside the room: whether a database has the tables and columns that this
 * program writes. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "store/database.h"

/* Those that are written, NULL at the end; one with a column that names another
 * comes after it. */
extern const char *const tables_written[];

/* Prepares to select all of a table of `from`, and to insert such rows into that
 * of `to`. Both statements are to be released, also after an error. */
int tables_prepare(const struct store *from, const struct store *to,
		   const char *table, struct statement *select,
		   struct statement *insert, struct err *err);

/* ERR_INVALID: one of them, or this one, lacks what the migrations made; says
 * what. Of a database of the newest schema. */
int tables_check(const struct store *store, struct err *err);
int tables_check_one(const struct store *store, const char *table,
		     struct err *err);

#endif
