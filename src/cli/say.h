/*
 * What a person reads on a terminal. Names, keys and messages of others go
 * through here (base/text.h). None of them can move the cursor, forge a line or
 * answer questions of the terminal. Only progress.c and `monitor --tty` write
 * escapes, which are their own.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* One line, cleaned, with its newline. A terminal gets it folded to its width,
 * with further lines behind `indent` blanks (2). */
void say(FILE *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void say_indented(FILE *out, unsigned indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void say_args(FILE *out, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* A sentence that is cleaned, folded to so many columns. */
void say_wrapped(FILE *out, char *line, unsigned width, unsigned indent);

/* The columns of the terminal behind a descriptor; 100 where it is none. `stdout`
 * has no descriptor that fileno() knew (stream.h). */
unsigned say_columns(int fd);

/* Where a monitor serves: "monitor: http://127.0.0.1:9480/". */
void say_monitor(FILE *out, const char *url, bool is_public);

struct layout;

/* Says whose tests are used, if the person stands in another checkout and may
 * mean the tests of that. */
void say_whose_tests(const struct layout *layout);

#endif
