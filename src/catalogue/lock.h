/*
 * A library's requirements.lock against the packages of its library.toml.
 * tools/lock writes, for each package and all that it needs,
 *
 *	name==version \
 *	    --hash=sha256:…
 *
 * with names in lower case and `-` for any run of `-`, `_` and `.`.
 */
#ifndef CATALOGUE_LOCK_H
#define CATALOGUE_LOCK_H

#include <stdbool.h>

#include "catalogue/toml.h"

/* The name of a package at `text` as locks write it; *end is behind it. The caller
 * frees. */
char *lock_name(const char *text, const char **end);

/* Whether the text of a lock holds all `packages` (may be NULL) at the versions
 * that they name. Passes over an entry that is not `name==version` or
 * `name[extras]==version`: only the resolver can tell. */
bool lock_holds(const char *lock, const struct toml_entry *packages);

/* The same for a file. A file that cannot be read is no failure here. */
bool lock_file_holds(const char *path, const struct toml_entry *packages);

#endif
