/*
 * Inside the room: the spool, where a trial is kept that its database did not
 * take. Each is a SQLite database of the same schema, with one run, at most one
 * trial, and a table `spool` that names the database it is for. It is made in
 * memory and written as a whole, as HASH-UUID.db: the hash of that database's
 * path, and the trial's or the run's id.
 */
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

#include "store/database.h"

/* The absolute path of a database, through links; the caller frees. */
char *spool_target(const char *path);

/* A database in memory, with the run, that says what it is for; and its end, which
 * closes it and, where `code` is 0, writes it with spool_write(). */
int spool_begin(struct store *spool, const char *target, const struct run *run,
		struct err *err);
int spool_end(struct store *spool, const char *target, const char *id, int code,
	      char **file, struct err *err);

/* Writes it to the first folder that takes it: below XDG_STATE_HOME (or
 * ~/.local/state), else below TMPDIR (or /tmp). *file is the caller's. */
int spool_write(const char *target, const char *id, const void *bytes,
		size_t n, char **file, struct err *err);

struct spool_file {
	int folder;       /* open */
	const char *name; /* in it */
	const char *path; /* for sentences */
};

/* Calls `visit` with each file of this user's for that database; ends early with
 * what it returns when that is not 0. What killed programs began to write there
 * is removed. */
int spool_each(const char *target,
	       int (*visit)(void *context, const struct spool_file *file),
	       void *context);

#endif
