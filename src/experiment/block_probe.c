/*
 * How long slices are follows from how long operations take. Before the rounds of
 * a block each library works for a moment: three times in its first block, since
 * one moment may be a bad one, and once in each other. The middle one of the last
 * three counts. What is done in them counts nowhere; it also warms up what had to
 * wait for its first turn.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/number.h"
#include "experiment/block_parts.h"

/* As long as the shortest slice; where too little ended twice running, four times
 * that, and again: once may be the machine, which stood still. */
#define PROBE_NS TURNS_LEAST_NS
#define LONGER_MOST 3
#define PROBE_TIMES 4

/* A probe in which the origin stood still says nothing of the library, and is made
 * again. After so many of them it does not come back by itself. */
#define STILL_MOST 3

/* So is one in which it was away for a moment. But so it may be on a busy machine
 * all the time: after so many of them the next tells all the same. */
#define LATE_MOST 3

/* So many operations tell a median well enough, beside the first that all places
 * in flight start at once: a stall then is one of all of them. */
#define ENOUGH 10

static unsigned wanted(const struct part *part)
{
	return part->unsettled ? RIVAL_PROBES : 1;
}

static bool wants_probe(const struct block *b, const struct part *part)
{
	return part->code == 0 && !part->out && !part->lied &&
	       !part->rival->separate && part->probes < wanted(part) &&
	       run_may_work(&b->request[part->request]);
}

/* In turn, so that the probes of one lie apart. */
bool probe_next(struct block *b, struct run_turn *turn)
{
	struct part *next = NULL;

	for (unsigned i = 0; i < b->count; i++)
		if (wants_probe(b, &b->part[i]) &&
		    (!next || b->part[i].probes < next->probes))
			next = &b->part[i];
	if (!next)
		return false;
	*turn = (struct run_turn){ .request = (unsigned)(next - b->part),
				   .window_ns = PROBE_NS };
	for (unsigned n = 0; n < next->rival->longer; n++)
		turn->window_ns *= PROBE_TIMES;
	return true;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

struct found {
	size_t count;
	uint64_t median_ns;
	uint64_t stay_ns; /* turns.h */
};

static uint64_t stay_of(const uint64_t *latency, size_t n)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += (double)latency[i];
		squares += (double)latency[i] * (double)latency[i];
	}
	return sum > 0 ? (uint64_t)(squares / sum) : 0;
}

/* Of the first replica's operations. The slow ones stand behind the others: all are
 * looked at. */
static struct found look(struct part *part)
{
	struct probed *probed = &part->setting.sampler.cursors[0].probed;
	uint64_t *latency = probed->latency_ns;
	size_t count = probed->count;

	if (!count)
		return (struct found){ 0 };
	qsort(latency, count, sizeof(*latency), by_size);
	return (struct found){ count, latency[count / 2],
			       stay_of(latency, count) };
}

static uint64_t middle(const struct rival *rival, size_t offset)
{
	unsigned n = rival->probes < RIVAL_PROBES ? rival->probes
						  : RIVAL_PROBES;
	uint64_t values[RIVAL_PROBES];

	for (unsigned i = 0; i < n; i++)
		memcpy(&values[i], (const char *)&rival->probe[i] + offset,
		       sizeof(values[i]));
	qsort(values, n, sizeof(*values), by_size);
	return values[(n - 1) / 2];
}

static void tell_too_long(struct part *part, uint64_t latency_ns,
			  uint64_t stay_ns)
{
	double window_s = clock_seconds(part->rival->turn.window_ns);

	if (TURNS_STAYS * stay_ns > TURNS_LATENCIES * latency_ns)
		part_separate(part, "its slices would have to be %s s long, "
			      "as operations of %.0f ms and more hold most of "
			      "its places in flight",
			      number_short(window_s, 2).text,
			      clock_seconds(stay_ns) * 1e3);
	else
		part_separate(part, "its slices would have to be %s s long, "
			      "ten of its median latencies of %.0f ms",
			      number_short(window_s, 2).text,
			      clock_seconds(latency_ns) * 1e3);
}

/* It has taken turns in other blocks, and keeps to them. */
static void shorten(struct part *part, uint64_t latency_ns)
{
	const struct turns_part *turn = &part->rival->turn;

	turns_shorten(&part->rival->turn);
	if (part->probes == wanted(part) &&
	    TURNS_LATENCIES * latency_ns > turn->window_ns)
		trial_add_finding(&part->trial, FINDING_UNSTEADY,
				  "its slices of %s s are shorter than ten of "
				  "its median latencies, %.0f ms when this "
				  "block began",
				  number_short(clock_seconds(turn->window_ns),
					       2).text,
				  clock_seconds(latency_ns) * 1e3);
}

static void settle(struct part *part)
{
	struct rival *rival = part->rival;
	uint64_t latency_ns = middle(rival, offsetof(struct rival_probe,
						     latency_ns));
	uint64_t stay_ns = middle(rival, offsetof(struct rival_probe,
						  stay_ns));

	turns_settle(&rival->turn, latency_ns, stay_ns);
	turns_fit(&rival->turn, latency_ns, clock_ns(part_left_s(part)));
	if (!part->unsettled || rival->turned)
		shorten(part, latency_ns);
	else if (!rival->turn.every && part->probes == RIVAL_PROBES)
		tell_too_long(part, latency_ns, stay_ns);
}

/* Who lies is not asked again, and all that it says counts nowhere. */
static bool tells_nothing(struct part *part, uint64_t still_ns, bool is_late)
{
	if (part->lied)
		return true;
	if (!still_ns)
		return is_late && part->late++ < LATE_MOST;
	if (++part->still >= STILL_MOST)
		part_stood_still(part);
	return true;
}

void probe_judge(struct part *part, uint64_t still_ns, bool is_late)
{
	struct rival *rival = part->rival;
	struct found found;

	if (tells_nothing(part, still_ns, is_late))
		return;
	found = look(part);
	if (found.count < ENOUGH + part->trial.spec.concurrency &&
	    rival->longer + 1 < LONGER_MOST) {
		rival->longer += part->scarce;
		part->scarce = !part->scarce;
		return;
	}
	part->scarce = false;
	part->probes++;
	if (found.count)
		rival->probe[rival->probes++ % RIVAL_PROBES] =
			(struct rival_probe){ found.median_ns, found.stay_ns };
	/* One moment's stall is no reason, where others have told. */
	if (rival->probes)
		settle(part);
	else
		part_separate(part, "no operation of it ended within %s s",
			      number_short(clock_seconds(part->worked_ns),
					   2).text);
}
