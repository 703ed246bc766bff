#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/scratch.h"

static int give_all(DIR *folder, uid_t uid, gid_t gid)
{
	struct dirent *entry;

	while ((entry = readdir(folder))) {
		if (!strcmp(entry->d_name, ".."))
			continue;
		/* "." is the folder itself. */
		if (fchownat(dirfd(folder), entry->d_name, uid, gid,
			     AT_SYMLINK_NOFOLLOW) < 0)
			return -1;
	}
	return 0;
}

int scratch_give(const struct scratch *scratch, uid_t uid, gid_t gid,
		 struct err *err)
{
	DIR *folder = opendir(scratch->path);
	int code = 0;

	if (!folder || give_all(folder, uid, gid) < 0)
		code = err_sys(err, "cannot give %s to user %u", scratch->path,
			       (unsigned)uid);
	if (folder)
		closedir(folder);
	return code;
}
