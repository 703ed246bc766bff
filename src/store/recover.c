/*
 * Taking in what the spool keeps. A file's rows come in one transaction, and the
 * file goes when that is on the disk: killed in between, the next command finds
 * the trial's id there, and only removes the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/invoker.h"
#include "base/mem.h"
#include "store/migrate.h"
#include "store/results_columns.h"
#include "store/spool.h"
#include "store/tables.h"

#define FILE_MOST (1UL << 30)
#define PAGES_BYTES 512 /* SQLite's are a multiple of it; it takes a cut one */

struct recovery {
	struct store *store;
	char *target;
	struct recovered *out;
	struct err *err;
};

static int fail_damaged(const struct store *spool, struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "%s, which a run left, is damaged, and nothing can be "
		       "taken from it: remove it", spool->path);
}

/* Into memory: what lies there may be another's by the time it is opened by
 * name. Takes nothing of the file for granted. */
static int load(struct store *spool, const struct spool_file *file,
		struct err *err)
{
	int fd = openat(file->folder, file->name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct str bytes = STR_INIT;
	int code;

	*spool = (struct store){ .path = mem_dup(file->path) };
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND
				       : err_sys(err, "cannot open %s",
						 file->path);
	code = file_read_open(fd, file->path, FILE_MOST, &bytes, err);
	close(fd);
	if (code == 0 && (!bytes.len || bytes.len % PAGES_BYTES))
		code = fail_damaged(spool, err);
	if (code == 0)
		code = database_attach(spool, ":memory:", SQLITE_OPEN_READWRITE,
				       err);
	if (code == 0)
		code = database_load(spool, bytes.buf, bytes.len, err);
	str_release(&bytes);
	return code == ERR_INVALID ? fail_damaged(spool, err) : code;
}

/* One text of one row; NULL: none. */
static int ask(const struct store *store, const char *sql, char **out,
	       struct err *err)
{
	struct statement s;
	int code = statement_prepare(&s, store, sql, err);

	*out = NULL;
	if (code == 0)
		code = statement_step(&s, err);
	if (code > 0 && sqlite3_column_text(s.handle, 0))
		*out = mem_dup((const char *)sqlite3_column_text(s.handle, 0));
	statement_release(&s);
	return code < 0 ? code : 0;
}

static bool is_there(const struct store *store, const char *trial_id)
{
	struct statement s;
	bool there = false;

	if (statement_prepare(&s, store, "SELECT 1 FROM trials WHERE id = ?",
			      NULL) == 0) {
		statement_text(&s, trial_id);
		there = statement_step(&s, NULL) > 0;
	}
	statement_release(&s);
	return there;
}

static int copy_all(const struct store *spool, const struct store *store,
		    struct err *err)
{
	int code = results_take_columns(store, spool, err);

	for (const char *const *table = tables_written; code == 0 && *table;
	     table++)
		code = tables_copy(spool, store, *table, NULL, err);
	return code;
}

/* How the run ended, where the database does not know it, or another command
 * thought that it was killed. */
static int copy_end(const struct store *spool, const struct store *store,
		    struct err *err)
{
	struct statement from, to = { 0 };
	int code = statement_prepare(&from, spool,
				     "SELECT end_time, ended, id FROM runs "
				     "WHERE ended IS NOT NULL", err);

	if (code == 0)
		code = statement_prepare(
			&to, store,
			"UPDATE runs SET end_time = ?, ended = ? WHERE id = ? "
			"AND (ended IS NULL OR ended = 'killed')", err);
	if (code == 0)
		code = statement_copy(&from, &to, err);
	statement_release(&from);
	statement_release(&to);
	return code;
}

static int take_in(struct recovery *r, const struct store *spool, char *trial)
{
	bool there;
	int code = database_begin(r->store, r->err);

	if (code < 0)
		return code;
	there = trial && is_there(r->store, trial);
	if (!there)
		code = copy_all(spool, r->store, r->err);
	if (code == 0)
		code = copy_end(spool, r->store, r->err);
	code = database_end(r->store, code, r->err);
	r->out->trials += code == 0 && trial && !there;
	return code;
}

static int remove_file(const struct spool_file *file, struct err *err)
{
	int code;

	invoker_begin();
	code = unlinkat(file->folder, file->name, 0);
	invoker_end();
	if (code < 0 && invoker_refused(errno))
		code = unlinkat(file->folder, file->name, 0);
	if (code == 0 || errno == ENOENT)
		return 0;
	return err_sys(err, "%s has been taken in and cannot be removed",
		       file->path);
}

/* Which database it is for, and its trial. A disk can have lost a part of it. */
static int look_into(struct store *spool, char **target, char **trial,
		     struct err *err)
{
	char *whole = NULL;
	int code = ask(spool, "PRAGMA integrity_check(1)", &whole, NULL);

	if (code == 0)
		code = ask(spool, "SELECT database FROM spool", target, NULL);
	if (code < 0 || !whole || strcmp(whole, "ok") || !*target)
		code = fail_damaged(spool, err);
	free(whole);
	if (code == 0)
		code = migrate_upgrade(spool, err);
	return code == 0 ? ask(spool, "SELECT id FROM trials", trial, err)
			 : code;
}

static int recover_file(struct recovery *r, const struct spool_file *file)
{
	char *target = NULL, *trial = NULL;
	struct store spool;
	int code = load(&spool, file, r->err);

	if (code == 0)
		code = look_into(&spool, &target, &trial, r->err);
	if (code == 0 && !strcmp(target, r->target)) {
		code = take_in(r, &spool, trial);
		if (code == 0)
			code = remove_file(file, r->err);
	}
	database_close(&spool);
	free(target);
	free(trial);
	return code;
}

/* The others are taken in also when one is damaged. */
static int visit(void *context, const struct spool_file *file)
{
	struct recovery *r = context;
	int code = recover_file(r, file);

	if (code == 0 || code == ERR_NOT_FOUND)
		return 0;
	r->out->left++;
	r->out->code = code;
	return code == ERR_INTERRUPTED || code == ERR_CONFLICT ? code : 0;
}

static int count_file(void *context, const struct spool_file *file)
{
	(void)file;
	++*(unsigned *)context;
	return 0;
}

unsigned store_spooled(const char *url)
{
	unsigned count = 0;
	char *path, *target;

	if (database_path(url, &path, NULL) < 0)
		return 0;
	target = spool_target(path);
	spool_each(target, count_file, &count);
	free(target);
	free(path);
	return count;
}

int store_recover(const char *url, struct recovered *out, struct err *err)
{
	struct recovery r = { .out = out, .err = err };
	int code;

	*out = (struct recovered){ 0 };
	code = store_open(&r.store, url, STORE_WRITE, err);
	if (code < 0)
		return code;
	/* A power cut must not take what the spool no longer has. */
	code = database_run(r.store, "PRAGMA synchronous = FULL", err);
	r.target = spool_target(r.store->path);
	if (code == 0)
		spool_each(r.target, visit, &r);
	free(r.target);
	store_close(r.store);
	return code < 0 ? code : out->code;
}
