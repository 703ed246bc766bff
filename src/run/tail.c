#include "run/tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void tail_add(struct tail *tail, const char *bytes, size_t n)
{
	if (!tail->bytes)
		tail->bytes = mem_new(2 * TAIL_BYTES);
	if (n > TAIL_BYTES) {
		bytes += n - TAIL_BYTES;
		n = TAIL_BYTES;
	}
	if (tail->used + n > 2 * TAIL_BYTES) {
		memmove(tail->bytes, tail->bytes + tail->used - TAIL_BYTES,
			TAIL_BYTES);
		tail->used = TAIL_BYTES;
	}
	memcpy(tail->bytes + tail->used, bytes, n);
	tail->used += n;
}

char *tail_text(const struct tail *tail)
{
	size_t n = tail->used < TAIL_BYTES ? tail->used : TAIL_BYTES;
	char *text;

	if (!n)
		return NULL;
	text = mem_dup_n(tail->bytes + tail->used - n, n);
	for (size_t i = 0; i < n; i++)
		if (!text[i])
			text[i] = '?';
	text_clean(text);
	return text;
}

void tail_last_line(const struct tail *tail, char *out, size_t size)
{
	char *text = tail_text(tail), *end, *start;

	*out = '\0';
	if (!text)
		return;
	end = text + strlen(text);
	while (end > text && strchr(" \t\n", end[-1]))
		end--;
	*end = '\0';
	start = strrchr(text, '\n');
	snprintf(out, size, "%s", start ? start + 1 : text);
	text_clean_line(out);
	free(text);
}

void tail_release(struct tail *tail)
{
	free(tail->bytes);
	*tail = (struct tail){ NULL, 0 };
}
