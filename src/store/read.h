/* Inside the room: reading a trial back. */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "store/store.h"

/* As store_read_trial(), which reads from one moment of the database. */
int read_trial(const struct store *store, const char *id, struct trial *out,
	       struct run *run, struct err *err);

/* One replica's latency; ERR_NOT_FOUND: no such one. `ok` may be NULL: the
 * successes. */
int read_latency(const struct store *store, const char *trial_id,
		 unsigned replica, struct histogram *out, uint64_t *ok,
		 struct err *err);

#endif
