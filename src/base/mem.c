#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_abort(void *memory, size_t bytes)
{
	if (!memory) {
		fprintf(stderr, "benchmark: out of memory (%zu bytes)\n", bytes);
		abort();
	}
	return memory;
}

/* For the sentence. */
static size_t product(size_t count, size_t bytes)
{
	return bytes && count > SIZE_MAX / bytes ? SIZE_MAX : count * bytes;
}

void *mem_new(size_t bytes)
{
	return or_abort(calloc(1, bytes ? bytes : 1), bytes);
}

void *mem_array(size_t count, size_t bytes)
{
	return or_abort(calloc(count ? count : 1, bytes ? bytes : 1),
			product(count, bytes));
}

void *mem_grow(void *old, size_t count, size_t bytes)
{
	return or_abort(reallocarray(old, count ? count : 1, bytes),
			product(count, bytes));
}

char *mem_dup(const char *text)
{
	return text ? mem_dup_n(text, strlen(text)) : NULL;
}

char *mem_dup_n(const char *bytes, size_t n)
{
	char *copy = mem_new(n + 1);

	if (n)
		memcpy(copy, bytes, n);
	return copy;
}

char *mem_printf(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	return or_abort(n < 0 ? NULL : text, 0);
}

FILE *mem_stream(char **text, size_t *n)
{
	return or_abort(open_memstream(text, n), 0);
}
