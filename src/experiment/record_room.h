/* How many records a replica gets: they are memory. */
#ifndef EXPERIMENT_RECORD_ROOM_H
#define EXPERIMENT_RECORD_ROOM_H

#include <stdint.h>

#include "base/err.h"
#include "record/trial.h"

/* Of one replica, however long its trial is. */
#define RECORDS_MOST 50000000ULL

/* ERR_USAGE: --n-requests asks for more operations than are ever recorded, and
 * nothing else ends the trial: it is not `timed`. */
int record_room_check(uint64_t n_requests, bool timed, struct err *err);

/*
 * Enough for the operations that were asked for, or that any client can do in
 * the time; where `room_bytes`, what may still be had, does not hold so many for
 * all replicas, as many as half of it holds: a replica that fills them says so.
 * ERR_USAGE where those that were asked for by number do not fit, or hardly any.
 */
int record_room(const struct trial_spec *spec, uint64_t room_bytes,
		uint64_t *capacity, struct err *err);

#endif
