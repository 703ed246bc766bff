/*
 * A database that was removed, moved or replaced while a run has it open. What is
 * written then goes into a file that nobody finds, and its log stays at the old
 * path, where SQLite would read it into whatever file is put there next.
 */
#include <dirent.h>
#include <limits.h>
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

static void note(struct opened *out, const char *path)
{
	struct stat file;

	*out = (struct opened){ 0 };
	if (stat(path, &file) == 0)
		*out = (struct opened){ file.st_dev, file.st_ino };
}

void gone_begin(struct store *store)
{
	char *log = files_beside(store->path, "-wal");
	char *index = files_beside(store->path, "-shm");

	/* Who has read it in WAL mode has made both, and holds them. */
	database_run(store, "SELECT count(*) FROM sqlite_master", NULL);
	note(&store->file, store->path);
	note(&store->log, log);
	note(&store->index, index);
	free(log);
	free(index);
}

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
	/* Its folder may have been moved, with us in it. */
	if (file_exists(store->target))
		return err_set(err, ERR_NOT_FOUND,
			       "another file took the place of %s during the "
			       "run", store->target);
	return err_set(err, ERR_NOT_FOUND,
		       "%s was removed or moved during the run", store->target);
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

static bool is_of(const struct stat *file, const struct opened *opened)
{
	return file->st_ino == opened->inode && file->st_dev == opened->device;
}

/* Where it is now: an open descriptor knows its path. The caller frees it; NULL: it
 * was removed, or nobody knows. */
static char *present_path(const struct opened *opened)
{
	DIR *fds = opendir("/proc/self/fd");
	struct dirent *entry;
	char path[PATH_MAX];
	struct stat file;
	ssize_t n = 0;

	while (fds && n <= 0 && (entry = readdir(fds)))
		if (fstatat(dirfd(fds), entry->d_name, &file, 0) == 0 &&
		    file.st_nlink && is_of(&file, opened))
			n = readlinkat(dirfd(fds), entry->d_name, path,
				       sizeof(path) - 1);
	if (fds)
		closedir(fds);
	if (n <= 0)
		return NULL;
	path[n] = '\0';
	return mem_dup(path);
}

/* Somebody has opened it where it is now, and has written: beside it lies a log that
 * is not ours. As long as we hold the file, its last user cannot remove that. What
 * our log has is older than what they wrote. */
static bool is_written_elsewhere(const struct store *store)
{
	char *path = present_path(&store->file);
	char *log = path ? files_beside(path, "-wal") : NULL;
	struct stat file;
	bool written = log && stat(log, &file) == 0 && file.st_size > 0 &&
		       !is_of(&file, &store->log);

	free(log);
	free(path);
	return written;
}

/* Nobody else's, who may have put one of that name there meanwhile. */
static void remove_if_ours(const char *path, const struct opened *opened)
{
	struct stat file;

	if (path && stat(path, &file) == 0 && is_of(&file, opened))
		unlink(path);
}

/* A moved file gets all that is in its log, unless another program has written a log
 * of its own for it. The old log goes, so that no file that is put there gets it. Who
 * has opened one at the old path shares it with us: then it stays as it is. SQLite
 * itself writes nothing into a file that was moved when it is closed. */
static void settle_and_close(struct store *store)
{
	char *log = present_path(&store->log);
	char *index = present_path(&store->index);
	bool done = !busy_is_shared(store) &&
		    (is_written_elsewhere(store) ||
		     database_run(store, "PRAGMA wal_checkpoint(TRUNCATE)",
				  NULL) == 0);

	sqlite3_close(store->db);
	store->db = NULL;
	invoker_begin();
	if (done) {
		remove_if_ours(log, &store->log);
		remove_if_ours(index, &store->index);
	}
	invoker_end();
	free(log);
	free(index);
}

int store_rescue(struct store *store, const struct run *run,
		 struct rescued *out, struct err *err)
{
	int code;

	*out = (struct rescued){ 0 };
	if (!store->gone || !store->db)
		return 0;
	code = rescue_trials(store, run, out, err);
	settle_and_close(store);
	return code < 0 ? code : out->lost ? ERR_FAILED : 0;
}
