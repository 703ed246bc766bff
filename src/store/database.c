#include "store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/invoker.h"
#include "base/mem.h"

#define READ_ONLY_TEXT                                                         \
	"%s: the database cannot be written: change its permissions, or give " \
	"another with --db"

/* Names to which SQLite gives a meaning of its own: a distribution's may read
 * file:NAME as a URL, which can ask for a database in memory. */
static bool is_special(const char *path)
{
	return !strncmp(path, "file:", 5) || *path == ':';
}

int database_path(const char *url, char **out, struct err *err)
{
	const char *path = url;

	if (!strncmp(url, "sqlite:///", 10))
		path = url + 10;
	else if (strstr(url, "://") || !strncmp(url, "sqlite:", 7))
		return err_set(err, ERR_USAGE,
			       "the database is '%s': only SQLite files can be "
			       "used, as sqlite:///FILE",
			       url);
	if (!*path || !strcmp(path, ":memory:"))
		return err_set(err, ERR_USAGE,
			       "the database '%s' names no file: write it as "
			       "sqlite:///FILE",
			       url);
	if (path != url && strchr(path, '?'))
		return err_set(err, ERR_USAGE,
			       "the database is '%s': it takes no parameters: "
			       "write sqlite:///FILE", url);
	*out = mem_printf("%s%s", is_special(path) ? "./" : "", path);
	return 0;
}

static int fail_busy(const struct store *store, struct err *err)
{
	char holder[64];

	if (store->busy.interrupted)
		return err_set(err, ERR_INTERRUPTED,
			       "interrupted while waiting for the database %s",
			       store->path);
	busy_holder(store, holder, sizeof(holder));
	return err_set(err, ERR_CONFLICT,
		       "%s: the database is in use by %s: try again when that "
		       "has ended", store->path, holder);
}

static int not_ours(const struct store *store, struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "%s is not a database of this program: give another "
		       "with --db", store->path);
}

bool database_is_full(const struct store *store)
{
	int code = sqlite3_errcode(store->db) & 0xff;
	int error = sqlite3_system_errno(store->db);

	if (code == SQLITE_FULL)
		return true;
	return (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) &&
	       (error == ENOSPC || error == EDQUOT || room_is_none(store) ||
		room_is_limited(store));
}

/* SQLite says the same for many reasons: what is there says more. */
static bool is_refused(const struct store *store, int code)
{
	int error = sqlite3_system_errno(store->db);

	return code == SQLITE_READONLY || code == SQLITE_CANTOPEN ||
	       (code == SQLITE_IOERR &&
		(error == EROFS || error == EACCES || error == EPERM ||
		 error == EISDIR));
}

static int fail_system(const struct store *store, const char *doing,
		       struct err *err)
{
	int error = sqlite3_system_errno(store->db);

	return err_set(err, ERR_SYSTEM, "%s: cannot %s: %s%s%s: give another "
		       "with --db", store->path, doing,
		       sqlite3_errmsg(store->db), error ? ", " : "",
		       error ? strerror(error) : "");
}

static int fail_full(const struct store *store, struct err *err)
{
	if (room_lacks_files(store))
		return err_set(err, ERR_SYSTEM,
			       "%s: its file system has no inodes left for "
			       "another file: remove some, or give another "
			       "with --db", store->path);
	return err_set(err, ERR_SYSTEM,
		       "%s: its disk is full: free some room, or give another "
		       "with --db", store->path);
}

int database_damaged(const struct store *store, struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "%s is damaged: keep a copy, and try `sqlite3 %s "
		       ".recover`, or give another with --db",
		       store->path, store->path);
}

/* Our statements are right, so it is what they are for that is not. */
static int fail_tables(const struct store *store, struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "%s is damaged, for its tables are not those of this "
		       "program (%s): keep a copy, and mend them with `sqlite3 "
		       "%s`, or give another with --db", store->path,
		       sqlite3_errmsg(store->db), store->path);
}

int database_fail(const struct store *store, const char *doing,
		  struct err *err)
{
	int code = sqlite3_errcode(store->db) & 0xff;
	char limit[ERR_LIMIT_BYTES];
	int why;

	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return fail_busy(store, err);
	if (code == SQLITE_CORRUPT)
		return database_damaged(store, err);
	if (code == SQLITE_ERROR)
		return fail_tables(store, err);
	if (code == SQLITE_NOTADB)
		return not_ours(store, err);
	if (is_refused(store, code)) {
		why = writable_check(store->path, err);
		if (why < 0)
			return why;
	}
	if (code == SQLITE_READONLY)
		return err_set(err, ERR_SYSTEM, READ_ONLY_TEXT, store->path);
	if (database_is_full(store) && room_is_limited(store) &&
	    err_file_limit(limit))
		return err_set(err, ERR_SYSTEM,
			       "%s: it cannot grow: %s, or give another with "
			       "--db", store->path, limit);
	if (database_is_full(store))
		return fail_full(store, err);
	return fail_system(store, doing, err);
}

/* Another program that makes the same database at this moment: SQLite does not
 * wait for it when the journal's mode changes, so we do. */
static int use_wal(struct store *store, struct err *err)
{
	int code;

	for (int waited = 0;; waited++) {
		code = database_run(store, "PRAGMA journal_mode = WAL;", err);
		if (code != ERR_CONFLICT || !busy_wait(store, waited))
			return code;
	}
}

/* Nothing is written to another program's tables, not even how they are kept. */
static int check_ours(const struct store *store, struct err *err)
{
	struct statement s;
	int code = statement_prepare(
		&s, store,
		"SELECT count(*) FROM sqlite_master WHERE NOT EXISTS (SELECT 1 "
		"FROM pragma_table_info('schema_migrations') WHERE name = "
		"'number')", err);

	if (code == 0)
		code = statement_step(&s, err);
	if (code > 0)
		code = sqlite3_column_int(s.handle, 0) ? not_ours(store, err)
						       : 0;
	statement_release(&s);
	return code;
}

/* Who keeps all others out needs no file that it shares with them. The log stays
 * as it is. */
static int be_alone(const struct store *store, struct err *err)
{
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return database_run(store, "PRAGMA locking_mode = EXCLUSIVE", err);
}

/* WAL lets readers and the writer work side by side; NORMAL cannot lose a
 * transaction to a killed process, only to a power cut. */
static int set_up(struct store *store, bool write, struct err *err)
{
	int code;

	sqlite3_busy_handler(store->db, busy_wait, store);
	/* The name of a column that is missing is no text. */
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	code = store->alone ? be_alone(store, err) : 0;
	if (code == 0)
		code = database_run(store,
				    "PRAGMA foreign_keys = ON;"
				    "PRAGMA synchronous = NORMAL;"
				    "PRAGMA trusted_schema = OFF;"
				    "SELECT count(*) FROM sqlite_master;",
				    err);
	if (code == 0)
		code = check_ours(store, err);
	if (code == 0 && write)
		code = use_wal(store, err);
	return code;
}

/* Where a file may not be made SQLite tries again without making it, and says
 * that there is none. */
static int fail_open(const struct store *store, bool write, struct err *err)
{
	int error = sqlite3_system_errno(store->db);
	int code = write ? writable_check(store->path, err) : 0;

	if (code < 0)
		return code;
	if (write && (room_is_none(store) || room_lacks_files(store)))
		return fail_full(store, err);
	return err_set(err, ERR_SYSTEM,
		       "cannot open the database %s: %s: give another with "
		       "--db", store->path, strerror(error ? error : EIO));
}

int database_attach(struct store *store, const char *name, int flags,
		    struct err *err)
{
	bool write = flags & SQLITE_OPEN_CREATE;
	int code;

	sqlite3_close(store->db);
	store->db = NULL;
	code = sqlite3_open_v2(name, &store->db, flags, NULL);
	if (code != SQLITE_OK)
		return fail_open(store, write, err);
	code = set_up(store, write, err);
	if (code == 0 && write)
		gone_begin(store);
	if (code == 0 && write && sqlite3_db_readonly(store->db, "main") == 1)
		return err_set(err, ERR_SYSTEM, READ_ONLY_TEXT, store->path);
	return code;
}

/* What the person may not write, root may, but through no link. */
static int open_as_root(struct store *store, int flags, struct err *err)
{
	char *folder = file_folder(store->path);
	char *real = realpath(folder, NULL);
	char *name = mem_printf("%s/%s", real ? real : folder,
				file_name(store->path));
	int code = database_attach(store, name, flags | SQLITE_OPEN_NOFOLLOW,
				   err);

	free(name);
	free(real);
	free(folder);
	return code;
}

/* SQLite would lay files beside it that have its mode, and leave them there. */
static int check_mode(const struct store *store, struct err *err)
{
	if (faccessat(AT_FDCWD, store->path, W_OK, AT_EACCESS) == 0 ||
	    (errno != EACCES && errno != EPERM))
		return 0;
	return file_exists(store->path) ? err_set(err, ERR_SYSTEM,
						  READ_ONLY_TEXT, store->path)
					: 0;
}

/* The database and what SQLite lays beside it belong to who asked. */
int database_open_writable(struct store *store, bool create,
			   struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
	int code;

	invoker_begin();
	code = create ? check_mode(store, err) : 0;
	if (code == 0)
		code = database_attach(store, store->path, flags, err);
	invoker_end();
	if (code == ERR_SYSTEM && invoker_refused(EACCES))
		code = open_as_root(store, flags, err);
	return code;
}

int database_open(struct store *store, const char *path, bool create,
		  struct err *err)
{
	int code;

	store->path = mem_dup(path);
	if (file_is_dir(path))
		return err_set(err, ERR_USAGE,
			       "the database '%s' is a folder: name a file in "
			       "it",
			       path);
	if (file_exists(path) && !file_is_regular(path))
		return err_set(err, ERR_USAGE,
			       "the database '%s' is no regular file: give "
			       "another with --db", path);
	if (!create && !file_exists(path))
		return err_set(err, ERR_NOT_FOUND,
			       "there is no database at %s: run `benchmark "
			       "run-all` first, or give another with --db",
			       path);
	code = busy_check_strangers(store, err);
	if (code < 0)
		return code;
	if (!create && readonly_is(path))
		return readonly_open(store, err);
	if (!create && readonly_is_full(store))
		return readonly_open_full(store, err);
	code = database_open_writable(store, create, err);
	if (code < 0 && !create && database_is_full(store))
		code = readonly_open_full(store, err);
	return code;
}

int database_load(struct store *store, const void *bytes, size_t n,
		  struct err *err)
{
	unsigned char *copy = sqlite3_malloc64(n);
	int code = SQLITE_NOMEM;

	if (copy) {
		memcpy(copy, bytes, n);
		code = sqlite3_deserialize(
			store->db, "main", copy, (sqlite3_int64)n,
			(sqlite3_int64)n,
			SQLITE_DESERIALIZE_FREEONCLOSE |
				SQLITE_DESERIALIZE_RESIZEABLE);
	}
	if (code == SQLITE_OK)
		return database_run(store,
				    "SELECT count(*) FROM sqlite_master", err);
	return err_set(err, ERR_SYSTEM, "%s cannot be loaded: %s", store->path,
		       sqlite3_errstr(code));
}

void database_close(struct store *store)
{
	room_release(store);
	sqlite3_close(store->db);
	free(store->path);
	free(store->target);
	store->db = NULL;
	store->path = store->target = NULL;
}

int database_run(const struct store *store, const char *sql, struct err *err)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return database_fail(store, "write", err);
}

int database_begin(const struct store *store, struct err *err)
{
	return database_run(store, "BEGIN IMMEDIATE", err);
}

int database_end(const struct store *store, int code, struct err *err)
{
	if (code == 0)
		code = database_run(store, "COMMIT", err);
	if (code < 0)
		database_run(store, "ROLLBACK", NULL);
	return code;
}
