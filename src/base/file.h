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

/* Appends the whole file to `out`; refuses files over `limit` bytes. The first may
 * be given a pipe and wait for its writer; the second refuses what is no file; the
 * third reads an open one, and the path is for the sentence. */
int file_read(const char *path, size_t limit, struct str *out, struct err *err);
int file_read_regular(const char *path, size_t limit, struct str *out,
		      struct err *err);
int file_read_open(int fd, const char *path, size_t limit, struct str *out,
		   struct err *err);

/*
 * Locks an open file, which must be open for writing, until this process closes
 * it or any other descriptor of it; no child inherits the lock. 0; ERR_CONFLICT:
 * another process has it; ERR_NOT_FOUND: `name` in the folder (AT_FDCWD: a path)
 * is not this file, or no longer; ERR_SYSTEM: it has no locks, and may be anybody's.
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

/* What a process left in an open folder that ended before file_new_close(), and
 * whose new file was to have a name that `wanted` takes. One that is still written
 * is left; nothing is followed, and only the caller's files and those of who asked
 * are removed. */
void file_clear_new(int folder, bool (*wanted)(const char *name));

/* All at once: a reader sees the old file or the whole new one. */
int file_write(const char *path, const void *bytes, size_t n, struct err *err);

/* mkdir -p; existing folders are fine; new ones belong to who asked. */
int file_make_dirs(const char *path, mode_t mode, struct err *err);

/*
 * rm -r of any depth, which somebody else may change meanwhile: no link is
 * followed, no mount entered, folders of any mode are emptied where we own them.
 * A path that does not exist is fine. The sentence names what stays; all else is
 * gone. remove.c
 */
int file_remove_tree(const char *path, struct err *err);

/* All that is in an open folder; `path` is for the sentence. */
int file_empty_folder(int folder, const char *path, struct err *err);

/* The folder that a path's last part is in, "." where it has none; the caller
 * frees. And that part. */
char *file_folder(const char *path);
const char *file_name(const char *path);

/* Folder of the running program, without a trailing slash, from
 * /proc/self/exe. The caller frees. */
char *file_program_dir(void);

/* All of `n` bytes to fd, across short writes and EINTR. */
int file_write_all(int fd, const void *bytes, size_t n);

#endif
