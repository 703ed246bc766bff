#include "base/invoker.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GROUPS_MOST 256

static int dumpable;
static gid_t own_groups[GROUPS_MOST];
static int own_group_count;

static bool read_id(const char *name, unsigned *out)
{
	const char *text = getenv(name);
	char *end;
	unsigned long id;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	id = strtoul(text, &end, 10);
	if (errno || *end || id >= (uid_t)-1)
		return false;
	*out = (unsigned)id;
	return true;
}

void invoker_find(struct invoker *out)
{
	unsigned uid, gid;

	*out = (struct invoker){ getuid(), getgid(), false };
	if (geteuid() == 0 && read_id("SUDO_UID", &uid) && uid != 0 &&
	    read_id("SUDO_GID", &gid))
		*out = (struct invoker){ uid, gid, true };
}

bool invoker_refused(int error)
{
	struct invoker invoker;

	invoker_find(&invoker);
	return invoker.changes && (error == EACCES || error == EPERM);
}

/* A user who is not in the list of users has one group. */
static int groups_of(const struct invoker *invoker, gid_t groups[GROUPS_MOST])
{
	const struct passwd *user = getpwuid(invoker->uid);
	int count = GROUPS_MOST;

	groups[0] = invoker->gid;
	if (!user || getgrouplist(user->pw_name, invoker->gid, groups, &count) < 0)
		return 1;
	return count;
}

/* glibc's setgroups() is of all threads; the kernel's is of this one. */
static long set_groups(int count, const gid_t *groups)
{
	return syscall(SYS_setgroups, (size_t)count, groups);
}

void invoker_begin(void)
{
	gid_t groups[GROUPS_MOST];
	struct invoker invoker;
	int saved = errno;

	invoker_find(&invoker);
	if (!invoker.changes)
		return;
	dumpable = prctl(PR_GET_DUMPABLE);
	own_group_count = getgroups(GROUPS_MOST, own_groups);
	if (own_group_count >= 0)
		set_groups(groups_of(&invoker, groups), groups);
	setfsgid(invoker.gid);
	setfsuid(invoker.uid);
	errno = saved;
}

void invoker_end(void)
{
	struct invoker invoker;
	int saved = errno;

	invoker_find(&invoker);
	if (!invoker.changes)
		return;
	setfsuid(geteuid());
	setfsgid(getegid());
	if (own_group_count >= 0)
		set_groups(own_group_count, own_groups);
	/* The kernel took this flag away, and with it access to /proc/self. */
	prctl(PR_SET_DUMPABLE, dumpable);
	errno = saved;
}

const char *invoker_home(void)
{
	const char *home = getenv("HOME");
	const struct passwd *user;
	struct invoker invoker;
	struct stat st;

	invoker_find(&invoker);
	if (!home || *home != '/')
		home = NULL;
	/* By its settings sudo keeps HOME or makes it root's. */
	if (!invoker.changes ||
	    (home && stat(home, &st) == 0 && st.st_uid == invoker.uid))
		return home;
	user = getpwuid(invoker.uid);
	return user ? user->pw_dir : NULL;
}

int invoker_become(const char *folder)
{
	const char *home = invoker_home();
	gid_t groups[GROUPS_MOST];
	struct invoker invoker;
	struct stat st;

	invoker_find(&invoker);
	if (!invoker.changes || stat(folder, &st) < 0 ||
	    st.st_uid != invoker.uid)
		return 0;
	if (home)
		setenv("HOME", home, 1);
	if (setgroups((size_t)groups_of(&invoker, groups), groups) < 0 ||
	    setresgid(invoker.gid, invoker.gid, invoker.gid) < 0)
		return -1;
	return setresuid(invoker.uid, invoker.uid, invoker.uid);
}
