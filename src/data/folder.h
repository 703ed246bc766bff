/* Inside of data/: opening what lies below a folder, and nothing else. */
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
 * Opens `path` below the open folder `root` without ever leaving it, not even
 * for a moment: openat2() with RESOLVE_BENEATH, or, where the kernel refuses
 * that call, each component in turn without following any link. `plain` takes
 * the second way at once. Returns a descriptor of the caller's, or -1 and
 * errno.
 */
int folder_open(int root, const char *path, int flags, bool plain);

#endif
