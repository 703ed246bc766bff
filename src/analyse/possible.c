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

/* GO and the answer to `pause` are packets, which harness and replica see at two
 * moments. */
#define SLICE_NS NS_PER_MS

/* Who is to pause may go on with what is in flight for 2 s, or for the limit of
 * an operation, from when it reads that. A busy machine lets it wait. */
#define DRAIN_NS (2 * NS_PER_S)
#define DRAIN_LATE_NS NS_PER_S

/* No store has an object as large. */
#define LARGEST_BYTES (1ULL << 50)

static bool is_alike(const struct plan_expect *a, const struct plan_expect *b)
{
	return a->answer_bytes == b->answer_bytes &&
	       a->begun == b->begun &&
	       a->heads == b->heads && a->lists == b->lists &&
	       a->requests.least == b->requests.least &&
	       a->requests.most == b->requests.most &&
	       a->body_bytes.least == b->body_bytes.least &&
	       a->body_bytes.most == b->body_bytes.most;
}

/* Of operations that are all alike the first tells what each expects. So the
 * caches of a CPU that harness and replicas share are left to the replicas: a
 * plan is half a megabyte. */
static bool are_alike(const struct plan *plan, const struct plan_expect *first)
{
	for (size_t i = 1; i < plan->op_count; i++) {
		struct plan_expect other;

		plan_expect(plan, i, &other);
		if (!is_alike(&other, first))
			return false;
	}
	return true;
}

void possible_init(struct possible *p, const struct trial *trial,
		   unsigned replica, const struct plan *plan)
{
	unsigned replicas = trial->replica_count;

	memset(p, 0, sizeof(*p));
	p->trial = trial;
	p->plan = plan;
	p->limit_ns = clock_ns(trial->spec.operation_timeout_s);
	if (plan->op_count)
		plan_expect(plan, 0, &p->first);
	p->all_alike = are_alike(plan, &p->first);
	p->replica = replica;
	p->windows.trial = trial;
	p->share = plan->op_count > replica
			   ? (plan->op_count - replica + replicas - 1) /
				     replicas
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

/* It lies within the slice that its end belongs to: from GO until nothing was in
 * flight any more. */
static bool check_slice(struct possible *p, const struct record *r, char *why)
{
	const struct slice *slice = windows_slice(&p->windows, r->end_ns);
	uint64_t drain_ns = p->limit_ns && p->limit_ns < DRAIN_NS ? p->limit_ns
								  : DRAIN_NS;

	if (!slice)
		return true;
	if (count_since(slice->go_ns, r->intended_ns) > SLICE_NS)
		return wrong(why, "intended %.6g s before GO of the slice that "
				  "it ended in",
			     clock_seconds(slice->go_ns - r->intended_ns));
	if (slice->paused_ns && r->end_ns > slice->paused_ns + SLICE_NS)
		return wrong(why, "ended %.6g s after it had said that it was "
				  "paused",
			     clock_seconds(r->end_ns - slice->paused_ns));
	if (!slice->paused_ns && slice->pause_ns &&
	    r->end_ns > slice->pause_ns + drain_ns + DRAIN_LATE_NS)
		return wrong(why, "ended %.6g s after it was told to pause",
			     clock_seconds(r->end_ns - slice->pause_ns));
	return true;
}

static bool check_times(const struct possible *p, const struct record *r,
			uint64_t latest_ns, char *why)
{
	const struct trial *trial = p->trial;

	if (count_since(trial->go_ns, r->intended_ns) > ROUNDING_NS)
		return wrong(why, "intended %.6g s before GO",
			     clock_seconds(trial->go_ns - r->intended_ns));
	if (count_since(r->intended_ns, r->start_ns) > ROUNDING_NS)
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
	    count_since(r->end_ns - r->start_ns, p->limit_ns) > NS_PER_MS)
		return wrong(why, "ok after %.6g s, and the limit is %g s",
			     clock_seconds(r->end_ns - r->start_ns),
			     trial->spec.operation_timeout_s);
	return true;
}

const struct plan_expect *possible_expect(const struct possible *p, size_t op,
					  struct plan_expect *room)
{
	if (p->all_alike)
		return &p->first;
	plan_expect(p->plan, op, room);
	return room;
}

static bool has_crc32(const struct plan *plan, size_t op)
{
	struct plan_expect expect;

	plan_expect(plan, op, &expect);
	return expect.has_crc32;
}

/* An answer that is too long, or came too late, may be any. */
static bool check_bytes(const struct possible *p, const struct record *r,
			char *why)
{
	bool any = r->outcome == OUTCOME_WRONG_BYTES ||
		   r->outcome == OUTCOME_TIMEOUT;
	struct plan_expect room;
	uint64_t all = possible_expect(p, r->op, &room)->answer_bytes;

	if (r->outcome == OUTCOME_OK ? r->bytes != all
				     : r->bytes > (any ? LARGEST_BYTES : all))
		return wrong(why, "%s with %" PRIu64 " bytes, and its answer "
				  "has %" PRIu64, outcome_name(r->outcome),
			     r->bytes, all);
	if (r->flags & RECORD_FLAG_CRC_CHECKED && !has_crc32(p->plan, r->op))
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
	period_ns = (double)NS_PER_S * (double)spec->replicas /
		    spec->rate;
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

/* How many can have been started: `at` that have ended, those in flight, and
 * those that it gave up as it paused, which leave no record. While it works,
 * `unfinished` grows with each pause. */
static uint64_t most_started(const struct possible *p)
{
	const struct trial *trial = p->trial;

	return p->at + trial->spec.concurrency +
	       (trial->slice_count ? trial->replica[p->replica].unfinished : 0);
}

/* None is further on in the plan than the number that can have been started. */
static bool check_order(struct possible *p, const struct record *r, char *why)
{
	const struct trial_spec *spec = &p->trial->spec;
	size_t index;
	uint64_t turn;

	if (r->op >= p->plan->op_count)
		return wrong(why, "beyond the plan of %zu operations",
			     p->plan->op_count);
	if (r->op % spec->replicas != p->replica)
		return wrong(why, "of another replica's share of the plan");
	index = r->op / spec->replicas;
	turn = (uint64_t)p->seen[index]++ * p->share + index;
	if (turn >= most_started(p))
		return wrong(why, "the %" PRIu64 "th of its share, and not "
				  "more than %" PRIu64 " can have been started",
			     turn + 1, most_started(p));
	if (p->at >= spec->n_requests)
		return wrong(why, "one more than the %" PRIu64 " that were "
				  "asked for", spec->n_requests);
	return check_schedule(p, r, index, why);
}

bool possible_next(struct possible *p, const struct record *r,
		   uint64_t latest_ns, char why[REPLICA_BAD_BYTES])
{
	bool possible = check_words(r, why) && check_order(p, r, why) &&
			check_times(p, r, latest_ns, why) &&
			check_slice(p, r, why) &&
			check_bytes(p, r, why);

	p->at++;
	return possible;
}
