/* Inside the room: a connection, statements, and the sentences for what SQLite
 * can answer. */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <sqlite3.h>
#include <time.h>

#include "store/store.h"

/* A wait for a lock. */
struct busy {
	uint64_t since_ns, told_ns;
	char holder[64];  /* who has it; "": not looked for yet */
	bool interrupted; /* the person had enough of it */
};

struct store {
	sqlite3 *db;
	char *path;
	char *target; /* spool_target(), from when it was there */
	/* What was opened to write: the file, its log and the index of that. */
	struct opened {
		dev_t device;
		ino_t inode; /* 0: none */
	} file, log, index;
	bool gone; /* the file is not at its path any more */
	struct busy busy;
	int room; /* a file without a name, that keeps room; 0: none */
	/* A file that nobody is thought to write, as it was. */
	bool immutable;
	off_t size;
	struct timespec changed;
	bool alone; /* nobody else may have it open */
	bool reading; /* STORE_READ: a copy in memory would do */
	struct kept_statements *kept; /* NULL: none are */
};

/* The path in a URL; the caller frees *out. */
int database_path(const char *url, char **out, struct err *err);

/* `create`: make the file where there is none. */
int database_open(struct store *store, const char *path, bool create,
		  struct err *err);
void database_close(struct store *store);

/* Opens and sets up a connection, in place of one that is there. */
int database_open_writable(struct store *store, bool create,
			   struct err *err);
int database_attach(struct store *store, const char *name, int flags,
		    struct err *err);

/* The bytes of a database in place of the connection's, which is in memory. */
int database_load(struct store *store, const void *bytes, size_t n,
		  struct err *err);

/* writable.c: a sentence for what keeps a database from being written there; 0:
 * nothing is seen. */
int writable_check(const char *path, struct err *err);

/* files.c: a database's path through links, also through one to what is not there
 * yet; the file beside that whose name ends so; the folder of both. The caller
 * frees. And the ends that SQLite gives names, that of the database ("") first. */
#define FILES_COUNT 4
extern const char *const files_ends[FILES_COUNT];
char *files_real(const char *path);
char *files_beside(const char *path, const char *end);
char *files_folder(const char *path);

/* room.c: gives up what store_reserve() kept; whether the file system is full;
 * whether it has no inodes for a run's files; whether the shortest trial finds
 * room. */
void room_release(struct store *store);
bool room_is_none(const struct store *store);
/* A file of it is as large as `ulimit -f` allows, nearly. */
bool room_is_limited(const struct store *store);
bool room_lacks_files(const struct store *store);
bool room_for_trial(struct store *store);

/* busy.c: SQLite's busy handler, whose context is the store; and a word for who
 * has the lock. */
int busy_wait(void *context, int tries);
void busy_holder(const struct store *store, char *out, size_t size);
/* Whether another program has it open. */
bool busy_is_shared(const struct store *store);
/* ERR_CONFLICT: another program has open what was at the path before: its log,
 * which is there yet, would be read into what is opened now, or be lost. */
int busy_check_strangers(const struct store *store, struct err *err);

/* gone.c: notes which file was opened. */
void gone_begin(struct store *store);

/* gone.c: ERR_NOT_FOUND: the file was removed, moved or replaced since it was
 * opened, and nothing may be stored in it. */
int gone_check(struct store *store, struct err *err);

/* readonly.c: whether nothing may be written there; opening such a database, or
 * one for whose two files there is no room (which can be seen, or only when they
 * are made); whether it is still as it was; a copy in memory in place of the file. */
bool readonly_is(const char *path);
int readonly_open(struct store *store, struct err *err);
bool readonly_is_full(const struct store *store);
int readonly_open_full(struct store *store, struct err *err);
int readonly_check(const struct store *store, struct err *err);
int readonly_copy(struct store *store, struct err *err);

/* Whether the connection's last error is a file system without room. */
bool database_is_full(const struct store *store);

/* A sentence for the connection's last error; returns a negative code. */
int database_fail(const struct store *store, const char *doing,
		  struct err *err);

int database_damaged(const struct store *store, struct err *err);

/* Runs statements that return nothing. */
int database_run(const struct store *store, const char *sql, struct err *err);

/* BEGIN IMMEDIATE, and COMMIT or ROLLBACK by `code`, which it returns. */
int database_begin(const struct store *store, struct err *err);
int database_end(const struct store *store, int code, struct err *err);

/*
 * A statement whose values are bound one after the other:
 *
 *	struct store *store = NULL; // an open one
 *	struct statement s;
 *	struct err err;
 *
 *	statement_prepare(&s, store, "INSERT INTO a VALUES (?, ?)", &err);
 *	statement_text(&s, "a");
 *	statement_count(&s, 7);
 *	statement_run(&s, &err); // and again with other values
 *	statement_release(&s);
 */
struct statement {
	const struct store *store;
	sqlite3_stmt *handle;
	int bound;
};

int statement_prepare(struct statement *s, const struct store *store,
		      const char *sql, struct err *err);
void statement_text(struct statement *s, const char *text); /* NULL: NULL */
void statement_count(struct statement *s, uint64_t value); /* unknown: NULL */
void statement_signed(struct statement *s, int64_t value);
void statement_number(struct statement *s, double value); /* NAN: NULL */
void statement_blob(struct statement *s, const void *bytes, size_t n);
void statement_null(struct statement *s);
int statement_run(struct statement *s, struct err *err);
/* 1: a row is there, 0: no more, or negative. */
int statement_step(struct statement *s, struct err *err);
/* Runs `to` with the columns of each row that is left of `from`. */
int statement_copy(struct statement *from, struct statement *to,
		   struct err *err);
void statement_reset(struct statement *s); /* to be bound and stepped again */
void statement_release(struct statement *s);

/* Until they are forgotten, statements that are released stay prepared, for the
 * next that is the same. They must be before the connection is another one. */
void statements_keep(struct store *store);
void statements_forget(struct store *store);

#endif
