#include "run/tail.h"

#include <stdbool.h>
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

/* Frames of Python's own library and of packages: what is wrong is seldom
 * theirs. */
static bool is_others(const char *path)
{
	return *path == '<' || strstr(path, "/lib/python");
}

/* "tests/library/test.py" is told as "library/test.py". */
static const char *short_path(const char *path)
{
	const char *end = path + strlen(path);

	for (int parts = 0; end > path; end--)
		if (end[-1] == '/' && ++parts == 2)
			break;
	return end;
}

/* Cuts the last line off `text` and returns it; NULL when nothing is left. */
static const char *cut_line(char *text)
{
	char *end = strrchr(text, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	end = strrchr(text, '\n');
	return end ? end + 1 : text;
}

/* Adds the place where a Python exception was raised to `out`, the last line.
 * It stands in the indented lines before: the innermost last, and a frame of
 * the test before others. */
static void add_place(char *text, char *out, size_t size)
{
	char path[200], found[200] = "";
	size_t used = strlen(out);
	unsigned at, number = 0;
	const char *line;

	while ((line = cut_line(text)) && strncmp(line, "  ", 2) == 0) {
		if (sscanf(line, "  File \"%199[^\"]\", line %u", path,
			   &at) != 2 || (*found && is_others(path)))
			continue;
		snprintf(found, sizeof(found), "%s", path);
		number = at;
		if (!is_others(path))
			break;
	}
	if (*found)
		snprintf(out + used, size - used, " (%s, line %u)",
			 short_path(found), number);
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
	add_place(text, out, size);
	text_clean_line(out);
	free(text);
}

void tail_release(struct tail *tail)
{
	free(tail->bytes);
	*tail = (struct tail){ NULL, 0 };
}
