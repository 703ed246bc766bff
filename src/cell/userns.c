/* A user namespace of our own, so that an ordinary user may make networks. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cell/net.h"

static int refused(struct err *err)
{
	if (errno == ENOSPC)
		return err_set(err, ERR_NOT_FOUND,
			       "user namespaces are off: as root, `sysctl "
			       "user.max_user_namespaces=10000`");
	if (errno == EPERM)
		return err_set(err, ERR_NOT_FOUND,
			       "an ordinary user may not make user namespaces: "
			       "as root, `sysctl kernel.unprivileged_userns_"
			       "clone=1` (Debian) or `sysctl kernel.apparmor_"
			       "restrict_unprivileged_userns=0` (Ubuntu)");
	err_sys(err, "no user namespace can be made");
	return ERR_NOT_FOUND;
}

static int write_map(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

/* The namespace gives all capabilities, and they count for the user's files
 * too: a file that its owner has made read-only could be written. */
static void keep_to_modes(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct all[2] = { { 0 }, { 0 } };

	/* Root may write them anyway, and has to where its control groups are:
	 * their top folder has the mode 0555. */
	if (geteuid() == 0 || syscall(SYS_capget, &header, all) < 0)
		return;
	all[0].effective &= ~(1U << CAP_DAC_OVERRIDE |
			      1U << CAP_DAC_READ_SEARCH);
	syscall(SYS_capset, &header, all);
}

int net_enter_user_namespace(struct err *err)
{
	unsigned uid = geteuid(), gid = getegid();
	char uid_map[64], gid_map[64];

	if (unshare(CLONE_NEWUSER) < 0)
		return refused(err);
	snprintf(uid_map, sizeof(uid_map), "%u %u 1", uid, uid);
	snprintf(gid_map, sizeof(gid_map), "%u %u 1", gid, gid);
	if (write_map("/proc/self/setgroups", "deny") < 0 ||
	    write_map("/proc/self/uid_map", uid_map) < 0 ||
	    write_map("/proc/self/gid_map", gid_map) < 0)
		return err_sys(err, "the user namespace cannot be set up");
	keep_to_modes();
	return 0;
}
