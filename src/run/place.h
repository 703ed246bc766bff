/*
 * Where replicas are put when they start. This room knows nothing of control
 * groups and network namespaces. The caller, who has them, fills this table; a
 * launcher calls its hooks. No hook is required.
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
	/* Makes a child of this process, for instance in a PID namespace of
	 * the place. The child runs `child`, which does not return. All
	 * signals are blocked. Returns its number, or -1 with errno. NULL:
	 * fork(2) will do. */
	pid_t (*fork)(void *context, unsigned replica,
		      void (*child)(void *argument), void *argument);
	/* Is the last call in the forked child before execve(). Moves the
	 * calling process into the place, and gives up what it may not keep.
	 * The process can write to `folder` (launch->folder). Only
	 * async-signal-safe calls are allowed. Returns 0, or the number of the
	 * step that failed, with errno, for explain(). */
	int (*enter)(void *context, unsigned replica, const char *folder);
	/* "could not enter its network namespace", for a step of enter(). */
	const char *(*explain)(int step);
	/* A container runs and waits: gives it its network. */
	int (*adopt)(void *context, unsigned replica, pid_t pid,
		     struct err *err);
	/* Sends SIGKILL to all in the place. The first process of the replica
	 * may have ended. Returns how many orphans it found, as far as it
	 * knows. */
	unsigned (*kill)(void *context, unsigned replica);
	/* Stops all processes of the replica, or lets them go on (freezer, or
	 * signals). Returns once none of them runs any more, or all may run.
	 * -1 with errno: it cannot be done. NULL: replicas cannot be stopped
	 * here, and take part in no block. */
	int (*pause)(void *context, unsigned replica, bool paused);
	/* Says what may have ended a replica early. Is called before the
	 * replica is reaped, while the control group of a container is still
	 * there. Writes a reason that goes on after a colon: "it used more
	 * memory than --memory allows: …". */
	enum blame (*blame)(void *context, unsigned replica, char *out,
			    size_t size);
};

#endif
