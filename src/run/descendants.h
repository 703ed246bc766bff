/*
 * What replicas leave behind. While a watch is on, this process is a child
 * subreaper: a descendant whose parents have ended becomes its child, whatever
 * session or group it made for itself. A child of ours counts as a replica's
 * descendant if it was not there when the watch began, and is neither in our
 * session nor in that of a child that was: replicas have sessions of their own,
 * and nothing can go back into an older one. Where this process is the first of
 * its PID namespace, others' orphans come to it, too.
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

void descendants_watch(struct descendants *watch);

/* The first process of a replica, which has made a session of its own. */
void descendants_add(struct descendants *watch, pid_t replica);

/* Kills and reaps until none is left or it is until_ns (CLOCK_MONOTONIC). All
 * replicas must have been waited for. Returns how many had to be killed;
 * *left says how many would not end. */
unsigned descendants_reap(struct descendants *watch, uint64_t until_ns,
			  unsigned *left);

/* Ends the watch and puts back how things were. */
void descendants_release(struct descendants *watch);

#endif
