/*
 * Landlock: a process asks the kernel to restrict it, without privileges, and
 * its children inherit that. How far it goes depends on the kernel. Version 1
 * (Linux 5.13) restricts files, and the processes that it may trace. Version 6
 * (6.12) also restricts the processes that it may signal.
 */
#ifndef CELL_LANDLOCK_H
#define CELL_LANDLOCK_H

struct landlock {
	const char *const *reads; /* paths, NULL at the end: to read and run */
	const char *const *writes; /* folders: to do anything in */
};

/* The kernel's version; 0: it has none, or it is off. */
int landlock_version(void);

/* Restricts the calling thread for good to these: the system's folders,
 * `reads`, `writes`, files in /dev/shm, and the devices that are the same for
 * everybody. A path that does not exist is left out. Needs no_new_privs.
 * Async-signal-safe. 0, also if the kernel has no Landlock; -1 with errno. */
int landlock_restrict(const struct landlock *landlock);

#endif
