/*
 * Files and folders. All paths are plain C strings of the caller.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

bool file_exists(const char *path);
bool file_is_dir(const char *path);
bool file_is_regular(const char *path); /* or a link to one */

/* Whether two paths lead to one file, or would if it were made. */
bool file_is_same(const char *a, const char *b);

/* Each appends a whole file to `out`, and refuses a file over `limit` bytes.
 * file_read() also reads a pipe, and waits for its writer. file_read_regular()
 * refuses all but regular files. file_read_open() reads an open file; `path` is
 * for the sentence. */
int file_read(const char *path, size_t limit, struct str *out, struct err *err);
int file_read_regular(const char *path, size_t limit, struct str *out,
		      struct err *err);
int file_read_open(int fd, const char *path, size_t limit, struct str *out,
		   struct err *err);

/*
 * Locks a file that is open for writing. The lock ends when this process closes
 * any descriptor of the file; no child inherits it. `name` is the file's name
 * in `folder`; with AT_FDCWD it is a path. 0, or:
 * ERR_CONFLICT: another process has the lock.
 * ERR_NOT_FOUND: `name` is not this file, or no longer.
 * ERR_SYSTEM: the file system has no locks, so nobody knows who uses the file.
 */
int file_lock(int fd, int folder, const char *name);

/*
 * A new file in place of an old one, whole or not at all. Until it is closed it
 * is beside the old one, under a name that nobody can guess. It belongs to the
 * person who asked (base/invoker.h). The old one stays if the code is negative.
 *
 *	struct file_new new;
 *	struct err err;
 *	int code = file_new_open(&new, "report.csv", &err);
 *
 *	if (code == 0) {
 *		code = file_write_all(new.fd, "a,b\n", 4);
 *		code = file_new_close(&new, code, &err);
 *	}
 */
struct file_new {
	int fd;
	char *path, *temporary;
	bool as_invoker;
};
int file_new_open(struct file_new *new, const char *path, struct err *err);
int file_new_close(struct file_new *new, int code, struct err *err);

/* Removes new files that a killed process left in an open folder: it ended
 * before file_new_close(). `wanted` says whether a file's final name counts. A
 * file that is still being written stays. No link is followed. Only files of
 * the caller and of the person who asked are removed. */
void file_clear_new(int folder, bool (*wanted)(const char *name));

/* Replaces a file at once: a reader sees the old file or the whole new one. */
int file_write(const char *path, const void *bytes, size_t n, struct err *err);

/* mkdir -p. Existing folders are fine. New ones belong to the person who
 * asked. */
int file_make_dirs(const char *path, mode_t mode, struct err *err);

/*
 * rm -r of a tree of any depth, also while somebody else changes it (remove.c).
 * No link is followed and no mount entered. Folders that we own are emptied
 * whatever their mode. A path that does not exist is fine. After a failure all
 * is gone but the file that the sentence names.
 */
int file_remove_tree(const char *path, struct err *err);

/* The same for the contents of an open folder; `path` is for the sentence. */
int file_empty_folder(int folder, const char *path, struct err *err);

/* The path without its last part; "." if there is no other part. The caller
 * frees. */
char *file_folder(const char *path);

/* The last part of a path. */
const char *file_name(const char *path);

/* Folder of the running program, without a trailing slash, from
 * /proc/self/exe. The caller frees. */
char *file_program_dir(void);

/* Writes all of `n` bytes to fd, across short writes and EINTR. 0, or
 * ERR_SYSTEM with errno. */
int file_write_all(int fd, const void *bytes, size_t n);

#endif
