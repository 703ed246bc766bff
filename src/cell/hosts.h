/* A hosts file of a process's own. */
#ifndef CELL_HOSTS_H
#define CELL_HOSTS_H

/*
 * Moves the calling process into a mount namespace of its own and puts the file
 * at `path` over /etc/hosts there. Nothing changes outside. Async-signal-safe.
 * 0, or -1 with errno: EINVAL in a chroot, whose root is no mount.
 */
int hosts_bind(const char *path);

#endif
