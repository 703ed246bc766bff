/*
 * A stream into something that may take no more for long: a pipe that nobody
 * empties, a terminal that is held. Ctrl-C (interrupt.h) ends such a wait. A
 * reader that takes its data goes on getting it, also after Ctrl-C.
 */
#ifndef CLI_STREAM_H
#define CLI_STREAM_H

#include <stdbool.h>
#include <stdio.h>

/* Like fdopen(fd, "w"), but fileno() knows it not; takes the descriptor. */
FILE *stream_open(int fd);

/* From now on `stdout` is such a stream. */
void stream_use_stdout(void);

/* A stream was given up for Ctrl-C, so its output is not whole. All streams are
 * given up then. */
bool stream_given_up(void);

/* The reader of `stdout` has read enough (`| head`): that is no error. */
bool stream_reader_gone(void);

/* Why `stdout` took not all: errno of its first write that failed, whatever was
 * tried since. */
int stream_stdout_errno(void);

#endif
