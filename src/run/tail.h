/*
 * The end of what a replica prints: untrusted bytes, kept as text that may go to
 * a terminal, a database and JSON (base/text.h).
 */
#ifndef RUN_TAIL_H
#define RUN_TAIL_H

#include <stddef.h>

/* The last TAIL_BYTES of a stream. Memory: at most twice that, however long the
 * stream. Zeroed it is empty. */
#define TAIL_BYTES 65536

struct tail {
	char *bytes;
	size_t used;
};

void tail_add(struct tail *tail, const char *bytes, size_t n);

/* All that is kept, cleaned; NULL when nothing came. The caller frees. */
char *tail_text(const struct tail *tail);

/* The last line that is not blank, cleaned, cut to `size`; "" when none. Of a
 * traceback of Python with the place: "SyntaxError: … (aiohttp/a.py, line 3)". */
void tail_last_line(const struct tail *tail, char *out, size_t size);

void tail_release(struct tail *tail);

#endif
