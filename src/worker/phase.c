/* Which operation is next, and what became of each. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "worker/core.h"

uint64_t phase_intended_ns(const struct phase *phase)
{
	return phase->begin_ns +
	       (uint64_t)((double)phase->started * phase->period_ns);
}

bool phase_take(struct phase *phase, uint64_t at_ns)
{
	if (phase->stopped_by)
		return false;
	if (phase->started >= phase->most)
		phase->stopped_by = phase->most_is;
	else if (at_ns >= phase->deadline_ns)
		phase->stopped_by = "deadline";
	else
		phase->started++;
	return !phase->stopped_by;
}

void phase_begin(struct worker *worker, struct slot *slot, uint64_t index,
		 uint64_t intended_ns, uint64_t start_ns)
{
	struct phase *phase = &worker->phase;
	const struct operations *ops = phase->ops;
	size_t i = (size_t)(index % ops->count);
	bool is_checked = !worker->test->no_io;

	operations_get(ops, i, &slot->op);
	answer_begin(slot, is_checked ? operations_crc32(ops, i) : NULL,
		     is_checked ? operations_expect(ops, i) : NULL,
		     phase->proof);
	if (phase->proof)
		phase->proof += slot->op.length;
	slot->pub.first_byte_ns = 0;
	slot->pub.status = 0;
	slot->pub.attempts = 0;
	slot->intended_ns = intended_ns;
	slot->start_ns = start_ns;
	slot->busy = true;
	phase->in_flight++;
}

enum benchmark_outcome phase_judge(struct worker *worker, struct slot *slot,
				   enum benchmark_outcome said)
{
	enum benchmark_outcome outcome = answer_judge(slot, said);

	if (outcome != BENCHMARK_OK || !slot->end_ns)
		slot->end_ns = clock_now_ns();
	/* Too late is too late, also where the library cannot be stopped. */
	if (slot->end_ns - slot->start_ns > worker->limit_ns)
		outcome = BENCHMARK_TIMEOUT;
	return outcome;
}

static const char *reason(const struct slot *slot,
			  enum benchmark_outcome outcome, char *room, size_t n)
{
	const char *why = slot->text[0] ? slot->text : outcome_name(outcome);

	if (outcome == BENCHMARK_TIMEOUT && !slot->text[0])
		snprintf(room, n, "took %.4g s, and the limit is %g s",
			 clock_seconds(slot->end_ns - slot->start_ns),
			 clock_seconds(slot->worker->limit_ns));
	else if (slot->pub.status && (outcome == BENCHMARK_HTTP_ERROR ||
				      outcome == BENCHMARK_THROTTLED))
		snprintf(room, n, "%s (status %u)", why, slot->pub.status);
	else
		return why;
	return room;
}

/* Failures are rare: only they cost more than a few stores. */
static void note_failure(struct worker *worker, struct slot *slot,
			 enum benchmark_outcome outcome)
{
	struct phase *phase = &worker->phase;
	const struct benchmark_operation *op = &slot->op;
	char room[320], text[512];

	phase->failures++;
	if (phase->ends_on_failure && !phase->stopped_by)
		phase->stopped_by = "failure";
	snprintf(text, sizeof(text),
		 "operation %u (%.128s, %llu bytes from %llu): %s", op->number,
		 op->key, (unsigned long long)op->length,
		 (unsigned long long)op->start,
		 reason(slot, outcome, room, sizeof(room)));
	/* A test's or a server's word may have more than one line. */
	text_clean_line(text);
	if (!phase->text[0])
		memcpy(phase->text, text, sizeof(phase->text));
	if (!phase->records || worker->failure_text[outcome])
		return;
	worker->failure_text[outcome] = mem_dup(text);
	fprintf(stderr, "%s\n", text);
}

/* The body of an error is no payload. */
static uint64_t payload_of(const struct slot *slot,
			   enum benchmark_outcome outcome)
{
	return outcome == BENCHMARK_HTTP_ERROR ||
			       outcome == BENCHMARK_THROTTLED ?
		       0 :
		       slot->received;
}

static void record(struct records *records, const struct slot *slot,
		   enum benchmark_outcome outcome)
{
	const struct benchmark_slot *pub = &slot->pub;
	struct record record = {
		.intended_ns = slot->intended_ns,
		.start_ns = slot->start_ns,
		.first_byte_ns = pub->first_byte_ns,
		.end_ns = slot->end_ns,
		.bytes = payload_of(slot, outcome),
		.op = slot->op.number,
		.attempts = (uint16_t)pub->attempts,
		.status = (uint16_t)pub->status,
		.outcome = (uint8_t)outcome,
	};

	if (slot->crc_wanted && slot->received == slot->op.length)
		record.flags = RECORD_FLAG_CRC_CHECKED;
	records_add(records, &record);
}

void phase_finish(struct worker *worker, struct slot *slot,
		  enum benchmark_outcome outcome)
{
	struct phase *phase = &worker->phase;

	slot->busy = false;
	phase->in_flight--;
	phase->finished++;
	if (outcome != BENCHMARK_OK)
		note_failure(worker, slot, outcome);
	if (phase->records)
		record(phase->records, slot, outcome);
}

void phase_close(struct phase *phase, uint64_t now_ns)
{
	phase->is_closed = true;
	phase->end_ns = now_ns;
	if (!phase->stopped_by)
		phase->stopped_by = "deadline";
}
