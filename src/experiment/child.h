/* Children of ours that are forked and not executed: the origin, the monitor. */
#ifndef EXPERIMENT_CHILD_H
#define EXPERIMENT_CHILD_H

#include <sys/types.h>

/* Waits for one that has been told to end. One that does not within 2 s, because
 * somebody stopped it for instance, is killed: a run does not hang on it.
 * Returns the status of waitpid(2). */
int child_end(pid_t pid);

#endif
