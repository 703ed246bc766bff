/*
 * What a replica sees of the file system: a root of its own, a small tmpfs. The
 * system's folders and what the replica has to read are bound there read-only,
 * each at its own path; /tmp, /dev/shm, /proc and its own folder are made for it
 * alone. A folder on the way that others may not pass through (a home of mode
 * 0700) is replaced by an empty one that they may: of what is in it only what
 * was asked for is there.
 *
 * The view is made once a trial, in a mount namespace that a short-lived child
 * makes and that a descriptor keeps: nothing of it is ever seen outside, and
 * nothing is left when the harness is killed. Each replica takes a copy.
 *
 *	const char *const reads[] = { "/opt/tests", NULL };
 *	struct view *view;
 *	struct err err;
 *
 *	view_make(&view, reads, "/run/scratch", NULL, &err);
 *	if (fork() == 0)
 *		_exit(view_enter(view, "/run/scratch/replica-0"));
 *	view_free(view);
 */
#ifndef CELL_VIEW_H
#define CELL_VIEW_H

#include <stdbool.h>

#include "base/err.h"

struct view;

/*
 * `reads`: paths, absolute, NULL at the end; where one is a symbolic link, or
 * has one on its way, the link and what it leads to are both there. One that
 * does not exist is left out. `scratch`: the folder below which replicas have
 * theirs; nothing else of it is seen. `hosts`: a file in `scratch` to be
 * /etc/hosts; NULL: the machine's. ERR_NOT_FOUND: this machine does not allow
 * it, with the reason.
 */
int view_make(struct view **out, const char *const *reads, const char *scratch,
	      const char *hosts, struct err *err);
void view_free(struct view *view); /* NULL is fine */

/* In a forked child with the right to mount: there from now on. Only `folder`,
 * in or below `scratch`, /tmp and /dev/shm can be written; NULL: none. The
 * working folder is the root then. Async-signal-safe. 0, or -1 with errno. */
int view_enter(const struct view *view, const char *folder);

#endif
