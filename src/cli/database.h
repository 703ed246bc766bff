/* The database that a command uses. */
#ifndef CLI_DATABASE_H
#define CLI_DATABASE_H

#include "cli/option.h"
#include "store/store.h"

struct progress;

/* --db, else the variable db_url, else sqlite:///sqlite.db. */
const char *database_url(const struct options *options);

/*
 * Opens it, after taking in what earlier commands had to keep elsewhere. Tells
 * the person of that, and of what cannot be taken in now. Call it between
 * progress_work_begin() and _end().
 */
int database_use(struct store **out, const char *url, enum store_mode mode,
		 struct progress *progress, struct err *err);

#endif
