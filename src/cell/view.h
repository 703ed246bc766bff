/*
 * The view that a replica has of the file system. Its root is a small tmpfs of
 * its own. The system's folders and the paths that the replica reads are bound
 * there read-only, each at its own path. /tmp, /dev/shm, /proc and the
 * replica's folder are made for it alone. A folder on the way may be closed to
 * others, such as a home of mode 0700. The view has an empty one in its place
 * that is open, and in it only the paths that were asked for.
 *
 * The view is made once a trial, in a mount namespace of its own. A short-lived
 * child makes that namespace, and a descriptor keeps it. So nothing of the view
 * is seen outside, and nothing is left if the harness is killed. Each replica
 * takes a copy.
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
 * `reads` are absolute paths, NULL at the end. If a path has a symbolic link on
 * its way or at its end, the view has both the link and its target. A path that
 * does not exist is left out. `scratch` is the folder below which replicas have
 * their folders; nothing else in it is seen. `hosts` is a file in `scratch`
 * that becomes /etc/hosts; NULL: the machine's. ERR_NOT_FOUND, with the reason:
 * this machine allows no view.
 */
int view_make(struct view **out, const char *const *reads, const char *scratch,
	      const char *hosts, struct err *err);
void view_free(struct view *view); /* NULL is fine */

/* Call it in a forked child that may mount. The child has the view from then
 * on, and its working folder is the root. It can write to /tmp, /dev/shm and
 * `folder`, which is in or below `scratch`; NULL: to no folder.
 * Async-signal-safe. 0, or -1 with errno. */
int view_enter(const struct view *view, const char *folder);

#endif
