#include "run/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/owner.h"
#include "base/str.h"
#include "run/leftover.h"

#define SHARED_MEMORY "/dev/shm"
#define OWNER ".owner" /* a file in it */

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

static int open_folder(int base, const char *name)
{
	return openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					  O_NONBLOCK | O_CLOEXEC);
}

/* The lock of this file says that a run lives, even if its process cannot be
 * seen. (A lock of flock() would outlive a killed harness in what it had just
 * cloned.) */
static int open_owner(int folder, int flags)
{
	return openat(folder, OWNER, O_RDWR | O_NOFOLLOW | O_NONBLOCK |
					     O_CLOEXEC | flags, 0600);
}

/* Says whose the folder is, in case a replica of our own user renames it. */
static int write_owner(struct scratch *scratch, const char *name)
{
	scratch->lock_fd = open_owner(scratch->fd, O_CREAT | O_EXCL);
	if (scratch->lock_fd < 0 ||
	    file_lock(scratch->lock_fd, scratch->fd, OWNER) == ERR_NOT_FOUND)
		return -1;
	return file_write_all(scratch->lock_fd, name, strlen(name));
}

static int take_folder(struct scratch *scratch, const char *owner)
{
	struct stat st;

	scratch->fd = open_folder(AT_FDCWD, scratch->path);
	if (scratch->fd < 0 || fstat(scratch->fd, &st) < 0)
		return -1;
	errno = EPERM;
	return st.st_uid == geteuid() ? write_owner(scratch, owner) : -1;
}

int scratch_make_in(struct scratch *scratch, const char *base, struct err *err)
{
	char name[OWNER_BYTES], *path;
	struct owner self;

	*scratch = SCRATCH_NONE;
	owner_self(&self);
	owner_format(&self, name);
	path = mem_printf("%s/" OWNER_PREFIX "%s", base, name);
	if (mkdir(path, 0700) < 0) {
		int code = errno == EEXIST ? ERR_CONFLICT : ERR_SYSTEM;

		err_sys(err, "cannot make the scratch folder %s (TMPDIR "
			"chooses another place)", path);
		free(path);
		return code;
	}
	scratch->path = path;
	if (take_folder(scratch, name) < 0) {
		err_sys(err, "cannot lock the scratch folder %s", path);
		scratch_remove(scratch, NULL);
		return ERR_SYSTEM;
	}
	return 0;
}

/* Replicas of an ordinary user run as that user. Landlock leaves them /dev/shm,
 * for semaphores. */
const char *scratch_place(uint64_t need_bytes)
{
	return geteuid() == 0 && has_room(SHARED_MEMORY, need_bytes)
		       ? SHARED_MEMORY : other_base();
}

int scratch_make(struct scratch *scratch, uint64_t need_bytes, struct err *err)
{
	return scratch_make_in(scratch, scratch_place(need_bytes), err);
}

/* The name that an open folder has now; false: none any more. */
static bool name_now(int folder, char path[PATH_MAX])
{
	struct stat there, open;
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
	n = readlink(link, path, PATH_MAX - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	return fstat(folder, &open) == 0 && lstat(path, &there) == 0 &&
	       open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

/* Goes through the descriptor, whatever the name of the folder is by now. */
int scratch_remove_open(int folder, const char *path, struct err *err)
{
	char now[PATH_MAX];
	int code = file_empty_folder(folder, path, err);

	if (code < 0 || !name_now(folder, now) || rmdir(now) == 0 ||
	    errno == ENOENT)
		return code;
	return err_sys(err, "cannot remove the folder %s (remove it by hand)", now);
}

static void close_both(struct scratch *scratch)
{
	if (scratch->lock_fd >= 0)
		close(scratch->lock_fd);
	if (scratch->fd >= 0)
		close(scratch->fd);
	free(scratch->path);
	*scratch = SCRATCH_NONE;
}

int scratch_remove(struct scratch *scratch, struct err *err)
{
	int code = 0;

	if (!scratch->path)
		return 0;
	if (scratch->fd >= 0)
		code = scratch_remove_open(scratch->fd, scratch->path, err);
	else
		code = file_remove_tree(scratch->path, err);
	close_both(scratch);
	return code;
}

/* Uses the name under which all else finds the folder, or else the name that it
 * has. */
static void rename_back(struct scratch *scratch, const char *now)
{
	if (strcmp(now, scratch->path) == 0)
		return;
	if (renameat2(AT_FDCWD, now, AT_FDCWD, scratch->path,
		      RENAME_NOREPLACE) == 0)
		return;
	free(scratch->path);
	scratch->path = mem_dup(now);
}

int scratch_keep(struct scratch *scratch, struct err *err)
{
	char now[PATH_MAX];

	if (name_now(scratch->fd, now)) {
		(void)!fchmod(scratch->fd, 0700);
		rename_back(scratch, now);
		return 0;
	}
	snprintf(now, sizeof(now), "%s", scratch->path);
	*strrchr(now, '/') = '\0';
	close_both(scratch);
	return scratch_make_in(scratch, now, err);
}

static bool parse_name(const char *name, struct owner *out)
{
	return strncmp(name, OWNER_PREFIX, sizeof(OWNER_PREFIX) - 1) == 0 &&
	       owner_parse(name + sizeof(OWNER_PREFIX) - 1, out);
}

/* Reads what write_owner() wrote, as this user. */
static bool read_owner(int folder, struct owner *out)
{
	int fd = open_owner(folder, 0);
	char text[OWNER_BYTES];
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid())
		n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n > 0 && owner_parse(text, out);
}

/* Finds the owner of the open folder, by its name or by what it holds. Anybody
 * can forge a name in a folder where everybody may write: so the folder must
 * belong to this user. Root once gave folders to others, hence 0. */
static bool find_owner(int folder, const char *name, struct owner *out)
{
	struct stat st;

	if (fstat(folder, &st) < 0 || st.st_uid != geteuid())
		return false;
	if (!parse_name(name, out) && !read_owner(folder, out))
		return false;
	return out->uid == geteuid() || out->uid == 0;
}

static bool is_ours_by_look(int base, const char *name)
{
	struct stat st;

	return *name != '.' &&
	       fstatat(base, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

static int remove_unheld(int folder, const char *base, const char *name,
			 unsigned *removed, struct err *err)
{
	char *path = mem_printf("%s/%s", base, name);
	int code;

	leftover_kill(path);
	code = scratch_remove_open(folder, path, err);
	*removed += code == 0;
	free(path);
	return code;
}

/* Whether a process that cannot be seen holds the folder, or this cannot be
 * told. If the file is missing, makes and locks it: the owner has come no
 * further then. What a replica put there holds nothing. The caller closes
 * *fd. */
static bool is_held(int folder, int *fd)
{
	*fd = open_owner(folder, O_CREAT);
	if (*fd < 0)
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
	return file_lock(*fd, folder, OWNER) == ERR_CONFLICT;
}

static int remove_stale(int folder, const char *base, const char *name,
			unsigned *removed, struct err *err)
{
	struct owner owner;
	int fd = -1, code = 0;

	if (!find_owner(folder, name, &owner) || owner_is_alive(&owner))
		return 0;
	if (!is_held(folder, &fd))
		code = remove_unheld(folder, base, name, removed, err);
	if (fd >= 0)
		close(fd);
	return code;
}

int scratch_clear_stale_in(const char *base, unsigned *removed, struct err *err)
{
	DIR *all = opendir(base);
	struct dirent *entry;
	int code = 0;

	while (all && (entry = readdir(all))) {
		int folder = -1, one = 0;

		if (is_ours_by_look(dirfd(all), entry->d_name))
			folder = open_folder(dirfd(all), entry->d_name);
		if (folder < 0)
			continue;
		one = remove_stale(folder, base, entry->d_name, removed,
				   code < 0 ? NULL : err);
		if (one < 0)
			code = one;
		close(folder);
	}
	if (all)
		closedir(all);
	return code;
}

int scratch_clear_stale(struct err *err)
{
	unsigned removed = 0;
	int shared = scratch_clear_stale_in(SHARED_MEMORY, &removed, err);
	int other = scratch_clear_stale_in(other_base(), &removed,
					   shared < 0 ? NULL : err);

	return shared < 0 ? shared : other;
}

/* A run of this user, or for root of whoever owns the folder, as its name
 * says. */
static bool lives(int folder, const char *name)
{
	struct owner owner;
	struct stat st;

	return parse_name(name, &owner) && fstat(folder, &st) == 0 &&
	       (st.st_uid == geteuid() ||
		(geteuid() == 0 && st.st_uid == owner.uid)) &&
	       owner_is_alive(&owner);
}

static void visit_in(const char *base,
		     void (*visit)(void *context, int folder, const char *path),
		     void *context)
{
	DIR *all = opendir(base);
	struct dirent *entry;

	while (all && (entry = readdir(all))) {
		int folder = -1;
		char *path;

		if (!strncmp(entry->d_name, OWNER_PREFIX,
			     sizeof(OWNER_PREFIX) - 1))
			folder = open_folder(dirfd(all), entry->d_name);
		if (folder < 0)
			continue;
		path = mem_printf("%s/%s", base, entry->d_name);
		if (lives(folder, entry->d_name))
			visit(context, folder, path);
		free(path);
		close(folder);
	}
	if (all)
		closedir(all);
}

void scratch_each(void (*visit)(void *context, int folder, const char *path),
		  void *context)
{
	visit_in(SHARED_MEMORY, visit, context);
	visit_in(other_base(), visit, context);
}
