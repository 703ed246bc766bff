/* Inside the room: a connection, statements, and the sentences for what SQLite
 * can answer. */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <sqlite3.h>

#include "store/store.h"

struct store {
	sqlite3 *db;
	char *path;
};

/* The path in a URL; the caller frees *out. */
int database_path(const char *url, char **out, struct err *err);

/* `create`: make the file where there is none. */
int database_open(struct store *store, const char *path, bool create,
		  struct err *err);
void database_close(struct store *store);

/* A sentence for the connection's last error; returns a negative code. */
int database_fail(const struct store *store, const char *doing,
		  struct err *err);

/* Runs statements that return nothing. */
int database_run(const struct store *store, const char *sql, struct err *err);

/* BEGIN IMMEDIATE, and COMMIT or ROLLBACK by `code`, which it returns. */
int database_begin(const struct store *store, struct err *err);
int database_end(const struct store *store, int code, struct err *err);

/*
 * A statement whose values are bound one after the other:
 *
 *	struct statement s;
 *	statement_prepare(&s, store, "INSERT …", err);
 *	statement_text(&s, "a");
 *	statement_count(&s, 7);
 *	code = statement_run(&s, err);    and again with other values
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
void statement_release(struct statement *s);

#endif
