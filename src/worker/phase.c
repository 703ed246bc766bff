/* Which operation is next, and what became of each. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "worker/core.h"
#include "worker/verb.h"

uint64_t phase_intended_ns(const struct phase *phase)
{
	return phase->begin_ns +
	       (uint64_t)((double)phase->started * phase->period_ns);
}

/* Only what asks and when crosses threads: relaxed will do. */
static uint64_t pause_ns(const struct phase *phase)
{
	return phase->pause_ns ? atomic_load_explicit(phase->pause_ns,
						      memory_order_relaxed) :
				 0;
}

void phase_heed_pause(struct phase *phase)
{
	uint64_t at_ns = pause_ns(phase);

	/* At the deadline all is over anyway. */
	if (!at_ns || at_ns >= phase->deadline_ns)
		return;
	phase->is_pausing = true;
	phase->left_ns = phase->deadline_ns -
			 (at_ns > phase->begin_ns ? at_ns : phase->begin_ns);
	if (at_ns + phase->drain_ns < phase->close_ns)
		phase->close_ns = at_ns + phase->drain_ns;
	if (!phase->stopped_by && phase->started < phase->most)
		phase->stopped_by = "pause";
}

uint64_t phase_look_ns(const struct phase *phase, uint64_t now_ns)
{
	uint64_t drain_ns = phase->drain_ns > NS_PER_MS ? phase->drain_ns :
							  NS_PER_MS;

	return phase->pause_ns && now_ns + drain_ns < phase->close_ns ?
		       now_ns + drain_ns :
		       phase->close_ns;
}

bool phase_take(struct phase *phase, uint64_t at_ns)
{
	phase_heed_pause(phase);
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

static const char *reason(const struct flight *flight, char *room, size_t n)
{
	enum benchmark_outcome outcome = flight->outcome;
	const struct slot *slot = flight->failed;
	const char *why = slot->text[0] ? slot->text : outcome_name(outcome);

	if (outcome == BENCHMARK_TIMEOUT && !slot->text[0])
		snprintf(room, n, "took %.4g s, and the limit is %g s",
			 clock_seconds(flight->end_ns - flight->start_ns),
			 clock_seconds(slot->worker->limit_ns));
	else if (slot->pub.status && (outcome == BENCHMARK_HTTP_ERROR ||
				      outcome == BENCHMARK_THROTTLED))
		snprintf(room, n, "%s (status %u)", why, slot->pub.status);
	else
		return why;
	return room;
}

/* Which request of which operation. */
static void describe(const struct benchmark_operation *op, char *room, size_t n)
{
	if (op->verb == BENCHMARK_GET_RANGE)
		snprintf(room, n, "operation %u (%.128s, %llu bytes from %llu)",
			 op->number, op->key, (unsigned long long)op->length,
			 (unsigned long long)op->start);
	else if (verb_has_body(op->verb))
		snprintf(room, n, "operation %u (%s %.128s, %llu bytes)",
			 op->number, plan_verb_name(op->verb), op->key,
			 (unsigned long long)op->length);
	else
		snprintf(room, n, "operation %u (%s %.128s%s%.64s)",
			 op->number, plan_verb_name(op->verb), op->key,
			 verb_is_reader(op->verb) && op->more ? ", " : "",
			 verb_is_reader(op->verb) && op->more ? op->more : "");
}

/* Failures are rare: only they cost more than a few stores. */
static void note_failure(struct worker *worker, const struct flight *flight)
{
	struct phase *phase = &worker->phase;
	char room[320], text[512];
	size_t n;

	phase->failures++;
	if (phase->ends_on_failure && !phase->stopped_by)
		phase->stopped_by = "failure";
	describe(&flight->failed->op, text, sizeof(text));
	n = strlen(text);
	snprintf(text + n, sizeof(text) - n, ": %s",
		 reason(flight, room, sizeof(room)));
	/* A test's or a server's word may have more than one line. */
	text_clean_line(text);
	if (!phase->text[0])
		memcpy(phase->text, text, sizeof(phase->text));
	if (!phase->records || worker->failure_text[flight->outcome])
		return;
	worker->failure_text[flight->outcome] = mem_dup(text);
	fprintf(stderr, "%s\n", text);
}

static void record(struct records *records, const struct flight *flight)
{
	const struct record record = {
		.intended_ns = flight->intended_ns,
		.start_ns = flight->start_ns,
		.first_byte_ns = flight->first_byte_ns,
		.end_ns = flight->end_ns,
		.bytes = flight->bytes,
		.op = flight->slots->op.number,
		.attempts = (uint16_t)flight->attempts,
		.status = (uint16_t)flight->status,
		.flags = flight->crc_checked ? RECORD_FLAG_CRC_CHECKED : 0,
		.outcome = (uint8_t)flight->outcome,
	};

	records_add(records, &record);
}

void phase_finish(struct worker *worker, struct flight *flight)
{
	struct phase *phase = &worker->phase;

	phase->in_flight--;
	phase->finished++;
	if (flight->outcome != BENCHMARK_OK)
		note_failure(worker, flight);
	if (phase->records)
		record(phase->records, flight);
}

/* Whether as many have been started, or recorded, as `most_is` says. An open
 * loop may take one and come too late to start it; one that is given up leaves
 * room in the records. */
static bool is_reached(const struct phase *phase)
{
	if (phase->records && !strcmp(phase->most_is, "records_full"))
		return phase->finished == phase->records->capacity;
	return phase->finished + phase->unfinished + phase->in_flight ==
	       phase->most;
}

void phase_close(struct phase *phase, uint64_t now_ns)
{
	phase->end_ns = now_ns;
	if (!phase->stopped_by ||
	    (phase->stopped_by == phase->most_is && !is_reached(phase)))
		phase->stopped_by = "deadline";
}
