/* The limit of open files: the harness raises its own, and all that it starts
 * inherit it. */
#ifndef EXPERIMENT_OPEN_FILES_H
#define EXPERIMENT_OPEN_FILES_H

#include <stdint.h>

#include "base/err.h"
#include "cli/option.h"

/* The soft limit up to the hard one; returns what holds now. */
uint64_t open_files_raise(void);

/* What replicas will have: the hard limit, but no more than is of use. */
uint64_t open_files_limit(void);

/* Whether `limit` is enough for each replica's connections, and for the origin's
 * to all of them. ERR_INVALID with what is needed. */
int open_files_check(const struct options *options, uint64_t limit,
		     struct err *err);

#endif
