#include "run/scratch.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#define SHARED_MEMORY "/dev/shm"
#define PREFIX "geoio-benchmark-"

/* Field 22 of /proc/PID/stat: clock ticks since boot at its start; 0: there is
 * no such process. */
static unsigned long long start_time(long pid)
{
	unsigned long long start = 0;
	struct str line = STR_INIT;
	char path[40], *p;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	if (file_read(path, 4096, &line, NULL) == 0 &&
	    (p = strrchr(line.buf, ')')) != NULL) {
		for (int field = 2; p && field < 22; field++)
			p = strchr(p + 1, ' ');
		if (p)
			start = strtoull(p, NULL, 10);
	}
	str_release(&line);
	return start;
}

static bool has_room(const char *folder, uint64_t need_bytes)
{
	struct statfs fs;

	return statfs(folder, &fs) == 0 && fs.f_type == TMPFS_MAGIC &&
	       access(folder, W_OK | X_OK) == 0 &&
	       (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize >= need_bytes;
}

static const char *other_base(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/tmp";
}

/* A folder that is being removed is locked too; then ours is not there. */
static int lock_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int scratch_make_in(struct scratch *scratch, const char *base, struct err *err)
{
	char *path;

	*scratch = (struct scratch){ NULL, -1 };
	path = mem_printf("%s/" PREFIX "%u-%ld-%llu", base,
			  (unsigned)geteuid(), (long)getpid(),
			  start_time(getpid()));
	if (mkdir(path, 0700) < 0) {
		int code = errno == EEXIST ? ERR_CONFLICT : ERR_SYSTEM;

		err_sys(err, "cannot make the scratch folder %s (TMPDIR "
			"chooses another place)", path);
		free(path);
		return code;
	}
	scratch->path = path;
	scratch->lock_fd = lock_folder(path);
	if (scratch->lock_fd < 0) {
		err_sys(err, "cannot lock the scratch folder %s", path);
		scratch_remove(scratch, NULL);
		return ERR_SYSTEM;
	}
	return 0;
}

int scratch_make(struct scratch *scratch, uint64_t need_bytes, struct err *err)
{
	if (has_room(SHARED_MEMORY, need_bytes))
		return scratch_make_in(scratch, SHARED_MEMORY, err);
	return scratch_make_in(scratch, other_base(), err);
}

int scratch_remove(struct scratch *scratch, struct err *err)
{
	int code = 0;

	if (!scratch->path)
		return 0;
	code = file_remove_tree(scratch->path, err);
	if (scratch->lock_fd >= 0)
		close(scratch->lock_fd);
	free(scratch->path);
	*scratch = (struct scratch){ NULL, -1 };
	return code;
}

/* Reads "digits" and the character `after`; NULL: something else is there. */
static const char *read_number(const char *p, char after,
			       unsigned long long *out)
{
	char *end;

	if (!isdigit((unsigned char)*p))
		return NULL;
	errno = 0;
	*out = strtoull(p, &end, 10);
	if (errno || *end != after)
		return NULL;
	return end + 1;
}

/* Is it the name of a folder of this user whose process has ended? */
static bool is_stale_name(const char *name)
{
	unsigned long long uid, pid, start;
	const char *p = name + sizeof(PREFIX) - 1;

	if (strncmp(name, PREFIX, sizeof(PREFIX) - 1) != 0 ||
	    !(p = read_number(p, '-', &uid)) ||
	    !(p = read_number(p, '-', &pid)) ||
	    !read_number(p, '\0', &start))
		return false;
	return uid == geteuid() && pid > 0 && pid <= INT32_MAX &&
	       start_time((long)pid) != start;
}

static bool remove_stale(const char *base, const char *name)
{
	char *path = mem_printf("%s/%s", base, name);
	struct stat st;
	bool gone = false;
	int fd;

	/* A name is easily forged in a folder that everybody may write to. */
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    st.st_uid == geteuid() && (fd = lock_folder(path)) >= 0) {
		gone = file_remove_tree(path, NULL) == 0;
		close(fd);
	}
	free(path);
	return gone;
}

unsigned scratch_clear_stale_in(const char *base)
{
	DIR *folder = opendir(base);
	struct dirent *entry;
	unsigned removed = 0;

	while (folder && (entry = readdir(folder)))
		if (is_stale_name(entry->d_name))
			removed += remove_stale(base, entry->d_name);
	if (folder)
		closedir(folder);
	return removed;
}

unsigned scratch_clear_stale(void)
{
	return scratch_clear_stale_in(SHARED_MEMORY) +
	       scratch_clear_stale_in(other_base());
}
