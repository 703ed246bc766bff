/*
 * Whom a process runs as: without capabilities and without a way to get any
 * back. Replicas of root have users of their own (users.h); where that cannot be,
 * they are the person who invoked the program: below sudo(8) that is SUDO_UID
 * and SUDO_GID.
 */
#ifndef CELL_IDENTITY_H
#define CELL_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

struct identity {
	uid_t uid;
	gid_t gid;
	bool changes; /* uid and gid are not those of this process */
};

/* Reads the environment; changes nothing. */
void identity_invoker(struct identity *out);

/*
 * Takes on the identity for good: groups, gid, uid, an empty session
 * keyring, the bounding set, all capability sets, no_new_privs. Clears PR_SET_PDEATHSIG. Async-signal-safe.
 * 0, or -1 with errno.
 */
int identity_take(const struct identity *identity);

#endif
