/* Room for trials that have not been measured yet: blocks of a file without a
 * name, beside the database, given back just before they are needed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "store/database.h"

/* A transaction writes each page that it touches to the log, and the log is
 * written to the file later. Measured: 75 KiB for a trial, 0.4 KiB for each sample;
 * a replica that fails may have a long say. */
#define TRIAL_BYTES (96ULL << 10)
#define REPLICA_BYTES (16ULL << 10)
#define SAMPLE_BYTES 450ULL

/* The origin was forked since, and has the file open as well: it goes on when we
 * close it, but its blocks are given back at once. */
void room_release(struct store *store)
{
	if (store->room > 0) {
		int error = ftruncate(store->room, 0);

		(void)error; /* closing it gives it back then, if later */
		close(store->room);
	}
	store->room = 0;
}

/* File systems without nameless files, or without blocks to reserve, can still be
 * asked how many there are. */
static int look(const char *folder, uint64_t need)
{
	struct statvfs fs;

	if (statvfs(folder, &fs) < 0 || !fs.f_blocks)
		return 0; /* not known */
	return (uint64_t)fs.f_bavail * fs.f_frsize >= need ? 0 : ENOSPC;
}

/* SQLite has no room for its own files, of which there are two. A file system
 * that does not count its files says that it has 0. */
#define LEAST_BYTES (64ULL << 10)
#define LEAST_FILES 2

bool room_is_none(const struct store *store)
{
	char *folder = files_folder(store->path);
	struct statvfs fs;
	bool none = look(folder, LEAST_BYTES) != 0 ||
		    (statvfs(folder, &fs) == 0 && fs.f_files &&
		     fs.f_favail < LEAST_FILES);

	free(folder);
	return none;
}

/* SQLite does not always keep the error that a write had. */
bool room_is_limited(const struct store *store)
{
	char *log = files_beside(store->path, "-wal");
	const char *const paths[] = { store->path, log };
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	struct stat file;
	bool limited = false;

	getrlimit(RLIMIT_FSIZE, &limit);
	for (unsigned i = 0; i < 2 && limit.rlim_cur != RLIM_INFINITY; i++)
		limited = limited ||
			  (stat(paths[i], &file) == 0 &&
			   (uint64_t)file.st_size + LEAST_BYTES >
				   limit.rlim_cur);
	free(log);
	return limited;
}

/* Of the database and the two beside it. */
static unsigned missing_files(const struct store *store)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	unsigned missing = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		char *file = files_beside(store->path, ends[i]);

		missing += !file_exists(file);
		free(file);
	}
	return missing;
}

/* One more is that which keeps the room. */
bool room_lacks_files(const struct store *store)
{
	char *folder = files_folder(store->path);
	struct statvfs fs;
	bool lacks = statvfs(folder, &fs) == 0 && fs.f_files &&
		     fs.f_favail < missing_files(store) + 1;

	free(folder);
	return lacks;
}

static int keep(struct store *store, const char *folder, uint64_t need)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int error = fd < 0 ? errno : posix_fallocate(fd, 0, (off_t)need);

	if (error == 0)
		store->room = fd;
	else if (fd >= 0)
		close(fd);
	if (error && error != ENOSPC && error != EDQUOT && error != EFBIG)
		return look(folder, need);
	return error;
}

static int fail_room(const struct store *store, const char *folder,
		     uint64_t need, int error, struct err *err)
{
	char limit[ERR_LIMIT_BYTES];

	if (error == EFBIG && err_file_limit(limit))
		return err_set(err, ERR_FAILED,
			       "a trial's results may need %llu KiB in a file "
			       "beside %s: %s",
			       (unsigned long long)(need + 1023) / 1024,
			       file_name(store->path), limit);
	if (room_lacks_files(store))
		return err_set(err, ERR_FAILED,
			       "there is no room for a trial's results in %s, "
			       "the folder of %s: its file system has no "
			       "inodes left for another file: remove some, or "
			       "give another database with --db", folder,
			       file_name(store->path));
	return err_set(err, ERR_FAILED,
		       "there is no room for a trial's results in %s, the "
		       "folder of %s: %llu KiB are needed: free some, or give "
		       "another database with --db", folder,
		       file_name(store->path),
		       (unsigned long long)(need + 1023) / 1024);
}

int store_reserve(struct store *store, unsigned trials, unsigned replicas,
		  uint64_t samples, struct err *err)
{
	uint64_t need = trials * TRIAL_BYTES + replicas * REPLICA_BYTES +
			samples * SAMPLE_BYTES;
	char *folder = files_folder(store->path);
	int error;

	room_release(store);
	/* That which is gone gets no more of them. */
	if (!need || store->gone) {
		free(folder);
		return 0;
	}
	error = keep(store, folder, need);
	if (error) {
		/* The log of earlier trials may be what fills it. */
		database_run(store, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
		error = keep(store, folder, need);
	}
	if (error)
		fail_room(store, folder, need, error, err);
	free(folder);
	return error ? ERR_FAILED : 0;
}

bool room_for_trial(struct store *store)
{
	char *folder = files_folder(store->path);
	int error = keep(store, folder, TRIAL_BYTES + REPLICA_BYTES);

	room_release(store);
	free(folder);
	return error == 0 && !room_is_none(store) && !room_lacks_files(store);
}
