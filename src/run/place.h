/*
 * Where replicas are put when they start. This room knows nothing of control
 * groups and network namespaces: whoever has them gives these hooks, and a
 * launcher calls them. No hook is required.
 */
#ifndef RUN_PLACE_H
#define RUN_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

enum blame {
	BLAME_NONE,   /* the place had no part in it */
	BLAME_MEMORY, /* a process was killed for its memory limit */
	BLAME_LIMIT,  /* another limit was met */
};

struct place {
	void *context;
	/* Makes a child of this process that runs `child`, which does not
	 * return, in a PID namespace of the place, say. All signals are
	 * blocked. Its number, or -1 with errno. NULL: fork(2) will do. */
	pid_t (*fork)(void *context, unsigned replica,
		      void (*child)(void *argument), void *argument);
	/* In the forked child, as the last thing before execve(): moves the
	 * calling process there and gives up what it may not keep. It can write
	 * to `folder` (launch->folder). Only async-signal-safe calls. 0, or the
	 * number of the step that failed, with errno, for explain(). */
	int (*enter)(void *context, unsigned replica, const char *folder);
	/* "could not enter its network namespace", for a step of enter(). */
	const char *(*explain)(int step);
	/* A container runs and waits: gives it its network. */
	int (*adopt)(void *context, unsigned replica, pid_t pid,
		     struct err *err);
	/* SIGKILL to all that is in the place. The replica's first process may
	 * have ended. How many orphans it found there, as far as it knows. */
	unsigned (*kill)(void *context, unsigned replica);
	/* Writes what may have ended a replica early, as a reason that goes on
	 * after a colon: "it used more memory than --memory allows: …". Called
	 * before the replica is reaped, while a container's control group is
	 * still there. */
	enum blame (*blame)(void *context, unsigned replica, char *out,
			    size_t size);
};

#endif
