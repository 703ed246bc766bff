#include "record/slice.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/unknown.h"

#define CPUS_MOST 8192

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

const char *slices_fault(const struct slice *slices, size_t count,
			 uint64_t operations)
{
	uint64_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const char *fault = slice_fault(&slices[i]);

		if (!fault && i)
			fault = order_fault(&slices[i - 1], &slices[i]);
		if (fault)
			return fault;
		if (slices[i].operations > operations - found)
			return "its slices have more operations than it has";
		found += slices[i].operations;
	}
	return NULL;
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
