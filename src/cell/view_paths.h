/*
 * The paths that must exist in a view for others to be reached: each symbolic
 * link on the way, and where the way ends. Pure but for lstat() and readlink().
 */
#ifndef CELL_VIEW_PATHS_H
#define CELL_VIEW_PATHS_H

#include <stddef.h>

struct view_path {
	char *path; /* absolute; no link among its folders, no ".." */
	char *link; /* what it says, where it is a link; NULL: it is none */
};

struct view_paths {
	struct view_path *at;
	size_t count, capacity;
};

/* What does not exist, or goes round in circles, adds no end. */
void view_paths_add(struct view_paths *paths, const char *path);

/* Folders before what is in them. */
void view_paths_sort(struct view_paths *paths);

void view_paths_release(struct view_paths *paths);

#endif
