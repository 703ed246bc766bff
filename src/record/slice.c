#include "record/slice.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

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
