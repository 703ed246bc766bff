/*
 * PID namespaces: what a replica starts can neither see nor signal anything
 * outside, and ends with the namespace, whatever it does, also when the harness
 * is killed. Each has an init of ours, which only waits for orphans. So the
 * replica itself is an ordinary process, to which signals mean what they mean
 * everywhere, and a child of ours, as without a namespace.
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
	pid_t init; /* our child; 0: there is none */
	int fd;     /* of the namespace; -1: none */
};

#define SPACE_NONE                                                             \
	(struct space)                                                         \
	{                                                                      \
		.fd = -1                                                       \
	}

/* The init ends with the calling thread. ERR_NOT_FOUND with the reason. */
int space_open(struct space *space, struct err *err);

/* Runs `child`, which must not return, in a child of this process that is in the
 * namespace; what getppid() says there is 0. It may make async-signal-safe calls
 * only. Signals must be blocked. Its number, or -1 with errno. */
pid_t space_fork(const struct space *space, void (*child)(void *context),
		 void *context);

void space_kill(const struct space *space);

/* Kills, and waits until all have ended, 5 s at most; those that are our own
 * children must have been waited for. Twice is fine. */
void space_close(struct space *space);

#endif
