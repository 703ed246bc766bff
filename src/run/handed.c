#include "run/handed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL /* glibc names it since 2.38; the kernel: 6.3 */
#define MFD_NOEXEC_SEAL 0x0008U
#endif

int handed_make(const char *name, struct err *err)
{
	const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(name, flags | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, flags);
	if (fd >= 0)
		return fd;
	if (errno == EMFILE || errno == ENFILE)
		return err_sys(err, "cannot make the %s, as too many files are "
			       "open (raise the limit: ulimit -n)", name);
	return err_sys(err, "cannot make memory for the %s", name);
}

int handed_seal(int fd, struct err *err)
{
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW |
				   F_SEAL_SEAL) < 0)
		return err_sys(err, "cannot seal what replicas read");
	return 0;
}

int handed_open(int fd, bool write, struct err *err)
{
	char path[40];
	int again;

	/* Who runs as our user may have taken the mode away. */
	if (fchmod(fd, write ? 0666 : 0444) < 0)
		return err_sys(err, "cannot open a replica's files to it");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (again >= 0)
		return again;
	if (errno == EMFILE || errno == ENFILE)
		return err_sys(err, "could not be started, as too many files "
			       "are open (raise the limit: ulimit -n)");
	return err_sys(err, "could not be started: %s cannot be opened", path);
}

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

void handed_refuse(int socket_fd)
{
	int off = 0;

	setsockopt(socket_fd, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof(off));
}
