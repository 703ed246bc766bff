/* One operation: its stages in turn, the requests of a stage at once. */
#include "base/clock.h"
#include "worker/core.h"
#include "worker/verb.h"

/* Each outcome of the records file has its name in C. */
#define X(name, number, text)                                                  \
	_Static_assert((int)BENCHMARK_##name == (int)OUTCOME_##name, text);
OUTCOME_MAP(X)
#undef X

/* A test may hand its limit to a library that takes whole milliseconds. */
#define LEAST_LIMIT_NS NS_PER_MS

/* What was filled in of the slot's op becomes the request in flight. */
static void ask(struct worker *worker, struct slot *slot,
		const uint32_t *crc32, const struct tiff_layout *expect,
		uint64_t limit_ns)
{
	struct phase *phase = &worker->phase;
	const unsigned char *proof = NULL;
	bool is_checked = !worker->test->no_io;

	if (phase->proof && verb_has_body(slot->op.verb)) {
		proof = phase->proof;
		phase->proof += slot->op.length;
	}
	answer_begin(slot, is_checked ? crc32 : NULL,
		     is_checked ? expect : NULL, proof);
	slot->pub.limit_ns = limit_ns;
	slot->pub.first_byte_ns = 0;
	slot->pub.status = 0;
	slot->pub.attempts = 0;
	slot->busy = true;
}

/* The stage that begins with `request`. */
static void ask_stage(struct worker *worker, struct flight *flight,
		      const struct request *request,
		      const struct tiff_layout *expect, uint64_t limit_ns)
{
	const struct operations *ops = worker->phase.ops;
	struct slot *slot = flight->slots;
	unsigned count;
	const struct request *first =
		operations_requests(ops, flight->index, &count);

	for (;; request++, slot++, expect = NULL) {
		operations_get_request(ops, flight->index, request, &slot->op);
		ask(worker, slot, request->has_crc32 ? &request->crc32 : NULL,
		    expect, limit_ns);
		if (request->ends_stage)
			break;
	}
	flight->asked = flight->pending = (unsigned)(slot - flight->slots) + 1;
	flight->next = request + 1 < first + count ? request + 1 : NULL;
}

static void ask_single(struct worker *worker, struct flight *flight,
		       const struct tiff_layout *expect)
{
	const struct operations *ops = worker->phase.ops;

	operations_get(ops, flight->index, &flight->slots->op);
	ask(worker, flight->slots, operations_crc32(ops, flight->index), expect,
	    worker->limit_ns);
	flight->asked = flight->pending = 1;
	flight->next = NULL;
}

void flight_begin(struct worker *worker, struct flight *flight, uint64_t index,
		  uint64_t intended_ns, uint64_t start_ns)
{
	const struct operations *ops = worker->phase.ops;
	size_t i = (size_t)(index % ops->count);
	const struct tiff_layout *expect = operations_expect(ops, i);
	const struct request *first = NULL;
	unsigned count;

	if (ops->request_count)
		first = operations_requests(ops, i, &count);
	flight->index = i;
	flight->intended_ns = intended_ns;
	flight->start_ns = start_ns;
	flight->end_ns = 0;
	flight->outcome = BENCHMARK_OK;
	flight->failed = NULL;
	flight->bytes = flight->first_byte_ns = 0;
	flight->status = flight->attempts = 0;
	flight->crc_checked = false;
	worker->phase.in_flight++;
	if (first)
		ask_stage(worker, flight, first, expect, worker->limit_ns);
	else
		ask_single(worker, flight, expect);
}

bool flight_goes_on(const struct flight *flight)
{
	return flight->next && flight->outcome == BENCHMARK_OK;
}

void flight_next(struct worker *worker, struct flight *flight, uint64_t now_ns)
{
	uint64_t spent_ns = now_ns - flight->start_ns, left_ns = LEAST_LIMIT_NS;

	if (spent_ns + LEAST_LIMIT_NS < worker->limit_ns)
		left_ns = worker->limit_ns - spent_ns;
	ask_stage(worker, flight, flight->next, NULL, left_ns);
}

enum benchmark_outcome flight_judge(struct slot *slot,
				    enum benchmark_outcome said)
{
	enum benchmark_outcome outcome = answer_judge(slot, said);

	if (outcome != BENCHMARK_OK || !slot->end_ns)
		slot->end_ns = clock_now_ns();
	/* Too late is too late, also where the library cannot be stopped. */
	if (slot->end_ns - slot->flight->start_ns > slot->worker->limit_ns)
		outcome = BENCHMARK_TIMEOUT;
	return outcome;
}

/* The body of an error is no payload. */
static uint64_t payload_of(const struct slot *slot,
			   enum benchmark_outcome outcome)
{
	return outcome == BENCHMARK_HTTP_ERROR ||
			       outcome == BENCHMARK_THROTTLED ||
			       !verb_has_body(slot->op.verb) ?
		       0 :
		       slot->received;
}

void flight_fail(struct slot *slot, enum benchmark_outcome outcome)
{
	struct flight *flight = slot->flight;

	flight->outcome = outcome;
	flight->failed = slot;
	flight->status = slot->pub.status;
}

void flight_take(struct slot *slot, enum benchmark_outcome outcome)
{
	const struct benchmark_slot *pub = &slot->pub;
	struct flight *flight = slot->flight;

	slot->busy = false;
	flight->pending--;
	flight->attempts += pub->attempts;
	flight->bytes += payload_of(slot, outcome);
	if (slot->crc_wanted && answer_is_whole(slot))
		flight->crc_checked = true;
	if (slot->end_ns > flight->end_ns)
		flight->end_ns = slot->end_ns;
	if (!flight->first_byte_ns)
		flight->first_byte_ns = pub->first_byte_ns;
	/* The first failure's word counts, whatever its siblings say. */
	if (flight->failed)
		return;
	if (outcome != BENCHMARK_OK)
		flight_fail(slot, outcome);
	else if (pub->status)
		flight->status = pub->status;
}
