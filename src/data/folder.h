/* Inside of data/: opens a file below a folder, and no other. */
#ifndef DATA_FOLDER_H
#define DATA_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the bytes can be a key of a folder's file: 1 to OBJECT_KEY_MAX bytes
 * of UTF-8 without control characters, no component empty, "." or "..". */
bool folder_key_ok(const char *key, size_t n);

/* The same for one name in a folder. */
bool folder_name_ok(const char *name);

/*
 * Opens `path` below the open folder `root`. It never leaves that folder, not
 * even for a moment. It uses openat2() with RESOLVE_BENEATH. If the kernel
 * refuses that call, it opens each component in turn and follows no link;
 * `plain` does so at once. Returns a descriptor, or -1 with errno.
 */
int folder_open(int root, const char *path, int flags, bool plain);

#endif
