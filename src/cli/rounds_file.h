/* The file of `get-results --per-round`. */
#ifndef CLI_ROUNDS_FILE_H
#define CLI_ROUNDS_FILE_H

#include <stdio.h>

#include "cli/option.h"
#include "store/store.h"

/* `path`: where the other table goes; NULL: there is none. ERR_USAGE: what was
 * asked for does not go together, or is no file. */
int rounds_file_check(const struct options *options, const char *path,
		      struct err *err);

/* ERR_USAGE: `path`, of results, is the same file as that of rounds. */
int rounds_file_apart(void *options, const char *path, struct err *err);

/* Writes it, and tells `teller` how many rows there are. 1: trials are left out,
 * as `err` says. */
int rounds_file_write(const char *path, FILE *teller, struct store *store,
		      struct err *err);

#endif
