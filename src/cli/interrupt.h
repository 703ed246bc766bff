/*
 * Ctrl-C, SIGTERM and SIGHUP (unless it was ignored) as a file descriptor. It
 * becomes readable and stays so: code that waits for something waits for it
 * too.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

#include "base/err.h"

/* Installs the handlers once. Returns the descriptor, which stays ours, or an
 * ERR_ code. A second signal, at least two seconds after the first, ends the
 * program at once, the usual way. */
int interrupt_open(struct err *err);

/* The same descriptor. -1: nobody opened it, and signals do what they do by
 * themselves. */
int interrupt_fd(void);

bool interrupt_seen(void);

#endif
