/*
 * Inside the room: which column holds which member of a struct. Each list is
 * that of one table; what is written by it is read back by it.
 */
#ifndef STORE_STORED_H
#define STORE_STORED_H

#include <stddef.h>

#include "store/database.h"

enum stored_kind {
	STORED_COUNT,    /* uint64_t; COUNT_UNKNOWN: NULL */
	STORED_SOME,     /* uint64_t; 0: NULL */
	STORED_UNSIGNED, /* unsigned */
	STORED_NUMBERED, /* unsigned, a block's; UINT_MAX: NULL */
	STORED_SIGNED,   /* int64_t; CLOCK_UNKNOWN: NULL */
	STORED_INT,      /* int */
	STORED_STATUS,   /* int; -1: NULL */
	STORED_SIGNAL,   /* int; 0: NULL */
	STORED_NUMBER,   /* double; NAN: NULL */
	STORED_FLAG,     /* bool */
	STORED_TEXT,     /* char *, or NULL */
	STORED_NAME,     /* char[] */
	STORED_LINE,     /* char[]; "": NULL */
	STORED_TIME,     /* uint64_t of the wall */
	STORED_END,      /* the same; 0: NULL */
	STORED_WORD,     /* an enum; a word that is not known: NULL */
	STORED_MARKS,    /* uint32_t of SLICE_MARK()s; 0: NULL */
};

struct stored {
	const char *column; /* NULL: the end */
	enum stored_kind kind;
	size_t offset, size;
	const char *(*word)(unsigned value); /* "unknown" behind the last */
};

extern const struct stored stored_run[];     /* struct run */
extern const struct stored stored_trial[];   /* struct trial */
extern const struct stored stored_replica[]; /* struct replica */
extern const struct stored stored_sample[];  /* struct sample, since GO */
extern const struct stored stored_machine[]; /* struct machine_sample, too */
extern const struct stored stored_slice[];   /* struct slice, too */
extern const struct stored stored_counts[];  /* struct ledger_counts */

/* "INSERT INTO `into` (`keys`, …)" of all of the list; the keys, which commas
 * part, are bound first. */
int stored_insert(struct statement *s, const struct store *store,
		  const char *into, const char *keys, const struct stored *list,
		  struct err *err);
void stored_bind(struct statement *s, const struct stored *list,
		 const void *from);

/* "SELECT … FROM `from`" of all of the list. */
int stored_select(struct statement *s, const struct store *store,
		  const struct stored *list, const char *from, struct err *err);

/* Of the row that the statement is at; NULL becomes unknown, texts the caller's.
 * Returns the first column that has no value of its kind: a text for a number, a
 * negative count, one that is too large. It becomes unknown too. NULL: all have. */
const char *stored_read(const struct statement *s, const struct stored *list,
			void *to);

/* Whether a column that is not NULL has a value of its kind. */
bool stored_is_count(sqlite3_stmt *handle, int i);
bool stored_is_number(sqlite3_stmt *handle, int i);
bool stored_is_block(sqlite3_stmt *handle, int i);
bool stored_is_flag(sqlite3_stmt *handle, int i);

/*
 * SQL: of how many slices of a trial the rows are lost; 0 where nothing tells. Its
 * results say how many windows were closed, and slices are numbered from 0. One
 * that runs backwards is not lost: slices_fault() has a sentence for it.
 */
#define STORED_SLICES_LOST(id)                                                 \
	"(SELECT max(abs(ifnull((SELECT slices FROM results WHERE trial = " id \
	" AND replica IS NULL) - ifnull(sum(end_ns IS NOT NULL), 0), 0)), "  \
	"ifnull(max(number) + 1, 0) - count(*)) FROM slices WHERE trial_id = " \
	id ")"

/* Of stored_slice; times that there are not are 0, those of others after
 * `go_ns`. */
const char *stored_read_slice(const struct statement *s, uint64_t go_ns,
			      struct slice *to);

#endif
