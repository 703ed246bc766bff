/* Waiting for a database that another program has locked: long, shown, and
 * ended by Ctrl-C (base/work.h). */
#include "store/database.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/work.h"

/* Who copies a database needs seconds, who has it open in an editor may need
 * for ever; then a trial is kept elsewhere (spool.h). */
#define PATIENCE_NS (60 * NS_PER_S)

#define LOCKS_MOST (4 << 20) /* bytes of /proc/locks */
#define LOOK_NS NS_PER_S     /* between two looks at who it is */

/* A line of /proc/locks: "7: POSIX  ADVISORY  WRITE 1234 fd:01:5678 120 120". */
static long holder_of(const char *line, const struct stat *file, bool writes)
{
	unsigned major_id, minor_id;
	unsigned long long inode;
	char kind[8];
	long pid;

	if (sscanf(line, "%*s POSIX %*s %7s %ld %x:%x:%llu", kind, &pid,
		   &major_id, &minor_id, &inode) != 5 ||
	    (writes && strcmp(kind, "WRITE") != 0) ||
	    major_id != major(file->st_dev) ||
	    minor_id != minor(file->st_dev) || inode != file->st_ino ||
	    pid <= 0 || pid == getpid())
		return 0;
	return pid;
}

/* "" behind the last. */
static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static long find_holder_of(const char *locks, const struct stat *file,
			   bool writes)
{
	long pid = 0;

	for (; *locks && !pid; locks = next_line(locks))
		pid = holder_of(locks, file, writes);
	return pid;
}

/* The file must not be opened for this: closing it would drop our own locks. */
static long find_holder(const char *locks, const char *path, bool writes)
{
	struct stat file;

	return stat(path, &file) < 0 ? 0 : find_holder_of(locks, &file, writes);
}

static void name_process(long pid, char *out, size_t size)
{
	struct str name = STR_INIT;
	char path[40];

	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	if (pid && file_read(path, 64, &name, NULL) == 0)
		snprintf(out, size, "%.*s (process %ld)",
			 (int)strcspn(name.buf, "\n"), name.buf, pid);
	str_release(&name);
}

/* In WAL mode writers lock the index beside the database. */
void busy_holder(const struct store *store, char *out, size_t size)
{
	char *index = files_beside(store->path, "-shm");
	struct str locks = STR_INIT;
	long pid = 0;

	snprintf(out, size, "another program");
	if (file_read("/proc/locks", LOCKS_MOST, &locks, NULL) == 0)
		pid = find_holder(locks.buf, index, true);
	if (!pid)
		pid = find_holder(locks.buf, store->path, true);
	name_process(pid, out, size);
	str_release(&locks);
	free(index);
}

/* Who has it open in WAL mode has a lock on a byte of the index, wherever that is
 * now. */
bool busy_is_shared(const struct store *store)
{
	const struct stat index = { .st_dev = store->index.device,
				    .st_ino = store->index.inode };
	struct str locks = STR_INIT;
	bool shared = !index.st_ino ||
		      file_read("/proc/locks", LOCKS_MOST, &locks, NULL) != 0 ||
		      find_holder_of(locks.buf, &index, false) != 0;

	str_release(&locks);
	return shared;
}

static bool has_lock(const char *locks, long pid, const struct stat *file)
{
	while (*locks && holder_of(locks, file, false) != pid)
		locks = next_line(locks);
	return *locks;
}

/* Who has a lock on the index, but none on the file: whose database it is was
 * another file. 0: nobody. */
static long find_stranger(const char *locks, const char *index,
			  const char *path)
{
	struct stat of_index, file;
	bool there = stat(path, &file) == 0;
	long pid = 0;

	if (stat(index, &of_index) < 0)
		return 0;
	for (const char *line = locks; *line && !pid; line = next_line(line)) {
		pid = holder_of(line, &of_index, false);
		if (pid && there && has_lock(locks, pid, &file))
			pid = 0;
	}
	return pid;
}

static long look_for_stranger(const struct store *store, const char *index)
{
	struct str locks = STR_INIT;
	long pid = 0;

	if (file_read("/proc/locks", LOCKS_MOST, &locks, NULL) == 0)
		pid = find_stranger(locks.buf, index, store->path);
	str_release(&locks);
	return pid;
}

/* Who opens a database has a lock on the file first, which a list may be too old
 * for: so that a second one decides. */
int busy_check_strangers(const struct store *store, struct err *err)
{
	char *index = files_beside(store->path, "-shm");
	char holder[64];
	long pid = file_exists(index) ? look_for_stranger(store, index) : 0;

	if (pid)
		pid = look_for_stranger(store, index);
	free(index);
	if (!pid)
		return 0;
	name_process(pid, holder, sizeof(holder));
	return err_set(err, ERR_CONFLICT,
		       "%s was removed or replaced, and %s still has open what "
		       "was there: wait until it has noticed that at the end of "
		       "a trial, or give another with --db", store->path,
		       holder);
}

/* What is short is not worth a look. Negative: the person asked to stop. */
static int tell(struct busy *busy, const struct store *store, uint64_t now_ns)
{
	if (now_ns - busy->told_ns >= LOOK_NS) {
		busy->told_ns = now_ns;
		busy_holder(store, busy->holder, sizeof(busy->holder));
	}
	if (!*busy->holder)
		return work_done(0, 0, NULL);
	return work_wait(NULL,
			 "waiting for the database %s, which %s has locked",
			 store->path, busy->holder);
}

/* SQLite's busy handler: 1: it is tried again. */
int busy_wait(void *context, int tries)
{
	struct store *store = context;
	struct busy *busy = &store->busy;
	struct pollfd stop = { .fd = work_stop_fd(), .events = POLLIN };
	uint64_t now_ns = clock_now_ns();

	if (!tries)
		*busy = (struct busy){ .since_ns = now_ns, .told_ns = now_ns };
	if (now_ns - busy->since_ns > PATIENCE_NS)
		return 0;
	busy->interrupted = tell(busy, store, now_ns) < 0;
	if (busy->interrupted)
		return 0;
	poll(&stop, 1, tries < 10 ? tries + 1 : 50);
	return 1;
}
