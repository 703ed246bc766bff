/* Inside the room: an open database and the schemas. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/store.h"

/* To the newest schema; ERR_CONFLICT: the database is of a newer program. */
int migrate_upgrade(const struct store *store, struct err *err);

/* ERR_CONFLICT where the schema is not the newest, with the remedy. */
int migrate_check(const struct store *store, struct err *err);

#endif
