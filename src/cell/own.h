/*
 * What a replica has for itself alone: a user (users.h), a view of the file
 * system (view.h), a PID and an IPC namespace (space.h), and the restrictions
 * of Landlock (landlock.h). So it can harm its own trial and nothing else. It
 * has each as far as the machine and the grade allow.
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
	bool users;               /* each has a user of its own; root only */
	bool namespaces;          /* views and PID namespaces */
	bool landlock;
};

struct own {
	struct users users; /* kept from trial to trial */
	/* Of the trial now. */
	unsigned count;
	struct identity *identity; /* [count] */
	bool has_users;         /* replicas have users of their own */
	struct view *view;      /* NULL: none */
	struct space *space;    /* [count]; NULL: none */
	bool landlock;
	const char *const *reads; /* borrowed */
	char why[400]; /* why root's replicas have no users of their own, and
			* the remedy; "": they have */
};

/* Takes all that the machine gives, and leaves out the rest. */
void own_begin(struct own *own, const struct own_need *need);
void own_end(struct own *own); /* twice is fine */
void own_release(struct own *own);

/* As space_fork(). Without a namespace it is fork(2). */
pid_t own_fork(const struct own *own, unsigned replica,
	       void (*child)(void *context), void *context);

/* Call it in that child: it takes all that own_begin() got. The replica may
 * write to `folder`, in the scratch folder; NULL: to none. Async-signal-safe.
 * 0, or the step that failed, with errno. */
enum own_step { OWN_NONE, OWN_VIEW, OWN_USER, OWN_LANDLOCK };
int own_enter(const struct own *own, unsigned replica, const char *folder);

/* Sends SIGKILL to all in the replica's PID namespace. Returns how many of them
 * were orphans, as far as the kernel says. */
unsigned own_kill(const struct own *own, unsigned replica);

/* Writes what a replica has: "a user of its own, a view of the file system, a
 * PID namespace"; "" if it has nothing. */
void own_tell(const struct own *own, char *out, size_t size);

#endif
