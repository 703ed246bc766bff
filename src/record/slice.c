#include "record/slice.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/unknown.h"

#define CPUS_MOST 8192
/* All replicas of no trial have operations as fast as that: each makes a record. */
#define OPERATION_NS 10

static const char *const words[] = {
#define X(name, word, meaning) word,
	SLICE_MARKS(X)
#undef X
};

double slice_seconds(const struct slice *slice)
{
	return slice->end_ns > slice->begin_ns
		       ? clock_seconds(slice->end_ns - slice->begin_ns)
		       : 0;
}

/* More CPUs than any machine has, and a second for when a clock is read. */
static bool is_too_much(uint64_t cpu_ns, const struct slice *slice)
{
	uint64_t window_ns = slice->end_ns ? slice->end_ns - slice->begin_ns
					   : NS_PER_S;

	return cpu_ns != COUNT_UNKNOWN &&
	       cpu_ns / CPUS_MOST > window_ns + NS_PER_S;
}

/* A window may be short: whoever asks the run to stop cuts it. */
static bool is_too_fast(const struct slice *slice)
{
	return slice->end_ns &&
	       slice->operations >
		       (slice->end_ns - slice->begin_ns) / OPERATION_NS;
}

static const char *slice_fault(const struct slice *slice)
{
	if ((slice->end_ns && slice->end_ns <= slice->begin_ns) ||
	    (slice->begin_ns && slice->begin_ns < slice->go_ns) ||
	    (slice->paused_ns && slice->paused_ns < slice->pause_ns))
		return "a slice runs backwards in time";
	if (is_too_much(slice->cpu_ns, slice) ||
	    is_too_much(slice->origin_cpu_ns, slice) ||
	    is_too_much(slice->steal_ns, slice) ||
	    is_too_much(slice->others_ns, slice))
		return "a slice used more CPU than there was";
	if (is_too_fast(slice))
		return "a slice has more operations than it had time for";
	return NULL;
}

/* A probe has the number of the first round, and no window. */
static const char *order_fault(const struct slice *before,
			       const struct slice *slice)
{
	if (slice->go_ns <= before->go_ns ||
	    (slice->begin_ns && slice->begin_ns < before->end_ns))
		return "its windows overlap";
	if (slice->round < before->round ||
	    (slice->round == before->round && before->end_ns))
		return "it has a round twice, or in the wrong order";
	return NULL;
}

/* Takes what a slice has off what is left of the trial. */
static const char *take_off(struct slices_within *left,
			    const struct slice *slice)
{
	if (slice->end_ns > left->end_ns)
		return "a slice ends after it";
	if (slice->operations > left->operations)
		return "its slices have more operations than it has";
	if (slice->failures > left->failures)
		return "its slices have more failures than it has";
	if (slice->bytes_ok > left->bytes_ok)
		return "its slices have more bytes than it has";
	left->operations -= slice->operations;
	left->failures -= slice->failures;
	left->bytes_ok -= slice->bytes_ok;
	return NULL;
}

const char *slices_fault(const struct slice *slices, size_t count,
			 const struct slices_within *within)
{
	struct slices_within left = *within;
	const char *fault = NULL;

	for (size_t i = 0; !fault && i < count; i++) {
		fault = slice_fault(&slices[i]);
		if (!fault && i)
			fault = order_fault(&slices[i - 1], &slices[i]);
		if (!fault)
			fault = take_off(&left, &slices[i]);
	}
	return fault;
}

const char *slice_marks_text(uint32_t marks, char out[SLICE_MARKS_BYTES])
{
	size_t used = 0;

	*out = '\0';
	for (unsigned i = 0; i < SLICE_MARK_COUNT; i++)
		if (marks & 1U << i)
			used += (size_t)snprintf(out + used,
						 SLICE_MARKS_BYTES - used,
						 "%s%s", used ? "," : "",
						 words[i]);
	return out;
}

uint32_t slice_marks_parse(const char *text)
{
	uint32_t marks = 0;

	while (text && *text) {
		size_t n = strcspn(text, ",");

		for (unsigned i = 0; i < SLICE_MARK_COUNT; i++)
			if (strlen(words[i]) == n && !memcmp(words[i], text, n))
				marks |= 1U << i;
		text += n + (text[n] == ',');
	}
	return marks;
}
