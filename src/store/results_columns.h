/*
 * Inside the room: the table `results` follows result_columns. What it lacks is
 * added, so a new column needs no migration; a column that this program does not
 * know stays as it is.
 */
#ifndef STORE_RESULTS_COLUMNS_H
#define STORE_RESULTS_COLUMNS_H

#include "store/database.h"

/* Whether any is missing: 1 or 0, or negative. */
int results_lack_columns(const struct store *store, struct err *err);

/* Adds those. The database has the newest schema. ERR_INVALID: a column that a
 * migration made is missing, so it is damaged. */
int results_complete(const struct store *store, struct err *err);

/* Adds those that `from` has, within a transaction of the caller's: a newer
 * program of the same schema may have written it. */
int results_take_columns(const struct store *to, const struct store *from,
			 struct err *err);

#endif
