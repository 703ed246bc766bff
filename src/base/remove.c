/*
 * Removing a tree that somebody else may change meanwhile. No path is followed:
 * a folder is opened by its name in a folder that is open, never through a
 * link, and emptied through its descriptor. What is swapped for a link is
 * removed as a link.
 *
 * A folder below is not descended into. What it holds goes first: its files are
 * unlinked, its folders renamed into the root under names of ours, and those
 * follow one by one. So the depth costs neither descriptors nor a stack.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

#define FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)

/* A program that adds files meanwhile must not keep us for ever. */
#define PASSES_MOST 16

struct removal {
	int root;
	dev_t device;
	unsigned long long moved, done; /* folders renamed into the root */
	char mark[24];     /* begins their names: nobody can guess it */
	int error;         /* of the first thing that stays; 0: none */
	char stays[256];   /* its name */
};

static void keep_error(struct removal *r, const char *name)
{
	if (r->error || errno == ENOENT)
		return;
	r->error = errno;
	snprintf(r->stays, sizeof(r->stays), "%s", name);
}

static void name_moved(const struct removal *r, unsigned long long number,
		       char out[64])
{
	snprintf(out, 64, "%s.%llu", r->mark, number);
}

/* Its owner can open a folder of mode 000 after changing the mode. That is done
 * through a descriptor: the name might mean another file by now. */
static int open_closed(int parent, const char *name)
{
	int closed = openat(parent, name,
			    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char path[40];
	int fd = -1;

	if (closed < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", closed);
	if (chmod(path, 0700) == 0)
		fd = openat(closed, ".", FOLDER);
	close(closed);
	return fd;
}

/* With mode 0500 we could read the folder, but remove nothing from it. */
static int open_folder(const struct removal *r, int parent, const char *name)
{
	int fd = openat(parent, name, FOLDER);
	struct stat st;

	if (fd < 0 && errno == EACCES)
		fd = open_closed(parent, name);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || st.st_dev != r->device) {
		close(fd);
		errno = EXDEV; /* a mount: what is in it is not ours */
		return -1;
	}
	if ((st.st_mode & 0700) != 0700)
		(void)!fchmod(fd, 0700);
	return fd;
}

/* True: it is gone. False with errno: it is a folder that is not empty
 * (ENOTEMPTY), or stays. */
static bool remove_entry(int parent, const char *name)
{
	if (unlinkat(parent, name, 0) == 0)
		return true;
	if (errno != EISDIR && errno != EPERM)
		return false;
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
		return true;
	if (errno == EEXIST)
		errno = ENOTEMPTY;
	if (errno == ENOTDIR)
		errno = EPERM; /* unlinkat() said so of a file */
	return false;
}

/* The owner of a folder needs its write bit to move it elsewhere. */
static int move_up(struct removal *r, int parent, const char *name)
{
	char to[64];
	int fd = -1, moved;

	name_moved(r, r->moved, to);
	moved = renameat(parent, name, r->root, to);
	if (moved < 0 && errno == EACCES) {
		fd = open_closed(parent, name);
		moved = fd < 0 ? -1 : renameat(parent, name, r->root, to);
	}
	if (fd >= 0)
		close(fd);
	r->moved += moved == 0;
	return moved;
}

typedef void (*entry_fn)(struct removal *r, int folder, const char *name);

/* Once over all entries; the number of them. Takes `fd`. */
static size_t each_entry(struct removal *r, int fd, entry_fn visit)
{
	DIR *folder = fdopendir(fd);
	struct dirent *entry;
	size_t count = 0;

	if (!folder) {
		close(fd);
		return 0;
	}
	while ((entry = readdir(folder))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		count++;
		visit(r, dirfd(folder), entry->d_name);
	}
	closedir(folder);
	return count;
}

static void hoist_entry(struct removal *r, int folder, const char *name)
{
	if (remove_entry(folder, name))
		return;
	if (errno != ENOTEMPTY || move_up(r, folder, name) < 0)
		keep_error(r, name);
}

/* A folder of the root, with all in it; its folders come after it. */
static void remove_folder(struct removal *r, int root, const char *name)
{
	for (int pass = 0; pass < PASSES_MOST; pass++) {
		int fd = open_folder(r, root, name);

		if (fd < 0)
			break;
		each_entry(r, fd, hoist_entry);
		if (unlinkat(root, name, AT_REMOVEDIR) == 0)
			return;
		if (errno != ENOTEMPTY && errno != EEXIST)
			break;
	}
	/* Swapped for a link or a file, it can go as such. */
	if (unlinkat(root, name, 0) < 0)
		keep_error(r, name);
}

static void remove_moved(struct removal *r)
{
	char name[64];

	while (r->done < r->moved) {
		name_moved(r, r->done++, name);
		remove_folder(r, r->root, name);
	}
}

static void remove_of_root(struct removal *r, int root, const char *name)
{
	if (!remove_entry(root, name)) {
		if (errno == ENOTEMPTY)
			remove_folder(r, root, name);
		else
			keep_error(r, name);
	}
	remove_moved(r);
}

static int begin(struct removal *r, int folder)
{
	unsigned long long number;
	struct stat st;

	memset(r, 0, sizeof(*r));
	if (getrandom(&number, sizeof(number), 0) != sizeof(number) ||
	    fstat(folder, &st) < 0)
		return -1;
	if ((st.st_mode & 0700) != 0700)
		(void)!fchmod(folder, 0700);
	snprintf(r->mark, sizeof(r->mark), ".%016llx", number);
	r->device = st.st_dev;
	r->root = folder;
	return 0;
}

/* Reads the root until a pass finds nothing: readdir() may leave out entries
 * while others are removed. */
static void empty(struct removal *r)
{
	for (int pass = 0; pass < PASSES_MOST; pass++) {
		int fd = openat(r->root, ".", FOLDER);

		if (fd < 0) {
			keep_error(r, ".");
			return;
		}
		r->error = 0;
		if (!each_entry(r, fd, remove_of_root))
			return;
	}
	if (!r->error) {
		errno = ENOTEMPTY;
		keep_error(r, ".");
	}
}

int file_empty_folder(int folder, const char *path, struct err *err)
{
	struct removal r;

	if (begin(&r, folder) < 0)
		return err_sys(err, "cannot empty %s", path);
	empty(&r);
	if (!r.error)
		return 0;
	errno = r.error;
	return err_sys(err, "cannot remove %s, because of %s in it (remove it "
		       "by hand, as root where it is another user's)", path,
		       r.stays);
}

static int open_root(const char *path)
{
	int fd = open(path, FOLDER);

	return fd < 0 && errno == EACCES ? open_closed(AT_FDCWD, path) : fd;
}

int file_remove_tree(const char *path, struct err *err)
{
	int fd, code;

	if (remove_entry(AT_FDCWD, path) || errno == ENOENT)
		return 0;
	fd = errno == ENOTEMPTY ? open_root(path) : -1;
	if (fd < 0)
		return err_sys(err, "cannot remove %s", path);
	code = file_empty_folder(fd, path, err);
	close(fd);
	if (code == 0 && unlinkat(AT_FDCWD, path, AT_REMOVEDIR) < 0 &&
	    errno != ENOENT)
		code = err_sys(err, "cannot remove %s", path);
	return code;
}
