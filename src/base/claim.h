/*
 * A name that one process holds, until it ends, however it does: nothing is left
 * behind. It is an address of a Unix socket in the abstract name space, so it
 * holds in one network namespace.
 *
 *	struct err err;
 *	int fd;
 *
 *	if (claim_name("geoio-benchmark-run-5f0c", &fd, &err) == 0)
 *		close(fd); // or at the end
 */
#ifndef BASE_CLAIM_H
#define BASE_CLAIM_H

#include "base/err.h"

/* `name`: 1 to 100 bytes. *fd is closed in programs that are started. Children
 * without exec hold the name too: of a process that was killed they may for a
 * moment, so that one second is waited for it. ERR_CONFLICT: another process
 * holds it; then, and after ERR_SYSTEM, *fd is -1. */
int claim_name(const char *name, int *fd, struct err *err);

#endif
