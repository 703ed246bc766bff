/*
 * Memory that cannot be refused. Running out of memory is not an error that a
 * benchmark can recover from, so these print one sentence and abort; no caller
 * checks for NULL. The caller owns what is returned and releases it with
 * free().
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdio.h>

void *mem_new(size_t bytes);                 /* zeroed */
void *mem_array(size_t count, size_t bytes); /* zeroed; overflow aborts */
void *mem_grow(void *old, size_t count, size_t bytes); /* new part NOT zeroed */
char *mem_dup(const char *text);             /* NULL gives NULL */
char *mem_dup_n(const char *bytes, size_t n); /* adds the terminator */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A stream whose text is the caller's in *text, and its length in *n, once it is
 * closed. */
FILE *mem_stream(char **text, size_t *n);

/*
 * Makes room for one more element in a growing array of the caller:
 *
 *	int *items = NULL;
 *	size_t count = 0, capacity = 0;
 *
 *	MEM_ROOM(items, count, capacity);
 *	items[count++] = 7;
 */
#define MEM_ROOM(items, count, capacity)                                       \
	do {                                                                   \
		if ((count) == (capacity)) {                                   \
			(capacity) = (capacity) ? (capacity) * 2 : 16;         \
			(items) = mem_grow((items), (capacity),                \
					   sizeof(*(items)));                  \
		}                                                              \
	} while (0)

#endif
