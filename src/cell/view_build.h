/*
 * Builds the mounts of a view (view.h) in the calling process, which is a child
 * made for that: it ends up in a mount namespace of its own with the view as its
 * root.
 */
#ifndef CELL_VIEW_BUILD_H
#define CELL_VIEW_BUILD_H

#include <stdbool.h>

#include "cell/view_paths.h"

/* In the view, until a replica has its folder: the scratch folder. */
#define VIEW_SCRATCH "/.scratch"
/* The same for what is to be read below folders that each replica has anew
 * (view_is_anew()): a file or folder named after its number in `paths`. */
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

/* Whether it lies below /tmp or /dev/shm, of which each replica has its own. */
bool view_is_anew(const char *path);

/* Whether both are the same file, or folder: then it is seen already. */
bool view_is_same(const char *path, const char *other);

/* 0, or -1 with *fault. */
int view_build(const struct view_plan *plan, struct view_fault *fault);

#endif
