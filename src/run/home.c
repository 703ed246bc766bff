#include "run/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* A replica of our own user may have taken the name before. */
static int make_empty(const struct scratch *scratch, const char *name,
		      const char *path, struct err *err)
{
	if (mkdirat(scratch->fd, name, 0700) == 0)
		return 0;
	if (errno == EEXIST && file_remove_tree(path, err) < 0)
		return ERR_SYSTEM;
	if (mkdirat(scratch->fd, name, 0700) == 0)
		return 0;
	return err_sys(err, "cannot make the folder %s of a replica", path);
}

static int give(const struct home *home, const struct scratch *scratch,
		uid_t uid, gid_t gid)
{
	if (uid == geteuid())
		return 0;
	if (fchown(home->fd, uid, gid) < 0)
		return -1;
	return fchmod(scratch->fd, 0711);
}

int home_make(struct home *home, const struct scratch *scratch,
	      unsigned replica, uid_t uid, gid_t gid, struct err *err)
{
	char name[32];
	int code;

	snprintf(name, sizeof(name), "replica-%u", replica);
	*home = (struct home){ mem_printf("%s/%s", scratch->path, name), -1 };
	code = make_empty(scratch, name, home->path, err);
	if (code < 0)
		return code;
	home->fd = openat(scratch->fd, name,
			  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (home->fd < 0 || give(home, scratch, uid, gid) < 0)
		return err_sys(err, "cannot give %s to its replica",
			       home->path);
	return 0;
}

int home_remove(struct home *home, struct err *err)
{
	int code = 0;

	if (!home->path)
		return 0;
	if (home->fd >= 0) {
		code = scratch_remove_open(home->fd, home->path, err);
		close(home->fd);
	}
	free(home->path);
	*home = (struct home){ NULL, -1 };
	return code;
}
