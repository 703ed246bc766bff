/* Inside the room: reading a trial and its run back. */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "store/store.h"

/* As store_read_trial(), which reads from one moment of the database. */
int read_trial(const struct store *store, const char *id, struct trial *out,
	       struct run *run, unsigned *damaged, struct err *err);

/* runs.c: ERR_INVALID where the run that was read has such a `column`, without a
 * value of its kind, and is released; 0 where it is NULL. */
int run_check(const struct store *store, struct run *run, const char *column,
	      struct err *err);

#endif
