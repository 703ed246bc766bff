/* Inside the room: an open database and the schemas. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/store.h"

/* To the newest schema, whose table `results` may lack columns of this program's;
 * ERR_CONFLICT: the database is of a newer program. */
int migrate_upgrade(const struct store *store, struct err *err);

/* The same, with all columns, of a copy in memory, which the store then is, where
 * the schema is an older one, or a column is missing: who reads changes
 * nothing. */
int migrate_read(struct store *store, struct err *err);

#endif
