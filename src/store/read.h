/* Inside the room: reading a trial back. */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "store/store.h"

/* As store_read_trial(), which reads from one moment of the database. */
int read_trial(const struct store *store, const char *id, struct trial *out,
	       struct run *run, unsigned *damaged, struct err *err);

#endif
