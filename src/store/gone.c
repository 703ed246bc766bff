/*
 * A database that was removed, moved or replaced while a run has it open. What is
 * written then goes into a file that nobody finds, and its log stays at the old
 * path, where SQLite would read it into whatever file is put there next.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/invoker.h"
#include "base/mem.h"
#include "store/results_columns.h"
#include "store/spool.h"
#include "store/tables.h"

/* Once it was, it stays so: whoever puts it back may have written to it. */
static bool is_gone(struct store *store)
{
	int moved = 0;

	if (!store->gone &&
	    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED,
				 &moved) == SQLITE_OK)
		store->gone = moved;
	return store->gone;
}

int gone_check(struct store *store, struct err *err)
{
	if (!is_gone(store))
		return 0;
	if (file_exists(store->path))
		return err_set(err, ERR_NOT_FOUND,
			       "another file took the place of %s during the "
			       "run", store->path);
	return err_set(err, ERR_NOT_FOUND,
		       "%s was removed or moved during the run", store->path);
}

/* ------------------------------------------------------------- its trials --- */

static int copy_tables(const struct store *from, const struct store *spool,
		       const char *id, struct err *err)
{
	int code = results_take_columns(spool, from, err);

	for (const char *const *table = tables_written; code == 0 && *table;
	     table++)
		if (strcmp(*table, "runs") != 0)
			code = tables_copy(from, spool, *table, id, err);
	return code;
}

static int rescue_trial(const struct store *store, const struct run *run,
			const char *id, char **folder, struct err *err)
{
	struct store spool;
	char *file = NULL;
	int code = spool_begin(&spool, store->target, run, err);

	if (code == 0)
		code = copy_tables(store, &spool, id, err);
	code = spool_end(&spool, store->target, id, code, &file, err);
	if (code == 0 && !*folder)
		*folder = file_folder(file);
	free(file);
	return code;
}

static int rescue_trials(const struct store *store, const struct run *run,
			 struct rescued *out, struct err *err)
{
	struct statement s;
	int more = 0, code = statement_prepare(
		&s, store, "SELECT id FROM trials WHERE run_id = ? ORDER BY "
			   "start_time", err);

	if (code == 0)
		statement_text(&s, run->id);
	while (code == 0 && (more = statement_step(&s, err)) > 0) {
		const char *id = (const char *)sqlite3_column_text(s.handle, 0);
		bool kept = rescue_trial(store, run, id, &out->folder, err) == 0;

		out->trials += kept;
		out->lost += !kept;
	}
	statement_release(&s);
	return more < 0 ? more : code;
}

/* --------------------------------------------------------------- its files --- */

static bool is_empty(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && !file.st_size;
}

/* Of no use to anybody: the log is empty. */
static void remove_rest(const struct store *store)
{
	char *log = files_beside(store->path, "-wal");
	char *index = files_beside(store->path, "-shm");

	if (is_empty(log) && !file_exists(store->path)) {
		invoker_begin();
		unlink(log);
		unlink(index);
		invoker_end();
	}
	free(log);
	free(index);
}

/* A moved file gets all that is in its log. Who has opened another one at the old
 * path shares the log with us: then it stays as it is. */
static void settle(const struct store *store)
{
	if (!busy_is_shared(store) &&
	    database_run(store, "PRAGMA wal_checkpoint(TRUNCATE)", NULL) == 0)
		remove_rest(store);
}

int store_rescue(struct store *store, const struct run *run,
		 struct rescued *out, struct err *err)
{
	int code;

	*out = (struct rescued){ 0 };
	if (!store->gone || !store->db)
		return 0;
	code = rescue_trials(store, run, out, err);
	settle(store);
	sqlite3_close(store->db);
	store->db = NULL;
	return code < 0 ? code : out->lost ? ERR_FAILED : 0;
}
