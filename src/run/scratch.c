#include "run/scratch.h"

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
#include "base/owner.h"
#include "base/str.h"

#define SHARED_MEMORY "/dev/shm"
#define PREFIX "geoio-benchmark-"

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
	char name[OWNER_BYTES], *path;
	struct owner self;

	*scratch = (struct scratch){ NULL, -1 };
	owner_self(&self);
	owner_format(&self, name);
	path = mem_printf("%s/" PREFIX "%s", base, name);
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

static bool parse_name(const char *name, struct owner *out)
{
	return strncmp(name, PREFIX, sizeof(PREFIX) - 1) == 0 &&
	       owner_parse(name + sizeof(PREFIX) - 1, out);
}

/* Is it the name of a folder of this user whose process has ended? */
static bool is_stale_name(const char *name)
{
	struct owner owner;

	return parse_name(name, &owner) && owner.uid == geteuid() &&
	       !owner_is_alive(&owner);
}

static bool remove_stale(const char *base, const char *name)
{
	char *path = mem_printf("%s/%s", base, name);
	struct stat st;
	bool gone = false;
	int fd;

	/* A name is easily forged in a folder that everybody may write to. But
	 * root's may have been given to whom replicas ran as. */
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    (st.st_uid == geteuid() || geteuid() == 0) &&
	    (fd = lock_folder(path)) >= 0) {
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

static void visit_in(const char *base,
		     void (*visit)(void *context, const char *path),
		     void *context)
{
	DIR *folder = opendir(base);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		struct owner owner;
		char *path;

		if (!parse_name(entry->d_name, &owner) ||
		    (owner.uid != geteuid() && geteuid()) ||
		    !owner_is_alive(&owner))
			continue;
		path = mem_printf("%s/%s", base, entry->d_name);
		visit(context, path);
		free(path);
	}
	if (folder)
		closedir(folder);
}

void scratch_each(void (*visit)(void *context, const char *path), void *context)
{
	visit_in(SHARED_MEMORY, visit, context);
	visit_in(other_base(), visit, context);
}
