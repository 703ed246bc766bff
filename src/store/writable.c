/* Whether results can be stored, asked before there are any. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/database.h"

#define OR_ANOTHER "or give another database with --db"

static bool refused(const char *path)
{
	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0;
}

/* By errno of faccessat(). */
static int fail(const char *what, const char *path, struct err *err)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return err_set(err, ERR_SYSTEM,
			       "there is no folder %s for the database: make it, "
			       OR_ANOTHER, path);
	if (errno == EROFS)
		return err_set(err, ERR_SYSTEM,
			       "%s %s is on a file system that is mounted "
			       "read-only: mount it to be written, " OR_ANOTHER,
			       what, path);
	return err_set(err, ERR_SYSTEM,
		       "%s %s cannot be written, %s: change that, " OR_ANOTHER,
		       what, path, strerror(errno));
}

/* SQLite writes two files beside it, which another user may have left. */
static int check_files(const char *path, struct err *err)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(ends) / sizeof(*ends); i++) {
		char *file = mem_printf("%s%s", path, ends[i]);

		if (refused(file) && errno != ENOENT)
			code = fail(i ? "the database's" : "the database", file,
				    err);
		free(file);
	}
	return code;
}

int store_check_writable(const char *url, struct err *err)
{
	struct store store = { 0 };
	char *folder;
	int code = database_path(url, &store.path, err);

	if (code < 0)
		return code;
	folder = file_folder(store.path);
	if (refused(folder))
		code = fail("the database's folder", folder, err);
	else
		code = check_files(store.path, err);
	if (code == 0 && !room_for_trial(&store))
		code = err_set(err, ERR_SYSTEM,
			       "the disk of %s is full, and a trial's results "
			       "find no room: free some, " OR_ANOTHER,
			       store.path);
	free(folder);
	database_close(&store);
	return code;
}
