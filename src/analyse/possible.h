/*
 * Whether a record can be true, held against the plan and the clock. The rules
 * are those of docs/worker-protocol.md; a worker that keeps to them never
 * breaks one. Records come in the order of the file.
 */
#ifndef ANALYSE_POSSIBLE_H
#define ANALYSE_POSSIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyse/windows.h"
#include "record/plan.h"
#include "record/trial.h"

struct possible {
	const struct trial *trial;   /* borrowed: its spec and go_ns */
	const struct plan *plan;     /* borrowed */
	uint64_t limit_ns;           /* of an operation; 0: none */
	bool all_alike;              /* operations, but for what they read and
				      * whether it is checked */
	struct plan_expect first;    /* of the first of them */
	unsigned replica;
	size_t share;                /* operations of the plan that are its */
	uint32_t *seen;              /* how often each of them was recorded */
	uint64_t at;                 /* records so far */
	struct windows windows;      /* the slice that the record is of */
};

void possible_init(struct possible *possible, const struct trial *trial,
		   unsigned replica, const struct plan *plan);
void possible_release(struct possible *possible);

/* The next record. latest_ns: a moment after it was read. false: it cannot be
 * true, and `why` (not required) says what of it. */
bool possible_next(struct possible *possible, const struct record *record,
		   uint64_t latest_ns, char why[REPLICA_BAD_BYTES]);

/* What operation `op` has to come to, but for has_crc32; `room` may hold it. */
const struct plan_expect *possible_expect(const struct possible *possible,
					  size_t op, struct plan_expect *room);

#endif
