/* The limit of open files: the harness raises its own, and all that it starts
 * inherit it. */
#ifndef EXPERIMENT_OPEN_FILES_H
#define EXPERIMENT_OPEN_FILES_H

#include <stdint.h>

#include "base/err.h"
#include "record/spec.h"

/* The soft limit up to the hard one; returns what holds now. */
uint64_t open_files_raise(void);

/* The limit that replicas will have: the hard one, but no more than is of
 * use. */
uint64_t open_files_limit(void);

/* Checks that `limit` is enough for the connections of each replica, and for
 * the origin, which has all of them. An operation makes `widest` requests at
 * once: 1 before there is a plan. ERR_INVALID says how many are needed. */
int open_files_check(const struct trial_spec *spec, unsigned widest,
		     uint64_t limit, struct err *err);

#endif
