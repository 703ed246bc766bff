/* Inside the room: whether a database has the tables and columns that this
 * program writes. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "store/database.h"

/* Those that are written, NULL at the end; one with a column that names another
 * comes after it. */
extern const char *const tables_written[];

/* Copies such rows, but those that are there: all, or (not of `runs`) those of one
 * trial. */
int tables_copy(const struct store *from, const struct store *to,
		const char *table, const char *trial_id, struct err *err);

/* ERR_INVALID: one of them, or this one, lacks what the migrations made; says
 * what. Of a database of the newest schema. */
int tables_check(const struct store *store, struct err *err);
int tables_check_one(const struct store *store, const char *table,
		     struct err *err);

#endif
