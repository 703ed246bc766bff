/*
 * Landlock: what a process may do with files, asked of the kernel by itself,
 * without privileges; its children keep it. It goes by what the kernel knows:
 * version 1 (5.13) restricts files, and whom a process may trace; version 6
 * (6.12) also whom it may signal.
 */
#ifndef CELL_LANDLOCK_H
#define CELL_LANDLOCK_H

struct landlock {
	const char *const *reads; /* paths, NULL at the end: to read and run */
	const char *const *writes; /* folders: to do anything in */
};

/* The kernel's version; 0: it has none, or it is off. */
int landlock_version(void);

/* Restricts the calling thread for good to the system's folders, `reads`,
 * `writes`, files in /dev/shm and the devices that are the same for everybody; a
 * path that does not exist is left out. Needs no_new_privs. Async-signal-safe.
 * 0, also where the kernel has no Landlock; -1 with errno. */
int landlock_restrict(const struct landlock *landlock);

#endif
