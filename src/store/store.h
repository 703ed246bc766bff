/*
 * The database: SQLite in WAL mode, one file. Everything about SQL is in this
 * room. Tables and columns, with units, are in docs/schema.md.
 *
 * A finished trial is written in one transaction, so a run that is killed at
 * any moment leaves a valid database with every trial that was finished.
 *
 * A database's name is a URL as SQLAlchemy writes it: sqlite:///FILE is below
 * the current folder, sqlite:////FOLDER/FILE is absolute; a plain path is fine.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "record/result.h"
#include "record/trial.h"

/* How a person removes a trial, by its id: SQLite does not follow what refers to
 * it unless it is told to. */
#define STORE_REMOVE                                                           \
	"`PRAGMA foreign_keys = ON; DELETE FROM trials WHERE id = '%s'`"

struct store;
struct finished;     /* record/finished.h */
struct trial_rounds; /* record/rounds.h */

enum store_mode {
	STORE_READ,  /* ERR_NOT_FOUND where there is none; changes nothing but
		      * results (store_renew()), nor needs to: a copy in memory
		      * gets a newer schema */
	STORE_WRITE, /* made where there is none, upgraded to the newest schema */
};

/* ERR_USAGE: a URL of something else. ERR_CONFLICT: of a newer version of this
 * program, or locked for long by another. ERR_INTERRUPTED: the person did not
 * want to wait for that. ERR_INVALID: not a database. */
int store_open(struct store **out, const char *url, enum store_mode mode,
	       struct err *err);
void store_close(struct store *store); /* NULL is fine */

/* The whole path of the file that a URL names, for a sentence; the caller frees.
 * NULL: it names none. */
char *store_file(const char *url);

int store_begin_run(struct store *store, const struct run *run,
		    struct err *err);
int store_end_run(struct store *store, const struct run *run, enum run_end end,
		  struct err *err);

/* What the database knows of a run; `id` NULL: of the newest. The caller releases
 * it. ERR_NOT_FOUND: there is none. */
int store_read_run(struct store *store, const char *id, struct run *out,
		   struct err *err);

/* It goes on: has not ended any more, until store_end_run(). ERR_NOT_FOUND. */
int store_resume_run(struct store *store, const char *id, struct err *err);

/* All of a trial or, on failure, nothing of it. ERR_NOT_FOUND, also of the end of a
 * run: the file was removed, moved or replaced since it was opened. Nothing is stored
 * in it then, and store_rescue() has the rest. */
int store_add_trial(struct store *store, const struct run *run,
		    const struct trial *trial, const struct summary *summary,
		    struct err *err);

/*
 * Keeps room on the file system for so many trials, with the replicas and samples,
 * slices included, of all of them, until one of them is stored. What was kept
 * before is given up. ERR_FAILED: there is none, and none is kept; the sentence
 * says how much is needed.
 */
int store_reserve(struct store *store, unsigned trials, unsigned replicas,
		  uint64_t samples, struct err *err);

/* Whether a run could store anything there now; leaves no file. The sentence ends
 * with a colon and the remedy. */
int store_check_writable(const char *url, struct err *err);

/* Whether what is there is a whole database: each page is read, and
 * the tables have what this program writes. One that does not exist is fine.
 * ERR_INVALID: it is damaged. ERR_INTERRUPTED: the person had enough of it. */
int store_check_whole(const char *url, struct err *err);

/*
 * Where a trial, or the end of a run, cannot be stored, it is kept in a file of
 * its own, below XDG_STATE_HOME (else ~/.local/state) or in the temporary
 * folder. Its path in *file is the caller's. ERR_SYSTEM: nowhere.
 */
int store_spool_trial(const struct store *store, const struct run *run,
		      const struct trial *trial, const struct summary *summary,
		      char **file, struct err *err);
int store_spool_end(const struct store *store, const struct run *run,
		    enum run_end how, char **file, struct err *err);

/*
 * Of a database that is gone: keeps what it has of the run in the spool, and gives
 * the file up. Where a file was moved, it is whole afterwards. Does nothing the
 * second time. ERR_FAILED: some trials are lost, and `err` says why the last of them.
 */
struct rescued {
	unsigned trials, lost;
	char *folder; /* where they are, the caller's; NULL: there are none */
};
int store_rescue(struct store *store, const struct run *run,
		 struct rescued *out, struct err *err);

/* How many files wait for this database. */
unsigned store_spooled(const char *url);

/* Takes them in and removes them, each whole or not at all, and none twice,
 * whenever this is killed. Negative when some are left, with the sentence for the
 * last of them. */
struct recovered {
	unsigned trials, left;
	int code; /* 0: none is left */
};
int store_recover(const char *url, struct recovered *out, struct err *err);

/* Calls `row` for each trial (or each replica), the oldest first, one row in
 * memory at a time; the row is the store's. Ends early with what `row` returns
 * when that is not 0. */
int store_each_result(struct store *store, bool per_replica,
		      int (*row)(void *context, const struct result_row *row),
		      void *context, struct err *err);

/*
 * Calls `trial` for each trial of the database, or of the run `run_id` (NULL:
 * all), the oldest first, with its slices and its totals over the windows. All is
 * the store's until `trial` returns; it ends early as store_each_result() does.
 */
int store_each_rounds(struct store *store, const char *run_id,
		      int (*trial)(void *context,
				   const struct trial_rounds *trial),
		      void *context, struct err *err);

/*
 * Calls `give` for each trial of the database, or of the run `run_id` (NULL:
 * all): those of a run, the newest first, and in it those of a comparison, come
 * one behind the other, by block. `one` is what a run keeps of a trial, from now on the
 * callback's; its `comparison` is empty where it counts in no figure of one. It
 * is ready or not as stored, and `unready` unknown. `about` is the store's until
 * `give` returns. As store_each_result().
 */
int store_each_finished(struct store *store, const char *run_id,
			int (*give)(void *context, struct finished *one,
				    const struct trial_rounds *about),
			void *context, struct err *err);

/* Calls `give` for each run that has trials and whose environment is known, the
 * oldest first: its id, and a JSON object (struct environment, more_json). As
 * store_each_result(). */
int store_each_environment(struct store *store,
			   int (*give)(void *context, const char *run_id,
				       const char *json),
			   void *context, struct err *err);

/* The same for each library of each run: a JSON object, what its replicas said of
 * versions when they were ready. */
int store_each_versions(struct store *store,
			int (*give)(void *context, const char *run_id,
				    const char *library, const char *json),
			void *context, struct err *err);

/* Calls `give` for each run, the newest first, or for `run_id` alone (NULL: all);
 * `ended` is a word of RUN_ENDS, or NULL where the database does not say. The run
 * is the store's. ERR_NOT_FOUND: there is none of that id. Otherwise as
 * store_each_result(). */
int store_each_run(struct store *store, const char *run_id,
		   int (*give)(void *context, const struct run *run,
			       const char *ended),
		   void *context, struct err *err);

/* Calls `give` for each library of each run, with what its replicas said of the
 * settings that it cannot be told ("keep_alive,use_dns_cache"; NULL: none) and of
 * itself (sentences, one a line; NULL: none). As store_each_result(). */
int store_each_setting(struct store *store, const char *run_id,
		       int (*give)(void *context, const char *run_id,
				   const char *library, const char *not_applied,
				   const char *notes),
		       void *context, struct err *err);

/* A run that did not make all of its trials, or has not yet. */
struct cut_run {
	const char *id, *start_time;
	const char *ended; /* a word of RUN_ENDS; NULL: it runs, or was killed
			    * and no command has looked since */
	uint64_t trials;   /* of it in the database; 0 only of the newest run,
			    * which was cut in its first block */
};

/* The oldest first; as store_each_result(). */
int store_each_cut_run(struct store *store,
		       int (*run)(void *context, const struct cut_run *run),
		       void *context, struct err *err);

/* The newest `most` trials, the oldest of them first. */
int store_recent_results(struct store *store, unsigned most,
			 int (*row)(void *context,
				    const struct result_row *row),
			 void *context, struct err *err);

/*
 * Reads a whole trial back, as it was when it was judged, and its run. What was
 * not stored then is unknown. The caller releases the trial and
 * the run. ERR_NOT_FOUND: there is none. ERR_INVALID: it is not whole.
 *
 * `damaged`: how many replicas have a latency histogram that is not whole, which
 * is empty then; `err` tells of one. NULL: such a trial is not whole.
 */
int store_read_trial(struct store *store, const char *id, struct trial *out,
		     struct run *run, unsigned *damaged, struct err *err);

/* What makes results, from a trial as it was read back or measured; the number
 * is a higher one when it makes others. */
struct store_analysis {
	unsigned number;
	void (*make)(const struct trial *trial, const struct run *run,
		     struct summary *out);
};

/*
 * Makes results again that an older analysis made, or that are missing: in the
 * database, or where it cannot be written, in a copy in memory, which the store
 * then is. Returns how many trials are not whole and keep those that they have;
 * `err` then says what is wrong with the first. ERR_INTERRUPTED: the person did
 * not want to wait.
 */
int store_renew(struct store *store, const struct store_analysis *analysis,
		struct err *err);

/* Whether `path` is the database, or one of the files that SQLite keeps beside
 * it: it must not be written. */
bool store_has_file(const struct store *store, const char *path);

/*
 * Schemas. `target` is "head", "base" (nothing left), "+1", "-1" or a number
 * such as "0001". What was done is added to `report`, a line a step. Each step
 * is a transaction: a failure leaves the step before it. ERR_USAGE: the target
 * does not exist, or lies the other way. ERR_NOT_FOUND: a database that does not
 * exist cannot be downgraded.
 */
enum store_way { STORE_UP, STORE_DOWN };
int store_migrate(const char *url, enum store_way way, const char *target,
		  struct str *report, struct err *err);

/* One line: "0002 results (head)", or "no database yet". Makes no file. */
int store_current(const char *url, struct str *report, struct err *err);

/* A line for each schema that this program knows. */
int store_history(const char *url, struct str *report, struct err *err);

#endif
