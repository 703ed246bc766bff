/*
 * The user that a process runs as, without capabilities and without a way to
 * get any back. Root's replicas have users of their own (users.h). Where that
 * cannot be, they run as the person who invoked the program (base/invoker.h).
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
 * The calling process takes the identity for good: groups, gid, uid, an empty
 * session keyring, an empty bounding set, no capability, no_new_privs. Clears
 * PR_SET_PDEATHSIG. Async-signal-safe. 0, or -1 with errno.
 */
int identity_take(const struct identity *identity);

#endif
