#include "analyse/possible.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* Times go through seconds in floating point on their way. */
#define ROUNDING_NS NS_PER_US

/* When the next operation of an open loop is intended is one sum in the worker
 * and another here. */
#define SCHEDULE_NS ((double)NS_PER_MS)

/* No store has an object as large. */
#define LARGEST_BYTES (1ULL << 50)

/* Of operations that are all alike the first tells what each expects. So the
 * caches of a CPU that harness and replicas share are left to the replicas: a
 * plan is half a megabyte. */
static bool are_alike(const struct plan_op *ops, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (ops[i].length != ops->length ||
		    ops[i].has_crc32 != ops->has_crc32)
			return false;
	return true;
}

void possible_init(struct possible *p, const struct trial *trial,
		   unsigned replica, const struct plan_op *ops, size_t op_count)
{
	unsigned replicas = trial->spec.replicas;

	memset(p, 0, sizeof(*p));
	p->trial = trial;
	p->ops = ops;
	p->op_count = op_count;
	p->limit_ns = clock_ns(trial->spec.operation_timeout_s);
	p->all_alike = are_alike(ops, op_count);
	p->replica = replica;
	p->share = op_count > replica
			   ? (op_count - replica + replicas - 1) / replicas
			   : 0;
	p->seen = mem_array(p->share, sizeof(*p->seen));
}

void possible_release(struct possible *p)
{
	free(p->seen);
	p->seen = NULL;
}

static bool wrong(char *why, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool wrong(char *why, const char *format, ...)
{
	va_list args;

	if (!why)
		return false;
	va_start(args, format);
	vsnprintf(why, REPLICA_BAD_BYTES, format, args);
	va_end(args);
	return false;
}

static bool check_words(const struct record *r, char *why)
{
	if (r->outcome >= OUTCOME_COUNT)
		return wrong(why, "outcome %u, which is none", r->outcome);
	if (r->flags & ~RECORD_FLAG_CRC_CHECKED)
		return wrong(why, "flags 0x%" PRIx32 ", which are none",
			     r->flags);
	if (r->status && (r->status < 100 || r->status > 599))
		return wrong(why, "status %u, which is none of HTTP",
			     r->status);
	if (r->outcome == OUTCOME_OK && r->status && r->status / 100 != 2)
		return wrong(why, "outcome ok with status %u", r->status);
	return true;
}

static bool check_times(const struct possible *p, const struct record *r,
			uint64_t latest_ns, char *why)
{
	const struct trial *trial = p->trial;

	if (r->intended_ns + ROUNDING_NS < trial->go_ns)
		return wrong(why, "intended %.6g s before GO",
			     clock_seconds(trial->go_ns - r->intended_ns));
	if (r->start_ns + ROUNDING_NS < r->intended_ns)
		return wrong(why, "started %.6g s before it was intended",
			     clock_seconds(r->intended_ns - r->start_ns));
	if (r->end_ns < r->start_ns)
		return wrong(why, "ended %.6g s before it was started",
			     clock_seconds(r->start_ns - r->end_ns));
	if (r->end_ns < r->intended_ns)
		return wrong(why, "ended %.6g s before it was intended",
			     clock_seconds(r->intended_ns - r->end_ns));
	if (r->end_ns > latest_ns)
		return wrong(why, "ended %.6g s after it was read",
			     clock_seconds(r->end_ns - latest_ns));
	if (r->first_byte_ns &&
	    (r->first_byte_ns < r->start_ns || r->first_byte_ns > r->end_ns))
		return wrong(why, "its first byte came before its start or "
				  "after its end");
	if (r->outcome == OUTCOME_OK && p->limit_ns &&
	    r->end_ns - r->start_ns > p->limit_ns + NS_PER_MS)
		return wrong(why, "ok after %.6g s, and the limit is %g s",
			     clock_seconds(r->end_ns - r->start_ns),
			     trial->spec.operation_timeout_s);
	return true;
}

/* An answer that is too long, or came too late, may be any. */
static bool check_bytes(const struct possible *p, const struct record *r,
			char *why)
{
	const struct plan_op *op = &p->ops[p->all_alike ? 0 : r->op];
	bool any = r->outcome == OUTCOME_WRONG_BYTES ||
		   r->outcome == OUTCOME_TIMEOUT;

	if (r->outcome == OUTCOME_OK ? r->bytes != op->length
				     : r->bytes > (any ? LARGEST_BYTES
						       : op->length))
		return wrong(why, "%s with %" PRIu64 " bytes for a range of "
				  "%" PRIu64, outcome_name(r->outcome),
			     r->bytes, op->length);
	if (r->flags & RECORD_FLAG_CRC_CHECKED && !op->has_crc32)
		return wrong(why, "its CRC was checked, and the plan has none "
				  "for it");
	return true;
}

/* An open loop: is there a round of the plan in which this is its time? */
static bool check_schedule(const struct possible *p, const struct record *r,
			   size_t index, char *why)
{
	const struct trial_spec *spec = &p->trial->spec;
	double period_ns, after_ns, round;

	if (!(spec->rate > 0))
		return true;
	period_ns = (double)NS_PER_S * spec->replicas / spec->rate;
	after_ns = (double)r->intended_ns - (double)p->trial->go_ns;
	if (after_ns > (double)clock_ns(spec->timeout_s) + SCHEDULE_NS)
		return wrong(why, "intended %.6g s after GO, beyond the "
				  "deadline", after_ns / NS_PER_S);
	round = nearbyint((after_ns / period_ns - (double)index) /
			  (double)p->share);
	if (fabs((round * (double)p->share + (double)index) * period_ns -
		 after_ns) > SCHEDULE_NS)
		return wrong(why, "intended %.6g s after GO, which is no time "
				  "of its at this rate", after_ns / NS_PER_S);
	return true;
}

/* Of `at` operations that have ended and at most `concurrency` that have not,
 * none is further on in the plan than their number. */
static bool check_order(struct possible *p, const struct record *r, char *why)
{
	const struct trial_spec *spec = &p->trial->spec;
	size_t index;
	uint64_t turn;

	if (r->op >= p->op_count)
		return wrong(why, "beyond the plan of %zu operations",
			     p->op_count);
	if (r->op % spec->replicas != p->replica)
		return wrong(why, "of another replica's share of the plan");
	index = r->op / spec->replicas;
	turn = (uint64_t)p->seen[index]++ * p->share + index;
	if (turn >= p->at + spec->concurrency)
		return wrong(why, "the %" PRIu64 "th of its share, and not "
				  "more than %" PRIu64 " can have been started",
			     turn + 1, p->at + spec->concurrency);
	if (spec->n_requests && p->at >= spec->n_requests)
		return wrong(why, "one more than the %" PRIu64 " that were "
				  "asked for", spec->n_requests);
	return check_schedule(p, r, index, why);
}

bool possible_next(struct possible *p, const struct record *r,
		   uint64_t latest_ns, char why[REPLICA_BAD_BYTES])
{
	bool possible = check_words(r, why) && check_order(p, r, why) &&
			check_times(p, r, latest_ns, why) &&
			check_bytes(p, r, why);

	p->at++;
	return possible;
}
