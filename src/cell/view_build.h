/*
 * Builds the mounts of a view (view.h) in the calling process, a child made for
 * that. Afterwards the child is in a mount namespace of its own, with the view
 * as its root.
 */
#ifndef CELL_VIEW_BUILD_H
#define CELL_VIEW_BUILD_H

#include <stdbool.h>

#include "cell/view_paths.h"

/* Where the view has the scratch folder until a replica has its own folder. */
#define VIEW_SCRATCH "/.scratch"
/* Where the view has, until then, the paths to read that lie below folders of
 * each replica's own (view_is_anew()). Each is named after its number in
 * `paths`. */
#define VIEW_KEPT "/.kept"

struct view_plan {
	const struct view_paths *paths;
	const char *scratch;
	const char *hosts; /* NULL: the machine's */
};

struct view_fault {
	int error;      /* errno */
	char what[200]; /* what was being done */
};

/* Whether the path lies below /tmp or /dev/shm, of which each replica has its
 * own. */
bool view_is_anew(const char *path);

/* Whether both paths are the same file or folder: then the view has it
 * already. */
bool view_is_same(const char *path, const char *other);

/* 0, or -1 with *fault. */
int view_build(const struct view_plan *plan, struct view_fault *fault);

#endif
