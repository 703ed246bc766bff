/*
 * PID namespaces. A process that a replica starts can neither see nor signal
 * anything outside. It ends with the namespace, whatever it does, also if the
 * harness is killed. The init of each namespace is ours and only waits for
 * orphans. So the replica itself is an ordinary process with ordinary signals,
 * and a child of ours, as without a namespace.
 *
 *	void (*child)(void *) = NULL; // one that does not return
 *	struct space space;
 *	struct err err;
 *
 *	space_open(&space, &err);
 *	space_fork(&space, child, NULL);
 *	space_kill(&space);  // all in it
 *	space_close(&space); // waits for their end
 */
#ifndef CELL_SPACE_H
#define CELL_SPACE_H

#include <sys/types.h>

#include "base/err.h"

struct space {
	pid_t init; /* our child; 0: there is no namespace */
	int fd;     /* of the namespace; -1: there is none */
};

#define SPACE_NONE                                                             \
	(struct space)                                                         \
	{                                                                      \
		.fd = -1                                                       \
	}

/* The init ends with the calling thread. ERR_NOT_FOUND with the reason. */
int space_open(struct space *space, struct err *err);

/* Makes a child of this process in the namespace and runs `child` there, which
 * must not return and may make async-signal-safe calls only. getppid() says 0
 * there. Signals must be blocked. Returns the child's PID, or -1 with errno. */
pid_t space_fork(const struct space *space, void (*child)(void *context),
		 void *context);

void space_kill(const struct space *space);

/* Kills all in it, and waits until they have ended, 5 s at most. The caller has
 * waited for its own children among them. Twice is fine. */
void space_close(struct space *space);

#endif
