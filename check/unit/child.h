/* A child process that has done something, and waits to be killed. */
#ifndef CHECK_UNIT_CHILD_H
#define CHECK_UNIT_CHILD_H

#include <stdbool.h>
#include <sys/types.h>
#include <unistd.h>

#include "check.h"

/* Returns when `prepare` has returned in the child; it must say true. */
static inline pid_t child_start(bool (*prepare)(const char *), const char *with)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (prepare(with) && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

#endif
