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

/* Appends the whole file to `out`; refuses files over `limit` bytes. */
int file_read(const char *path, size_t limit, struct str *out, struct err *err);

/* Writes to PATH.PID.tmp, fsyncs and renames: a reader sees the old file or the
 * whole new one, never a half. */
int file_write(const char *path, const void *bytes, size_t n, struct err *err);

/* mkdir -p; existing folders are fine. */
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

/* Folder of the running program, without a trailing slash, from
 * /proc/self/exe. The caller frees. */
char *file_program_dir(void);

/* All of `n` bytes to fd, across short writes and EINTR. */
int file_write_all(int fd, const void *bytes, size_t n);

#endif
