/*
 * The plan of a trial: objects + workload + seed -> operations, the same on
 * every machine. What a replica reads is in docs/worker-protocol.md; how keys,
 * ranges and samples are chosen is in docs/data.md, "Plans".
 *
 * A workload (what a plan is made of) is a plug-in: workload_NAME.c here with
 * its table of operations, workload_NAME (workload.h). The Makefile finds it.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "objects/objects.h"
#include "record/plan.h"
#include "record/spec_fields.h"

/* All names and sizes are held while a plan is made. */
#define PLAN_KEYS_MAX SPEC_KEYS_MOST

/*
 * Fills *out from the first `max_keys` (1 to PLAN_KEYS_MAX) keys of the source.
 * Objects that do not suit the workload (smaller than a request, no TIFF) are
 * left out, and counted in out->left_out. The caller releases with
 * plan_release(), which is also right after a failure. ERR_USAGE when too few
 * objects are left: the sentence says how many are needed and which option to
 * change. Other codes are the source's.
 */
int plan_make(struct plan *out, const struct workload *workload,
	      struct object_source *source, uint64_t max_keys,
	      struct err *err);

/* What plan_make() says of the workload's options, without any objects. */
int plan_check(const struct workload *workload, struct err *err);

void plan_release(struct plan *plan); /* may be called twice */

/* All operations, JSON lines, into an open file. */
int plan_write(const struct plan *plan, int fd, struct err *err);

/* Appends line `i` with its newline. ERR_INVALID if the key is not UTF-8. */
int plan_format_op(const struct plan *plan, size_t i, struct str *out);

/*
 * The proof: the first `count` operations, all with crc32, into one file and
 * the bytes that they return, without gaps, into the other. At most
 * PLAN_PROOF_BYTES are written: operations that do not fit are left out, and
 * if already the first is longer, its requests are shortened.
 */
#define PLAN_PROOF_BYTES (32U << 20)
int plan_write_proof(const struct plan *plan, struct object_source *source,
		     unsigned count, int lines_fd, int bytes_fd,
		     struct err *err);

/*
 * The burst: workload.concurrency operations of one stage each, all with crc32.
 * In a plain plan no two of them are of the same range. A request has at most
 * PLAN_BURST_BYTES; a cog_header whose header is larger reads all of it. Their
 * keys get `key_prefix` in front. *requests is how many there are in all.
 * ERR_USAGE when an object is too small for so many ranges.
 */
#define PLAN_BURST_BYTES 16384U
int plan_write_burst(const struct plan *plan, struct object_source *source,
		     const char *key_prefix, int fd, unsigned *requests,
		     struct err *err);

/* Workload `i`, counted from 0, in the order of their names; NULL after the
 * last. */
const struct workload_about *plan_workload(size_t i);

#endif
