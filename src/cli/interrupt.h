/*
 * Ctrl-C, SIGTERM and SIGHUP (unless it was ignored) as a file descriptor that
 * becomes readable, and stays so: whoever waits for something waits for it too.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

#include "base/err.h"

/* Installs the handlers once; returns the descriptor (ours) or an ERR_ code.
 * A signal that comes two seconds after the first or later ends the program at
 * once, the usual way. */
int interrupt_open(struct err *err);

/* The same descriptor; -1 where nobody opened it: signals then do what they do
 * by themselves. */
int interrupt_fd(void);

bool interrupt_seen(void);

#endif
