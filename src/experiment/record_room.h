/* How much room a replica gets for its records. Records are memory. */
#ifndef EXPERIMENT_RECORD_ROOM_H
#define EXPERIMENT_RECORD_ROOM_H

#include <stdint.h>

#include "base/err.h"
#include "record/trial.h"

/* Of one replica, however long its trial is. */
#define RECORDS_MOST 50000000ULL

/* ERR_USAGE: --n-requests asks for more operations than are ever recorded, and
 * no timeout ends the trial (`timed` is false). */
int record_room_check(uint64_t n_requests, bool timed, struct err *err);

/*
 * Gives room for the wanted number of operations, or for all that any client
 * can do in the time. `room_bytes` is the memory that is left. If it is too
 * small for that, the replicas share half of it, and a replica that fills its
 * room says so.
 *
 * ERR_USAGE: the wanted number does not fit, or hardly anything fits.
 */
int record_room(const struct trial_spec *spec, uint64_t room_bytes,
		uint64_t *capacity, struct err *err);

#endif
