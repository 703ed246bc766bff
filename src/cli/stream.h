/*
 * A stream into what may take no more for long: a pipe that nobody empties, a
 * terminal that is held. Who presses Ctrl-C meanwhile (interrupt.h) ends the
 * writing; one that takes it goes on getting it, also after Ctrl-C.
 */
#ifndef CLI_STREAM_H
#define CLI_STREAM_H

#include <stdbool.h>
#include <stdio.h>

/* Like fdopen(fd, "w"), but fileno() knows it not; takes the descriptor. */
FILE *stream_open(int fd);

/* From now on `stdout` is such a stream. */
void stream_use_stdout(void);

/* A stream was given up for Ctrl-C: what it was to get is not whole. All of them
 * are then. */
bool stream_given_up(void);

/* Who read `stdout` has read enough (`| head`): no error to tell. */
bool stream_reader_gone(void);

#endif
