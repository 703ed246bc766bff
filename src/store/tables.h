/* Inside the room: whether a database has the tables and columns that this
 * program writes. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "store/database.h"

/* Those that are written, NULL at the end; one with a column that names another
 * comes after it. */
extern const char *const tables_written[];

/* Adds an INSERT of all columns that `from` selects. */
void tables_add_insert(struct str *sql, const char *table, sqlite3_stmt *from);

/* ERR_INVALID: one of them cannot be written; says which. Of a database of the
 * newest schema. */
int tables_check(const struct store *store, struct err *err);

#endif
