/* Whether results can be stored, asked before there are any, or when they were
 * refused. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/database.h"

#define OR_ANOTHER "or give another database with --db"

static bool refused(const char *path)
{
	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0;
}

static int fail_missing(const char *folder, const char *path, const char *real,
			struct err *err)
{
	if (strcmp(path, real))
		return err_set(err, ERR_SYSTEM,
			       "%s is a link to %s, which does not exist, nor "
			       "does its folder: make %s, " OR_ANOTHER, path,
			       real, folder);
	return err_set(err, ERR_SYSTEM,
		       "there is no folder %s for the database %s: make it, "
		       OR_ANOTHER, folder, path);
}

/* By errno of faccessat(). */
static int fail(const char *what, const char *path, struct err *err)
{
	if (errno == EROFS)
		return err_set(err, ERR_SYSTEM,
			       "%s %s is on a file system that is mounted "
			       "read-only: mount it to be written, " OR_ANOTHER,
			       what, path);
	return err_set(err, ERR_SYSTEM,
		       "%s %s cannot be written, %s: change that, " OR_ANOTHER,
		       what, path, strerror(errno));
}

static int check_folder(const char *path, struct err *err)
{
	char *real = files_real(path), *folder = file_folder(real);
	int code = 0;

	if (refused(folder) && (errno == ENOENT || errno == ENOTDIR))
		code = fail_missing(folder, path, real, err);
	else if (refused(folder))
		code = fail("the database's folder", folder, err);
	free(folder);
	free(real);
	return code;
}

static int check_file(const char *what, const char *path, struct err *err)
{
	struct stat file;

	if (stat(path, &file) == 0 && !S_ISREG(file.st_mode))
		return err_set(err, ERR_SYSTEM,
			       "%s %s is %s: move it away, " OR_ANOTHER, what,
			       path,
			       S_ISDIR(file.st_mode) ? "a folder"
						     : "no regular file");
	if (refused(path) && errno != ENOENT)
		return fail(what, path, err);
	return 0;
}

/* SQLite writes files beside it, which another user may have left. */
static int check_files(const char *path, struct err *err)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < FILES_COUNT; i++) {
		char *file = files_beside(path, files_ends[i]);

		code = check_file(i ? "the database's" : "the database", file,
				  err);
		free(file);
	}
	return code;
}

int writable_check(const char *path, struct err *err)
{
	int code = check_folder(path, err);

	return code == 0 ? check_files(path, err) : code;
}

static int fail_room(const struct store *store, struct err *err)
{
	if (room_lacks_files(store))
		return err_set(err, ERR_SYSTEM,
			       "the file system of %s has no inodes left for "
			       "the files of a run: remove some files, "
			       OR_ANOTHER, store->path);
	return err_set(err, ERR_SYSTEM,
		       "the disk of %s is full, and a trial's results find no "
		       "room: free some, " OR_ANOTHER, store->path);
}

int store_check_writable(const char *url, struct err *err)
{
	struct store store = { 0 };
	int code = database_path(url, &store.path, err);

	if (code < 0)
		return code;
	code = writable_check(store.path, err);
	if (code == 0 && !room_for_trial(&store))
		code = fail_room(&store, err);
	database_close(&store);
	return code;
}
