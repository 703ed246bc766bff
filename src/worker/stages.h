/* The stages of an operation as a plan's line has them. */
#ifndef WORKER_STAGES_H
#define WORKER_STAGES_H

#include <jansson.h>

#include "base/err.h"
#include "worker/operations.h"

/* Appends the requests of the line's member 'stages' to ops->requests, and says
 * in *rare where they are. ERR_INVALID, whose sentence begins with `what`. */
int stages_read(struct operations *ops, const json_t *line, struct rare *rare,
		const char *what, struct err *err);

#endif
