/*
 * Databases that are read and cannot, or must not, be changed: in a folder or on
 * a mount where nothing may be written, on a disk that is full, or of an older
 * schema.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "store/database.h"

static bool may_write(const char *path)
{
	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* SQLite lays two files beside a database, also to read it. */
bool readonly_is(const char *path)
{
	char *folder = files_folder(path);
	bool writable = may_write(path) && may_write(folder);

	free(folder);
	return !writable;
}

/* Of a file beside it; 0: there is none. */
static off_t size_of(const char *path, const char *end)
{
	char *name = files_beside(path, end);
	struct stat file;
	off_t size = stat(name, &file) == 0 ? file.st_size : 0;

	free(name);
	return size;
}

/* What is in it is newer than what the file holds, or, in a journal of a database
 * that has no such log, older than what was half written. */
static bool has_log(const char *path)
{
	return size_of(path, "-wal") > 0 || size_of(path, "-journal") > 0;
}

static void add_url(struct str *url, const char *path)
{
	/* What follows two slashes would be a host. */
	str_add(url, *path == '/' ? "file://" : "file:");
	for (; *path; path++) {
		if (*path == '?' || *path == '#' || *path == '%')
			str_addf(url, "%%%02x", (unsigned char)*path);
		else
			str_add_char(url, *path);
	}
	str_add(url, "?immutable=1");
}

static void note_file(struct store *store)
{
	struct stat file;

	store->immutable = stat(store->path, &file) == 0;
	store->size = file.st_size;
	store->changed = file.st_mtim;
}

/* Without the two files nobody writes now; whether somebody began to is asked
 * again when all has been read. */
static int open_immutable(struct store *store, struct err *err)
{
	struct str url = STR_INIT;
	int code;

	note_file(store);
	add_url(&url, store->path);
	code = database_attach(store, url.buf,
			       SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
	str_release(&url);
	return code;
}

int readonly_open(struct store *store, struct err *err)
{
	int code;

	if (!has_log(store->path))
		return open_immutable(store, err);
	code = database_attach(store, store->path, SQLITE_OPEN_READONLY, err);
	if (code != ERR_SYSTEM)
		return code;
	return err_set(err, ERR_SYSTEM,
		       "%s cannot be read where it is: its newest rows are in "
		       "%s-wal, and nothing may be written beside it: copy "
		       "both files to a folder where you may write, and give "
		       "that with --db", store->path, store->path);
}

/* What others share with us has its room already. */
#define SHARED_BYTES 32768

bool readonly_is_full(const struct store *store)
{
	return size_of(store->path, "-shm") < SHARED_BYTES &&
	       room_is_none(store);
}

int readonly_open_full(struct store *store, struct err *err)
{
	if (!has_log(store->path))
		return open_immutable(store, err);
	store->alone = true;
	return database_open_writable(store, false, err);
}

int readonly_check(const struct store *store, struct err *err)
{
	struct stat file;

	if (!store->immutable ||
	    (stat(store->path, &file) == 0 && file.st_size == store->size &&
	     file.st_mtim.tv_sec == store->changed.tv_sec &&
	     file.st_mtim.tv_nsec == store->changed.tv_nsec))
		return 0;
	return err_set(err, ERR_CONFLICT,
		       "%s was written to while it was read: try again",
		       store->path);
}

static int copy_pages(struct store *store, sqlite3 *to)
{
	sqlite3_backup *copy = sqlite3_backup_init(to, "main", store->db,
						   "main");
	int code = SQLITE_NOMEM;

	if (!copy)
		return sqlite3_errcode(to);
	for (int tries = 0;; tries++) {
		code = sqlite3_backup_step(copy, -1);
		if ((code != SQLITE_BUSY && code != SQLITE_LOCKED) ||
		    !busy_wait(store, tries))
			break;
	}
	sqlite3_backup_finish(copy);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

int readonly_copy(struct store *store, struct err *err)
{
	sqlite3 *memory = NULL;
	int code = sqlite3_open_v2(":memory:", &memory,
				   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
				   NULL);

	if (code == SQLITE_OK)
		code = copy_pages(store, memory);
	if (code != SQLITE_OK) {
		sqlite3_close(memory);
		return err_set(err, ERR_SYSTEM,
			       "%s cannot be copied into memory, to be read "
			       "with a newer schema: %s", store->path,
			       sqlite3_errstr(code));
	}
	sqlite3_close(store->db);
	store->db = memory;
	return 0;
}
