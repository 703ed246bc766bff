/* One line of a plan, a proof or a burst: docs/worker-protocol.md, "The plan". */
#ifndef WORKER_LINE_H
#define WORKER_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "worker/operations.h"

/* Appends the operation in the `n` bytes of `text` to `ops`. ERR_INVALID, whose
 * sentence begins with `what`: the file and the line. */
int line_read(struct operations *ops, const char *text, size_t n,
	      const char *what, struct err *err);

/* The parts of a line that stages.c reads too. */

/* A range that ends before 2^63. */
bool line_is_range(uint64_t start, uint64_t length);

/* The members that are not in `known`, which ends with NULL, as text; NULL where
 * there are none. The caller frees. */
char *line_more(json_t *object, const char *const *known);

/* The members 'start' and 'length'. */
int line_read_range(const json_t *object, uint64_t *start, uint64_t *length,
		    const char *what, struct err *err);

/* The member 'crc32', where there is one. */
int line_read_crc32(const json_t *object, bool *has_crc32, uint32_t *crc32,
		    const char *what, struct err *err);

#endif
