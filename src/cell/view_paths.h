/*
 * Lists the paths that a view must have so that a given path can be reached:
 * each symbolic link on the way, and the end of the way. Pure but for lstat()
 * and readlink().
 */
#ifndef CELL_VIEW_PATHS_H
#define CELL_VIEW_PATHS_H

#include <stddef.h>

struct view_path {
	char *path; /* absolute; no link among its folders, no ".." */
	char *link; /* the target of a symbolic link; NULL: it is none */
};

struct view_paths {
	struct view_path *at;
	size_t count, capacity;
};

/* Adds the paths for `path`. A way that leads nowhere, or in a circle, adds no
 * end. */
void view_paths_add(struct view_paths *paths, const char *path);

/* Puts folders before their contents. */
void view_paths_sort(struct view_paths *paths);

void view_paths_release(struct view_paths *paths);

#endif
