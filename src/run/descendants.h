/*
 * What replicas leave behind. From descendants_begin() to descendants_release()
 * this process is a child subreaper: a descendant whose parents have ended
 * becomes its child, whatever session or group it made for itself.
 *
 * A child is a replica's descendant if it was not there at the beginning, and
 * is neither in our session nor in that of a child that was there. This is
 * enough, as replicas have sessions of their own, and no process can go back
 * into an older one. If this process is the first of its PID namespace, it also
 * gets the orphans of others.
 */
#ifndef RUN_DESCENDANTS_H
#define RUN_DESCENDANTS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct known_child {
	pid_t pid, session;
};

struct descendants {
	int was_subreaper;
	bool had_no_sigchld; /* SIGCHLD was ignored: no status to wait for */
	struct sigaction sigchld;
	struct known_child *known;
	size_t count, capacity;
	pid_t *session;      /* that began as a replica's */
	size_t sessions, session_capacity;
	unsigned seen;       /* at the last look, of replicas */
	unsigned killed;     /* since the last reap began */
};

void descendants_begin(struct descendants *all);

/* The first process of a replica, which has made a session of its own. */
void descendants_add(struct descendants *all, pid_t replica);

/* Kills and reaps until none is left or it is until_ns (CLOCK_MONOTONIC). All
 * replicas must have been waited for. Returns how many had to be killed;
 * *left says how many would not end. */
unsigned descendants_reap(struct descendants *all, uint64_t until_ns,
			  unsigned *left);

/* The same for those that have left the sessions of all replicas, and whose
 * parents have ended. Replicas may run, or be stopped. */
unsigned descendants_kill_orphans(struct descendants *all, uint64_t until_ns,
				  unsigned *left);

/* Ends it and puts back how things were. */
void descendants_release(struct descendants *all);

#endif
