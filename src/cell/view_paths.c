#include "cell/view_paths.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* As many links on one way as the kernel follows. */
#define LINKS_MOST 40

/* Takes out "//", "." and "..": right where no folder before a ".." is a
 * link. */
static void tidy(char *path)
{
	size_t used = 0;

	for (const char *at = path; *at;) {
		size_t n;

		at += strspn(at, "/");
		n = strcspn(at, "/");
		if (n == 2 && at[0] == '.' && at[1] == '.') {
			while (used && path[--used] != '/')
				;
		} else if (n && !(n == 1 && *at == '.')) {
			path[used++] = '/';
			memmove(path + used, at, n);
			used += n;
		}
		at += n;
	}
	path[used] = '\0';
}

static void add(struct view_paths *paths, const char *path, const char *link)
{
	MEM_ROOM(paths->at, paths->count, paths->capacity);
	paths->at[paths->count++] = (struct view_path){
		mem_dup(path), link ? mem_dup(link) : NULL
	};
}

/* Where the way goes on behind a link at path[0..n). */
static char *follow(const char *path, size_t n, const char *link)
{
	size_t folder = n;

	while (folder && path[folder - 1] != '/')
		folder--;
	if (*link == '/')
		return mem_printf("%s%s", link, path + n);
	return mem_printf("%.*s%s%s", (int)folder, path, link, path + n);
}

/* The first link on the way: its length, and what it says. 0: there is none;
 * -1: the way does not lead anywhere. */
static ssize_t first_link(char *path, char *link, size_t size)
{
	for (size_t n = 1; path[n - 1]; n++) {
		char after = path[n];
		struct stat st;
		ssize_t said = 0;
		int found;

		if (after && after != '/')
			continue;
		path[n] = '\0';
		found = lstat(path, &st);
		if (found == 0 && S_ISLNK(st.st_mode))
			said = readlink(path, link, size - 1);
		path[n] = after;
		if (found < 0 || said < 0)
			return -1;
		link[said] = '\0';
		if (said)
			return (ssize_t)n;
		if (!after)
			break;
	}
	return 0;
}

void view_paths_add(struct view_paths *paths, const char *path)
{
	char *way = mem_dup(path), link[PATH_MAX];
	ssize_t n = 1;

	for (int i = 0; n > 0 && i < LINKS_MOST; i++) {
		char *next;

		tidy(way);
		n = *way ? first_link(way, link, sizeof(link)) : -1;
		if (n == 0)
			add(paths, way, NULL);
		if (n <= 0)
			break;
		next = follow(way, (size_t)n, link);
		way[n] = '\0';
		add(paths, way, link);
		free(way);
		way = next;
	}
	free(way);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct view_path *)a)->path,
		      ((const struct view_path *)b)->path);
}

void view_paths_sort(struct view_paths *paths)
{
	if (paths->count)
		qsort(paths->at, paths->count, sizeof(*paths->at), by_path);
}

void view_paths_release(struct view_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++) {
		free(paths->at[i].path);
		free(paths->at[i].link);
	}
	free(paths->at);
	*paths = (struct view_paths){ 0 };
}
