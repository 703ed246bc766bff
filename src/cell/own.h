/*
 * What a replica has for itself alone, so that it can harm its own trial and
 * nothing else: a user (users.h), a view of the file system (view.h), a PID and
 * an IPC namespace (space.h), and what Landlock takes from it. Each as far as
 * this machine and the grade allow it.
 *
 *	struct own_need need = { .replicas = 1, .users = true };
 *	void (*child)(void *) = NULL; // one that calls own_enter()
 *	struct own own = { 0 };
 *
 *	own_begin(&own, &need); // a trial
 *	own_fork(&own, 0, child, NULL);
 *	own_end(&own);
 *	own_release(&own);
 */
#ifndef CELL_OWN_H
#define CELL_OWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "cell/identity.h"
#include "cell/space.h"
#include "cell/users.h"
#include "cell/view.h"

struct own_need {
	unsigned replicas;
	const char *const *reads; /* view.h; the first is the program */
	const char *scratch;      /* view.h */
	const char *hosts;        /* view.h */
	bool users;               /* we are root: each has a user of its own */
	bool namespaces;          /* views and PID namespaces */
	bool landlock;
};

struct own {
	struct users users; /* kept from trial to trial */
	/* Of the trial now. */
	unsigned count;
	struct identity *identity; /* [count] */
	bool has_users;         /* of their own */
	struct view *view;      /* NULL: none */
	struct space *space;    /* [count]; NULL: none */
	bool landlock;
	const char *const *reads; /* borrowed */
	char why[400]; /* root's replicas have no users of their own: why, and
			* what to do; "": they have */
};

/* Takes what can be had; what cannot is left out. */
void own_begin(struct own *own, const struct own_need *need);
void own_end(struct own *own); /* twice is fine */
void own_release(struct own *own);

/* space_fork(), or without a namespace the same by fork(2). */
pid_t own_fork(const struct own *own, unsigned replica,
	       void (*child)(void *context), void *context);

/* In that child: takes all. `folder`, in the scratch folder, may be written to;
 * NULL: none. Async-signal-safe. 0; OWN_VIEW, OWN_USER or OWN_LANDLOCK: what
 * failed, with errno. */
enum own_step { OWN_NONE, OWN_VIEW, OWN_USER, OWN_LANDLOCK };
int own_enter(const struct own *own, unsigned replica, const char *folder);

/* SIGKILL to all that is in the replica's PID namespace; how many orphans that
 * were, as far as the kernel says. */
unsigned own_kill(const struct own *own, unsigned replica);

/* "a user of its own, a view of the file system, a PID namespace", as far as
 * there is; "" for nothing. */
void own_tell(const struct own *own, char *out, size_t size);

#endif
