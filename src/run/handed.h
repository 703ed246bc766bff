/*
 * What a replica gets beside its socket: memory without a name, as descriptors
 * with fixed numbers (docs/worker-protocol.md). No path of a file system leads
 * to it, so that nobody can replace it.
 */
#ifndef RUN_HANDED_H
#define RUN_HANDED_H

#include <stdbool.h>

#include "base/err.h"

enum handed {
	HANDED_PLAN,
	HANDED_PROOF,
	HANDED_PROOF_BYTES,
	HANDED_BURST,
	HANDED_CA, /* certificates to trust instead of the system's */
	HANDED_READ, /* so many are read */
	HANDED_RECORDS = HANDED_READ, /* written */
	HANDED_COUNT
};

/* The number that it has in a replica, behind its socket's (3). */
#define HANDED_FD(which) (4 + (which))
#define HANDED_END HANDED_FD(HANDED_COUNT)

/* New, empty memory; a descriptor that is closed by execve(). The name only
 * stands in /proc. */
int handed_make(const char *name, struct err *err);

/* Makes the contents final. Nobody can change them, make them shorter or
 * longer, or take a seal away; also nobody who opens the memory anew for
 * writing. */
int handed_seal(int fd, struct err *err);

/* Opens it once more, with a file offset of its own. */
int handed_open(int fd, bool write, struct err *err);

/* Refuses descriptors from the replica over this socket. The last close of such
 * a descriptor would be ours, and wait for as long as the replica chose
 * (SO_LINGER). Kernels before 6.16 cannot refuse. */
void handed_refuse(int socket_fd);

#endif
